"""Refunds on one side only: the seller is told once about each refund, and what to do about it.

Neither side is made to refund anything. What the shop refunded is recorded like a parcel, for the marketplace has to
hear about it too, and takes it from the seller alone.
"""

from __future__ import annotations

from dataclasses import replace

from listbridge.domain.ids import ParcelId
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders import money as order_money
from listbridge.domain.orders.orders import Cancellation, Deed, Order, Telling, Told
from listbridge.domain.orders.relaying import recorded
from listbridge.domain.orders.shop_orders import ShopOrder
from listbridge.domain.problem import Problem
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.order_rows import change_order, tell

REFUNDED_THERE = "refunded_on_marketplace"
PARTLY_REFUNDED_THERE = "partly_refunded_on_marketplace"
AMOUNT_UNKNOWN = "refund_amount_unknown"
REFUND_THERE = "refund_on_marketplace"
CANCEL_THERE = "cancel_on_marketplace"
_CANCELLED = ParcelId("cancelled")
"""The record of the cancellation: an order is cancelled once."""


def relay_refunds(deps: OrderDeps, order: Order, found: ShopOrder) -> Order:
    """Compare what was refunded on both sides, and keep the notices about it true."""
    order = _from_marketplace(deps, order, found)
    return _from_shop(deps, order, found)


def record_cancellation(deps: OrderDeps, order: Order, found: ShopOrder, *, done: bool) -> Order:
    """The shop cancelled the order: record whether the marketplace's is cancelled as well."""
    state = Telling.TOLD if done else Telling.REFUSED
    problem = None if done else Problem(CANCEL_THERE, {"shop_order": found.name}, "cancel_on_marketplace")
    now = deps.clock.now()

    def change(row: Order) -> Order:
        standing = row.told.get(_CANCELLED)
        if standing is not None and standing.state in (Telling.TOLD, state):
            return row
        lines = {line.id: line.quantity for line in row.facts.lines}
        made = Told(state, now, lines, problem=problem, kind=Deed.CANCEL)
        return recorded(row, _CANCELLED, made)

    return change_order(deps, order.key, change)


def _from_marketplace(deps: OrderDeps, order: Order, found: ShopOrder) -> Order:
    facts = order.facts
    refunds = order_money.refunds_there(facts)
    ids = frozenset(one.id for one in refunds)
    unknown = order_money.amount_unknown(facts)
    if unknown:
        ids |= {order_money.UNTOLD}
    missing = bool(order_money.missing_in_shop(order, found))
    if unknown:
        missing = found.refunded is None and found.cancelled_at is None
    # A cancelled order is cancelled in the shop too, or a notice of its own says that it cannot be.
    if not missing or facts.cancellation is Cancellation.CANCELLED:
        return _without(deps, order, REFUNDED_THERE, PARTLY_REFUNDED_THERE, AMOUNT_UNKNOWN)
    if ids <= order.refunds_noted:
        return order
    notice = _notice(order, found)

    def change(row: Order) -> Order:
        for code in (REFUNDED_THERE, PARTLY_REFUNDED_THERE, AMOUNT_UNKNOWN):
            row = order_changes.without_notice(row, code)
        return order_changes.with_notice(replace(row, refunds_noted=row.refunds_noted | ids), notice)

    after = change_order(deps, order.key, change)
    tell(deps, after, notice.code, **notice.params)
    return after


def _notice(order: Order, found: ShopOrder) -> Problem:
    facts = order.facts
    params = {"shop_order": found.name}
    if order_money.amount_unknown(facts):
        return Problem(AMOUNT_UNKNOWN, params, "look_on_marketplace")
    refunds = order_money.refunds_there(facts)
    params["amount"] = order_money.in_words(order_money.given_back(refunds))
    if facts.refunded:
        return Problem(REFUNDED_THERE, params, "goods_are_out" if found.parcels else "do_not_ship")
    params["lines"] = order_money.lines_of(refunds, facts) or found.name
    return Problem(PARTLY_REFUNDED_THERE, params, "refund_in_shop")


def _from_shop(deps: OrderDeps, order: Order, found: ShopOrder) -> Order:
    """One record for each refund of the shop's; the notice stands until the marketplace shows as much.

    What a cancelled order refunded belongs to its cancellation.
    """
    if found.cancelled_at is not None:
        return _without(deps, order, REFUND_THERE)
    open_ = order_money.missing_there(order, found)
    params = {"amount": order_money.in_words(open_), "shop_order": found.name}
    notice = Problem(REFUND_THERE, params, "refund_on_marketplace")
    state = Telling.REFUSED if open_ else Telling.TOLD
    now = deps.clock.now()

    def change(row: Order) -> Order:
        fresh = False
        for refund in found.refunds:
            id = ParcelId(f"refund:{refund.id}")
            standing = row.told.get(id)
            if standing is not None and standing.state in (Telling.TOLD, state):
                continue
            fresh = fresh or standing is None
            one = replace(notice, params={**params, "amount": str(refund.amount)})
            made = Told(state, now, {}, problem=one if open_ else None, kind=Deed.REFUND, amount=refund.amount)
            row = recorded(row, id, made)
        if not open_:
            return order_changes.without_notice(row, REFUND_THERE)
        return order_changes.with_notice(row, notice) if fresh else row

    after = change_order(deps, order.key, change)
    if notice in after.notices and notice not in order.notices:
        tell(deps, after, REFUND_THERE, **params)
    return after


def _without(deps: OrderDeps, order: Order, *codes: str) -> Order:
    if not any(notice.code in codes for notice in order.notices):
        return order

    def change(row: Order) -> Order:
        for code in codes:
            row = order_changes.without_notice(row, code)
        return row

    return change_order(deps, order.key, change)
