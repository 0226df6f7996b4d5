"""Erase buyers' data once their orders have been done for the retention time that the seller set."""

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

    The data go first and the note second: a crash in between costs a second, empty erasure.
    """
    now = deps.clock.now()
    kept = timedelta(days=_retention_days(deps))
    erased, cursor = 0, None
    while True:
        keys, cursor = deps.orders.with_buyers(cursor, _PAGE)
        rows = deps.orders.get_many(keys)
        for key in keys:
            done = done_at(rows[key]) if key in rows else now - kept
            if done is not None and done + kept <= now:
                _erase(deps, key, now)
                erased += 1
        if cursor is None:
            return erased


def done_at(order: Order) -> datetime | None:
    """Since when nobody needs to know the buyer; None while somebody may."""
    if order.completed_at is not None:
        return order.completed_at
    if order.state is ImportState.SKIPPED:
        return max(order.facts.changed_at, order.first_seen_at)
    return None


def _erase(deps: OrderDeps, key: OrderKey, now: datetime) -> None:
    deps.orders.erase_buyer(key)
    try:
        order = change_order(deps, key, lambda row: replace(row, buyer_erased_at=now))
    except Missing:
        return
    tell(deps, order, "buyer_erased")


def _retention_days(deps: CoreDeps) -> int:
    try:
        return deps.configuration.get(Deployment, "this").buyer_retention_days
    except Missing:
        return Deployment().buyer_retention_days
