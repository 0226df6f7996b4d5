"""A sale that has not been polled yet is never repaired away, whichever way our number would go out (promises.md#p11).

Every test has a buyer take units that no poll has told us about, and a `Watch` that sees each write as it reaches the
marketplace: it may show buyers more than they see only when every sale of that listing is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from listbridge.domain.ids import ListingKey, ProductId
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import BOTH, LedgerField, Status
from listbridge.domain.work import Lane, PollAccount, PublishKind
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.desk.explain_listing import explain_listing
from listbridge.services.timers.reconcile import Timer, reconcile
from simulators.faults import Fault
from tests.fakes.scripted_orders import Placed
from tests.faults.order_stories import Story, edit_account, story
from tests.faults.oversold_watch import Watch

A, PA = "A", ProductId("pA")
OVERLAP_S = 120.0


@pytest.fixture
def s() -> Iterator[Story]:
    """A sells 5 pieces, and nobody asks for orders but who must."""
    s = story()
    s.world.sell(s.shop.put("pA", A, stock=5).product)
    s.stock[A] = 5
    s.rest()
    s.world.asks_for_orders = False
    s.world.stores.queues.empty(
        Lane.ORDERS
    )  # the next poll of the rhythm is lost: the sale is seen when we ask, or never
    watch = Watch(s)
    s.market.on_sent.append(watch)
    yield s
    assert watch.broken == []


def key(s: Story) -> ListingKey:
    return s.world.key(A)


def demand(s: Story, *fields: LedgerField) -> None:
    """A person revises by hand."""
    row = s.world.stores.listings.change(key(s), lambda row: ledger.demanded(row, frozenset(fields), None, s.world.now))
    nudge_due(s.world.deps, [row])


def drift(s: Story) -> None:
    reconcile(s.world.deps, Timer.DRIFT)


def sent_quantities(s: Story) -> list[int]:
    return [one.values.quantity for one in s.market.sent if one.values.quantity is not None]


def sold_once(s: Story, placed: Placed, *, left: int) -> None:
    """The sale is known and shown, and nothing is oversold."""
    assert s.order(placed).reserved
    assert s.shown(A) == left
    s.world.asks_for_orders = True
    s.rest()
    s.in_order()
    assert s.shown(A) == left


# ---- one path after the other ----


def test_the_drift_check_asks_for_orders_before_it_repairs(s: Story) -> None:
    placed = s.buy(A)
    drift(s)
    s.run(30)
    sold_once(s, placed, left=4)


def test_a_revision_by_hand_looks_first_and_asks_for_orders(s: Story) -> None:
    placed = s.buy(A)
    demand(s, *BOTH)
    s.run(30)
    sold_once(s, placed, left=4)
    assert s.world.row(key(s)).demanded == frozenset()


def test_a_full_revise_sends_no_more_than_it_finds(s: Story) -> None:
    placed = s.buy(A)
    s.world.action(PublishKind.FULL_REVISE, PA)
    s.run(30)
    sold_once(s, placed, left=4)


def test_a_rise_of_stock_looks_first(s: Story) -> None:
    placed = s.buy(A, 2)
    s.restock(A, 1)
    s.run(30)
    sold_once(s, placed, left=4)


def test_a_price_that_carries_the_quantity_leaves_it_behind(s: Story) -> None:
    """Price and quantity are due together: the price goes now, the quantity after the orders."""
    placed = s.buy(A, 2)
    s.market.plan.add(Fault("orders_changed", "status", status=503, times=3))
    s.shop.set(A, price="12.00")
    s.restock(A, 1)
    s.world.hint(PA)
    s.run(10)
    assert s.market.shown(key(s)) == (3, "12.00")
    told = [one.params for one in s.world.stores.activity.entries if one.event == "revise_sent"][-1]
    assert told == {"quantity": "unchanged", "price": "12.00 EUR"}
    s.world.asks_for_orders = True
    s.run(300)
    assert s.market.shown(key(s)) == (4, "12.00")
    assert s.order(placed).reserved


def test_an_unknown_outcome_settles_to_what_is_left_and_the_orders_come_first(s: Story) -> None:
    """The rise to 6 was lost on its way, and a buyer took one meanwhile."""
    s.market.plan.add(Fault("revise", "status", status=500))
    s.restock(A, 1)
    s.run(3)
    placed = s.buy(A)
    s.run(OVERLAP_S + 180)  # the unit that never arrived there looks like a sale that no order explains
    sold_once(s, placed, left=5)


def test_a_second_sale_behind_one_that_is_known_is_not_repaired_away(s: Story) -> None:
    """The poll tells about the first sale, and the row is due for what is left; by then another buyer was there."""
    first = s.buy(A)
    late: list[Placed] = []
    s.fate.meanwhile("remote.read_back", lambda: late.append(s.buy(A)))
    s.poll()
    s.run(30)
    assert s.order(first).reserved
    sold_once(s, late[0], left=3)


def test_a_relist_waits_for_what_sold_before_the_end(s: Story) -> None:
    placed = s.buy(A)
    s.world.action(PublishKind.STOP, PA)
    assert s.shown(A) is None
    s.world.action(PublishKind.RELIST, PA)
    s.run(30)
    sold_once(s, placed, left=4)


def test_a_relist_after_an_end_that_nobody_watched_waits_as_long_as_the_list_may_lag(s: Story) -> None:
    s.market.book.list_lag_s = 60.0
    placed = s.buy(A)
    s.market.live(key(s))[0].live = False  # it ended on the marketplace
    drift(s)
    s.run(5)
    assert s.world.row(key(s)).status is Status.FINISHED
    s.world.asks_for_orders = True
    s.world.action(PublishKind.RELIST, PA)
    s.run(60)
    assert s.shown(A) is None
    s.run(400)
    s.market.book.list_lag_s = 0.0
    sold_once(s, placed, left=4)


def test_a_relist_that_waits_for_orders_says_so(s: Story) -> None:
    s.market.live(key(s))[0].live = False
    drift(s)
    s.market.plan.add(Fault("orders_changed", "status", times=100))
    s.world.action(PublishKind.RELIST, PA)
    s.run(10)
    told = explain_listing(s.world.deps, key(s))
    assert told.listing.status is Status.PENDING
    assert told.reason is not None
    assert (told.reason.code, told.reason.params, told.reason.fix) == (
        "ended_awaits_orders",
        {"account": "Account 1"},
        "",
    )
    assert told.quantity.reason == told.reason
    s.market.plan.clear()
    s.run(3600)
    assert explain_listing(s.world.deps, key(s)).reason is None


def test_a_publishing_that_died_after_it_went_live_does_not_put_back_what_sold_since() -> None:
    s = story()
    product = s.shop.put("pA", A, stock=5).product
    s.stock[A] = 5
    s.world.add(product)
    watch = Watch(s)
    s.market.on_sent.append(watch)
    s.world.action(PublishKind.SEND, product, deliver=False)
    s.fate.die_before("remote.go_live.answered")
    s.world.deliver(Lane.PUBLISH)
    assert s.world.deaths == 1
    placed = s.buy(A)
    s.world.asks_for_orders = False
    s.world.stores.queues.empty(Lane.ORDERS)
    s.run(900)
    assert watch.broken == []
    sold_once(s, placed, left=4)


# ---- what never waits ----


def test_a_lower_quantity_and_a_zero_go_while_a_sale_is_unseen(s: Story) -> None:
    s.market.plan.add(Fault("orders_changed", "status", status=503, times=60))
    s.buy(A)
    drift(s)
    s.run(6)
    assert s.world.row(key(s)).unseen_sale is not None
    for stock in (3, 0):
        since = s.world.now
        s.sell_in_shop(A, s.stock[A] - stock)
        s.run(3)
        assert s.shown(A) == stock
        assert (s.market.sent[-1].at - since).total_seconds() <= 1.0
    s.heal()


def test_the_evidence_outlives_a_lower_quantity_that_was_sent_meanwhile(s: Story) -> None:
    s.market.plan.add(Fault("orders_changed", "status", status=503, times=4))
    placed = s.buy(A, 2)
    drift(s)
    s.run(6)
    s.sell_in_shop(A, 3)
    s.run(3)
    assert s.shown(A) == 2
    s.restock(A, 3)
    s.run(10)
    assert s.shown(A) == 2
    s.run(300)
    sold_once(s, placed, left=3)


# ---- dead workers, polls that fail, orders that cannot be read ----


@pytest.mark.parametrize("dies_before", ["listings.save", "polls.make_due", "queues.send.orders", "queues.send.revise"])
def test_no_dead_worker_loses_the_evidence(s: Story, dies_before: str) -> None:
    placed = s.buy(A)
    drift(s)
    s.fate.die_before(dies_before)
    s.run(900)
    drift(s)  # the next hour's, should the evidence itself not have been written
    s.run(60)
    assert s.world.deaths == 1
    sold_once(s, placed, left=4)


def test_a_poll_that_began_before_the_read_does_not_count(s: Story) -> None:
    """It asked for the orders a moment before the sale, and ends after the drift check saw it."""

    def happens() -> None:
        s.buy(A)
        drift(s)
        s.world.deliver(Lane.RECOMPUTE)
        s.world.deliver(Lane.REVISE)

    s.fate.meanwhile("remote.orders_changed.answered", happens)
    s.poll()
    s.run(60)
    (placed,) = s.market.book.placed.values()
    sold_once(s, placed, left=4)


def test_an_order_that_no_poll_can_read_keeps_the_quantity_until_it_is_taken_in_alone(s: Story) -> None:
    placed = s.buy(A)
    s.market.book.unreadable.add(placed.facts.id)
    s.market.plan.add(Fault("read_order", "status", status=503, times=3))
    drift(s)
    s.run(200)
    assert s.shown(A) == 4
    s.run(3600)
    sold_once(s, placed, left=4)


def test_while_polls_fail_the_quantity_waits_and_says_so_but_no_longer_than_a_day(s: Story) -> None:
    s.market.plan.add(Fault("orders_changed", "status", status=503, times=100_000))
    s.market.live(key(s))[0].quantity = 4  # the seller took one away by hand
    drift(s)
    s.run(600)
    told = explain_listing(s.world.deps, key(s))
    assert s.shown(A) == 4
    assert told.quantity.reason is not None
    assert (told.quantity.reason.code, told.quantity.reason.fix) == ("orders_unreadable", "check_account")
    assert told.next.code == "next_orders"
    s.run(23 * 3600)
    assert s.shown(A) == 4
    s.run(2 * 3600)
    assert s.shown(A) == 5
    s.heal()


def test_a_quantity_that_the_seller_lowered_by_hand_is_repaired_once_no_order_can_explain_it(s: Story) -> None:
    s.world.asks_for_orders = True
    s.market.live(key(s))[0].quantity = 4
    drift(s)
    s.run(30)
    told = explain_listing(s.world.deps, key(s))
    assert told.reason is not None
    assert told.reason.code == "awaits_orders"
    assert told.reason.params["shown"] == "4"
    s.run(OVERLAP_S + 120)
    assert s.shown(A) == 5
    assert s.world.row(key(s)).unseen_sale is None


def test_a_list_of_orders_that_lags_behind_the_sale_is_waited_for(s: Story) -> None:
    s.world.asks_for_orders = True
    s.market.book.list_lag_s = 90.0
    placed = s.buy(A)
    drift(s)
    s.run(200)
    s.market.book.list_lag_s = 0.0
    sold_once(s, placed, left=4)


def test_after_a_lower_quantity_a_rise_waits_as_long_as_the_list_says_that_it_is_behind(s: Story) -> None:
    """A poll that began after it is not enough: the sale that it wrote over is not in the list yet."""
    s.market.book.list_lag_s, s.market.book.tells_how_far = 60.0, True
    s.poll()
    placed = s.buy(A)
    s.sell_in_shop(A, 3)
    s.run(3)
    assert s.shown(A) == 2
    s.restock(A, 3)
    s.run(30)
    assert s.shown(A) == 2
    s.run(60)
    sold_once(s, placed, left=4)


def test_where_orders_are_not_read_nothing_waits_for_them(s: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    s.market.order_traits = None
    s.market.live(key(s))[0].quantity = 4
    drift(s)
    s.run(10)
    assert s.shown(A) == 5


def test_an_account_that_observes_keeps_its_evidence_for_the_day_it_sends(s: Story) -> None:
    edit_account(s, observe=True)
    placed, before = s.buy(A), sent_quantities(s)
    demand(s, LedgerField.QUANTITY)
    s.run(30)
    assert sent_quantities(s) == before
    edit_account(s, observe=False)
    demand(s, LedgerField.QUANTITY)
    s.run(30)
    assert s.shown(A) == 4
    assert s.find(placed) is not None


# ---- what it costs ----


def test_evidence_asks_for_orders_once_and_not_again_while_that_poll_is_on_its_way(s: Story) -> None:
    polls: list[datetime] = []
    s.buy(A)
    s.fate.meanwhile("remote.orders_changed", lambda: polls.append(s.world.now))
    drift(s)
    s.world.deliver(Lane.RECOMPUTE)
    drift(s)
    s.world.deliver(Lane.RECOMPUTE)
    waiting = [one for one in s.world.stores.queues.messages(Lane.ORDERS) if isinstance(one, PollAccount)]
    assert len(waiting) == 1
    s.run(30)
    assert len(polls) == 1


def test_a_rise_from_nothing_needs_no_look(s: Story) -> None:
    s.sell_in_shop(A, 5)
    s.run(5)
    assert s.shown(A) == 0
    looks = s.fate.calls.count("remote.read_back")
    s.restock(A, 3)
    s.run(5)
    assert s.shown(A) == 3
    assert s.fate.calls.count("remote.read_back") == looks
