"""What keeps a product out of a sales list, or in it: the fix that is named is done, and it sells, or is out."""

from __future__ import annotations

import pytest

from listbridge.domain.jobs import Outcome
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import did, did_remove, follows, in_list, on_sale
from tests.unit.remedies.walks import SHOPIFY, entry, named, reason, refusal, walks


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
