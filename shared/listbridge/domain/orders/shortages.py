"""More is sold than the shop has: which units are certainly missing, and which orders share them.

A variant is short when orders hold more units than the newest observation of the shop shows, less what that observation
may have counted already. Nothing is said on a mere possibility: an order in the making is clear within seconds, and a
seller who reads "oversold" may cancel a good order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from listbridge.domain.catalog import Observation, Variant
from listbridge.domain.ids import LocationId, OrderKey
from listbridge.domain.orders.orders import ImportState, Order, Shipment
from listbridge.domain.orders.reserving import missing_units, reservations_of
from listbridge.domain.orders.schedule import waits_for_stock

_GRACE = timedelta(seconds=5)
"""What an absorption may take beyond the shop's read lag, before a read that waits for it is believed as it is."""


def may_show(order: Order, read: Observation) -> bool:
    """Whether the shop's stock, as this read shows it, may know of the order, and need not.

    Before the create began no read knows of it; from `absorbed_from` on every read does.
    """
    if order.state not in (ImportState.CREATING, ImportState.UNCLEAR, ImportState.CREATED):
        return False
    if order.absorbed_from is not None and read.start >= order.absorbed_from:
        return False
    return order.create_began is None or read.end >= order.create_began


def short_units(variant: Variant, orders: Iterable[Order], locations: Sequence[LocationId]) -> int:
    """How many units are missing for certain, given the rows of all orders on the variant; 0 when none is."""
    if variant.absent:
        return 0
    missing = missing_units(variant, locations)
    if missing <= 0:
        return 0
    doubtful = sum(_units(order, variant) for order in orders if may_show(order, variant.observation))
    return max(0, missing - doubtful)


def sharers(variant: Variant, orders: Mapping[OrderKey, Order], missing: int) -> frozenset[OrderKey]:
    """The orders that the missing units have to be divided between: the newest ones that are still to be delivered.

    Of those so many that not all of them can be served, though one of them may be: with one unit missing the newest order
    and the one before it. What is finished shares nothing.
    """
    open_orders = [order for order in orders.values() if _units(order, variant) and _open(order)]
    open_orders.sort(key=lambda order: (order.facts.placed_at, order.key), reverse=True)
    chosen: set[OrderKey] = set()
    units = 0
    for order in open_orders if missing > 0 else ():
        if units > missing:
            break
        chosen.add(order.key)
        units += _units(order, variant)
    return frozenset(chosen)


def taken_by(stored: Variant, seen: Variant, orders: Iterable[Order], *, now: datetime, read_lag: timedelta) -> bool:
    """Whether a read shows nothing new but fewer units, and no fewer than orders in the making may have taken.

    Such a read is not believed yet: with the orders' reservations beside it, it would count their units twice. What stands
    is right as long as the read did count them, never offers more than the read shows, and gives way to the read that
    follows the absorption. `orders` are those on the variant whose create the stored observation cannot know of.
    """
    before, after = stored.facts.stock, seen.facts.stock
    if _but_stock(stored) != _but_stock(seen) or before.keys() != after.keys():
        return False
    falls = [before[place] - after[place] for place in before]
    if any(fall < 0 for fall in falls):
        return False
    doubtful = sum(
        _units(order, stored)
        for order in orders
        if may_show(order, seen.observation)
        and order.create_began is not None
        and stored.observation.end < order.create_began
        and _soon_absorbed(order, now, read_lag)
    )
    return 0 < sum(falls) <= doubtful


def _but_stock(variant: Variant) -> tuple[object, ...]:
    return replace(variant.facts, stock={}), variant.visibility, variant.content_hash, variant.absent


def _soon_absorbed(order: Order, now: datetime, read_lag: timedelta) -> bool:
    if order.state is ImportState.CREATING:
        return order.attempt is not None and now < order.attempt.deadline
    if waits_for_stock(order):
        return False  # the counted stock may not have fallen by it at all
    return order.confirmed_at is not None and now < order.confirmed_at + read_lag + _GRACE


def _units(order: Order, variant: Variant) -> int:
    return sum(held.quantity for held in reservations_of(order).get(variant.key, {}).values())


def _open(order: Order) -> bool:
    return order.completed_at is None and order.facts.shipment is not Shipment.SHIPPED
