"""An older call of ours that lands over a newer one long after that was accepted: it is put right within `settle_s`
(protocol.md#settle)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from listbridge.domain.ids import ListingKey
from listbridge.domain.work import Lane, Nudge
from listbridge.services.desk.explain_listing import explain_listing
from listbridge.services.listings.revise.look_for_outcomes import look_for_outcomes
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_market import SETTLE_S
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import story
from tests.faults.oversold_watch import Watch
from tests.faults.seeded import seed

LATE_S = 300.0
DECIDES_AFTER_S = 5.0


def _world() -> Scripted:
    made = scripted_world()
    made.market.late_s = LATE_S
    return made


@pytest.fixture
def s() -> Scripted:
    return _world()


def change(s: Scripted, stock: int, *, run_s: float = 10) -> None:
    s.world.hint(s.shop.set("S0", stock=stock))
    s.world.run(run_s)


def lost_then(s: Scripted, lost: int, newer: int) -> ListingKey:
    """The answer to one quantity is lost, and it is still on its way when a newer one is accepted."""
    (key,) = seed(s, 1)
    s.market.plan.add(Fault("revise", "delay"))
    s.world.hint(s.shop.set("S0", stock=lost))
    s.world.run(1)
    change(s, newer)
    assert s.market.shown(key) == (newer, "10.00")
    return key


def sent(s: Scripted) -> list[int | None]:
    return [one.values.quantity for one in s.market.sent if one.operation == "revise"]


def calls(s: Scripted) -> Counter[str]:
    return Counter(name for name in s.fate.calls if name.startswith("remote.") and "answered" not in name)


@pytest.mark.parametrize("newer", [2, 0])
@pytest.mark.parametrize("after_s", [0, 45, 200])
def test_a_lost_call_that_lands_late_is_written_over_within_settle_s(s: Scripted, newer: int, after_s: int) -> None:
    key = lost_then(s, 4, newer)
    s.world.run(after_s)
    s.market.land_late_calls()
    assert s.market.shown(key) == (4, "10.00")
    s.world.run(SETTLE_S + 2)
    assert s.market.shown(key) == (newer, "10.00")


def test_a_submission_that_is_applied_after_a_newer_one_was_decided_is_written_over(s: Scripted) -> None:
    s.market.decides_after_s = DECIDES_AFTER_S
    (key,) = seed(s, 1)
    change(s, 4, run_s=2)
    [older] = s.market.submissions
    s.market.decides_at[older] = s.world.now + timedelta(seconds=100)
    change(s, 2, run_s=20)
    assert (s.market.shown(key), s.world.row(key).accepted.quantity) == ((2, "10.00"), None)
    s.world.run(100 + SETTLE_S + DECIDES_AFTER_S)
    assert (s.market.shown(key), sent(s)) == ((2, "10.00"), [4, 2, 2])
    s.world.run(LATE_S * 2)
    assert s.world.row(key).accepted.quantity == 2


def test_what_stays_is_looked_at_and_neither_sent_again_nor_believed_before_its_time(s: Scripted) -> None:
    key = lost_then(s, 4, 2)
    row = s.world.row(key)
    assert (row.accepted.quantity, row.taken.quantity, row.attempts) == (None, 2, 0)
    before = calls(s)
    s.world.run(LATE_S + SETTLE_S)
    row = s.world.row(key)
    assert (row.accepted.quantity, row.taken.quantity, row.settle_at, row.due_band) == (2, None, None, None)
    made = calls(s) - before
    assert (made["remote.read_back"], made["remote.revise"]) == (LATE_S // SETTLE_S, 0)


def test_the_seller_is_told_when_the_marketplace_is_looked_at_next(s: Scripted) -> None:
    key = lost_then(s, 4, 2)
    told = explain_listing(s.world.deps, key).next
    look_at = s.world.row(key).not_before
    assert look_at is not None
    assert (told.code, told.params["at"]) == ("next_read_back", f"{look_at:%Y-%m-%d %H:%M:%S} UTC")


def test_a_newer_value_does_not_wait_for_the_looks(s: Scripted) -> None:
    key = lost_then(s, 4, 2)
    change(s, 0, run_s=2)
    assert (s.market.shown(key), sent(s)[-1]) == ((0, "10.00"), 0)


def test_what_the_marketplace_tells_of_the_listing_brings_the_look_forward(s: Scripted) -> None:
    key = lost_then(s, 4, 2)
    s.world.run(SETTLE_S)
    s.market.land_late_calls()
    look_for_outcomes(s.world.deps, ACCOUNT, [key.sku])
    s.world.run(1)
    assert s.market.shown(key) == (2, "10.00")


def test_a_sale_that_a_look_shows_is_not_written_over() -> None:
    s = story()
    s.market.late_s = LATE_S
    s.world.sell(s.shop.put("pA", "A", stock=5).product)
    s.rest()
    watch = Watch(s)
    s.market.on_sent.append(watch)
    s.market.plan.add(Fault("revise", "delay"))
    for stock in (4, 3):
        s.world.hint(s.shop.set("A", stock=stock))
        s.world.run(5)
    assert s.world.row(s.world.key("A")).taken.quantity == 3
    s.world.asks_for_orders = False
    s.world.stores.queues.empty(Lane.ORDERS)
    placed = s.buy("A")
    s.run(SETTLE_S + 10)
    assert s.order(placed).reserved
    assert (s.shown("A"), watch.broken) == (2, [])


def test_many_are_looked_at_in_one_call(s: Scripted) -> None:
    keys = seed(s, 20)
    s.market.plan.add(Fault("revise", "delay", times=20))
    for stock in (4, 2):
        s.world.hint(*(s.shop.set(key.sku, stock=stock) for key in keys))
        s.world.run(5)
    assert {s.world.row(key).taken.quantity for key in keys} == {2}
    before = calls(s)
    s.world.run(LATE_S + SETTLE_S)
    assert {s.world.row(key).accepted.quantity for key in keys} == {2}
    assert (calls(s) - before)["remote.read_back"] <= 3 * LATE_S // SETTLE_S


def test_a_listing_that_is_only_looked_at_is_not_told_to_wait_too_long(s: Scripted) -> None:
    s.market.late_s = 1200.0
    lost_then(s, 4, 2)
    with_timers = s.world.now + timedelta(seconds=1100)
    while s.world.now < with_timers:
        s.world.run(100)
        s.world.tick("due")
    assert "due_too_long" not in s.world.events(ACCOUNT)


@pytest.mark.parametrize("nth", range(2, 60, 4))
def test_a_worker_killed_anywhere_leaves_it_right(nth: int) -> None:
    s = _world()
    key = lost_then(s, 4, 2)
    s.market.land_late_calls()
    s.fate.die_in(nth)
    s.world.run(LATE_S * 2)
    s.world.settle()
    assert (s.market.shown(key), s.world.row(key).accepted.quantity) == ((2, "10.00"), 2)
    assert s.world.dead_letters() == []


def test_many_who_ask_for_a_listing_that_is_put_off_leave_one_message_behind(s: Scripted) -> None:
    key = lost_then(s, 4, 2)
    for _ in range(20):
        s.world.stores.queues.send(Lane.REVISE, Nudge(account=ACCOUNT, listings=(str(key),)))
    s.world.run(3 * SETTLE_S)
    assert s.world.row(key).taken.quantity == 2  # it is looked at still
    waiting = [one for one in s.world.stores.queues.messages(Lane.REVISE) if isinstance(one, Nudge)]
    assert [one.listings for one in waiting] == [(str(key),)]
