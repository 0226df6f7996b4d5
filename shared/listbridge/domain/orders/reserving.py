"""Which stock an order holds, and until when (protocol.md#reservations)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from listbridge.domain.catalog import Reservation, Variant
from listbridge.domain.ids import LineId, ListingKey, LocationId, OrderKey, VariantKey
from listbridge.domain.orders.changes import UNPAID_EXPIRED
from listbridge.domain.orders.orders import ImportState, Order, RemoteLine, Shipment
from listbridge.domain.orders.schedule import OBSERVED

Reservations = Mapping[VariantKey, Mapping[LineId, Reservation | None]]


def holds_stock(order: Order) -> bool:
    """Whether the order's lines are promised stock.

    Before the shop order stands: a committed order that is still to be shipped, placed since the connection, not
    shipped from the marketplace's own warehouse, and not taken out of our hands. While a create's outcome is unknown it
    holds on, for the shop may have counted it or not. Once the shop order stands it holds on until done: its number
    says against which observations it still counts.
    """
    if order.state in (ImportState.CREATING, ImportState.UNCLEAR):
        return True
    if order.replaced_by is not None and not order.begun and order.replacement_holds:
        return False
    if order.state is ImportState.CREATED:
        return order.completed_at is None
    facts = order.facts
    others = order.seen_while == OBSERVED and not order.exported_by  # another tool counts it in the shop
    outside = order.moved_in or bool(order.handled_outside_by) or facts.fulfilled_by_marketplace or others
    over = order.reason is not None and order.reason.code == UNPAID_EXPIRED
    return facts.committed and facts.shipment is not Shipment.SHIPPED and not outside and not over


def reservations_of(order: Order) -> dict[VariantKey, dict[LineId, Reservation]]:
    """What has to stand on the variants for this order: nothing for lines that are not to be shipped."""
    wanted: dict[VariantKey, dict[LineId, Reservation]] = {}
    if not holds_stock(order):
        return wanted
    begun = order.state in (ImportState.CREATING, ImportState.UNCLEAR, ImportState.CREATED)
    out = order.left_out if begun else order.facts.refunded_lines
    for line in order.facts.lines:
        if line.id in out:
            continue
        match = order.matches.get(line.id)
        elsewhere = line.id in order.in_shop_by and not order.begun and not order.exported_by
        if match is not None and line.quantity > 0 and not elsewhere:
            held = Reservation(line.quantity, order.absorbed_from)
            wanted.setdefault(match.variant, {})[line.id] = held
    return wanted


def bought_from(order: Order, line: RemoteLine) -> ListingKey:
    """The key that our listing of a line's SKU has, whether there is one or not."""
    return ListingKey(order.key.account, line.site or order.facts.site, line.sku)


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

    Its shop order took the stock, but a variant was not read since: released now, the stock would be sold twice.
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


def orders_of(entries: Iterable[str]) -> set[OrderKey]:
    """The orders behind the names of reservations."""
    return {order_of_entry(name) for name in entries}


def order_of_entry(name: str) -> OrderKey:
    """The order behind one reservation's name."""
    return OrderKey.parse(name.rsplit("#", 1)[0])


def entry_name(order: OrderKey, line: LineId) -> str:
    """How a reservation is named."""
    return f"{order}#{line}"


# The variant's row keeps totals, so that it stays small however many lines hold it.

_TOTAL = "total#of#"
"""No order has such a name: an account's id has an underscore. Readers of the version before, which know no totals, take
one for an order's entry, and count right."""


def total_name(absorbed_from: int | None) -> str:
    """How the total of all reservations with this number is named on the variant's row."""
    return f"{_TOTAL}{'open' if absorbed_from is None else absorbed_from}"


def is_total(name: str) -> bool:
    """Whether an entry of a variant's row is a total, and not one order line's (as rows of the version before have)."""
    return name.startswith(_TOTAL)


def totals_changed(
    variant: Variant, before: Mapping[str, Reservation], after: Mapping[str, Reservation | None]
) -> dict[str, Reservation | None]:
    """What changes in the variant's row when these reservations change: the totals, and entries of the version before.

    `before` are the rows of the same names, as far as there are any. A total that the stored observation has come to know
    of is dropped: it will never count again.
    """
    row = variant.reservations
    totals = {name: held.quantity for name, held in row.items() if is_total(name)}
    for name, held in after.items():
        was = before.get(name)
        if was is not None:
            # A total that was dropped needs nothing taken away.
            known = total_name(was.absorbed_from)
            if known in totals:
                totals[known] -= was.quantity
        if held is not None:
            known = total_name(held.absorbed_from)
            totals[known] = totals.get(known, 0) + held.quantity
    changed: dict[str, Reservation | None] = {name: None for name in after if name in row}
    for name, units in totals.items():
        number = _number_of(name)
        counts = units > 0 and (number is None or variant.observation.start < number)
        new = Reservation(units, number) if counts else None
        if new != row.get(name):
            changed[name] = new
    return changed


def _number_of(total: str) -> int | None:
    number = total.removeprefix(_TOTAL)
    return None if number == "open" else int(number)
