"""Products that eBay would refuse, which the adapter says before it asks: fixed in the shop, or in the creation
profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import did, follows
from tests.unit.remedies.walks import EBAY, entry, heard, named, reason, walks

PICTURE = ["https://images.example/mug.jpg"]


def variants(seller: Seller, *skus: str, **options: Any) -> list[dict[str, Any]]:
    return [{"sku": sku, "price": "12.50", "stock": 3, "options": {"Color": sku, **options}} for sku in skus]


def add(seller: Seller, rows: list[dict[str, Any]], **facts: Any) -> str:
    spec = {"title": "Mug", "images": PICTURE, "status": "ACTIVE", **facts, "variants": rows}
    product = str(seller.its.shopify.deeds.add_product(**spec)["product_id"])
    seller.its.add_items(seller.list, product)
    return product


def edit_profile(seller: Seller, **settings: Any) -> None:
    """The creation profile, changed as the seller does it."""
    (profile,) = seller.its.get("/creation-profiles")["creation_profiles"]
    seller.its.patch(f"/creation-profiles/{profile['id']}", {"settings": settings}, expect=200)


def edit_product(seller: Seller, product: str, **facts: Any) -> None:
    seller.its.shopify.deeds.edit_product(product, **facts)
    heard(seller, product)


def single(**facts: Any) -> Callable[[Seller], str]:
    return lambda seller: add(seller, [{"sku": "MUG", "price": "12.50", "stock": 3}], **facts)


def _with_template(seller: Seller) -> str:
    edit_profile(seller, description_template="<p>{description}</p>" * 130)
    return single(description_html="<p>" + "long " * 900 + "</p>")(seller)


def _renamed(seller: Seller) -> str:
    rows = variants(seller, "MUG", "CUP")
    return add(seller, [{**row, "options": {"C" * 66: row["sku"]}} for row in rows])


def _alike(seller: Seller) -> str:
    edit_profile(seller, option_aspects={"Color": "Shade", "Size": "Shade"})
    return add(seller, variants(seller, "MUG", "CUP", Size="L"))


def _picture(seller: Seller, product: str) -> None:
    world = seller.its.shopify.world
    world.catalog.change_product(int(product), world.now(), media=tuple(world.catalog._media(PICTURE, world.now())))
    heard(seller, product)


@dataclass(frozen=True)
class Case:
    """A product that eBay refuses for this reason, and what is done about it."""

    code: str
    fix: str
    made: Callable[[Seller], str]
    deed: Callable[[Seller, str], None]


CASES = [
    Case("title_too_long", "shorten_title", single(title="M" * 81), lambda s, p: edit_product(s, p, title="Mug")),
    Case("title_too_long", "shorten_title", single(title="M" * 81), lambda s, _: edit_profile(s, truncate_titles=True)),
    Case(
        "description_too_long",
        "edit_product_in_shop",
        _with_template,
        lambda s, p: edit_product(s, p, description_html="<p>Short.</p>"),
    ),
    Case(
        "aspect_name_too_long",
        "edit_creation_profile",
        _renamed,
        lambda s, _: edit_profile(s, option_aspects={"C" * 66: "Color"}),
    ),
    Case("aspect_twice", "edit_creation_profile", _alike, lambda s, _: edit_profile(s, option_aspects=None)),
]


@walks(*{case.code for case in CASES}, on=EBAY)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_product_that_does_not_fit_is_mended_and_sent(seller: Seller, case: Case) -> None:
    product = case.made(seller)
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), case.code, case.fix)
    assert seller.live_offers() == {}
    case.deed(seller, product)
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("ebay_picture_missing", on=EBAY)
def test_a_product_without_a_picture_gets_one_in_the_shop(seller: Seller) -> None:
    product = single(images=[])(seller)
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "ebay_picture_missing", "check_images_in_shop")
    _picture(seller, product)
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("ebay_variations_alike", "option_value_too_long", on=EBAY)
@pytest.mark.parametrize(("code", "value"), [("ebay_variations_alike", "red"), ("option_value_too_long", "v" * 66)])
def test_options_are_mended_in_the_shop(seller: Seller, code: str, value: str) -> None:
    rows = variants(seller, "MUG", "CUP")
    rows[0]["options"] = {"Color": "red"}
    rows[1]["options"] = {"Color": "red " if code == "ebay_variations_alike" else value}
    product = add(seller, rows)
    seller.its.act(seller.list, "send")
    named(reason(seller, "CUP"), code, "check_options_in_shop")
    assert seller.live_offers() == {"MUG": 3}
    world = seller.its.shopify.world
    cup = seller.its.shopify.deeds.variant(sku="CUP")
    world.catalog.change_variant(cup.id, world.now(), selected_options=(("Color", "blue"),))
    heard(seller, product)
    assert did(seller, "send", "CUP") == "done"
    assert follows(seller, "CUP")


@walks("ebay_too_many_variations", "ebay_too_many_values", on=EBAY)
@pytest.mark.parametrize(
    ("code", "count", "colours"), [("ebay_too_many_values", 61, 61), ("ebay_too_many_variations", 251, 50)]
)
def test_of_a_product_of_too_many_variations_some_are_taken_out(
    seller: Seller, code: str, count: int, colours: int
) -> None:
    rows = [
        {
            "sku": f"V{n}",
            "price": "12.50",
            "stock": 3,
            "options": {"Color": str(n % colours), "Size": str(n // colours)},
        }
        for n in range(count)
    ]
    add(seller, rows)
    seller.its.act(seller.list, "send", [seller.row("V0")["id"]])
    named(reason(seller, "V0"), code, "split_product")
    for item in everything(seller)[2:]:
        path = f"/v1/sales-lists/{seller.list}/items/{item['id']}"
        assert seller.its.call("DELETE", path).status == 204
    (kept, other) = [row["sku"] for row in everything(seller)]
    assert did(seller, "send", kept) == "done"
    assert seller.live_offers() == {kept: 3, other: 3}


def everything(seller: Seller) -> list[dict[str, Any]]:
    """Every row of the list, page by page."""
    rows: list[dict[str, Any]] = []
    query: dict[str, str] = {}
    while True:
        page = seller.its.get(f"/sales-lists/{seller.list}/items", **query)
        rows += page["items"]
        if not page.get("cursor"):
            return rows
        query = {"cursor": page["cursor"]}


@walks("ebay_sku_refused", on=EBAY)
def test_a_sku_that_ebay_refuses_is_changed_in_the_shop_and_the_product_added_again(seller: Seller) -> None:
    product = seller.its.add_product("..")
    seller.its.add_items(seller.list, product)
    seller.its.act(seller.list, "send")
    named(reason(seller, ".."), "ebay_sku_refused", "change_sku_in_shop")
    seller.its.shopify.deeds.set_variant_sku("GOOD", sku="..")
    heard(seller, product)
    path = f"/v1/sales-lists/{seller.list}/items/{seller.row('..')['id']}"
    assert seller.its.call("DELETE", path).status == 204
    seller.its.add_items(seller.list, product)
    assert did(seller, "send", "GOOD") == "done"
    assert follows(seller, "GOOD")


@walks("variant_gone", on=EBAY)
def test_a_variant_that_is_gone_from_its_product_is_taken_out(seller: Seller) -> None:
    product = add(seller, variants(seller, "MUG", "CUP"))
    seller.its.shopify.deeds.delete_variant(sku="CUP")
    job = seller.its.act(seller.list, "send")
    named(entry(seller, job, "CUP")["reason"], "variant_gone", "remove_item")
    assert seller.live_offers() == {"MUG": 3}
    path = f"/v1/sales-lists/{seller.list}/items/{seller.row('CUP')['id']}"
    assert seller.its.call("DELETE", path).status == 204
    assert [row["sku"] for row in seller.its.items(seller.list)] == ["MUG"]
    heard(seller, product)
    assert follows(seller)


@walks("ebay_product_code_missing", on=EBAY)
@pytest.mark.parametrize("fixed", ["profile", "barcode"])
def test_a_product_code_is_given_or_said_not_to_apply(seller: Seller, fixed: str) -> None:
    edit_profile(seller, without_barcode="leave_out")
    product = single()(seller)
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "ebay_product_code_missing", "give_barcode")
    if fixed == "profile":
        edit_profile(seller, without_barcode="does_not_apply")
    else:
        seller.its.shopify.deeds.set_barcode("4006381333931", sku="MUG")
        heard(seller, product)
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("ebay_sku_listed_alone", on=EBAY)
def test_what_sells_alone_becomes_a_variation_after_stop_and_send(seller: Seller) -> None:
    product = add(seller, [{"sku": "MUG", "price": "12.50", "stock": 3}])
    seller.its.act(seller.list, "send")
    gets_options(seller, product)
    seller.its.shopify.deeds.add_variant(product, sku="CUP", price="12.50", stock=2, options={"Color": "blue"})
    seller.its.add_items(seller.list, product)
    seller.its.act(seller.list, "send")
    named(reason(seller, "CUP"), "ebay_sku_listed_alone", "stop_and_send")
    assert seller.live_offers() == {"MUG": 3}
    seller.its.act(seller.list, "stop")
    assert did(seller, "send", "CUP") == "done"
    assert (follows(seller), follows(seller, "CUP")) == (True, True)
    assert seller.live_offers() == {"MUG": 3, "CUP": 2}


def gets_options(seller: Seller, product: str) -> None:
    """The seller gives the product an option, of which its only variant has one value."""
    world = seller.its.shopify.world
    before = world.catalog.product(int(product))
    (option,) = before.options
    world.catalog.change_product(before.id, world.now(), options=(replace(option, name="Color"),))
    (variant,) = before.variant_ids
    world.catalog.change_variant(variant, world.now(), selected_options=(("Color", "red"),))
