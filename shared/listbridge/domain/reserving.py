"""Which stock an order holds, and until when (protocol 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from listbridge.domain.catalog import Reservation, Variant
from listbridge.domain.ids import LineId, LocationId, OrderKey, VariantKey
from listbridge.domain.order_changes import OBSERVED, UNPAID_EXPIRED
from listbridge.domain.orders import ImportState, Order, Shipment

Reservations = Mapping[VariantKey, Mapping[LineId, Reservation | None]]


def holds_stock(order: Order) -> bool:
    """Whether the order's lines are promised stock.

    Before the shop order stands: a committed order that is still to be sent, placed since the connection, not sent from
    the marketplace's own warehouse, and not taken out of our hands. While a create's outcome is unknown it holds on, for
    the shop may have counted it or not. Once the shop order stands it holds on until done: its number says against which
    observations it still counts.
    """
    if order.state in (ImportState.CREATING, ImportState.UNCLEAR):
        return True
    if order.state is ImportState.CREATED:
        return order.completed_at is None
    facts = order.facts
    others = order.seen_while == OBSERVED and not order.exported_by  # another tool counts it in the shop
    outside = order.moved_in or bool(order.handled_outside_by) or facts.fulfilled_by_marketplace or others
    over = order.reason is not None and order.reason.code == UNPAID_EXPIRED
    return facts.committed and facts.shipment is not Shipment.SHIPPED and not outside and not over


def reservations_of(order: Order) -> dict[VariantKey, dict[LineId, Reservation]]:
    """What has to stand on the variants for this order."""
    wanted: dict[VariantKey, dict[LineId, Reservation]] = {}
    if not holds_stock(order):
        return wanted
    for line in order.facts.lines:
        match = order.matches.get(line.id)
        if match is not None and line.quantity > 0:
            held = Reservation(line.quantity, order.absorbed_from)
            wanted.setdefault(match.variant, {})[line.id] = held
    return wanted


def changes_to(order: Order) -> Reservations:
    """What to write on the variants: everything wanted, and None where something may stand that is no longer wanted."""
    wanted: dict[VariantKey, dict[LineId, Reservation | None]] = {
        variant: dict(lines) for variant, lines in reservations_of(order).items()
    }
    for line, variant in order.reserved:
        if line not in wanted.get(variant, {}):
            wanted.setdefault(variant, {})[line] = None
    return wanted


def still_counting(order: Order, variants: Mapping[VariantKey, Variant]) -> bool:
    """Whether a finished order's reservation is still what keeps a variant's number right.

    Its shop order took the stock, but a variant was not read since: taken away now, the stock would be sold twice.
    A variant that is gone from the shop sells nothing, and is not observed again.
    """
    if order.absorbed_from is None:
        return order.state is ImportState.CREATED
    held = [variants[key] for _, key in order.reserved if key in variants]
    return any(not row.absent and row.observation.start < order.absorbed_from for row in held)


def missing_units(variant: Variant, locations: Sequence[LocationId]) -> int:
    """How many units orders hold that the shop does not have; 0 for items that are not counted or may be oversold."""
    facts = variant.facts
    if not facts.tracked or facts.oversell or facts.bundle:
        return 0
    places: Iterable[LocationId] = locations or facts.stock
    known = [facts.stock[place] for place in places if place in facts.stock]
    return max(0, variant.reserved() - sum(known)) if known else 0


def orders_on(variant: Variant) -> set[OrderKey]:
    """The orders that hold this variant, those whose stock the shop has counted already among them."""
    return {_order_of(name) for name in variant.reservations}


def sharers_with(order: OrderKey, variant: Variant) -> set[OrderKey]:
    """The orders between which units that are not there have to be divided: this one, and those that the shop has not
    counted yet; where it has counted all of them, the one that it counted last."""
    others = {name: held for name, held in variant.reservations.items() if _order_of(name) != order}
    start = variant.observation.start
    uncounted = {
        _order_of(name)
        for name, held in others.items()
        if held.absorbed_from is None or start < held.absorbed_from
    }
    if others and not uncounted:
        uncounted = {_latest(others)}
    return uncounted | {order}


def latest_on(variant: Variant) -> OrderKey:
    """The order that the shop counts, or counted, last. The variant must have one."""
    return _latest(variant.reservations)


def _latest(entries: Mapping[str, Reservation]) -> OrderKey:
    def counted(name: str) -> tuple[bool, int]:
        number = entries[name].absorbed_from
        return number is None, number or 0

    return _order_of(max(entries, key=counted))


def _order_of(entry: str) -> OrderKey:
    return OrderKey.parse(entry.rsplit("#", 1)[0])


def entry_name(order: OrderKey, line: LineId) -> str:
    """How a reservation is named on its variant."""
    return f"{order}#{line}"
