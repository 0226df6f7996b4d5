"""What passes: nothing, or a deed elsewhere, is named, and the very same thing is done when its time comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, ProductId, ShopId
from listbridge.domain.manifest import BudgetSpec
from listbridge.domain.ports import Budget
from listbridge.domain.verdicts import RateLimited
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from listbridge.infra.clock import next_midnight
from listbridge.infra.coordination.budgets import BudgetPool
from listbridge.marketplaces.ebay.manifest import PACIFIC
from listbridge.marketplaces.ebay.offers.daily_revisions import DailyRevisions
from listbridge.services.desk import messages
from listbridge.services.timers.reconcile import Timer, reconcile
from simulators.faults import Fault
from tests.fakes.buckets import FakeBuckets
from tests.fakes.clock import VirtualClock
from tests.fakes.coordination import FakeLeases
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import did, follows, in_list, on_sale, row_of
from tests.unit.remedies.test_ebay_refusals_walked import said
from tests.unit.remedies.walks import EBAY, SHOPIFY, entry, heard, named, reason, refusal, walks


def often(fault: Fault, times: int = 200) -> Fault:
    """The fault again and again, until it is cleared."""
    return Fault(fault.operation, fault.kind, times=times, status=fault.status, body=fault.body, name=fault.name)


TRIED: list[tuple[str, Fault, str]] = [
    ("ebay_item_busy", said("updateOffer", 25025), ""),
    ("ebay_listing_on_hold", said("updateOffer", 25097), "read_ebay_mail"),
    ("ebay_listing_ending", said("updateOffer", 25038), ""),
    ("ebay_outcome_unknown", Fault("updateOffer", "status", status=500), ""),
]


@walks(*(code for code, _, _ in TRIED), on=EBAY)
@pytest.mark.parametrize(("code", "fault", "fix"), TRIED, ids=[code for code, _, _ in TRIED])
def test_what_was_tried_in_vain_for_long_enough_is_told_and_done_when_asked_again(
    seller: Seller, code: str, fault: Fault, fix: str
) -> None:
    on_sale(seller)
    seller.its.ebay.faults.add(often(fault))
    named(entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["reason"], code, fix)
    assert seller.statuses() == {"MUG": "active"}
    seller.its.ebay.faults.clear()
    assert did(seller, "full_revise") == "done"
    assert follows(seller)


ASKED: list[tuple[str, Fault]] = [
    ("ebay_unavailable", Fault("*", "status", status=503)),
    ("ebay_answer_unreadable", Fault("*", "html", status=200)),
    ("ebay_limit_reached", Fault("*", "status", status=429)),
]


@walks(*(code for code, _ in ASKED), on=EBAY)
@pytest.mark.parametrize(("code", "fault"), ASKED, ids=[code for code, _ in ASKED])
def test_what_passes_at_ebay_names_nothing_to_do_and_passes(seller: Seller, code: str, fault: Fault) -> None:
    path = f"/accounts/{seller.account}/check"
    seller.its.ebay.faults.add(often(fault))
    named(refusal(seller.its, "POST", path, status=502), code, "")
    seller.its.ebay.faults.clear()
    seller.its.stores.clock.advance(120)
    seller.its.post(path, expect=200)


@walks("budget_spent", on=SHOPIFY)
def test_a_spent_limit_comes_back_by_itself(seller: Seller) -> None:
    path = f"/shops/{seller.shop}/check"
    seller.its.shopify.faults.add(Fault("*", "status", status=429))
    refusal(seller.its, "POST", path, status=502)
    named(refusal(seller.its, "POST", path, status=502), "budget_spent", "")
    seller.its.stores.clock.advance(120)
    seller.its.post(path, expect=200)


GIVEN_UP: list[tuple[str, Fault]] = [
    ("no_answer", Fault("bulkUpdatePriceQuantity", "drop_before")),
    ("ebay_no_word_of_listing", Fault("bulkUpdatePriceQuantity", "status", status=200, body={"responses": []})),
]


@walks(*(code for code, _ in GIVEN_UP), on=EBAY)
@pytest.mark.parametrize(("code", "fault"), GIVEN_UP, ids=[code for code, _ in GIVEN_UP])
def test_an_update_that_was_given_up_is_sent_by_revise(seller: Seller, code: str, fault: Fault) -> None:
    product = on_sale(seller)
    seller.its.ebay.faults.add(often(fault, 5000))
    seller.its.shopify.deeds.set_price("15.00", sku="MUG")
    heard(seller, product)
    told = None
    for _ in range(200):
        told = seller.row("MUG")["listing"]["reason"]
        if told is not None:
            break
        seller.its.stores.clock.advance(1000)
        seller.its.post(f"/accounts/{seller.account}/check", expect=200)
        seller.its.run()
    assert named(told, "update_failed", "revise")["params"]["reason"] == code
    seller.its.ebay.faults.clear()
    assert did(seller, "revise") == "done"
    assert follows(seller)


@walks("ebay_revisions_used_up", on=EBAY)
def test_a_listing_that_was_changed_too_often_is_changed_on_the_next_day(seller: Seller) -> None:
    product = on_sale(seller)
    began = seller.its.stores.clock.now()
    words = "You have reached the number of revisions allowed for one day."
    seller.its.ebay.faults.add(said("bulkUpdatePriceQuantity", 25019, words))
    seller.its.shopify.deeds.set_stock(3, None, sku="MUG")
    heard(seller, product)
    while seller.live_offers() != {"MUG": 3}:
        assert seller.its.stores.clock.now() - began < timedelta(days=2)
        named(reason(seller, "MUG"), "ebay_revisions_used_up", "")
        seller.its.stores.clock.advance(3600)
        reconcile(seller.its.deps, Timer.DUE)
        seller.its.run()
    assert (
        seller.its.stores.clock.now().astimezone(ZoneInfo(PACIFIC)).date() > began.astimezone(ZoneInfo(PACIFIC)).date()
    )


@walks("ebay_zero_waits", on=EBAY)
def test_a_zero_of_a_spent_day_is_told_and_a_person_may_end_the_listing(seller: Seller) -> None:
    product = on_sale(seller)
    words = "You have reached the number of revisions allowed for one day."
    seller.its.ebay.faults.add(said("bulkUpdatePriceQuantity", 25019, words))
    seller.its.shopify.deeds.set_stock(0, None, sku="MUG")
    heard(seller, product)
    named(reason(seller, "MUG"), "ebay_zero_waits", "stop_listing_now")
    assert seller.live_offers()["MUG"] > 0
    log = seller.its.get("/activity")["activity"]
    assert [entry["event"] for entry in log].count("revise_postponed") == 1
    problems = [concern["problem"] for concern in seller.its.get("/health")["concerns"]]
    assert [one["fix"] for one in problems if one["code"] == "listings_held"] == ["stop_listing_now"]
    assert did(seller, "stop") == "done"
    assert seller.live_offers() == {}


def price_at_ebay(seller: Seller) -> str:
    (offer,) = seller.its.ebay.world.sellers["anna"].offers.values()
    assert offer.price is not None
    return str(offer.price["value"])


@walks("ebay_revisions_kept_for_zeros", on=EBAY)
@walks("next_limit_back")
def test_the_last_changes_of_a_day_go_to_zeros_and_the_others_say_that_they_wait(seller: Seller) -> None:
    product = on_sale(seller)
    listing, clock = row_of(seller).remote, seller.its.stores.clock
    assert listing is not None
    daily = DailyRevisions(seller.its.stores.counters, seller.account, clock)
    for _ in range(230):
        daily.count(listing)
    seller.its.shopify.deeds.set_price("15.00", sku="MUG")
    heard(seller, product)
    told = named(reason(seller, "MUG"), "ebay_revisions_kept_for_zeros", "")
    assert told["text"] == (
        "eBay lets a listing be changed 250 times a day. The last 20 of today are kept for stock that runs out, so this "
        "change is sent when eBay's next day begins."
    )
    back = named(nextly(seller), "next_limit_back", "")
    midnight = next_midnight(PACIFIC, clock.now())
    assert back["text"] == f"The limit is back at {midnight:%Y-%m-%d %H:%M:%S} UTC; then this is sent: price 15.00 EUR."
    seller.its.shopify.deeds.set_stock(0, None, sku="MUG")
    heard(seller, product)
    assert seller.live_offers() == {"MUG": 0}
    named(reason(seller, "MUG"), "ebay_revisions_kept_for_zeros", "")  # its price waits on
    assert price_at_ebay(seller) == "12.50"
    clock.advance((midnight - clock.now()).total_seconds())
    reconcile(seller.its.deps, Timer.DUE)
    seller.its.run()
    assert price_at_ebay(seller) == "15.00"
    assert follows(seller)


@walks("unit_busy")
def test_a_listing_that_another_worker_sends_is_sent_after_it(seller: Seller) -> None:
    on_sale(seller)
    leases = seller.its.stores.leases
    key = seller.its.deps.marketplaces.open(account_of(seller)).lease_key(row_of(seller))
    lease = leases.acquire(key, "another worker", seconds=10**6)
    assert lease is not None
    named(entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["reason"], "unit_busy", "")
    leases.release(lease)
    assert did(seller, "full_revise") == "done"
    assert follows(seller)


def account_of(seller: Seller) -> Account:
    return seller.its.stores.configuration.get(Account, AccountId(seller.account))


@walks("due_too_long")
def test_an_account_that_sends_nothing_is_looked_at_and_sends_again(seller: Seller) -> None:
    product = on_sale(seller)
    seller.its.shopify.deeds.set_stock(3, None, sku="MUG")
    hint = Hint(kind=HintKind.PRODUCT, id=ProductId(product))
    seller.its.stores.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=ShopId(seller.shop), hints=(hint,)))
    step(seller, Lane.SHOP_EVENTS)
    seller.its.stores.queues.empty(Lane.REVISE)  # its drainer died, and nobody woke another
    seller.its.stores.clock.advance(3600)
    told = {one["problem"]["code"]: one["problem"] for one in seller.its.get("/health")["concerns"]}
    named(told["due_too_long"], "due_too_long", "look_at_account")
    assert seller.its.get("/activity", account=seller.account)["activity"]
    seller.its.post(f"/accounts/{seller.account}/check", expect=200)
    reconcile(seller.its.deps, Timer.DUE)
    seller.its.run()
    assert seller.live_offers() == {"MUG": 3}
    assert "due_too_long" not in {one["problem"]["code"] for one in seller.its.get("/health")["concerns"]}


DAILY = BudgetSpec(
    name="calls", scope="account", rate=1000, burst=1000, operations=("revise",), day_quota=100, day_zone=PACIFIC
)


@walks("day_quota_spent", "blocked_by_platform")
@pytest.mark.parametrize("code", ["day_quota_spent", "blocked_by_platform"])
def test_a_limit_of_the_platforms_comes_back_when_it_said(code: str) -> None:
    """The real budget: the one of the other walks counts nothing."""
    clock = VirtualClock()
    budget = BudgetPool(FakeBuckets(), FakeLeases(clock), clock).open([DAILY], {"account": "acc"})
    if code == "blocked_by_platform":
        budget.learn("revise", blocked_until=clock.now() + timedelta(hours=1))
    with pytest.raises(RateLimited) as refused:
        spend(budget, 101)
    told, until = refused.value.problem, refused.value.until
    assert (told.code, told.fix) == (code, "")
    assert messages.text(told) != code
    assert until is not None
    clock.advance((until - clock.now()).total_seconds() + 1)
    budget.spend("revise")


def spend(budget: Budget, calls: int) -> None:
    for _ in range(calls):
        budget.spend("revise")


# ---- what explain says is next ----


def nextly(seller: Seller, sku: str = "MUG") -> dict[str, Any]:
    told: dict[str, Any] = seller.its.get(f"/listings/{seller.row(sku)['listing']['id']}/explain")["next"]
    return told


@walks("next_person", "next_change_in_shop")
def test_what_waits_for_a_person_goes_on_with_what_is_named(seller: Seller) -> None:
    in_list(seller)
    named(nextly(seller), "next_person", "send")
    assert did(seller, "send") == "done"
    named(nextly(seller), "next_change_in_shop", "")


@walks("next_restocked")
def test_what_goes_on_with_stock_goes_on_with_stock(seller: Seller) -> None:
    product = on_sale(seller, stock=0)
    named(nextly(seller), "next_restocked", "")
    seller.its.shopify.deeds.set_stock(2, None, sku="MUG")
    heard(seller, product)
    named(nextly(seller), "next_change_in_shop", "")


@walks("next_send", "next_try", "next_read_back")
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (None, "next_send"),
        (Fault("bulkUpdatePriceQuantity", "status", status=503, times=3), "next_read_back"),
        (said("bulkUpdatePriceQuantity", 25025), "next_try"),
    ],
)
def test_what_is_sent_next_is_sent(seller: Seller, fault: Fault | None, code: str) -> None:
    product = on_sale(seller)
    if fault is not None:
        seller.its.ebay.faults.add(fault)
    seller.its.shopify.deeds.set_stock(2, None, sku="MUG")
    hint = Hint(kind=HintKind.PRODUCT, id=ProductId(product))
    queues = seller.its.stores.queues
    queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=ShopId(seller.shop), hints=(hint,)))
    seen = set()
    for _ in range(200):
        seen.add(nextly(seller)["code"])
        if code in seen:
            break
        lane = next((one for one in (Lane.SHOP_EVENTS, Lane.REVISE) if step(seller, one)), None)
        if lane is None:
            break
    assert code in seen, seen
    seller.its.run()
    named(nextly(seller), "next_change_in_shop", "")
    assert seller.live_offers() == {"MUG": 2}


def step(seller: Seller, lane: Any) -> bool:
    """One batch of one lane."""
    queues = seller.its.stores.queues
    received = queues.receive(lane)
    for one in received:
        seller.its._work(one.message)
        queues.delete(lane, one)
    return bool(received)


@walks("next_would_list", "next_would_send", "next_would_align", "next_nothing_observing")
def test_what_would_be_next_happens_after_observe_mode(seller: Seller) -> None:
    product = in_list(seller)
    observe(seller, True)
    named(nextly(seller), "next_would_list", "")
    observe(seller, False)
    assert did(seller, "send") == "done"
    observe(seller, True)
    named(nextly(seller), "next_nothing_observing", "")
    seller.its.shopify.deeds.set_stock(2, None, sku="MUG")
    heard(seller, product)
    named(nextly(seller), "next_would_send", "")
    observe(seller, False)
    assert seller.live_offers() == {"MUG": 2}
    seller.its.act(seller.list, "unlink")
    seller.its.shopify.deeds.set_stock(3, None, sku="MUG")
    heard(seller, product)
    seller.its.act(seller.list, "link")
    observe(seller, True)
    named(nextly(seller), "next_would_align", "")
    observe(seller, False)
    assert did(seller, "align") == "done"
    assert seller.live_offers() == {"MUG": 3}


def observe(seller: Seller, on: bool) -> None:
    seller.its.patch(f"/accounts/{seller.account}", {"observe": on})
    seller.its.run()
