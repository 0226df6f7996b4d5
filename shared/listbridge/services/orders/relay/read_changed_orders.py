"""Which of the shop's orders changed recently: what a lost delivery would have said of a parcel, a refund or a
cancellation.

One call every few minutes, however many orders are open. It reads an hour back, so that a tick that was missed, or a
search that lags, costs nothing; what was compared since its change is left alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.orders.schedule import compared_after
from listbridge.domain.ports import ChangedOrders, Share
from listbridge.domain.verdicts import RemoteError, Unauthorized, Unsupported
from listbridge.domain.work import Check, Hint, HintKind, Lane, ShopEvent
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import OrderDeps

_BACK = timedelta(hours=1)
_LAG = timedelta(seconds=60)
"""A change this short before a comparison may not have been in what the comparison read."""
_PAGES = 10


def read_changed_orders(deps: OrderDeps, shop: Shop, check: Check) -> int:
    """Have every open order of ours compared that changed in the shop since it was compared last; returns how many.

    What the shop refuses now, the next tick asks again.
    """
    if shop.state is not ConnectionState.ACTIVE:
        return 0
    since, cursor = _where(check, deps.clock.now())
    found = 0
    try:
        adapter = deps.shops.open(shop, Share.ORDINARY)
        for _ in range(_PAGES):
            page = adapter.orders_changed(since, cursor)
            found += _compare(deps, shop, page)
            cursor = page.cursor
            if cursor is None:
                return found
    except Unauthorized as error:
        expire_shop(deps, shop, error.problem)
        return found
    except Unsupported:
        return 0  # its orders are compared every few hours
    except RemoteError:
        return found
    rest = check.model_copy(update={"cursor": f"{since.isoformat()}|{cursor}"})
    deps.queues.send(Lane.RECOMPUTE, rest)
    return found


def _where(check: Check, now: datetime) -> tuple[datetime, str | None]:
    if check.cursor is None:
        return now - _BACK, None
    since, cursor = check.cursor.split("|", 1)
    return datetime.fromisoformat(since), cursor


def _compare(deps: OrderDeps, shop: Shop, page: ChangedOrders) -> int:
    """Send hints as the shop's own deliveries would have, for orders that need it; a shop's own orders are nobody's."""
    rows = deps.orders.get_many(deps.orders.of_shop_orders(shop.id, page.orders)).values()
    stale = [
        row.shop_order.id
        for row in rows
        if row.shop_order is not None
        and row.shop_order.id in page.orders
        and not compared_after(row, page.orders[row.shop_order.id] + _LAG)
    ]
    hints = tuple(Hint(kind=HintKind.ORDER, id=id) for id in dict.fromkeys(stale))
    if hints:
        deps.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=shop.id, hints=hints, confirm=True))
    return len(hints)
