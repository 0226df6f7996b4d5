"""Erase buyers' data: once their orders have been done for the retention time that the seller set, and at once when the marketplace
says that a buyer is to be forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from listbridge.domain.configuration import Deployment
from listbridge.domain.ids import OrderKey
from listbridge.domain.orders.orders import ImportState, Order
from listbridge.domain.ports import Missing
from listbridge.services.deps import CoreDeps, OrderDeps
from listbridge.services.orders.order_rows import change_order, tell

_PAGE = 200


def erase_buyers(deps: OrderDeps) -> int:
    """Erase what has been kept long enough; returns how many buyers. The setting counts as it is now.

    The note goes first and the data second: what a worker that died in between has left is erased by the next run.
    """
    now = deps.clock.now()
    kept = timedelta(days=_retention_days(deps))
    erased, cursor = 0, None
    while True:
        keys, cursor = deps.orders.with_buyers(cursor, _PAGE)
        rows = deps.orders.get_many(keys)
        for key in keys:
            if key not in rows or _is_over(rows[key], kept, now):
                _erase(deps, key, now)
                erased += 1
        if cursor is None:
            return erased


def forget_user(deps: OrderDeps, user: str, *, until: datetime) -> int:
    """Erase all that is kept of a marketplace's user, whatever their orders are waiting for; returns of how many orders.

    `user` is their fingerprint. What was ordered after `until` is not theirs: nobody who has gone orders anything, so a notice that
    comes again years later erases nothing. Idempotent: what is erased is not found again.
    """
    deps.forgotten.add(user, until)  # first: who takes in an order of theirs from now on keeps nothing
    keys = deps.orders.of_user(user)
    rows = deps.orders.get_many(keys)
    gone = [key for key in keys if key not in rows or rows[key].facts.placed_at <= until]
    now = deps.clock.now()
    for key in gone:
        _erase(deps, key, now, "buyer_forgotten")
    return len(gone)


def _is_over(order: Order, kept: timedelta, now: datetime) -> bool:
    """What is erased already was kept again by a worker that had read it before."""
    done = done_at(order)
    return order.buyer_erased_at is not None or (done is not None and done + kept <= now)


def done_at(order: Order) -> datetime | None:
    """Since when nobody needs to know the buyer; None while somebody may."""
    if order.completed_at is not None:
        return order.completed_at
    if order.state is ImportState.SKIPPED:
        return max(order.facts.changed_at, order.first_seen_at)
    return None


def _erase(deps: OrderDeps, key: OrderKey, now: datetime, event: str = "buyer_erased") -> None:
    """Noted first: from then on nobody keeps again what they have read before."""
    try:
        order = change_order(deps, key, lambda row: row if row.buyer_erased_at else replace(row, buyer_erased_at=now))
    except Missing:
        deps.orders.erase_buyer(key)
        return
    deps.orders.erase_buyer(key)
    tell(deps, order, event)


def _retention_days(deps: CoreDeps) -> int:
    try:
        return deps.configuration.get(Deployment, "this").buyer_retention_days
    except Missing:
        return Deployment().buyer_retention_days
