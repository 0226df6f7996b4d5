"""Put an order's effects in place: reservations on the shop's variants, and the listings that they move
(protocol.md#reservations)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import LineId, ListingKey, OrderKey, ShopId, VariantKey
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import Cause, Listing
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import Cancellation, Order
from listbridge.domain.orders.reserving import Reservations, bought_from, changes_to, reservations_of, still_counting
from listbridge.domain.orders.schedule import ImportRules
from listbridge.domain.ports import Conflict, Missing
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.products_to_read import read_soon
from listbridge.services.catalog.recompute_variants import recompute_variants
from listbridge.services.catalog.restocked import sell_restocked
from listbridge.services.deps import CoreDeps, OrderDeps
from listbridge.services.orders.hold.oversold import note_shortage, note_shortages, says_oversold
from listbridge.services.orders.hold.supersede import replaced_by_me, take_places, wake_replacement
from listbridge.services.orders.order_rows import order_of

_TRIES = 20


def apply_order(deps: OrderDeps, order: Order, rules: ImportRules) -> Order:
    """Make reservations and listings what the row wants, and note that they are; doing it again changes nothing.

    The reservations are written with the proof that the row is still the one read, so that a worker that was overtaken
    leaves nothing behind. A worker that dies anywhere in here leaves the row unsettled, and it is done again.
    """
    for _ in range(_TRIES):
        if not order.unsettled:
            return order
        order = take_places(deps, order, rules)
        changes = changes_to(order)
        if order.completed_at is not None and still_counting(order, deps.variants.get_many(changes)):
            _read_variants(deps, order.shop, changes)
            return order  # a later read releases it; until then it holds the number right
        try:
            deps.orders.reserve(order, changes)
            for old in replaced_by_me(deps, order):
                apply_order(deps, old, rules)
            sold = _tell_listings(deps, order)
            rows = recompute_variants(deps, changes, Cause.ORDER)
            moved = {row.key for row in rows}
            nudge_due(deps, [*rows, *(row for row in sold if row.key not in moved)])
            sell_restocked(deps, rows)
            if order.absorbed_from is not None and order.completed_at is None:
                _read_variants(deps, order.shop, changes)
            standing = frozenset((line, variant) for variant, lines in reservations_of(order).items() for line in lines)
            done = order_changes.applied(order, standing, rules, deps.clock.now())
            order = deps.orders.save(done)
        except Conflict:
            order = order_of(deps, order.key)
            continue
        wake_replacement(deps, order)
        return _note_shortages(deps, order, changes)
    raise Conflict(str(order.key))


def _tell_listings(deps: OrderDeps, order: Order) -> list[Listing]:
    """The marketplace has counted its listings down automatically: what they show is no longer what we sent."""
    if order.listings_told or order.moved_in:
        return []
    cancelled = order.facts.cancellation is Cancellation.CANCELLED
    counted = frozenset[LineId]() if cancelled else _told_by_others(deps, order)
    units: Counter[ListingKey] = Counter()
    for line in order.facts.lines:
        if line.sku and line.id not in counted:
            units[bought_from(order, line)] += line.quantity
    told = []
    for key in sorted(deps.listings.get_many(units)):
        sold = partial(
            ledger.sold_remotely, sale=order.key.remote, units=units[key], now=deps.clock.now(), cancelled=cancelled
        )
        try:
            told.append(deps.listings.change(key, sold))
        except Missing:
            continue  # removed from the sales list a moment ago
    return told


def _told_by_others(deps: OrderDeps, order: Order) -> frozenset[LineId]:
    """Lines that the listings were told under another id of the order: each was sold once (promises.md#p11)."""
    keys = [OrderKey(order.key.account, remote) for remote in sorted(order.same_lines)]
    others = deps.orders.get_many(keys).values() if keys else ()
    return frozenset(line.id for other in others if other.listings_told for line in other.facts.lines)


def _read_variants(deps: CoreDeps, shop: ShopId, variants: Iterable[VariantKey]) -> None:
    read_soon(deps, shop, {variant.product for variant in variants})


def _note_shortages(deps: OrderDeps, order: Order, changes: Reservations) -> Order:
    """Tell this order and those beside it whether there is too little, now that its own units stand or are gone."""
    if not changes and not says_oversold(order):
        return order
    shop = deps.configuration.get(Shop, order.shop)
    note_shortages(deps, shop, changes)
    return note_shortage(deps, shop, order_of(deps, order.key))
