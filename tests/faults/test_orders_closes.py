"""The histories that the rules about orders close (docs/protocol.md), replayed call by call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from listbridge.domain.configuration import Profile, QuantityMode, QuantityRule, Rules
from listbridge.domain.listings.listing import Status, Zero
from listbridge.domain.orders.orders import ImportState
from listbridge.domain.work import ImportOrder, Lane
from simulators.faults import Fault
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import SECOND, Story, edit_account, story

BOTH = (ACCOUNT, SECOND)


@pytest.fixture
def s() -> Story:
    return story(accounts=2)


def quantities(s: Story, sku: str, account: str) -> list[int]:
    """Every quantity of the SKU that left us for this account."""
    return [
        sent.values.quantity
        for sent in s.market.sent
        if (sent.key.sku, sent.key.account) == (sku, account) and sent.values.quantity is not None
    ]


# ---- protocol.md#attempts ----


def test_a_listing_that_counted_down_by_itself_is_set_to_what_the_rules_still_give(s: Story) -> None:
    """Capped at 3 of 9, it shows 2 after the sale, and 3 is what was accepted before and is computed again."""
    store = s.world.stores.configuration
    rule = Rules(quantity=QuantityRule(mode=QuantityMode.CAP, value=3))
    store.save(store.all(Profile)[0].model_copy(update={"rules": rule}))
    s.sell("A", 9)
    s.rest()
    assert s.shown("A") == 3
    s.buy("A")
    assert s.shown("A") == 2
    s.rest()
    assert s.shown("A") == 3


# ---- protocol.md#reservations, protocol.md#absorption ----


@pytest.mark.parametrize("begins", ["before the create", "after the create", "after the proof"])
def test_a_sweep_that_sees_the_order_in_the_stock_makes_no_false_zero(s: Story, begins: str) -> None:
    """The shop has 2, one is sold: the sweep sees 1 with the order in it, and less the reservation that would be 0."""
    s.shop.read_lag_s = 4.0
    s.sell("A", 2, accounts=BOTH)
    if begins == "before the create":
        s.fate.meanwhile("shop.create_order", s.sweep)
    if begins == "after the create":
        s.fate.meanwhile("shop.create_order.answered", s.sweep)
    placed = s.buy("A")
    s.run(75)
    assert s.order(placed).absorbed_from is not None
    s.sweep()
    s.run(30)
    assert (s.shop.stock("A"), s.reserved("A"), s.shown("A"), s.shown("A", SECOND)) == (1, 0, 1, 1)
    s.rest()
    s.in_order()


def test_a_lagging_read_that_shows_the_sold_unit_again_does_not_sell_it_twice(s: Story) -> None:
    s.shop.read_lag_s, s.shop.stale_reads = 20.0, True
    s.sell("A", 1, accounts=BOTH)
    s.run(60)
    placed = s.buy("A")
    for _ in range(150):
        if s.made(placed):  # somebody hints at the product, and the queue delivers early and twice
            s.shop.book.waiting.append((s.shop.take_stock(s.shop.variant("A"), 0),))
            s.world.stores.queues.send(Lane.ORDERS, ImportOrder(account=ACCOUNT, order=placed.facts.id))
        s.run(1)
        assert s.shown("A") == 0
        assert s.shown("A", SECOND) == (0 if s.find(placed) else 1)
    assert s.order(placed).absorbed_from is not None
    assert s.market.buy("A", account=SECOND) is None
    s.rest()
    s.in_order()


def test_stock_sold_in_the_shop_while_a_read_lags_is_not_given_back_by_the_absorption(s: Story) -> None:
    """Two are left; one sells there and one here, and the number is taken in between."""
    s.shop.read_lag_s, s.shop.stale_reads = 20.0, True
    s.sell("A", 2, accounts=BOTH)
    s.run(60)
    placed = s.buy("A")
    s.run(65)
    s.sell_in_shop("A")
    s.rest()
    assert (s.shop.stock("A"), s.shown("A"), s.shown("A", SECOND)) == (0, 0, 0)
    assert s.order(placed).absorbed_from is not None
    s.in_order()


def test_a_zero_that_exists_only_by_a_reservation_never_ends_a_listing(s: Story) -> None:
    """The marketplace refuses 0. What an order holds may come back; ending and relisting costs a fee and a rank."""
    s.market.refuses_zero = True
    edit_account(s, create_orders=False)
    s.sell("A", 1, accounts=BOTH)
    placed = s.buy("A")
    s.run(1800)
    other = s.world.key("A", SECOND)
    assert 0 in quantities(s, "A", SECOND)
    assert (s.world.row(other).status, len(s.market.live(other)), s.world.row(other).hold) == (Status.ACTIVE, 1, None)
    s.market.book.cancel(placed)
    s.rest()
    assert s.shown("A", SECOND) == 1
    assert s.fate.calls.count("remote.end") == 0


def test_where_0_ends_a_listing_a_zero_that_only_orders_hold_is_not_sent(s: Story) -> None:
    s.market.zero = Zero.ENDS
    edit_account(s, create_orders=False)
    s.sell("A", 1, accounts=BOTH)
    placed = s.buy("A")
    s.run(1800)
    other = s.world.key("A", SECOND)
    assert (s.world.row(other).status, len(s.market.live(other))) == (Status.ACTIVE, 1)
    assert 0 not in quantities(s, "A", SECOND)
    s.market.book.cancel(placed)
    s.rest()
    assert s.shown("A", SECOND) == 1


def test_a_zero_that_becomes_the_shops_own_ends_the_listing_that_may_not_show_it(s: Story) -> None:
    s.market.refuses_zero = True
    s.sell("A", 1, accounts=BOTH)
    s.shop.plan.add(Fault("look_for_order", "status", times=3))
    placed = s.buy("A")
    s.run(61)
    assert (s.made(placed), s.fate.calls.count("remote.end")) == ([], 0)
    s.run(600)
    assert s.shop.stock("A") == 0
    assert (s.shown("A", SECOND), s.world.row(s.world.key("A", SECOND)).status) == (None, Status.STOPPED)


@pytest.mark.parametrize("stalls_at", ["orders.reserve", "listings.save", "queues.send.revise"])
def test_an_overtaken_worker_reserves_nothing(s: Story, stalls_at: str) -> None:
    """It read the order before it was cancelled; another has released the stock, and then it wakes up."""

    def the_buyer_cancels_and_another_worker_lets_go() -> None:
        s.market.book.cancel(placed)
        s.poll()
        assert s.entries("A") == 0

    s.sell("A", 2, accounts=BOTH)
    s.run(60)
    placed = s.buy("A")
    s.fate.meanwhile(stalls_at, the_buyer_cancels_and_another_worker_lets_go)
    s.poll()
    s.run(60)
    assert (s.entries("A"), s.made(placed), s.shown("A", SECOND)) == (0, [], 2)
    s.run(
        180
    )  # whether the marketplace put the unit back, or sold it again, nobody knows for as long as its list may lag
    assert s.shown("A") == 2
    s.rest()
    s.in_order()


def test_the_watermark_stays_behind_an_order_whose_reservation_was_not_stored(s: Story) -> None:
    s.sell("A", 2, accounts=BOTH)
    before = s.world.stores.polls.find(ACCOUNT)
    s.fate.die_before("orders.reserve")
    s.buy("A")
    s.poll()
    after = s.world.stores.polls.find(ACCOUNT)
    assert before is not None
    assert after is not None
    assert (s.world.deaths, after.watermark, s.entries("A")) == (1, before.watermark, 0)
    s.rest()
    s.in_order()


# ---- protocol.md#creating-orders ----


def takes_90_seconds(s: Story) -> None:
    """The shop works on it for so long; its caller gave up after eight."""
    s.shop.plan.add(Fault("create_order", "delay", seconds=90))


def worker_stands_still(s: Story) -> None:
    """The first worker hangs for 90 s inside its call, its lease expires, and others do what they find to do."""
    s.fate.meanwhile("shop.create_order", lambda: s.run(95))


@pytest.mark.parametrize("slow", [takes_90_seconds, worker_stands_still])
def test_a_create_that_outlasts_the_lease_is_not_made_again_by_a_worker_that_sees_nothing_yet(
    s: Story, slow: Callable[[Story], None]
) -> None:
    s.shop.order_settle_s, s.shop.book.look_lag_s = 120.0, 20.0
    s.sell("A", 3, accounts=BOTH)
    slow(s)
    s.run(55)  # the schedule's next minute but one finds the lease expired
    placed = s.buy("A")
    s.poll()
    s.run(65)
    for _ in range(30):
        s.run(10)
        assert len(s.made(placed)) <= 1
    assert s.fate.calls.count("shop.create_order") == 1
    assert s.fate.calls.count("shop.look_for_order") >= 2  # who found it begun did look
    assert (s.order(placed).state, s.shop.stock("A")) == (ImportState.CREATED, 2)
    s.rest()
    s.in_order()


def test_a_create_that_never_arrived_is_made_after_three_empty_looks_and_not_before(s: Story) -> None:
    s.shop.order_settle_s = 120.0
    s.sell("A", 3, accounts=BOTH)
    s.shop.plan.add(Fault("create_order", "delay", seconds=10**9))
    placed = s.buy("A")
    s.run(61)
    began = s.world.now
    while s.fate.calls.count("shop.create_order") < 2:
        s.run(1)
    assert (s.world.now - began).total_seconds() > 120
    assert s.fate.calls.count("shop.look_for_order") == 1 + 3 + 1
    s.rest()
    assert len(s.made(placed)) == 1


def test_too_little_left_of_the_lease_is_no_time_to_begin_a_create(s: Story) -> None:
    s.sell("A", 3, accounts=BOTH)
    s.fate.meanwhile("shop.look_for_order", lambda: s.world.stores.clock.advance(50))
    placed = s.buy("A")
    s.world.stores.clock.advance(60)
    s.world.tick_orders()
    s.world.deliver(Lane.ORDERS)  # the poll
    s.world.deliver(Lane.ORDERS)  # the order
    assert s.fate.calls.count("shop.look_for_order") == 1
    assert "shop.create_order" not in s.fate.calls
    s.rest()
    assert len(s.made(placed)) == 1
    s.in_order()


def test_twins_that_another_tool_made_are_raised_as_a_case(s: Story) -> None:
    s.sell("A", 3, accounts=BOTH)
    placed = s.buy("A")
    s.run(90)
    s.stock["A"] -= 1
    s.shop.book.made_elsewhere(f"scripted:{placed.facts.id}", {s.shop.variant("A"): 1})
    s.world.tick("orders")
    s.world.deliver_all()  # the timer sends a message for each account
    assert s.notices(placed) == ["twins_in_shop"]
    assert s.world.events(s.key_of(placed)).count("twins_in_shop") == 1


# ---- protocol.md#order-polls ----


def test_a_poll_that_was_overtaken_writes_nothing_down(s: Story) -> None:
    """It stalls for three minutes; another poll has taken over, and its watermark stands."""

    stood: list[datetime] = []
    found: list[datetime] = []

    def watermark() -> datetime:
        state = s.world.stores.polls.find(ACCOUNT)
        assert state is not None
        assert state.watermark is not None
        return state.watermark

    def another_takes_over() -> None:
        s.run(250)
        stood.append(watermark())
        s.fate.meanwhile("remote.orders_changed", lambda: found.append(watermark()))

    s.sell("A", 3, accounts=BOTH)
    s.fate.meanwhile("polls.save", another_takes_over)
    s.run(400)
    assert found == stood
    s.buy("A")
    s.rest()
    s.in_order()
