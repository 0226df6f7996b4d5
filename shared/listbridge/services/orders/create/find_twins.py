"""Find twins: a second shop order for one marketplace order. A timer looks for them, because no shop can rule them out
(protocol.md#creating-orders)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import ImportState, Order, ShopOrderRef
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError, Unauthorized
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.order_rows import change_order, mark_of, tell

RECENT = timedelta(hours=3)
"""A little more than twice the timer's distance: each order is looked at twice."""
_PAGE = 25


@dataclass(frozen=True, slots=True)
class Looked:
    """How many orders have a twin, and where the next look begins; None when all were looked at."""

    found: int
    cursor: str | None = None


def find_twins(deps: OrderDeps, account: Account, shop: Shop, cursor: str | None, *, seconds: float) -> Looked:
    """Look for a second shop order of each order that was created recently, page by page until the time is over.

    A shop that cannot be asked ends the look: the next hour's begins at the newest order again.
    """
    adapter = deps.shops.open(shop)
    began, found = deps.clock.now(), 0
    oldest = began - RECENT
    while True:
        rows, cursor = deps.orders.recent(account.id, cursor, _PAGE)
        for order in rows:
            if order.state is ImportState.CREATED and (order.confirmed_at or oldest) >= oldest:
                try:
                    found += _look(deps, account, adapter, order)
                except Unauthorized as error:
                    expire_shop(deps, shop, error.problem)
                    return Looked(found)
                except RemoteError as error:
                    tell(deps, order, "twins_not_looked_for", **error.problem.as_reason())
                    return Looked(found)
        # Orders come newest first; those placed long before are not the ones that were created a moment ago, but for
        # exports by hand, whose single look happened when they were made.
        if cursor is None or (rows and rows[-1].first_seen_at < oldest):
            return Looked(found)
        if (deps.clock.now() - began).total_seconds() > seconds:
            return Looked(found, cursor)


def _look(deps: OrderDeps, account: Account, adapter: ShopAdapter, order: Order) -> bool:
    twins = adapter.look_for_order(mark_of(account, order.key))
    if len(twins) > 1:
        shown = adapter.read_orders([ShopOrderRef(one.id, one.name, one.ours, one.lines) for one in twins])
        # One that the seller cancelled is no twin any more; one that the shop does not show may be one.
        twins = tuple(one for one in twins if one.id not in shown or shown[one.id].cancelled_at is None)
    if len(twins) < 2:
        if any(one.code == order_changes.TWINS for one in order.notices):
            gone = partial(order_changes.without_notice, code=order_changes.TWINS)
            change_order(deps, order.key, gone)
        return False
    notice = Problem(order_changes.TWINS, {"orders": ", ".join(one.name for one in twins)}, "cancel_one_in_shop")
    if notice not in order.notices:
        tell(deps, order, order_changes.TWINS, **notice.params)
        change_order(deps, order.key, lambda row: order_changes.with_notice(row, notice))
    return True
