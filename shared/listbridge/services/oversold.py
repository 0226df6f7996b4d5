"""More is sold than the shop has: every order that shares the missing units says so, for as long as it is true.

Each order's notice is computed anew from the newest rows whenever something may have changed it: an order came, went or was
absorbed, or the shop was read. An order that says so is asked again by its own time, should such an event be lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from listbridge.domain import order_changes
from listbridge.domain.catalog import Variant
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import OrderKey, VariantKey
from listbridge.domain.order_changes import OVERSOLD
from listbridge.domain.orders import Order
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.domain.reserving import missing_units, orders_of, reservations_of
from listbridge.domain.shortages import sharers, short_units
from listbridge.services.deps import Deps
from listbridge.services.order_rows import change_order

_NAMED = 10
_LOOKED_AT = 50
"""Of a variant that is not short, with more lines than this, none is asked at once whether it still says so."""


def note_shortages(deps: Deps, shop: Shop, variants: Iterable[VariantKey]) -> None:
    """Bring the notices of all orders on these variants up to what the newest observations prove."""
    for variant in deps.variants.get_many(set(variants)).values():
        short = missing_units(variant, shop.locations) > 0
        if not variant.held_by_orders or (not short and variant.holders > _LOOKED_AT):
            continue
        rows = _orders_on(deps, variant)
        sharing = _sharing(shop, variant, rows)
        for key in sorted(rows):
            if key in sharing or says_oversold(rows[key]):
                note_shortage(deps, shop, rows[key])


def note_shortage(deps: Deps, shop: Shop, order: Order) -> Order:
    """Bring one order's notice up to date, over all that it holds; the order as it is then."""
    notice = _notice_of(deps, shop, order)
    if notice is None and not says_oversold(order):
        return order
    change = partial(order_changes.shortage_noted, notice=notice, now=deps.clock.now())
    try:
        return change_order(deps, order.key, change)
    except Missing:
        return order  # taken off a moment ago


def says_oversold(order: Order) -> bool:
    return any(one.code == OVERSOLD for one in order.notices)


def _notice_of(deps: Deps, shop: Shop, order: Order) -> Problem | None:
    skus: list[str] = []
    sharing: set[OrderKey] = set()
    for variant in deps.variants.get_many(reservations_of(order)).values():
        if missing_units(variant, shop.locations) <= 0:
            continue
        mine = _sharing(shop, variant, _orders_on(deps, variant))
        if order.key in mine:
            skus.append(variant.facts.sku)
            sharing |= mine
    if not skus:
        return None
    names = sorted(key.remote for key in sharing)[:_NAMED]
    return Problem(OVERSOLD, {"sku": ", ".join(sorted(skus)), "orders": ", ".join(names)}, "decide_oversold")


def _orders_on(deps: Deps, variant: Variant) -> dict[OrderKey, Order]:
    return deps.orders.get_many(orders_of(deps.variants.reservations(variant.key)))


def _sharing(shop: Shop, variant: Variant, rows: dict[OrderKey, Order]) -> frozenset[OrderKey]:
    missing = short_units(variant, rows.values(), shop.locations)
    return sharers(variant, rows, missing)
