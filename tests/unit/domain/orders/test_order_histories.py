"""Whatever happens to an order, in whatever sequence, its row makes sense and nobody forgets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.ids import LineId, ShopOrderId
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders import creating as order_creating
from listbridge.domain.orders.creating import NotOurCreate
from listbridge.domain.orders.orders import Cancellation, ImportState, Order, Payment, Shipment, ShopOrderRef
from listbridge.domain.orders.reserving import changes_to, holds_stock, reservations_of
from listbridge.domain.orders.schedule import ImportRules
from listbridge.domain.problem import Problem
from tests.fakes.remote_orders import CONNECTED, NOW, RULES, match, order_row

SETTLE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


@dataclass
class History:
    """One order's life. `standing` are the reservations that its variants carry; `made` counts certain shop orders."""

    order: Order
    rules: ImportRules = RULES
    now: datetime = NOW
    creates: int = 0
    standing: set[Any] = field(default_factory=set)

    def read(self, **facts: Any) -> None:
        newest = replace(self.order.facts, changed_at=self.now, **facts)
        order = order_changes.read_again(self.order, newest, self.rules, self.now)
        self.order = order_changes.judged_again(order, self.rules, self.now)

    def create(self) -> None:
        order = order_changes.judged_again(self.order, self.rules, self.now)
        if order.state in (ImportState.READY, ImportState.FAILED):
            self.creates += 1
            deadline = self.now + 32 * SECOND
            order = order_creating.creating(order, f"c{self.creates}", deadline=deadline, number=self.creates)
        self.order = order

    def answered(self, change: Callable[[Order, str], Order]) -> None:
        try:
            self.order = change(self.order, f"c{self.creates}")
        except NotOurCreate:
            assert self.order.state is not ImportState.CREATING or self.order.attempt is None

    def looked(self, *, strict: bool, times: int = order_creating.LOOKS) -> None:
        """So many empty looks, each at its time."""
        for _ in range(times):
            if self.order.attempt is not None:
                self.now = max(self.now, self.order.attempt.next_look_at)
            self.answered(
                lambda order, attempt: order_creating.looked_in_vain(
                    order, attempt, settle=SETTLE, strict=strict, now=self.now
                )
            )

    def settle(self) -> None:
        """What `apply_order` does: write what is wanted, take away what is not, note what stands."""
        for variant, lines in changes_to(self.order).items():
            for line, held in lines.items():
                (self.standing.discard if held is None else self.standing.add)((line, variant))
        wanted = {(line, variant) for variant, lines in reservations_of(self.order).items() for line in lines}
        self.order = order_changes.applied(self.order, frozenset(wanted), self.rules, self.now)
        assert self.standing == wanted

    def make_sense(self) -> None:
        order = self.order
        assert (order.attempt is not None) == (order.state is ImportState.CREATING)
        assert (order.shop_order is not None) == (order.state is ImportState.CREATED)
        explained = order.state in (ImportState.WAITING, ImportState.FAILED, ImportState.UNCLEAR, ImportState.SKIPPED)
        assert (order.reason is not None) == explained
        goes_on = order.state in (ImportState.READY, ImportState.CREATING, ImportState.FAILED)
        open_in_shop = order.state is ImportState.CREATED and order.completed_at is None
        assert order.due_at is not None or not (goes_on or open_in_shop or order.unsettled)
        assert self.standing <= order.reserved
        if not order.unsettled:
            assert bool(self.standing) == (holds_stock(order) and bool(order.matches))


DEEDS: dict[str, Callable[[History], None]] = {
    "paid": lambda h: h.read(payment=Payment.PAID),
    "pending": lambda h: h.read(payment=Payment.PENDING),
    "payment failed": lambda h: h.read(payment=Payment.FAILED),
    "refunded": lambda h: h.read(payment=Payment.REFUNDED),
    "cancel asked": lambda h: h.read(cancellation=Cancellation.REQUESTED),
    "cancelled": lambda h: h.read(cancellation=Cancellation.CANCELLED),
    "cancel declined": lambda h: h.read(cancellation=Cancellation.NONE),
    "shipped": lambda h: h.read(shipment=Shipment.SHIPPED),
    "decided": lambda h: setattr(h, "order", order_changes.decided(h.order, h.rules, h.now)),
    "matched": lambda h: setattr(
        h, "order", order_changes.matched(h.order, {LineId("line-MUG"): match()}, h.rules, h.now)
    ),
    "matched anew": lambda h: setattr(
        h, "order", order_changes.matched(h.order, {LineId("line-MUG"): match("CUP")}, h.rules, h.now)
    ),
    "unmatched": lambda h: setattr(h, "order", order_changes.matched(h.order, {}, h.rules, h.now)),
    "create": History.create,
    "made": lambda h: setattr(
        h,
        "order",
        order_creating.created(h.order, ShopOrderRef(ShopOrderId("9"), "#9"), h.now)
        if h.order.state is ImportState.CREATING
        else h.order,
    ),
    "refused": lambda h: h.answered(
        lambda o, c: order_creating.not_created(o, c, retry_at=h.now + 15 * SECOND, reason=Problem("no_stock"))
    ),
    "lost": lambda h: h.answered(
        lambda o, c: order_creating.outcome_unknown(o, c, look_at=h.now + 5 * SECOND, now=h.now)
    ),
    "looked": lambda h: h.looked(strict=True, times=1),
    "looked for the last time": lambda h: h.looked(strict=True),
    "looked loosely for the last time": lambda h: h.looked(strict=False),
    "absorbed": lambda h: setattr(h, "order", order_creating.absorbed(h.order, 7, h.now)),
    "completed": lambda h: setattr(h, "order", order_changes.completed(h.order, h.now) if h.order.relayed else h.order),
    "exported": lambda h: setattr(
        h,
        "order",
        h.order
        if h.order.state in (ImportState.CREATING, ImportState.CREATED)
        else order_changes.exported(h.order, "ada", h.rules, h.now),
    ),
    "left": lambda h: setattr(
        h,
        "order",
        h.order
        if h.order.state in (ImportState.CREATING, ImportState.CREATED)
        else order_changes.handled_outside(h.order, "ada", h.rules, h.now),
    ),
    "observe": lambda h: setattr(h, "rules", replace(h.rules, observe=not h.rules.observe)),
    "automatic": lambda h: setattr(h, "rules", replace(h.rules, automatic=not h.rules.automatic)),
    "settle": History.settle,
    "seconds": lambda h: setattr(h, "now", h.now + 31 * SECOND),
    "days": lambda h: setattr(h, "now", h.now + timedelta(days=3)),
}


@given(
    st.sampled_from([NOW, CONNECTED - SECOND]),
    st.sampled_from([Payment.PAID, Payment.PENDING]),
    st.lists(st.sampled_from(sorted(DEEDS)), max_size=40),
)
def test_every_history_leaves_a_row_that_makes_sense(placed_at: datetime, payment: Payment, deeds: list[str]) -> None:
    history = History(order_row(facts={"placed_at": placed_at, "payment": payment}))
    history.make_sense()
    for deed in deeds:
        DEEDS[deed](history)
        history.make_sense()


@given(st.lists(st.sampled_from(sorted(DEEDS)), max_size=40))
def test_a_create_begins_only_for_an_order_that_stands_and_never_beside_another(deeds: list[str]) -> None:
    history = History(order_row())
    for deed in deeds:
        before, creates = history.order, history.creates
        DEEDS[deed](history)
        if history.creates > creates:
            assert before.state in (ImportState.READY, ImportState.FAILED)
            assert history.order.facts.committed
            assert not history.rules.observe
            assert before.attempt is None
            assert before.shop_order is None


@given(st.lists(st.sampled_from(sorted(DEEDS)), max_size=40))
def test_an_order_in_the_shop_never_leaves_it_nor_changes_its_shop_order(deeds: list[str]) -> None:
    history = History(order_creating.created(order_row(), ShopOrderRef(ShopOrderId("1"), "#1"), NOW))
    for deed in deeds:
        DEEDS[deed](history)
        assert history.order.state is ImportState.CREATED
        assert history.order.shop_order == ShopOrderRef(ShopOrderId("1"), "#1")
