"""What would be refused is told before anything is listed: all of it, by field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.configuration import CreationProfile, PriceRule, Rules, SalesList
from listbridge.domain.ids import SalesListId
from listbridge.marketplaces.ebay.adapter import EbayAdapter
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller


def preview(seller: Seller, *products: str) -> list[Any]:
    body = {"products": list(products)}
    told: list[Any] = seller.its.post(f"/sales-lists/{seller.list}/preview", body, expect=200)["products"]
    return told


def named(product: Any) -> list[tuple[str, str | None, str]]:
    """Field, SKU and code of each problem."""
    return [(one["field"], one["sku"], one["problem"]["code"]) for one in product["problems"]]


def test_a_product_that_would_be_sent_as_it_is_has_no_problems(seller: Seller) -> None:
    product = seller.its.add_product("MUG")
    (told,) = preview(seller, product)
    assert (told["product"], told["title"], told["problems"]) == (product, "Mug", [])


def test_one_problem_hides_no_other(seller: Seller) -> None:
    made = seller.its.shopify.deeds.add_product(
        title="M" * 90, variants=[{"sku": "S" * 51, "price": "1.00", "stock": 1}], images=[], status="ACTIVE"
    )
    (told,) = preview(seller, str(made["product_id"]))
    assert named(told) == [("sku", "S" * 51, "sku_too_long")]
    made = seller.its.shopify.deeds.add_product(
        title="M" * 90, variants=[{"sku": "MUG", "price": "1.00", "stock": 1}], images=[], status="ACTIVE"
    )
    (told,) = preview(seller, str(made["product_id"]))
    assert named(told) == [("title", None, "title_too_long"), ("images", None, "ebay_picture_missing")]
    assert [one["problem"]["fix"] for one in told["problems"]] == ["shorten_title", "check_images_in_shop"]


def test_each_variant_is_named_with_its_own_problem(seller: Seller) -> None:
    options = [{"Color": "Red"}, {"Color": "C" * 60}, {"Color": "C" * 70}]
    variants = [
        {"sku": f"MUG-{number}", "price": "1.00", "stock": 1, "options": one} for number, one in enumerate(options)
    ]
    made = seller.its.shopify.deeds.add_product(
        title="Mug", variants=variants, images=["https://images.example/mug.jpg"], status="ACTIVE"
    )
    (told,) = preview(seller, str(made["product_id"]))
    assert named(told) == [("options", "MUG-1", "option_value_too_long"), ("options", "MUG-2", "option_value_too_long")]


def test_every_field_of_a_creation_profile_that_is_not_right_is_named(seller: Seller) -> None:
    stores = seller.its.stores
    profile = stores.configuration.all(CreationProfile)[0]
    broken = {**profile.settings, "category_id": "books", "return_policy_id": ""}
    stores.configuration.save(profile.model_copy(update={"settings": broken}))
    (told,) = preview(seller, seller.its.add_product("MUG"))
    assert named(told) == [
        ("settings.category_id", None, "creation_profile_invalid"),
        ("settings.return_policy_id", None, "creation_profile_invalid"),
    ]


def test_a_preview_stores_nothing_and_only_looks_up_what_the_category_takes(seller: Seller) -> None:
    product = seller.its.add_product("MUG")
    seller.its.ebay.world.journal.clear()
    preview(seller, product)
    asked = {call.operation for call in seller.its.ebay.world.journal} - {"oauth2Token"}
    assert all(operation.startswith("get") for operation in asked), asked
    assert seller.its.items(seller.list) == []
    assert seller.its.get("/listings")["listings"] == []


def test_products_are_told_in_the_order_asked_and_one_that_is_gone_says_so(seller: Seller) -> None:
    product = seller.its.add_product("MUG")
    told = preview(seller, "99999", product, product)
    assert [one["product"] for one in told] == ["99999", product]
    assert named(told[0]) == [("", None, "product_not_in_shop")]


def test_a_list_without_a_creation_profile_is_told_to_choose_one(seller: Seller) -> None:
    bare = seller.its.post("/sales-lists", {"name": "Bare", "account": seller.account, "site": SITE})
    answer = seller.its.call("POST", f"/v1/sales-lists/{bare['id']}/preview", {"products": ["1"]})
    assert (answer.status, answer.body["problem"]["code"]) == (409, "creation_profile_missing")


@pytest.mark.parametrize("products", [[], [str(number) for number in range(21)]])
def test_a_preview_is_of_one_to_twenty_products(seller: Seller, products: list[str]) -> None:
    answer = seller.its.call("POST", f"/v1/sales-lists/{seller.list}/preview", {"products": products})
    assert answer.status == 422


def test_a_viewer_does_not_make_the_shop_and_the_marketplace_work(seller: Seller) -> None:
    path = f"/v1/sales-lists/{seller.list}/preview"
    assert seller.its.call("POST", path, {"products": ["1"]}, groups="viewer").status == 403


def test_the_form_of_a_creation_profile_is_asked_of_the_account(seller: Seller) -> None:
    told = seller.its.get(f"/accounts/{seller.account}/creation-form", site=SITE, kind="45220")
    assert (told["site"], told["kind"]) == (SITE, "45220")
    assert told["form"]["properties"]["category_id"]["title"] == "Category"
    assert "merchant_location_key" in told["form"]["required"]


def test_a_marketplace_may_ask_for_something_else_for_each_kind_of_product(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def form(_: EbayAdapter, site: str, kind: str) -> dict[str, Any]:
        return {"properties": {kind or "kind": {"title": site}}}

    monkeypatch.setattr(EbayAdapter, "creation_form", form)
    told = [
        seller.its.get(f"/accounts/{seller.account}/creation-form", site=SITE, kind=kind)["form"]
        for kind in ("", "LUGGAGE")
    ]
    assert told == [{"properties": {"kind": {"title": SITE}}}, {"properties": {"LUGGAGE": {"title": SITE}}}]


def test_the_form_of_a_site_that_there_is_not_is_refused_by_field(seller: Seller) -> None:
    answer = seller.its.call("GET", f"/v1/accounts/{seller.account}/creation-form", query={"site": "EBAY_MOON"})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["site"])


def test_a_price_that_the_rules_make_too_low_or_high_is_told_of_its_variant(seller: Seller) -> None:
    """The shop's own prices could be asked there, and what is made of them could not."""
    configuration = seller.its.stores.configuration
    sales_list = configuration.get(SalesList, SalesListId(seller.list))
    configuration.save(sales_list.model_copy(update={"rules": Rules(price=PriceRule(ratio=Decimal("0.001")))}))
    variants = [
        {"sku": f"MUG-{number}", "price": price, "stock": 1, "options": {"Color": f"C{number}"}}
        for number, price in enumerate(("19.00", "1.00"))
    ]
    made = seller.its.shopify.deeds.add_product(
        title="Mug", variants=variants, images=["https://images.example/mug.jpg"], status="ACTIVE"
    )
    (told,) = preview(seller, str(made["product_id"]))
    assert named(told) == [("price", "MUG-1", "price_out_of_bounds")]
    assert told["problems"][0]["problem"]["params"] == {"price": "0.00", "min": "0.01", "max": "99999999.99"}
