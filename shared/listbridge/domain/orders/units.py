"""Unit by unit: what was sold, shipped and refunded, and what is still open. Pure.

The marketplace waits for every unit that was sold until it was shipped, cancelled or refunded. The shop order may ship
fewer (a line was removed), or more (a line was added).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from listbridge.domain.ids import LineId
from listbridge.domain.orders.orders import Cancellation, Deed, Order, RemoteLine, RemoteOrder, Shipment, Telling
from listbridge.domain.orders.shop_orders import ShopOrder
from listbridge.domain.ports import RemoteShipment

Units = Mapping[LineId, int]


@dataclass(frozen=True, slots=True)
class Balance:
    """What both sides still expect of an order, in units by line; lines with nothing open are left out."""

    awaited: Units
    """The marketplace waits for these."""
    abandoned: Units
    """The marketplace waits for these, and the shop order no longer ships them."""
    unsold: Units
    """The shop order ships these, and the marketplace did not sell them."""


NOTHING_OPEN = Balance({}, {}, {})


def balance(
    order: Order, found: ShopOrder, shown: Sequence[RemoteShipment] = (), *, told_by_others: bool = False
) -> Balance:
    """Compare what was sold with what was and will be shipped.

    `shown` are the marketplace's own shipments, where they were read. `told_by_others`: another tool tells the
    marketplace of the shop's parcels, so that what the shop shipped counts as shipped there.
    """
    facts = order.facts
    packed = _packed(found)
    there = _sent_there(order, shown)
    if told_by_others:
        there = _larger(there, _sold(facts) if found.fulfilled and not found.lines else packed)
    due = {line: units for line, units in _due(facts).items() if units > there.get(line, 0)}
    awaited = {line: units - there.get(line, 0) for line, units in due.items()}
    if not found.lines:  # another tool's order: which of its lines are the marketplace's is not known
        return _without_paid_back(facts, Balance(awaited, awaited if found.fulfilled else {}, {}))
    will_be = Counter(packed)
    if not found.fulfilled:
        will_be.update(found.unsent)
    sold = _sold(facts)
    abandoned = {line: units - max(will_be[line], there.get(line, 0)) for line, units in due.items()}
    unsold = {line: units - sold.get(line, 0) for line, units in will_be.items()}
    return _without_paid_back(facts, Balance(awaited, _above_zero(abandoned), _above_zero(unsold)))


def nothing_to_send(found: ShopOrder) -> bool:
    """The shop order is shipped, or what was left on it was removed."""
    return found.fulfilled or (bool(found.lines) and not any(found.unsent.values()))


def in_words(units: Units, facts: RemoteOrder) -> str:
    """Such as `2 of MUG, 1 of CUP`; a line without a SKU by its title."""
    names = {line.id: line.sku or line.title or line.id for line in facts.lines}
    return ", ".join(f"{count} of {names.get(line, line)}" for line, count in sorted(units.items()))


def _sold(facts: RemoteOrder) -> dict[LineId, int]:
    return {line.id: line.quantity for line in facts.lines}


def _due(facts: RemoteOrder) -> dict[LineId, int]:
    """Units of the lines that neither were cancelled nor have their whole price refunded."""
    if facts.cancellation is Cancellation.CANCELLED or facts.refunded:
        return {}
    return {line.id: line.quantity for line in facts.lines if line.id not in facts.refunded_lines}


def _without_paid_back(facts: RemoteOrder, open_: Balance) -> Balance:
    """Nobody waits for a unit that the shop does not ship once its price was refunded.

    Refunds of a line count for whole units of it. Refunds of the order as a whole count when they come to the price of
    all the units that remain.
    """
    lines = {line.id: line for line in facts.lines}
    left = {
        id: units - min(units, _units_for(lines[id], _back(facts, lines[id], id)))
        for id, units in open_.abandoned.items()
    }
    worth = sum((lines[id].amount.amount * units / lines[id].quantity for id, units in left.items()), Decimal(0))
    if worth and _back(facts, facts.lines[0], None) >= worth:
        left = {}
    over = {id: units - left.get(id, 0) for id, units in open_.abandoned.items()}
    awaited = {id: units - over.get(id, 0) for id, units in open_.awaited.items()}
    return Balance(_above_zero(awaited), _above_zero(left), open_.unsold)


def _back(facts: RemoteOrder, like: RemoteLine, line: LineId | None) -> Decimal:
    """What was refunded for the line (None: for the order as a whole), in the currency of `like`."""
    same = [
        one.amount.amount for one in facts.refunds if one.line == line and one.amount.currency == like.amount.currency
    ]
    return sum(same, Decimal(0))


def _units_for(line: RemoteLine, amount: Decimal) -> int:
    return int(amount * line.quantity / line.amount.amount) if line.amount.amount > 0 and amount > 0 else 0


def _above_zero(units: Units) -> dict[LineId, int]:
    return {line: count for line, count in units.items() if count > 0}


def _sent_there(order: Order, shown: Sequence[RemoteShipment]) -> dict[LineId, int]:
    """Units that the marketplace knows as shipped: by its own states, by its shipments, and by what it was told."""
    facts = order.facts
    told: Counter[LineId] = Counter()
    for one in order.told.values():
        if one.kind is Deed.SHIP and one.state is Telling.TOLD and one.lines:
            told.update(one.lines)
    seen: Counter[LineId] = Counter()
    for shipment in shown:
        seen.update(shipment.lines or {})
    whole = facts.shipment is Shipment.SHIPPED
    return {
        line.id: line.quantity if whole or line.shipped is Shipment.SHIPPED else max(told[line.id], seen[line.id])
        for line in facts.lines
    }


def _packed(found: ShopOrder) -> Counter[LineId]:
    packed: Counter[LineId] = Counter()
    for parcel in found.parcels:
        packed.update(parcel.lines)
    return packed


def _larger(one: Units, other: Units) -> dict[LineId, int]:
    return {line: max(one.get(line, 0), other.get(line, 0)) for line in {*one, *other}}
