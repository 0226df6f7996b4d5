"""What the shop's events mean for orders: one was sent or cancelled there, or a product that an order misses appeared."""

from __future__ import annotations

from collections.abc import Sequence

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ShopOrderId
from listbridge.domain.work import Hint, HintKind, Lane, RelayOrder, ShopEvent
from listbridge.services.catalog.observed import Observed
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.missing_products import retry_orders

_ONCE_MORE_S = 60


def relay_orders(deps: OrderDeps, shop: Shop, events: Sequence[ShopEvent]) -> int:
    """Queue a comparison for each of these shop orders that is one of ours; a shop's own orders are nobody's business.

    What is not known to be ours is asked for once more a minute later: an order that is sent out as soon as it is made
    may be told about before its id is saved.
    """
    ids = _orders_of(events)
    if not ids:
        return 0
    keys = deps.orders.of_shop_orders(shop.id, ids)
    if keys:
        messages = [RelayOrder(account=key.account, order=key.remote) for key in keys]
        deps.queues.send(Lane.FULFILLMENTS, *messages)
    fresh = _orders_of([event for event in events if not event.confirm])
    rows = deps.orders.get_many(keys).values() if fresh else ()
    known = {row.shop_order.id for row in rows if row.shop_order is not None}
    hints = tuple(Hint(kind=HintKind.ORDER, id=id) for id in fresh if id not in known)
    if hints:
        confirm = ShopEvent(shop=shop.id, confirm=True, hints=hints)
        deps.queues.send(Lane.SHOP_EVENTS, confirm, delay_s=_ONCE_MORE_S)
    return len(keys)


def _orders_of(events: Sequence[ShopEvent]) -> list[ShopOrderId]:
    hints = [hint for event in events for hint in event.hints if hint.kind is HintKind.ORDER]
    return list(dict.fromkeys(ShopOrderId(hint.id) for hint in hints))


def retry_orders_missing_products(deps: OrderDeps, shop: Shop, observed: Observed) -> int:
    """Try the orders again that miss a SKU which these products have."""
    skus = {variant.sku for facts in observed.products.values() for variant in facts.variants if variant.sku}
    return retry_orders(deps, shop, skus) if skus else 0
