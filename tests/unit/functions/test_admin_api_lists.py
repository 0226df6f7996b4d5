"""Sales lists and what is in them, as a seller meets them."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import SalesList
from listbridge.domain.ids import AccountId, ListingKey, ProductId, ShopId, Site, Sku
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller

LONG_SKU = "S" * 200
EMOJI_SKU = "mug-\N{HOT BEVERAGE}\N{VARIATION SELECTOR-16}/ä#1"


def test_products_are_added_without_being_sent(seller: Seller) -> None:
    single, shirt = seller.its.add_product("A1"), seller.its.add_product("V1", "V2", title="Shirt")
    job = seller.its.add_items(seller.list, single, shirt)
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", 2, 2, 0)
    assert seller.statuses() == {"A1": "not_active", "V1": "not_active", "V2": "not_active"}
    row = seller.row("V2")
    assert row["title"] == "Shirt – Colour 1"
    assert row["listing"]["quantity"]["computed"] == 7
    assert row["listing"]["price"]["computed"] == {"amount": "12.50", "currency": "EUR"}
    assert row["listing"]["auto_update"] == "off: It was never sent to the marketplace."
    assert seller.live_offers() == {}


@pytest.mark.parametrize(("sku", "code"), [("", "sku_missing"), ("   ", "sku_missing"), (LONG_SKU, "sku_too_long")])
def test_a_variant_whose_sku_cannot_be_used_says_why_and_its_siblings_are_listed(
    seller: Seller, sku: str, code: str
) -> None:
    job = seller.its.add_items(seller.list, seller.its.add_product(sku, "GOOD"))
    assert (job["state"], job["failed"]) == ("done", 0)
    (bad,) = [row for row in seller.its.items(seller.list) if row["sku"] != "GOOD"]
    assert (bad["listing"], bad["problem"]["code"]) == (None, code)
    assert bad["problem"]["fix_text"] != ""
    assert seller.statuses() == {"GOOD": "not_active"}
    entry = seller.its.get(f"/jobs/{job['id']}/entries")["entries"][0]
    assert (entry["outcome"], entry["reason"]["code"]) == ("done", "variants_left_out")


def test_two_variants_with_one_sku_get_one_listing(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("SAME", "SAME"))
    rows = seller.its.items(seller.list)
    assert sorted((row["problem"] or {}).get("code", "listed") for row in rows) == ["listed", "sku_duplicate"]
    assert len(seller.its.get("/listings", sales_list=seller.list)["listings"]) == 1


def test_an_emoji_sku_is_listed_and_can_be_looked_at(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product(EMOJI_SKU))
    listing = seller.row(EMOJI_SKU)["listing"]
    assert seller.its.get(f"/listings/{listing['id']}")["sku"] == EMOJI_SKU


def test_what_another_list_sells_is_not_sold_twice(seller: Seller) -> None:
    product, second = seller.its.add_product("A1"), seller.other_list()
    seller.its.add_items(seller.list, product)
    job = seller.its.add_items(second, product)
    assert (job["state"], job["failed"]) == ("failed", 1)
    problem = seller.row("A1", second)["problem"]
    assert (problem["code"], problem["params"]) == ("sold_by_other_list", {"sku": "A1", "list": "Everything"})
    assert len(seller.its.get("/listings", account=seller.account)["listings"]) == 1


def test_a_product_that_the_shop_lacks_fails_alone(seller: Seller) -> None:
    job = seller.its.add_items(seller.list, "999", seller.its.add_product("A1"))
    assert seller.outcomes(job)["999"] == ("failed", "product_not_in_shop")
    assert (job["state"], job["done"], job["failed"]) == ("partly", 1, 1)
    assert seller.statuses() == {"A1": "not_active"}


def test_adding_again_changes_nothing(seller: Seller) -> None:
    product = seller.its.add_product("A1", "A2")
    seller.its.add_items(seller.list, product)
    before = seller.its.items(seller.list)
    seller.its.add_items(seller.list, product)
    assert seller.its.items(seller.list) == before


def test_a_price_of_zero_or_beyond_all_bounds_is_a_reason_and_nothing_is_sent(seller: Seller) -> None:
    seller.its.add_items(
        seller.list,
        seller.its.add_product("FREE", price="0.00"),
        seller.its.add_product("GOLD", price="1000000000000.00"),
    )
    job = seller.its.act(seller.list, "send")
    assert {sku: reason for sku, (_, reason) in seller.outcomes(job).items()} == {
        "FREE": "price_out_of_bounds",
        "GOLD": "price_out_of_bounds",
    }
    assert seller.live_offers() == {}
    assert seller.statuses() == {"FREE": "error", "GOLD": "error"}


def test_items_of_an_unknown_list_or_too_many_products_are_refused(seller: Seller) -> None:
    call = seller.its.call
    assert call("POST", "/v1/sales-lists/list_none/items", {"products": ["1"]}).status == 404
    path = f"/v1/sales-lists/{seller.list}/items"
    for products in ([], ["1"] * 501, "1", [1, {"id": 2}]):
        answer = call("POST", path, {"products": products})
        assert answer.status == 422
        assert answer.body["fields"][0]["field"].startswith("products")
    assert seller.its.get("/jobs")["jobs"] == []


def test_the_list_that_waits_takes_over_when_an_item_goes(seller: Seller) -> None:
    product, second = seller.its.add_product("A1"), seller.other_list()
    seller.its.add_items(seller.list, product)
    seller.its.add_items(second, product)
    row = seller.row("A1")
    assert seller.its.call("DELETE", f"/v1/sales-lists/{seller.list}/items/{row['id']}").status == 204
    assert seller.its.items(seller.list) == []
    taken = seller.row("A1", second)
    assert (taken["problem"], taken["listing"]["status"]) == (None, "not_active")
    assert taken["listing"]["quantity"]["computed"] == 7
    (variant,) = seller.its.stores.variants.of_product(ShopId(seller.shop), ProductId(product))
    assert variant.listings == {ListingKey(AccountId(seller.account), Site(SITE), Sku("A1"))}


def test_the_second_of_two_variants_with_one_sku_takes_over_when_the_first_goes(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("SAME"), seller.its.add_product("SAME"))
    (first,) = [row for row in seller.its.items(seller.list) if row["listing"] is not None]
    assert seller.its.call("DELETE", f"/v1/sales-lists/{seller.list}/items/{first['id']}").status == 204
    row = seller.row("SAME")
    assert (row["product"] != first["product"], row["problem"]) == (True, None)
    assert row["listing"]["status"] == "not_active"


def test_a_live_item_is_not_simply_deleted(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    seller.its.act(seller.list, "send")
    answer = seller.its.call("DELETE", f"/v1/sales-lists/{seller.list}/items/{seller.row('A1')['id']}")
    assert (answer.status, answer.body["problem"]["code"]) == (409, "listing_live")
    assert seller.statuses() == {"A1": "active"}
    assert seller.live_offers() == {"A1": 7}


def test_remove_ends_what_is_live_and_takes_it_out(seller: Seller) -> None:
    product, second = seller.its.add_product("A1"), seller.other_list()
    seller.its.add_items(seller.list, product)
    seller.its.add_items(second, product)
    seller.its.act(seller.list, "send")
    job = seller.its.act(seller.list, "stop_and_remove")
    assert seller.outcomes(job) == {"A1": ("done", "")}
    assert (seller.its.items(seller.list), seller.live_offers()) == ([], {})
    assert seller.row("A1", second)["listing"]["status"] == "not_active"


def test_remove_takes_out_what_was_never_sent_and_what_has_no_listing(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"), seller.its.add_product(""))
    job = seller.its.act(seller.list, "stop_and_remove")
    assert (job["state"], job["done"]) == ("done", 2)
    assert seller.its.items(seller.list) == []
    assert seller.its.call("DELETE", f"/v1/sales-lists/{seller.list}").status == 204


def test_a_list_with_items_stays(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    answer = seller.its.call("DELETE", f"/v1/sales-lists/{seller.list}")
    assert (answer.status, answer.body["problem"]["code"]) == (409, "list_not_empty")
    assert seller.its.stores.configuration.get(SalesList, seller.list).name == "Everything"


def test_a_list_for_a_site_that_the_account_lacks_is_refused(seller: Seller) -> None:
    body = {"name": "US", "account": seller.account, "site": "EBAY_US"}
    answer = seller.its.call("POST", "/v1/sales-lists", body)
    assert (answer.status, answer.body["problem"]["code"]) == (422, "site_unavailable")
    assert [one["field"] for one in answer.body["fields"]] == ["site"]
    assert len(seller.its.get("/sales-lists")["sales_lists"]) == 1


def test_a_lists_account_and_site_cannot_be_edited(seller: Seller) -> None:
    answer = seller.its.call("PATCH", f"/v1/sales-lists/{seller.list}", {"site": "EBAY_US"})
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "site")


def test_a_creation_profile_names_what_is_wrong_with_it(seller: Seller) -> None:
    settings = {**seller.its.creation_settings(), "category_id": "shoes", "colour": "red"}
    draft = {"name": "Bad", "marketplace": "ebay", "site": SITE, "settings": settings}
    answer = seller.its.call("POST", "/v1/creation-profiles", draft)
    assert answer.status == 422
    assert {one["field"] for one in answer.body["fields"]} == {"settings.category_id", "settings.colour"}
    assert len(seller.its.get("/creation-profiles")["creation_profiles"]) == 1


def test_a_profile_in_use_stays_and_its_edit_is_a_job_that_reprices(seller: Seller) -> None:
    profile = seller.its.post("/profiles", {"name": "Half", "rules": {"price": {"ratio": "0.5"}}})["id"]
    seller.its.patch(f"/sales-lists/{seller.list}", {"profile": profile})
    seller.its.run()
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    assert seller.row("A1")["listing"]["price"]["computed"] == {"amount": "6.25", "currency": "EUR"}
    answer = seller.its.call("DELETE", f"/v1/profiles/{profile}")
    assert (answer.status, answer.body["problem"]["params"]["lists"]) == (409, "Everything")
    seller.its.patch(f"/profiles/{profile}", {"rules": {"price": {"ratio": "2"}}})
    seller.its.run()
    assert seller.row("A1")["listing"]["price"]["computed"] == {"amount": "25.00", "currency": "EUR"}
    seller.its.patch(f"/sales-lists/{seller.list}", {"profile": None})
    seller.its.run()
    assert seller.its.call("DELETE", f"/v1/profiles/{profile}").status == 204


def test_a_creation_profile_in_use_stays(seller: Seller) -> None:
    (creation,) = seller.its.get("/creation-profiles")["creation_profiles"]
    answer = seller.its.call("DELETE", f"/v1/creation-profiles/{creation['id']}")
    assert (answer.status, answer.body["problem"]["code"]) == (409, "profile_in_use")
    edit = {"settings": {"brand": "Acme"}}
    edited = seller.its.patch(f"/creation-profiles/{creation['id']}", edit, expect=200)
    assert (edited["settings"]["brand"], edited["settings"]["category_id"]) == ("Acme", "45220")
