"""What Amazon, or its product types, have against an offer that is sent: the deed that is named is done, and it is on sale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.infra import settings
from listbridge.marketplaces.amazon.offers.product_types import SHELF
from simulators.faults import Fault
from tests.unit.functions.seller import Seller
from tests.unit.remedies.amazon_installation import ATTRIBUTES, AmazonInstallation, shown
from tests.unit.remedies.walks import AMAZON, entry, heard, named, reason, refusal, walks

SWEATER: dict[str, Any] = {
    "product_type": "SWEATER",
    "attributes": {
        **dict.fromkeys(ATTRIBUTES),
        "country_of_origin": "DE",
        "supplier_declared_dg_hz_regulation": "not_applicable",
        "item_type_keyword": "handmade",
        "department": "unisex_adult",
        "fabric_type": "100 % wool",
    },
}


class AmazonSeller(Seller):
    """The same with an account on Amazon."""

    its: AmazonInstallation

    def profile(self, **changes: Any) -> None:
        """The creation profile with other settings; None takes one out."""
        [there] = self.its.get("/creation-profiles")["creation_profiles"]
        self.its.patch(f"/creation-profiles/{there['id']}", {"settings": changes}, expect=200)

    def add(self, *variants: dict[str, Any], **more: Any) -> str:
        """A product in the shop and in the list."""
        rows = [{"price": "12.50", "stock": 3, **one} for one in variants]
        spec = {"title": "Mug", "status": "ACTIVE", "images": ["https://images.example/mug.jpg"], **more}
        product = str(self.its.shopify.deeds.add_product(variants=rows, **spec)["product_id"])
        self.its.add_items(self.list, product)
        return product

    def send(self, sku: str = "MUG", action: str = "send") -> str:
        """What became of one SKU."""
        return str(entry(self, self.its.act(self.list, action), sku)["outcome"])


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Iterator[AmazonSeller]:
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    SHELF.clear()
    yield AmazonSeller(AmazonInstallation())
    bootstrap.use(None)
    settings.forget()


def _price(amazon: AmazonSeller, product: str) -> None:
    amazon.its.shopify.deeds.set_price("13.50", sku="MUG")
    heard(amazon, product)


def _picture(amazon: AmazonSeller, product: str) -> None:
    world = amazon.its.shopify.world
    media = tuple(world.catalog._media(["https://images.example/better.jpg"], world.now()))
    world.catalog.change_product(int(product), world.now(), media=media)
    heard(amazon, product)


@walks("amazon_option_twice", on=AMAZON)
def test_two_options_that_would_become_one_attribute_are_parted_in_the_profile(amazon: AmazonSeller) -> None:
    amazon.profile(**SWEATER, option_attributes={"Size": "color"})
    red = {"Color": "red"}
    amazon.add({"sku": "MUG", "options": {"Size": "S", **red}}, {"sku": "CUP", "options": {"Size": "L", **red}})
    amazon.send()
    named(reason(amazon, "MUG"), "amazon_option_twice", "edit_creation_profile")
    assert amazon.its.amazon.world.listings.made == {}
    amazon.profile(option_attributes=None)
    assert amazon.send() == "done"
    assert sorted(shown(amazon.its)) == ["CUP", "MUG"]


@walks("amazon_variations_alike", on=AMAZON)
def test_variants_that_nothing_tells_apart_get_other_options(amazon: AmazonSeller) -> None:
    amazon.profile(**SWEATER)
    product = amazon.add({"sku": "MUG", "options": {"Color": "red"}}, {"sku": "CUP", "options": {"Color": "red "}})
    amazon.send("CUP")
    named(reason(amazon, "CUP"), "amazon_variations_alike", "check_options_in_shop")
    assert list(shown(amazon.its)) == ["MUG"]
    world = amazon.its.shopify.world
    cup = amazon.its.shopify.deeds.variant(sku="CUP")
    world.catalog.change_variant(cup.id, world.now(), selected_options=(("Color", "blue"),))
    heard(amazon, product)
    assert amazon.send("CUP") == "done"
    assert sorted(shown(amazon.its)) == ["CUP", "MUG"]


@walks("amazon_picture_unreachable", on=AMAZON)
def test_a_product_without_a_picture_gets_one(amazon: AmazonSeller) -> None:
    product = amazon.add({"sku": "MUG"}, images=[])
    amazon.send()
    named(reason(amazon, "MUG"), "amazon_picture_unreachable", "check_images_in_shop")
    _picture(amazon, product)
    assert amazon.send() == "done"
    assert list(shown(amazon.its)) == ["MUG"]


@walks("amazon_price_too_low", on=AMAZON)
def test_a_price_that_is_not_above_zero_is_told_before_it_is_sent(amazon: AmazonSeller) -> None:
    product = amazon.add({"sku": "MUG", "price": "0.00"})

    def problems() -> list[dict[str, Any]]:
        told = amazon.its.post(f"/sales-lists/{amazon.list}/preview", {"products": [product]}, expect=200)
        return [one for row in told["products"] for one in row["problems"]]

    assert "amazon_price_too_low" in {one["problem"]["code"] for one in problems()}
    _price(amazon, product)
    assert problems() == []


@walks("amazon_product_type_unreadable", on=AMAZON)
def test_half_a_product_type_is_asked_for_again(amazon: AmazonSeller) -> None:
    path, query = f"/accounts/{amazon.account}/creation-form", {"site": "AMAZON_DE", "kind": "CANDLE"}
    amazon.its.amazon.faults.add(Fault("downloadDocument", "html", status=200))
    named(refusal(amazon.its, "GET", path, status=502, query=query), "amazon_product_type_unreadable", "")
    assert amazon.its.get(path, **query)["form"]["properties"]["attributes"]["required"]


@walks("orders_incomplete", on=AMAZON)
def test_a_list_of_orders_whose_second_page_is_gone_is_read_again(amazon: AmazonSeller) -> None:
    amazon.add({"sku": "MUG", "stock": 300})
    assert amazon.send() == "done"
    assert shown(amazon.its) == {"MUG": 300}
    amazon.its.amazon.deeds.seed_orders(["MUG"] * 101)
    ended = {
        "errors": [{"code": "InvalidInput", "message": "paginationToken is unknown or has expired", "details": ""}]
    }
    amazon.its.amazon.faults.add(Fault("searchOrders", "status", status=400, skip=1, times=4, body=ended))
    amazon.its.post(f"/accounts/{amazon.account}/check", expect=200)
    amazon.its.run()
    told = [one for one in amazon.its.stores.activity.entries if one.event == "orders_not_read"]
    assert {one.params["reason"] for one in told} == {"orders_incomplete"}
