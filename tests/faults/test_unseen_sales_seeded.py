"""Under any history of sales
(promises.md#p11): buyers come between any two of our calls, and no sold unit is back on sale before its poll.

What no rule can close is left out: a sale between the read of a listing and the write that follows it inside the same lease,
and a *lower* quantity, which goes unread.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from listbridge.domain.ids import ProductId
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import BOTH
from listbridge.domain.work import PublishKind
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.timers.reconcile import Timer, reconcile
from simulators.faults import Fault
from tests.fakes.cuts import WorkerDied
from tests.faults.order_stories import Story, story
from tests.faults.oversold_watch import Watch

A, PA = "A", ProductId("pA")
_WINDOW = ("remote.read_back.answered", "remote.revise", "remote.put_values")


def _demand(s: Story) -> None:
    row = s.world.stores.listings.change(s.world.key(A), lambda row: ledger.demanded(row, BOTH, None, s.world.now))
    nudge_due(s.world.deps, [row])


def _fault(call: str, kind: str, status: int = 500) -> Callable[[Story], object]:
    return lambda s: s.market.plan.add(Fault(call, kind, status=status))  # type: ignore[arg-type]


EVENTS: dict[str, Callable[[Story], object]] = {
    "a buyer buys": lambda s: s.market.buy(A),
    "a buyer of the shop buys": lambda s: s.sell_in_shop(A) if s.stock[A] > 0 else None,
    "restock": lambda s: s.restock(A, 2),
    "a new price": lambda s: (s.shop.set(A, price=f"{10 + s.fate.calls.__len__() % 7}.00"), s.world.hint(PA)),
    "drift": lambda s: reconcile(s.world.deps, Timer.DRIFT),
    "revised by hand": _demand,
    "full revise": lambda s: s.world.action(PublishKind.FULL_REVISE, PA, deliver=False),
    "stop": lambda s: s.world.action(PublishKind.STOP, PA, deliver=False),
    "relist": lambda s: s.world.action(PublishKind.RELIST, PA, deliver=False),
    "a moment": lambda s: s.run(2),
    "a while": lambda s: s.run(40),
    "an answer is lost": _fault("revise", "drop_after"),
    "a call is lost": _fault("revise", "status"),
    "too many calls": _fault("revise", "status", 429),
    "a read fails": _fault("read_back", "status", 503),
    "a poll fails": _fault("orders_changed", "status", 503),
    "a worker dies": lambda s: s.fate.die_in(7),
}


@settings(max_examples=max(40, settings.default.max_examples // 3))
@given(st.lists(st.sampled_from(sorted(EVENTS)), min_size=3, max_size=14), st.sets(st.integers(1, 120), max_size=6))
def test_no_sold_unit_is_back_on_sale_before_its_poll(events: list[str], buyers: set[int]) -> None:
    s = story()
    s.world.sell(s.shop.put("pA", A, stock=4).product)
    s.stock[A] = 4
    s.rest()
    watch = Watch(s, lower_is_free=True)
    s.market.on_sent.append(watch)
    before_call, calls = s.market.before_call, 0

    def a_buyer_may_come(name: str) -> None:
        nonlocal calls
        calls += 1
        if calls in buyers and name not in _WINDOW:
            s.market.buy(A)
        before_call(name)

    s.market.before_call = a_buyer_may_come
    for event in events:
        try:
            EVENTS[event](s)
        except WorkerDied:  # while it did what the event asks for
            s.fate.revive()
    s.market.before_call = before_call
    s.heal()
    s.run(1200)
    s.rest()
    assert watch.broken == []
    if s.shown(A) is not None:
        s.in_order()
