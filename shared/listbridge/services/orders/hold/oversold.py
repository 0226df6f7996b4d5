"""More is sold than the shop has: every order that shares the missing units says so, for as long as it is true.

Each order's notice is computed again from the newest rows whenever something may have changed it: an order came, went
or was absorbed, or the shop was read. An order that says so is asked again by its own time, should such an event be
lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from listbridge.domain.catalog import Variant
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import OrderKey, VariantKey
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import Order
from listbridge.domain.orders.reserving import missing_units, orders_of, reservations_of
from listbridge.domain.orders.schedule import OVERSOLD
from listbridge.domain.orders.shortages import sharers, short_units
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.order_rows import change_order

_NAMED = 10
_LOOKED_AT = 50
"""Of a variant that is not short, with more lines than this, none is asked at once whether it still says so."""
_TOO_MANY = 100
"""Beyond so many open lines the orders are not weighed against each other: each that comes speaks for itself."""
Sharing = Mapping[VariantKey, frozenset[OrderKey]]


def note_shortages(deps: OrderDeps, shop: Shop, variants: Iterable[VariantKey]) -> None:
    """Bring the notices of all orders on these variants up to what the newest observations prove."""
    for variant in deps.variants.get_many(set(variants)).values():
        most = _TOO_MANY if missing_units(variant, shop.locations) > 0 else _LOOKED_AT
        if not variant.held_by_orders or variant.holders > most:
            continue
        rows = _orders_on(deps, variant)
        sharing = {variant.key: _sharing(shop, variant, rows)}
        for key, row in sorted(rows.items()):
            if key in sharing[variant.key] or says_oversold(row):
                note_shortage(deps, shop, row, sharing)


def note_shortage(deps: OrderDeps, shop: Shop, order: Order, sharing: Sharing = MappingProxyType({})) -> Order:
    """Bring one order's notice up to date, over all that it holds; the order as it is then.

    `sharing` is what was found out a moment ago, by variant.
    """
    notice = _notice_of(deps, shop, order, sharing)
    if notice in (*order.notices, None) and (notice is not None) == says_oversold(order):
        return order
    change = partial(order_changes.shortage_noted, notice=notice, now=deps.clock.now())
    try:
        return change_order(deps, order.key, change)
    except Missing:
        return order  # disconnected a moment ago


def says_oversold(order: Order) -> bool:
    return any(one.code == OVERSOLD for one in order.notices)


def _notice_of(deps: OrderDeps, shop: Shop, order: Order, known: Sharing) -> Problem | None:
    skus: list[str] = []
    sharing: set[OrderKey] = set()
    for variant in deps.variants.get_many(reservations_of(order)).values():
        mine = known[variant.key] if variant.key in known else _sharing_with(deps, shop, variant, order)
        if order.key in mine:
            skus.append(variant.facts.sku)
            sharing |= mine
    if not skus:
        return None
    names = sorted(key.remote for key in sharing)[:_NAMED]
    return Problem(OVERSOLD, {"sku": ", ".join(sorted(skus)), "orders": ", ".join(names)}, "decide_oversold")


def _sharing_with(deps: OrderDeps, shop: Shop, variant: Variant, order: Order) -> frozenset[OrderKey]:
    if missing_units(variant, shop.locations) <= 0:
        return frozenset()
    if variant.holders <= _TOO_MANY:
        return _sharing(shop, variant, _orders_on(deps, variant))
    # Certain without any other row: below zero, although none of what is held is counted twice.
    below = missing_units(replace(variant, reservations={}), shop.locations)
    return sharers(variant, {order.key: order}, below)


def _orders_on(deps: OrderDeps, variant: Variant) -> dict[OrderKey, Order]:
    return deps.orders.get_many(orders_of(deps.variants.reservations(variant.key)))


def _sharing(shop: Shop, variant: Variant, rows: dict[OrderKey, Order]) -> frozenset[OrderKey]:
    missing = short_units(variant, rows.values(), shop.locations)
    return sharers(variant, rows, missing)
