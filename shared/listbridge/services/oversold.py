"""More is sold than the shop has: every order that shares the missing units says so, for who gets them is the seller's to decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from listbridge.domain import order_changes
from listbridge.domain.catalog import Variant
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import OrderKey, Sku, VariantKey
from listbridge.domain.orders import ImportState, Order
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.domain.reserving import latest_on, missing_units, orders_on, sharers_with
from listbridge.services.deps import Deps
from listbridge.services.order_rows import change_order

OVERSOLD = "oversold"
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Shortage:
    """A SKU that is promised more often than the shop has it, and the orders between which the rest has to be divided."""

    sku: Sku
    orders: frozenset[OrderKey]

    @property
    def notice(self) -> Problem:
        names = sorted(key.remote for key in self.orders)
        return Problem(OVERSOLD, {"sku": self.sku, "orders": ", ".join(names[:_NAMED])}, "decide_oversold")


def shortage_of(deps: Deps, order: Order, variants: Iterable[VariantKey]) -> Shortage | None:
    """What of an order that was seen just now is not there.

    Asked before its shop order stands: after that only the shop's own number tells (`note_shortages`).
    """
    if order.state is ImportState.CREATED or not order.reserved:
        return None
    shop = deps.configuration.get(Shop, order.shop)
    for variant in deps.variants.get_many(variants).values():
        if order.key in orders_on(variant) and _short(deps, shop, variant):
            return Shortage(variant.facts.sku, frozenset(sharers_with(order.key, variant)))
    return None


def note_shortages(deps: Deps, shop: Shop, variants: Iterable[VariantKey]) -> None:
    """What the shop's own number shows: below zero, when it has counted more orders than it had units.

    While one order was being counted nobody could tell whether a second one was too much; now it can be told.
    """
    for variant in deps.variants.get_many(set(variants)).values():
        if variant.reservations and _short(deps, shop, variant):
            sharing = frozenset(sharers_with(latest_on(variant), variant))
            show_shortage(deps, Shortage(variant.facts.sku, sharing))


def show_shortage(deps: Deps, shortage: Shortage, *, but: OrderKey | None = None) -> None:
    """Note it on every order that shares it, except the one whose row the caller saves himself."""
    for key in sorted(shortage.orders - {but}):
        try:
            change_order(deps, key, lambda row: order_changes.with_notice(row, shortage.notice))
        except Missing:
            continue


def _short(deps: Deps, shop: Shop, variant: Variant) -> bool:
    if variant.absent:
        return False
    missing = missing_units(variant, shop.locations)
    return missing > 0 and missing > _perhaps_counted(deps, variant)


def _perhaps_counted(deps: Deps, variant: Variant) -> int:
    """Units reserved for orders whose shop order stands: the observed stock may know of them already."""
    rows = deps.orders.get_many(orders_on(variant))
    counted = {str(key) for key, row in rows.items() if row.state is ImportState.CREATED}
    return sum(
        held.quantity
        for name, held in variant.reservations.items()
        if held.absorbed_from is None and name.rsplit("#", 1)[0] in counted
    )
