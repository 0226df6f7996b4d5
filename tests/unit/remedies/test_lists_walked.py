"""What keeps a product out of a sales list, or in it: the fix that is named is done, and it sells, or is out."""

from __future__ import annotations

import pytest

from listbridge.domain.jobs import Outcome
from listbridge.services.listings.mirror import mirror_collections
from listbridge.services.timers.reconcile import Timer, reconcile
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import did, did_remove, follows, in_list, on_sale
from tests.unit.remedies.walks import SHOPIFY, entry, heard, named, reason, refusal, walks


@walks("creation_profile_missing")
def test_a_list_without_a_creation_profile_gets_one(seller: Seller) -> None:
    in_list(seller)
    profile = seller.its.get(f"/sales-lists/{seller.list}")["creation_profile"]
    seller.its.patch(f"/sales-lists/{seller.list}", {"creation_profile": None})
    seller.its.run()
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "creation_profile_missing", "choose_creation_profile")
    seller.its.patch(f"/sales-lists/{seller.list}", {"creation_profile": profile})
    seller.its.run()
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("listing_live")
def test_a_live_item_is_taken_out_by_remove(seller: Seller) -> None:
    on_sale(seller)
    path = f"/sales-lists/{seller.list}/items/{seller.row('MUG')['id']}"
    named(refusal(seller.its, "DELETE", path), "listing_live", "stop_and_remove")
    assert did_remove(seller) == "done"
    assert (seller.its.items(seller.list), seller.live_offers()) == ([], {})


@walks("list_not_empty")
def test_a_list_is_emptied_and_then_deleted(seller: Seller) -> None:
    in_list(seller)
    named(refusal(seller.its, "DELETE", f"/sales-lists/{seller.list}"), "list_not_empty", "remove_items_first")
    assert did_remove(seller) == "done"
    assert seller.its.call("DELETE", f"/v1/sales-lists/{seller.list}").status == 204


@walks("sold_by_other_list")
def test_what_another_list_sells_is_taken_over_when_it_is_taken_out_there(seller: Seller) -> None:
    product, second = in_list(seller), seller.other_list()
    seller.its.add_items(second, product)
    named(seller.row("MUG", second)["problem"], "sold_by_other_list", "remove_from_other_list")
    assert did_remove(seller) == "done"
    assert seller.row("MUG", second)["problem"] is None
    job = seller.its.act(second, "send")
    assert entry(seller, job, "MUG")["outcome"] == Outcome.DONE.value


@walks("sku_duplicate", "variants_left_out", on=SHOPIFY)
def test_skus_are_made_unique_in_the_shop_and_the_product_is_added_again(seller: Seller) -> None:
    product = seller.its.add_product("SAME", "SAME")
    job = seller.its.add_items(seller.list, product)
    (told,) = seller.its.get(f"/jobs/{job['id']}/entries")["entries"]
    named(told["reason"], "variants_left_out", "make_skus_unique")
    (left,) = [row for row in seller.its.items(seller.list) if row["problem"] is not None]
    named(left["problem"], "sku_duplicate", "make_skus_unique")
    variant = next(one for one in seller.its.shopify.world.live.variants.values() if str(one.id) == left["variant"])
    seller.its.shopify.deeds.set_variant_sku("OTHER", variant_id=variant.id)
    seller.its.add_items(seller.list, product)
    assert [row["problem"] for row in seller.its.items(seller.list)] == [None, None]
    assert did(seller, "send", "OTHER") == "done"


@walks("sku_missing", "sku_too_long", on=SHOPIFY)
@pytest.mark.parametrize(
    ("sku", "code", "fix"), [("", "sku_missing", "set_sku_in_shop"), ("x" * 51, "sku_too_long", "shorten_sku")]
)
def test_a_sku_is_mended_in_the_shop_and_the_product_is_added_again(
    seller: Seller, sku: str, code: str, fix: str
) -> None:
    product = seller.its.add_product(sku)
    seller.its.add_items(seller.list, product)
    (row,) = seller.its.items(seller.list)
    named(row["problem"], code, fix)
    (variant,) = seller.its.shopify.world.live.variants.values()
    seller.its.shopify.deeds.set_variant_sku("GOOD", variant_id=variant.id)
    seller.its.add_items(seller.list, product)
    assert did(seller, "send", "GOOD") == "done"
    assert follows(seller, "GOOD")


@walks("product_not_in_shop", on=SHOPIFY)
def test_another_product_is_added_where_the_shop_lacks_the_first(seller: Seller) -> None:
    job = seller.its.add_items(seller.list, "999")
    (told,) = seller.its.get(f"/jobs/{job['id']}/entries")["entries"]
    named(told["reason"], "product_not_in_shop", "choose_other_product")
    in_list(seller)
    assert did(seller, "send") == "done"


@walks("not_chosen_now")
def test_a_product_that_left_the_choice_is_added_when_it_is_chosen_again(seller: Seller) -> None:
    product = seller.its.add_product("MUG")
    edit, path = seller.its.shopify.deeds.edit_product, f"/sales-lists/{seller.list}/items"
    edit(product, tags=["blue"])
    job = seller.its.post(path, {"tag": "blue"}, expect=202)["job"]
    edit(product, tags=[])
    seller.its.run()
    (told,) = seller.its.get(f"/jobs/{job['id']}/entries")["entries"]
    named(told["reason"], "not_chosen_now", "")
    edit(product, tags=["blue"])
    seller.its.post(path, {"tag": "blue"}, expect=202)
    seller.its.run()
    assert set(seller.statuses()) == {"MUG"}


def mirroring(seller: Seller, *products: str, on_leave: str = "keep") -> tuple[str, str]:
    """A list that follows a collection with these products, and the collection; nothing waits for approval."""
    made = seller.its.shopify.deeds.add_collection(title="Mugs", product_ids=list(products))
    profile = seller.its.get(f"/sales-lists/{seller.list}")["creation_profile"]
    body = {
        "name": "Mugs",
        "account": seller.account,
        "site": seller.its.get(f"/sales-lists/{seller.list}")["site"],
        "creation_profile": profile,
        "mode": "collection",
        "collections": [str(made["collection_id"])],
        "on_leave": on_leave,
    }
    mirror = seller.its.post("/sales-lists", body)["id"]
    seller.its.run()
    return str(mirror), str(made["collection_id"])


@walks("list_follows_collections")
def test_an_item_of_a_list_that_follows_collections_is_taken_out_in_the_shop(seller: Seller) -> None:
    product = seller.its.add_product("MUG")
    mirror, collection = mirroring(seller, product)
    path = f"/sales-lists/{mirror}/items/{seller.row('MUG', mirror)['id']}"
    named(refusal(seller.its, "DELETE", path), "list_follows_collections", "edit_collections")
    seller.its.shopify.deeds.set_members(collection, [])
    heard(seller, product)
    assert seller.its.items(mirror) == []


@walks("detached", "left_collection")
@pytest.mark.parametrize(("on_leave", "code"), [("keep", "detached"), ("zero", "left_collection")])
def test_a_listing_that_left_its_collection_is_whole_again_with_its_product(
    seller: Seller, on_leave: str, code: str
) -> None:
    product = seller.its.add_product("MUG")
    mirror, collection = mirroring(seller, product, on_leave=on_leave)
    item = seller.row("MUG", mirror)["id"]
    seller.its.act(mirror, "send")
    seller.its.shopify.deeds.set_members(collection, [])
    heard(seller, product)
    if on_leave == "keep":
        job = seller.its.act(mirror, "full_revise", [item])
        named(entry(seller, job, "MUG")["reason"], code, "put_back_in_collection")
    else:
        (row,) = seller.its.get("/listings", detached="true")["listings"]
        told = seller.its.get(f"/listings/{row['id']}/explain")["quantity"]["reason"]
        named(told, code, "put_back_in_collection")
    seller.its.shopify.deeds.set_members(collection, [product])
    heard(seller, product)
    assert seller.row("MUG", mirror)["listing"]["detached"] is None
    job = seller.its.act(mirror, "full_revise", [item])
    assert entry(seller, job, "MUG")["outcome"] == Outcome.DONE.value


@walks("collection_too_large")
def test_a_list_whose_collections_are_too_large_follows_a_smaller_one(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = [seller.its.add_product(sku) for sku in ("MUG", "CUP", "BOWL")]
    mirror, collection = mirroring(seller, *products[:2])
    monkeypatch.setattr(mirror_collections, "MOST_MEMBERS", 2)
    seller.its.shopify.deeds.set_members(collection, products)
    heard(seller, *products)
    seller.its.stores.clock.advance(7200)
    reconcile(seller.its.deps, Timer.SWEEP)
    seller.its.run()
    (job,) = [one for one in seller.its.get("/jobs")["jobs"] if one["kind"] == "mirror" and one["state"] == "failed"]
    named(job["reason"], "collection_too_large", "choose_smaller_collections")
    smaller = seller.its.shopify.deeds.add_collection(title="Cups", product_ids=[products[1]])
    seller.its.patch(f"/sales-lists/{mirror}", {"collections": [str(smaller["collection_id"])]})
    seller.its.run()
    assert [row["sku"] for row in seller.its.items(mirror)] == ["CUP"]
