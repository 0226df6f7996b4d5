"""What a listing says about where it stands: the fix that it names is taken, and the listing follows the shop again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.listings.listing import Status
from listbridge.domain.problem import Problem
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import deleted, did, did_remove, follows, in_list, on_sale, relinked, row_of
from tests.unit.remedies.walks import EBAY, SHOPIFY, entry, heard, named, reason, refusal, walks

# ---- by status ----


@walks("not_sent")
def test_never_sent_is_sent(seller: Seller) -> None:
    in_list(seller)
    named(reason(seller, "MUG"), "not_sent", "send")
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("stopped")
def test_stopped_is_relisted(seller: Seller) -> None:
    on_sale(seller)
    seller.its.act(seller.list, "stop")
    named(reason(seller, "MUG"), "stopped", "relist")
    assert did(seller, "relist") == "done"
    assert follows(seller)


@walks("pending")
def test_pending_passes_when_the_operation_is_over(seller: Seller) -> None:
    in_list(seller)
    path = f"/sales-lists/{seller.list}/actions"
    stores = seller.its.stores
    stores.listings.save(replace(row_of(seller), status=Status.PENDING))  # a worker died in the middle of it
    job = seller.its.post(path, {"action": "send", "items": "all"}, expect=202)["job"]
    named(entry(seller, job, "MUG")["reason"], "pending", "")
    stores.listings.save(replace(row_of(seller), status=Status.NOT_ACTIVE))
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("linked_already")
@pytest.mark.parametrize("action", ["send", "link", "relist"])
def test_what_is_live_already_is_sent_anew_by_full_revise(seller: Seller, action: str) -> None:
    product = on_sale(seller)
    seller.its.shopify.deeds.set_title(product, "A better mug")
    named(entry(seller, seller.its.act(seller.list, action), "MUG")["reason"], "linked_already", "full_revise")
    assert did(seller, "full_revise") == "done"
    assert follows(seller)


@walks("not_ended")
def test_what_never_ended_is_sent(seller: Seller) -> None:
    in_list(seller)
    named(entry(seller, seller.its.act(seller.list, "relist"), "MUG")["reason"], "not_ended", "send")
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("not_linked")
@pytest.mark.parametrize("action", ["revise", "revise_quantity", "revise_price", "full_revise", "align"])
@pytest.mark.parametrize(("stopped", "fix"), [(False, "send"), (True, "relist")])
def test_what_is_not_live_is_put_on_sale_and_then_takes_the_action(
    seller: Seller, action: str, stopped: bool, fix: str
) -> None:
    (on_sale if stopped else in_list)(seller)
    if stopped:
        seller.its.act(seller.list, "stop")
    named(entry(seller, seller.its.act(seller.list, action), "MUG")["reason"], "not_linked", fix)
    assert did(seller, fix) == "done"
    assert did(seller, action) == "done"
    assert follows(seller)


@pytest.mark.parametrize("action", ["stop", "unlink"])
def test_what_is_not_live_needs_nothing_to_be_stopped_or_unlinked(seller: Seller, action: str) -> None:
    in_list(seller)
    named(entry(seller, seller.its.act(seller.list, action), "MUG")["reason"], "not_linked", "")
    assert seller.live_offers() == {}


# ---- a product that is gone ----


@walks("gone_from_shop", on=SHOPIFY)
def test_a_listing_that_ended_with_its_product_is_relinked(seller: Seller) -> None:
    deleted(seller, on_sale(seller))
    named(reason(seller, "MUG"), "gone_from_shop", "relink")
    relinked(seller)
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 3})


@pytest.mark.parametrize("action", ["send", "relist"])
def test_trying_to_sell_what_is_gone_in_between_takes_nothing_from_the_relinking(seller: Seller, action: str) -> None:
    deleted(seller, on_sale(seller))
    job = seller.its.act(seller.list, action)
    named(entry(seller, job, "MUG")["reason"], "product_gone", "relink")
    named(reason(seller, "MUG"), "gone_from_shop", "relink")
    relinked(seller)
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 3})


@walks("product_gone", on=SHOPIFY)
def test_a_listing_that_was_stopped_before_its_product_went_is_relinked_and_relisted(seller: Seller) -> None:
    product = on_sale(seller)
    seller.its.act(seller.list, "stop")
    deleted(seller, product)
    named(reason(seller, "MUG"), "product_gone", "relink")
    assert entry(seller, seller.its.act(seller.list, "relist"), "MUG")["reason"]["fix"] == "relink"
    relinked(seller)
    named(reason(seller, "MUG"), "stopped", "relist")
    assert did(seller, "relist") == "done"
    assert follows(seller)


@walks("send_failed", on=SHOPIFY)
def test_a_listing_whose_sending_found_no_product_is_relinked_and_sent(seller: Seller) -> None:
    product = in_list(seller)
    seller.its.shopify.deeds.delete_product(product)
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "product_gone", "relink")
    relinked(seller)
    named(reason(seller, "MUG"), "send_failed", "send")
    assert did(seller, "send") == "done"
    assert follows(seller)


def test_a_listing_whose_product_is_gone_for_good_is_taken_out(seller: Seller) -> None:
    deleted(seller, on_sale(seller))
    assert "remove the item from the list" in named(reason(seller, "MUG"), "gone_from_shop", "relink")["fix_text"]
    assert did_remove(seller) == "done"
    assert seller.its.items(seller.list) == []


@walks("relinked", on=SHOPIFY)
def test_a_relinked_listing_that_cannot_go_on_sale_by_itself_is_sent(seller: Seller) -> None:
    deleted(seller, on_sale(seller))
    seller.its.ebay.deeds.revoke_token("anna")
    relinked(seller)
    (account,) = seller.its.get("/accounts")["accounts"]
    assert account["state"] == "expired"
    assert row_of(seller).hold == Problem("relinked", fix="send")
    seller.its.ebay.deeds.restore_token("anna")
    body = {"credentials": seller.its.ebay_credentials()}
    assert seller.its.call("PUT", f"/v1/accounts/{seller.account}/credentials", body).status == 200
    named(reason(seller, "MUG"), "relinked", "send")
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("made_anew", on=SHOPIFY)
def test_a_product_made_anew_is_relinked_where_its_item_says_so(seller: Seller) -> None:
    deleted(seller, on_sale(seller))
    again = seller.its.add_product("MUG", title="Mug again", stock=3)
    seller.its.add_items(seller.list, again)
    (item,) = [row for row in seller.its.items(seller.list) if row["problem"] is not None]
    named(item["problem"], "made_anew", "relink")
    seller.its.post(f"/shops/{seller.shop}/relink", {"product": again}, expect=200)
    seller.its.run()
    assert follows(seller)


@walks("nothing_to_relink")
def test_a_product_with_nothing_to_relink_gives_way_to_the_right_one(seller: Seller) -> None:
    deleted(seller, on_sale(seller))
    other, again = seller.its.add_product("CUP"), seller.its.add_product("MUG", stock=3)
    path = f"/shops/{seller.shop}/relink"
    problem = refusal(seller.its, "POST", path, {"product": other})
    named(problem, "nothing_to_relink", "choose_other_product")
    seller.its.post(path, {"product": again}, expect=200)
    seller.its.run()
    assert follows(seller)


# ---- stock ----


@walks("waits_for_stock", on=SHOPIFY)
def test_what_waits_for_stock_goes_on_sale_when_the_shop_has_some(seller: Seller) -> None:
    product = on_sale(seller, stock=0)
    named(reason(seller, "MUG"), "waits_for_stock", "restock")
    seller.its.shopify.deeds.set_stock(4, None, sku="MUG")
    heard(seller, product)
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 4})


def test_what_waited_for_stock_and_lost_its_product_says_so_and_sells_after_relinking(seller: Seller) -> None:
    deleted(seller, on_sale(seller, stock=0))
    named(reason(seller, "MUG"), "product_gone", "relink")
    relinked(seller)
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 3})


@walks("ended_at_zero", "out_of_stock_control_off", on=EBAY)
def test_what_was_ended_at_zero_comes_back_and_stays_with_the_switch_at_ebay(seller: Seller) -> None:
    seller.its.ebay.deeds.set_out_of_stock_control("anna", False)
    product = on_sale(seller)
    for stock in (0, 4):
        seller.its.shopify.deeds.set_stock(stock, None, sku="MUG")
        heard(seller, product)
        if stock == 0:
            named(reason(seller, "MUG"), "ended_at_zero", "enable_out_of_stock_control")
            seller.its.ebay.deeds.set_out_of_stock_control("anna", True)
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 4})
    seller.its.shopify.deeds.set_stock(0, None, sku="MUG")
    heard(seller, product)
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 0})


@walks("ended_at_zero", on=EBAY)
def test_what_was_ended_at_zero_stays_a_day_after_ebay_was_asked_to_keep_it(seller: Seller) -> None:
    seller.its.ebay.deeds.set_out_of_stock_control("anna", False)
    product, switch = on_sale(seller), f"/accounts/{seller.account}/sold-out"
    seller.its.shopify.deeds.set_stock(0, None, sku="MUG")
    heard(seller, product)
    named(reason(seller, "MUG"), "ended_at_zero", "enable_out_of_stock_control")
    assert seller.its.get(switch) == {"kept": False, "hours": 0}
    assert seller.its.post(switch, expect=200) == {"kept": False, "hours": 24}
    seller.its.stores.clock.advance(86_400)
    assert seller.its.post(switch, expect=200) == {"kept": True, "hours": 0}
    for stock in (4, 0):
        seller.its.shopify.deeds.set_stock(stock, None, sku="MUG")
        heard(seller, product)
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 0})


# ---- numbers that cannot be computed ----


@walks("price_out_of_bounds", on=EBAY)
@pytest.mark.parametrize("live", [False, True])
def test_a_price_out_of_bounds_is_set_in_the_shop(seller: Seller, live: bool) -> None:
    product = on_sale(seller) if live else in_list(seller)
    seller.its.shopify.deeds.set_price("0.00", sku="MUG")
    heard(seller, product)
    if not live:
        seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "price_out_of_bounds", "set_price_in_shop")
    seller.its.shopify.deeds.set_price("9.00", sku="MUG")
    heard(seller, product)
    if not live:
        named(reason(seller, "MUG"), "send_failed", "send")
        assert did(seller, "send") == "done"
    assert follows(seller)


@walks("stock_unknown", on=SHOPIFY)
@pytest.mark.parametrize("live", [False, True])
def test_stock_at_no_chosen_location_is_put_right_in_the_shop(seller: Seller, live: bool) -> None:
    product = on_sale(seller) if live else in_list(seller)
    (place,) = seller.its.shopify.world.live.locations
    seller.its.shopify.deeds.disconnect_stock(place, sku="MUG")
    heard(seller, product)
    if not live:
        seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "stock_unknown", "check_stock_in_shop")
    seller.its.shopify.deeds.set_stock(5, None, sku="MUG")
    heard(seller, product)
    if not live:
        assert did(seller, "send") == "done"
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 5})


# ---- linking ----


@walks("not_aligned", on=EBAY)
def test_a_linked_listing_is_aligned(seller: Seller) -> None:
    on_sale(seller)
    seller.its.act(seller.list, "unlink")
    assert did(seller, "link") == "done"
    named(reason(seller, "MUG"), "not_aligned", "align")
    assert did(seller, "align") == "done"
    assert follows(seller)


@walks("not_listed_there", on=EBAY)
def test_what_the_account_does_not_sell_is_sent_instead_of_linked(seller: Seller) -> None:
    in_list(seller)
    named(entry(seller, seller.its.act(seller.list, "link"), "MUG")["reason"], "not_listed_there", "send")
    named(reason(seller, "MUG"), "not_listed_there", "send")
    assert did(seller, "send") == "done"
    assert follows(seller)
