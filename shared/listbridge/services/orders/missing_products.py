"""Orders that miss a product: tried again when something may have come that they miss."""

from __future__ import annotations

from collections.abc import Set
from functools import partial

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import Sku
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import Order
from listbridge.domain.ports import Missing
from listbridge.domain.work import ImportOrder, Lane
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.order_rows import change_order, rules_of

_ORDERS = 200


def retry_orders(deps: OrderDeps, shop: Shop, skus: Set[Sku]) -> int:
    """Try the shop's orders again that miss one of these SKUs of the shop, as they stand in the order or by a SKU mapping; how many."""
    rows = deps.orders.get_many(deps.orders.waiting_for_skus(shop.id, _ORDERS))
    return sum(_try_again(deps, order) for order in rows.values() if _misses(deps, order, skus))


def _misses(deps: OrderDeps, order: Order, skus: Set[Sku]) -> bool:
    missing = {line.sku for line in order.facts.lines if line.id not in order.matches and line.sku}
    if missing & skus:
        return True
    return bool(missing) and not skus.isdisjoint(deps.sku_mappings.shop_skus(order.key.account, missing).values())


def _try_again(deps: OrderDeps, order: Order) -> bool:
    try:
        account = deps.configuration.get(Account, order.key.account)
    except Missing:
        return False
    change = partial(order_changes.tried_again, rules=rules_of(deps, account), now=deps.clock.now())
    change_order(deps, order.key, change)
    deps.queues.send(Lane.ORDERS, ImportOrder(account=order.key.account, order=order.key.remote))
    return True
