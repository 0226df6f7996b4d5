"""Every refusal of Amazon's error table: the deed that it names is done, and the product is on sale.

What is done at Amazon (an approval, its own message) is simulated there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from listbridge import bootstrap
from listbridge.infra import settings
from tests.unit.functions.seller import Seller
from tests.unit.remedies.amazon_installation import AmazonInstallation, shown
from tests.unit.remedies.walks import AMAZON, entry, heard, named, reason, walks

Deed = Callable[[Seller, str], None]


class AmazonSeller(Seller):
    its: AmazonInstallation


@pytest.fixture
def seller(monkeypatch: pytest.MonkeyPatch) -> Iterator[AmazonSeller]:
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    yield AmazonSeller(AmazonInstallation())
    bootstrap.use(None)
    settings.forget()


def in_list(seller: Seller, *skus: str, price: str = "12.50") -> str:
    product = seller.its.add_product(*(skus or ("MUG",)), title="Beeswax candle", price=price)
    seller.its.add_items(seller.list, product)
    return product


def edit_profile(seller: Seller, **changes: object) -> None:
    (profile,) = seller.its.get("/creation-profiles")["creation_profiles"]
    seller.its.patch(f"/creation-profiles/{profile['id']}", {"settings": changes}, expect=200)


def _edit_profile(seller: Seller, product: str) -> None:
    edit_profile(seller, brand="Nordwind")


def _edit_product(seller: Seller, product: str) -> None:
    seller.its.shopify.deeds.set_title(product, "A better candle")
    heard(seller, product)


def _set_price(seller: Seller, product: str) -> None:
    seller.its.shopify.deeds.set_price("13.50", sku="MUG")
    heard(seller, product)


def _elsewhere(seller: Seller, product: str) -> None:
    """Settled with Amazon: the next call is answered as it should be."""


DEEDS: dict[str, Deed] = {
    "edit_creation_profile": _edit_profile,
    "give_asin": _edit_profile,
    "add_images_in_shop": _edit_product,
    "check_images_in_shop": _edit_product,
    "set_price_in_shop": _set_price,
    "read_amazon_message": _elsewhere,
    "ask_amazon_for_approval": _elsewhere,
}
ISSUES: dict[str, tuple[str, str, str]] = {
    "amazon_attribute_refused": ("99022", "INVALID_ATTRIBUTE", "edit_creation_profile"),
    "amazon_attribute_missing": ("90220", "MISSING_ATTRIBUTE", "edit_creation_profile"),
    "amazon_pictures_refused": ("20000", "INVALID_IMAGE", "check_images_in_shop"),
    "amazon_picture_missing": ("20001", "MISSING_IMAGE", "add_images_in_shop"),
    "amazon_price_refused": ("20002", "INVALID_PRICE", "set_price_in_shop"),
    "amazon_price_missing": ("20003", "MISSING_PRICE", "set_price_in_shop"),
    "amazon_product_twice": ("8541", "DUPLICATE", "give_asin"),
    "amazon_approval_needed": ("5461", "QUALIFICATION_REQUIRED", "ask_amazon_for_approval"),
    "amazon_refused": ("1", "SOMETHING_NEW", "read_amazon_message"),
}
"""Code → an issue that says it, its category, and the fix."""


@walks("amazon_site_left", on=AMAZON)
def test_a_site_that_the_seller_left_is_taken_part_in_again(seller: AmazonSeller) -> None:
    in_list(seller)
    [anna] = seller.its.amazon.world.sellers.values()
    here, france = anna.sites[0], "A13V1IB3VIYZZH"
    seller.its.amazon.deeds.set_sites(anna.name, [france])
    seller.its.act(seller.list, "send")
    told = named(reason(seller, "MUG"), "amazon_site_left", "take_part_on_site")
    assert told["params"]["site"] == "AMAZON_DE"
    assert shown(seller.its) == {}
    seller.its.amazon.deeds.set_sites(anna.name, [here])
    seller.its.stores.clock.advance(60)
    told = entry(seller, seller.its.act(seller.list, "send"), "MUG")
    assert (told["outcome"], reason(seller, "MUG"), shown(seller.its)) == ("done", None, {"MUG": 7})


@walks(*ISSUES, on=AMAZON)
@pytest.mark.parametrize("stage", ["submission", "decision"])
@pytest.mark.parametrize("code", ISSUES)
def test_what_amazon_refuses_at_once_or_later_is_on_sale_after_the_deed_and_send(
    seller: AmazonSeller, code: str, stage: str
) -> None:
    issue, category, fix = ISSUES[code]
    product = in_list(seller)
    seller.its.amazon.deeds.plan_issue("MUG", stage, code=issue, category=category, message="In Amazon's words.")
    seller.its.act(seller.list, "send")
    told = named(reason(seller, "MUG"), code, fix)
    assert told["params"]["message"] == "In Amazon's words."
    assert seller.statuses() == {"MUG": "error"}
    DEEDS[fix](seller, product)
    seller.its.stores.clock.advance(60)  # a person's minute
    told = entry(seller, seller.its.act(seller.list, "send"), "MUG")
    assert (told["outcome"], told["reason"]) == ("done", None)
    assert (reason(seller, "MUG"), shown(seller.its)) == (None, {"MUG": 7})


@walks("amazon_product_type_unknown", on=AMAZON)
def test_a_product_type_that_amazon_does_not_have_is_chosen_again(seller: AmazonSeller) -> None:
    in_list(seller)
    edit_profile(seller, product_type="HOVERBOARD")
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "amazon_product_type_unknown", "choose_product_type")
    edit_profile(seller, product_type="CANDLE")
    assert entry(seller, seller.its.act(seller.list, "send"), "MUG")["outcome"] == "done"
    assert shown(seller.its) == {"MUG": 7}
