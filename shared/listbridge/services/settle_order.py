"""Put an order's effects in place: reservations on the shop's variants, and the listings that they move (protocol 6)."""

from __future__ import annotations

from collections.abc import Iterable

from listbridge.domain import ledger, order_changes
from listbridge.domain.catalog import Variant
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ListingKey, OrderKey, ShopId, VariantKey
from listbridge.domain.listing import Cause
from listbridge.domain.order_changes import ImportRules
from listbridge.domain.orders import ImportState, Order
from listbridge.domain.ports import Conflict, Missing
from listbridge.domain.problem import Problem
from listbridge.domain.reserving import (
    changes_to,
    missing_units,
    orders_on,
    reservations_of,
    sharers_with,
    still_counting,
)
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from listbridge.services.deps import Deps
from listbridge.services.nudge import nudge_due
from listbridge.services.order_rows import change_order, order_of
from listbridge.services.recompute_variants import recompute_variants

_TRIES = 20
OVERSOLD = "oversold"


def settle_order(deps: Deps, order: Order, rules: ImportRules) -> Order:
    """Make reservations and listings what the row wants, and note that they are; doing it again changes nothing.

    The reservations are written with the proof that the row is still the one read, so that a worker that was overtaken
    leaves nothing behind. A worker that dies anywhere in here leaves the row unsettled, and it is done again.
    """
    for _ in range(_TRIES):
        if not order.unsettled:
            return order
        changes = changes_to(order)
        if order.completed_at is not None and still_counting(order, deps.variants.get_many(changes)):
            read_products(deps, order.shop, changes)
            return order  # a later read lets it go; until then it holds the number right
        try:
            deps.orders.reserve(order, changes)
            _tell_listings(deps, order)
            rows = recompute_variants(deps, changes, Cause.ORDER)
            nudge_due(deps, rows)
            if order.absorbed_from is not None and order.completed_at is None:
                read_products(deps, order.shop, changes)
            oversold = _oversold(deps, order, changes)
            standing = frozenset(
                (line, variant) for variant, lines in reservations_of(order).items() for line in lines
            )
            done = order_changes.settled(order, standing, rules, deps.clock.now())
            order = deps.orders.save(_with_oversold(done, oversold))
        except Conflict:
            order = order_of(deps, order.key)
            continue
        _show_the_others(deps, order, oversold)
        return order
    raise Conflict(str(order.key))


def _tell_listings(deps: Deps, order: Order) -> None:
    """The marketplace has counted its listings down by itself: what they show is no longer what we sent."""
    if order.listings_told or order.moved_in:
        return
    keys = {ListingKey(order.key.account, line.site, line.sku) for line in order.facts.lines if line.sku}
    for key in sorted(deps.listings.get_many(keys)):
        try:
            deps.listings.change(key, lambda row: ledger.sold_remotely(row, deps.clock.now()))
        except Missing:
            continue  # taken off the sales list a moment ago


def read_products(deps: Deps, shop: ShopId, variants: Iterable[VariantKey]) -> None:
    """Have the products of these variants read again soon."""
    products = sorted({variant.product for variant in variants})
    if products:
        hints = tuple(Hint(kind=HintKind.PRODUCT, id=product) for product in products)
        deps.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=shop, hints=hints, confirm=True))


def _oversold(deps: Deps, order: Order, variants: Iterable[VariantKey]) -> tuple[str, set[OrderKey]] | None:
    """A SKU of the order that is promised more often than the shop has it, and the orders that share it.

    Asked before the shop order stands: after that the shop's own number tells, which counts the order itself.
    """
    if order.state is ImportState.CREATED or not order.reserved:
        return None
    shop = deps.configuration.get(Shop, order.shop)
    for variant in deps.variants.get_many(variants).values():
        if variant.absent or order.key not in orders_on(variant):
            continue
        in_doubt = _perhaps_counted(deps, variant, orders_on(variant))
        if missing_units(variant, shop.locations) > in_doubt:
            return variant.facts.sku, sharers_with(order.key, variant)
    return None


def _perhaps_counted(deps: Deps, variant: Variant, keys: set[OrderKey]) -> int:
    """Units reserved for orders whose shop order stands: the observed stock may know of them already."""
    rows = deps.orders.get_many(keys)
    counted = {str(key) for key, row in rows.items() if row.state is ImportState.CREATED}
    return sum(
        held.quantity
        for name, held in variant.reservations.items()
        if held.absorbed_from is None and name.rsplit("#", 1)[0] in counted
    )


def _with_oversold(order: Order, oversold: tuple[str, set[OrderKey]] | None) -> Order:
    if oversold is None:
        if order.state is ImportState.CREATED:
            return order
        return order_changes.without_notice(order, OVERSOLD)
    sku, keys = oversold
    return order_changes.with_notice(order, _notice(sku, keys))


def _show_the_others(deps: Deps, order: Order, oversold: tuple[str, set[OrderKey]] | None) -> None:
    """Every order that shares the missing unit says so: which of the buyers gets it is the seller's to decide."""
    if oversold is None:
        return
    sku, keys = oversold
    notice = _notice(sku, keys)
    for key in sorted(keys - {order.key}):
        try:
            change_order(deps, key, lambda row: order_changes.with_notice(row, notice))
        except Missing:
            continue


def _notice(sku: str, keys: set[OrderKey]) -> Problem:
    names = sorted(key.remote for key in keys)
    return Problem(OVERSOLD, {"sku": sku, "orders": ", ".join(names[:10])}, "decide_oversold")
