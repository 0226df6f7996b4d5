"""Observe mode, the switches and the guard: what is told leads to what is done once the account may write again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import did, follows, in_list, on_sale
from tests.unit.remedies.walks import EBAY, entry, heard, named, reason, walks


def observe(seller: Seller, on: bool) -> None:
    seller.its.patch(f"/accounts/{seller.account}", {"observe": on})
    seller.its.run()


def rehearsed(seller: Seller, action: str, code: str, fix: str, sku: str = "MUG") -> None:
    named(entry(seller, seller.its.act(seller.list, action), sku)["reason"], code, fix)


@walks("observe_mode", "would_list", "would_revise", "would_revise_in_full")
def test_what_is_rehearsed_is_done_after_observe_mode(seller: Seller) -> None:
    in_list(seller)
    observe(seller, True)
    named(reason(seller, "MUG"), "observe_mode", "leave_observe_mode")
    rehearsed(seller, "send", "would_list", "leave_observe_mode")
    assert seller.live_offers() == {}
    observe(seller, False)
    assert did(seller, "send") == "done"
    observe(seller, True)
    rehearsed(seller, "revise", "would_revise", "leave_observe_mode")
    rehearsed(seller, "full_revise", "would_revise_in_full", "leave_observe_mode")
    observe(seller, False)
    assert (did(seller, "revise"), did(seller, "full_revise")) == ("done", "done")
    assert follows(seller)


@walks("would_end", "would_remove")
@pytest.mark.parametrize(("action", "code"), [("stop", "would_end"), ("stop_and_remove", "would_remove")])
def test_what_would_end_ends_after_observe_mode(seller: Seller, action: str, code: str) -> None:
    on_sale(seller)
    observe(seller, True)
    rehearsed(seller, action, code, "leave_observe_mode")
    assert seller.live_offers() == {"MUG": 7}
    observe(seller, False)
    seller.its.act(seller.list, action)
    assert seller.live_offers() == {}


@walks("would_unlink")
def test_what_a_dry_run_would_unlink_is_unlinked_without_it(seller: Seller) -> None:
    on_sale(seller)
    body = {"action": "unlink", "items": "all", "dry_run": True}
    job = seller.its.post(f"/sales-lists/{seller.list}/actions", body, expect=202)["job"]
    named(entry(seller, job, "MUG")["reason"], "would_unlink", "run_without_dry_run")
    assert seller.statuses() == {"MUG": "active"}
    assert did(seller, "unlink") == "done"
    assert seller.statuses() == {"MUG": "not_active"}


@walks("would_link", on=EBAY)
def test_what_would_be_linked_is_linked_also_while_it_is_observed(seller: Seller) -> None:
    on_sale(seller)
    seller.its.act(seller.list, "unlink")
    observe(seller, True)
    rehearsed(seller, "send", "would_link", "link")
    assert did(seller, "link") == "done"
    assert seller.statuses() == {"MUG": "active"}


@walks("would_wait_for_stock")
def test_what_would_wait_for_stock_sells_when_there_is_some(seller: Seller) -> None:
    product = in_list(seller, stock=0)
    observe(seller, True)
    rehearsed(seller, "send", "would_wait_for_stock", "restock")
    observe(seller, False)
    seller.its.act(seller.list, "send")
    seller.its.shopify.deeds.set_stock(4, None, sku="MUG")
    heard(seller, product)
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 4})


@walks("partly_listed", on=EBAY)
def test_of_a_product_listed_in_part_the_other_listing_is_ended_and_all_is_sent(seller: Seller) -> None:
    on_sale(seller, "MUG")
    told = seller.its.get("/listings")["listings"]
    assert len(told) == 1
    seller.its.act(seller.list, "stop_and_remove")
    seller.its.ebay.deeds.seed_listings("anna", ["RED"], marketplace="EBAY_DE", quantity=3, price="9.00")
    in_list(seller, "RED", "BLUE")
    seller.its.act(seller.list, "send")
    named(reason(seller, "BLUE"), "partly_listed", "end_other_listing")
    owner = seller.its.ebay.world.sellers["anna"]
    (listing,) = [one.listing_id for one in owner.offers.values() if one.listing_id is not None]
    assert listing is not None
    seller.its.ebay.deeds.end_listing(listing)
    seller.its.act(seller.list, "unlink")
    assert (did(seller, "send", "BLUE"), did(seller, "full_revise", "RED")) == ("done", "done")
    assert (follows(seller, "RED"), follows(seller, "BLUE")) == (True, True)


# ---- switches ----


@walks("auto_quantity_off", "auto_price_off")
@pytest.mark.parametrize("field", ["quantity", "price"])
@pytest.mark.parametrize("by_hand", [False, True])
def test_a_switch_is_switched_on_or_the_field_is_revised_by_hand(seller: Seller, field: str, by_hand: bool) -> None:
    product = on_sale(seller)
    seller.its.patch(f"/accounts/{seller.account}", {f"auto_{field}": False})
    seller.its.run()
    named(reason(seller, "MUG"), f"auto_{field}_off", f"switch_on_auto_{field}")
    seller.its.shopify.deeds.set_stock(4, None, sku="MUG")
    seller.its.shopify.deeds.set_price("15.00", sku="MUG")
    heard(seller, product)
    if by_hand:
        assert did(seller, f"revise_{field}") == "done"
    else:
        seller.its.patch(f"/accounts/{seller.account}", {f"auto_{field}": True})
        seller.its.run()
        assert follows(seller)
    row = seller.row("MUG")["listing"]
    assert row[field]["accepted"] == row[field]["computed"]


# ---- the guard ----


LIMITS = {"share": "0.10", "count": 3}


@walks("guard")
def test_what_the_guard_holds_is_let_go_by_approval(seller: Seller) -> None:
    products = [on_sale(seller, sku) for sku in "ABCD"]
    seller.its.patch(f"/accounts/{seller.account}", {"guard": LIMITS})
    seller.its.run()
    for product in products:
        seller.its.shopify.deeds.delete_product(product)
    heard(seller, *products)
    held = [sku for sku in "ABCD" if (reason(seller, sku) or {}).get("code") == "guard"]
    assert held, "the guard let everything pass"
    named(reason(seller, held[0]), "guard", "approve_changes")
    assert held[0] in seller.live_offers()
    seller.its.post(f"/accounts/{seller.account}/guard/approve", expect=202)
    seller.its.run()
    assert seller.live_offers() == {}
    named(reason(seller, held[0]), "gone_from_shop", "relink")


def waiting_job(seller: Seller) -> dict[str, Any]:
    on_sale(seller, "A")
    seller.its.patch(f"/accounts/{seller.account}", {"guard": LIMITS})
    seller.its.run()
    body = {"action": "stop", "items": "all"}
    job: dict[str, Any] = seller.its.post(f"/sales-lists/{seller.list}/actions", body, expect=202)["job"]
    return job


@walks("job_waits")
@pytest.mark.parametrize(("decision", "live"), [("approve", {}), ("refuse", {"A": 7})])
def test_a_job_that_waits_is_decided(seller: Seller, decision: str, live: dict[str, int]) -> None:
    job = waiting_job(seller)
    told = {one["problem"]["code"]: one["problem"] for one in seller.its.get("/health")["concerns"]}
    named(told["job_waits"], "job_waits", "decide_job")
    seller.its.post(f"/jobs/{job['id']}/{decision}", expect=200)
    seller.its.run()
    assert seller.live_offers() == live
    assert "job_waits" not in {one["problem"]["code"] for one in seller.its.get("/health")["concerns"]}


@walks("writes_stopped")
def test_a_stopped_account_is_resumed(seller: Seller) -> None:
    product = on_sale(seller)
    seller.its.post(f"/accounts/{seller.account}/stop", {"why": "prices look wrong"}, expect=200)
    seller.its.shopify.deeds.set_stock(4, None, sku="MUG")
    heard(seller, product)
    named(reason(seller, "MUG"), "writes_stopped", "resume_writes")
    assert seller.live_offers() == {"MUG": 7}
    seller.its.post(f"/accounts/{seller.account}/resume", expect=200)
    seller.its.run()
    assert (reason(seller, "MUG"), seller.live_offers()) == (None, {"MUG": 4})
