"""Shop events: collapse them to the touched items, read the shop in bulk, write the ledger, wake the drainers."""

from __future__ import annotations

from collections.abc import Sequence

from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.ids import ShopId
from listbridge.domain.ports import Missing
from listbridge.domain.work import ShopEvent
from listbridge.services.deps import InboxDeps
from listbridge.services.inbox.look_at_shop import look_at_shop
from listbridge.services.inbox.order_hints import relay_orders


def sync_catalog(deps: InboxDeps, events: Sequence[ShopEvent]) -> None:
    """Bring what these events point at up to date. All of one call's events belong together: they succeed or fail as one.

    A shop that cannot answer now gets one message later that stands for all of these; events of a shop that is gone or
    whose credentials are dead end here, because connecting it again sweeps everything. What points at many products is
    read by another lane (`look_at_shop`).

    Raises:
        RetryLater: the same events failed too often (they belong in the dead-letter queue).
    """
    for shop_id, mine in _by_shop(events).items():
        deps.inbox.taken([(shop_id, event.delivery) for event in mine if event.delivery])
        try:
            shop = deps.configuration.get(Shop, shop_id)
        except Missing:
            continue
        if shop.state is ConnectionState.ACTIVE:
            relay_orders(deps, shop, mine)
            look_at_shop(deps, shop, mine)


def _by_shop(events: Sequence[ShopEvent]) -> dict[ShopId, list[ShopEvent]]:
    grouped: dict[ShopId, list[ShopEvent]] = {}
    for event in events:
        grouped.setdefault(event.shop, []).append(event)
    return grouped
