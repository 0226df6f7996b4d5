"""Histories of sales that nobody would think of: buyers on two accounts and in the shop, and everything else at once.

A history is a list of deeds, drawn by hypothesis. When the dust has settled every order stands in the shop once, its
stock was taken once, and every listing shows what is left.

What a reservation can prevent, exactly. For a SKU let `own(t)` be the shop's stock with every standing shop order of ours
put back, and `held(t)` the units of all orders whose row is settled and holds stock, or whose shop order is known and stands: those that
we have been able to see. Then no quantity ever leaves us that is above max(0, m - held(t)), where m is the highest `own`
since the last calm moment, at which everything that the shop had said was read: a read can be old, so old stock may be
believed until then, but an order that was seen is never forgotten and never sold a second time, whether its unit is still
reserved, being taken, just taken and not yet seen, or put back by a read that lags. (Orders that we have not seen
yet, and calls of ours that land late, are what no reservation can prevent.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.ids import AccountId
from listbridge.domain.orders.orders import Cancellation, Payment
from listbridge.domain.orders.reserving import holds_stock
from listbridge.domain.work import Lane
from simulators.faults import Fault
from tests.fakes.cuts import WorkerDied
from tests.fakes.scripted_offers import Sent
from tests.fakes.scripted_orders import Placed
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import SECOND, Story, story

pytestmark = pytest.mark.timeout(1800)
SKUS = st.sampled_from(["A", "B"])
ACCOUNTS = st.sampled_from([ACCOUNT, SECOND])
LANES = st.sampled_from([Lane.ORDERS, Lane.FULFILLMENTS, Lane.SHOP_EVENTS, Lane.REVISE])
Deed = Callable[[Story], object]


class Sales:
    """What is checked of each quantity that leaves us. `highest` is m of the module's docstring, by SKU."""

    def __init__(self, s: Story) -> None:
        self.s = s
        self.highest = dict(s.stock)
        self.broken: list[str] = []
        s.market.on_sent.append(self.check)

    def calm(self) -> None:
        self.highest = dict(self.s.stock)

    def moved(self) -> None:
        self.highest = {sku: max(old, self.s.stock[sku]) for sku, old in self.highest.items()}

    def held(self, sku: str) -> int:
        units = 0
        for placed in self.s.market.book.placed.values():
            row = self.s.find(placed)
            if row is None:
                continue
            if row.relayed:  # what the seller cancelled is theirs to sell again
                counts = any(made.stands for made in self.s.made(placed))
            else:
                counts = not row.unsettled and holds_stock(row)
            if counts:
                units += sum(line.quantity for line in row.facts.lines if line.sku == sku)
        return units

    def check(self, sent: Sent) -> None:
        if sent.values.quantity is None:
            return
        left = max(0, self.highest[sent.key.sku] - self.held(sent.key.sku))
        if sent.values.quantity > left:
            self.broken.append(f"{sent.values.quantity} of {sent.key} at {sent.at}, where {left} may be left")


def _deed(act: Callable[..., object], **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, Deed]]:
    """A deed with its drawn details, and how it reads when a history fails."""

    def made(values: dict[str, Any]) -> tuple[str, Deed]:
        return f"{act.__name__}({values})", lambda s: act(s, **values)

    return st.fixed_dictionaries(drawn).map(made)


# ---- buyers, and the seller ----


def a_buyer_buys(s: Story, sku: str, account: AccountId, units: int, paid: bool) -> None:
    s.market.buy(sku, units, account=account, payment=Payment.PAID if paid else Payment.PENDING)


def a_buyer_buys_while_we_call(s: Story, sku: str, account: AccountId, calls: int) -> None:
    s.fate.meanwhile("remote.*", lambda: s.market.buy(sku, account=account), nth=calls)


def a_buyer_buys_both(s: Story, account: AccountId) -> None:
    offers = [s.market.live(s.world.key(sku, account))[0] for sku in ("A", "B")]
    if all((offer.quantity or 0) > 0 for offer in offers):
        for offer in offers:
            offer.quantity = (offer.quantity or 0) - 1
        s.market.book.place(account, [("A", 1, "10.00"), ("B", 1, "3.33")])


def the_shop_sells(s: Story, sku: str, units: int) -> None:
    s.sell_in_shop(sku, units)


def a_buyer_cancels(s: Story, which: int) -> None:
    placed = _some(s, which)
    if placed is not None and placed.facts.cancellation is Cancellation.NONE and not placed.parcels:
        s.market.book.cancel(placed)


def a_buyer_pays(s: Story, which: int) -> None:
    placed = _some(s, which)
    if placed is not None and placed.facts.payment is Payment.PENDING:
        s.market.book.pay(placed)


def the_shop_ships(s: Story, which: int, tracking: str) -> None:
    placed = _some(s, which)
    for made in s.made(placed) if placed else ():
        if made.stands and not made.shown.fulfilled:
            s.shop.book.fulfil(made.shown.id, tracking=tracking)


def the_shop_cancels(s: Story, which: int) -> None:
    placed = _some(s, which)
    for made in s.made(placed) if placed else ():
        if made.stands and not made.shown.parcels:
            s.shop.book.cancel(made.shown.id)


def _some(s: Story, which: int) -> Placed | None:
    placed = list(s.market.book.placed.values())
    return placed[which % len(placed)] if placed else None


# ---- the outside, when it is not well ----


def webhooks_suffer(s: Story, how: str) -> None:
    waiting = s.shop.book.waiting
    if how == "lost":
        waiting.clear()
    elif how == "twice":
        waiting.extend(list(waiting))
    elif how == "reordered":
        waiting.reverse()
    else:
        s.posts = not s.posts


def the_marketplace_fails(s: Story, operation: str, kind: str, times: int) -> None:
    s.market.plan.add(Fault(operation, kind, times=times, status=429))  # type: ignore[arg-type]


def the_shop_fails(s: Story, operation: str, times: int) -> None:
    s.shop.plan.add(Fault(operation, "status", times=times, status=503))


def a_create_goes_wrong(s: Story, kind: str) -> None:
    s.shop.plan.add(Fault("create_order", kind, seconds=20.0))  # type: ignore[arg-type]


def reads_lag(s: Story, lag: bool) -> None:
    s.shop.stale_reads = lag


def looks_lag(s: Story, seconds: float) -> None:
    s.shop.book.look_lag_s = seconds
    s.market.book.shipments_lag_s = seconds
    s.market.book.list_lag_s = 2 * seconds


# ---- ourselves ----


def a_lane_works(s: Story, lane: Lane) -> None:
    s.world.deliver(lane)


def everything_works(s: Story) -> None:
    s.world.deliver_all()


def time_passes(s: Story, seconds: float) -> None:
    s.run(seconds)


def messages_come_twice(s: Story, lane: Lane) -> None:
    s.world.stores.queues.duplicate(lane)


def the_newest_message_comes_first(s: Story) -> None:
    s.world.stores.queues.newest_first = not s.world.stores.queues.newest_first


def a_worker_dies(s: Story, calls: int) -> None:
    s.fate.die_in(calls)


def a_second_worker_comes_in(s: Story, calls: int, lane: Lane) -> None:
    s.fate.meanwhile("*", lambda: s.world.deliver(lane), nth=calls)


def the_shop_is_swept(s: Story) -> None:
    s.sweep()


WHICH = st.integers(0, 7)
DEEDS = st.one_of(
    _deed(a_buyer_buys, sku=SKUS, account=ACCOUNTS, units=st.integers(1, 2), paid=st.booleans()),
    _deed(a_buyer_buys, sku=SKUS, account=ACCOUNTS, units=st.just(1), paid=st.just(True)),
    _deed(a_buyer_buys_while_we_call, sku=SKUS, account=ACCOUNTS, calls=st.integers(1, 8)),
    _deed(a_buyer_buys_both, account=ACCOUNTS),
    _deed(the_shop_sells, sku=SKUS, units=st.sampled_from([1, 1, 2, -1, -3])),
    _deed(a_buyer_cancels, which=WHICH),
    _deed(a_buyer_pays, which=WHICH),
    _deed(the_shop_ships, which=WHICH, tracking=st.sampled_from(["", "T 1", "T 2"])),
    _deed(the_shop_cancels, which=WHICH),
    _deed(webhooks_suffer, how=st.sampled_from(["lost", "twice", "reordered", "held back"])),
    _deed(
        the_marketplace_fails,
        operation=st.sampled_from(["orders_changed", "read_order", "ship", "shipments", "revise"]),
        kind=st.sampled_from(["status", "html", "drop_before", "drop_after"]),
        times=st.integers(1, 3),
    ),
    _deed(
        the_shop_fails,
        operation=st.sampled_from(["read_products", "look_for_order", "read_orders", "cancel_order", "sweep"]),
        times=st.integers(1, 3),
    ),
    _deed(a_create_goes_wrong, kind=st.sampled_from(["drop_before", "drop_after", "delay"])),
    _deed(reads_lag, lag=st.booleans()),
    _deed(looks_lag, seconds=st.sampled_from([0.0, 25.0])),
    _deed(a_lane_works, lane=LANES),
    _deed(everything_works),
    _deed(time_passes, seconds=st.sampled_from([1, 12, 65, 65])),
    _deed(messages_come_twice, lane=LANES),
    _deed(the_newest_message_comes_first),
    _deed(a_worker_dies, calls=st.integers(1, 60)),
    _deed(the_shop_is_swept),
)
SECOND_WORKERS = _deed(a_second_worker_comes_in, calls=st.integers(1, 40), lane=LANES)


def calm(s: Story) -> None:
    """The outside is well, everything under way comes to its end, and everything is read again."""
    s.heal()
    s.world.stores.queues.newest_first = False
    s.rest()
    s.sweep()
    s.rest()
    s.world.stores.clock.advance(6 * 3600 + 600)  # what was lost on its way is found by the comparison
    s.rest()


def play(s: Story, history: list[tuple[str, Deed]], after: Callable[[], None] = lambda: None) -> None:
    for _, deed in history:
        try:
            deed(s)
        except WorkerDied:  # outside any lane: the seller's own request broke off
            s.fate.revive()
        after()


def shop_and_two_accounts() -> Story:
    s = story(accounts=2)
    s.shop.read_lag_s = 8.0
    s.sell("A", 4, accounts=(ACCOUNT, SECOND))
    s.sell("B", 2, accounts=(ACCOUNT, SECOND))
    s.run(60)
    return s


@given(histories=st.lists(st.lists(DEEDS, min_size=2, max_size=12), min_size=1, max_size=3))
def test_no_history_sells_what_was_seen_to_be_sold(histories: list[list[tuple[str, Deed]]]) -> None:
    """Calm in between, so that the bound of the module's docstring is a tight one."""
    s = shop_and_two_accounts()
    sales = Sales(s)
    for history in histories:
        play(s, history, sales.moved)
        calm(s)
        s.in_order()
        assert sales.broken == []
        sales.calm()


@given(history=st.lists(st.one_of(DEEDS, SECOND_WORKERS), min_size=3, max_size=25))
def test_every_history_ends_with_each_order_once_in_the_shop(history: list[tuple[str, Deed]]) -> None:
    """With workers that stand in each other's way: what they send in between may be a moment old, the end is not."""
    s = shop_and_two_accounts()
    play(s, history)
    calm(s)
    s.in_order()
