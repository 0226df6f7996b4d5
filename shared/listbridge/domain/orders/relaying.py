"""Which of the shop's parcels the marketplace does not know yet: pure comparisons of what both show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from listbridge.domain.ids import LineId, ParcelId
from listbridge.domain.orders.orders import Order, Telling, Told
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import RemoteShipment

Spelling = Callable[[str], str]
"""A tracking number as the marketplace spells it."""


def boxes(parcel: Parcel) -> tuple[Parcel, ...]:
    """The parcel as one per tracking number, each with its share of the units; the first keeps the parcel's id.

    The shop does not say what is in which box. Units of one line are alike, so they are dealt out, the first boxes
    getting the more. Where that cannot be (several lines, or fewer units than numbers), the first box holds whatever is
    left, and a box without units remains for its number to be named.
    """
    numbers = list(dict.fromkeys(one for one in parcel.further if one.number and one.number != parcel.tracking))
    if not numbers:
        return (replace(parcel, further=()),) if parcel.further else (parcel,)
    shares = _dealt(parcel.lines, 1 + len(numbers))
    first = replace(parcel, lines=shares[0], further=())
    return (
        first,
        *(
            replace(first, id=ParcelId(f"{parcel.id}/{place}"), lines=share, tracking=one.number, carrier=one.carrier)
            for place, (one, share) in enumerate(zip(numbers, shares[1:], strict=True), 2)
        ),
    )


def _dealt(lines: Mapping[LineId, int], boxes: int) -> list[Mapping[LineId, int]]:
    if len(lines) != 1:
        return [lines, *({} for _ in range(boxes - 1))]
    ((line, units),) = lines.items()
    each, more = divmod(units, boxes)
    counts = [each + (place < more) for place in range(boxes)]
    return [{line: count} if count else {} for count in counts]


def recorded(order: Order, id: ParcelId, told: Told) -> Order:
    """The order with this record. It keeps the number that it has, or gets the order's next one."""
    known = order.told.get(id)
    number = known.number if known is not None else 0
    if not number:  # rows from before there were numbers have none, and are counted
        number = 1 + max([len(order.told.keys() - {id}), *(one.number for one in order.told.values())])
    return replace(order, told={**order.told, id: replace(told, number=number)})


def unclaimed(order: Order, shown: Sequence[RemoteShipment]) -> list[RemoteShipment]:
    """The marketplace's shipments that are not known to be one of the shop's parcels."""
    rest = list(shown)
    for told in order.told.values():
        if told.state is not Telling.TOLD or told.shipment is None:
            continue
        same = [one for one in rest if one.id == told.shipment]
        exact = [one for one in same if _units(one.lines) == _units(told.lines)]
        if same:
            rest.remove((exact or same)[0])
    return rest


def shipment_of(parcel: Parcel, rest: Sequence[RemoteShipment], spelled: Spelling) -> RemoteShipment | None:
    """The shipment that is this parcel: the same number on some of its lines, or without a number the same units.

    Where the marketplace does not say what is in a shipment, its number alone tells; and one without a number is this parcel,
    for the buyer would be told about it twice.
    """
    tracking = spelled(parcel.tracking)
    for one in rest:
        if tracking:
            there = one.lines is None or one.lines.keys() & parcel.lines.keys()
            if spelled(one.tracking) == tracking and there:
                return one
        elif not one.tracking and (one.lines is None or dict(one.lines) == dict(parcel.lines)):
            return one
    return None


def units_to_tell(order: Order, parcel: Parcel, shown: Sequence[RemoteShipment]) -> Mapping[LineId, int]:
    """The parcel's units as far as the marketplace still waits for them; more than were sold it would refuse."""
    sold = Counter({line.id: line.quantity for line in order.facts.lines})
    for one in shown:
        sold.subtract(one.lines or {})
    if any(one.lines is None for one in shown):  # then only what was told is known
        for told in order.told.values():
            sold.subtract((told.lines or {}) if told.state is Telling.TOLD else {})
    wanted = {line: min(quantity, sold.get(line, 0)) for line, quantity in parcel.lines.items()}
    return {line: quantity for line, quantity in wanted.items() if quantity > 0}


def _units(lines: Mapping[LineId, int] | None) -> dict[LineId, int] | None:
    return None if lines is None else dict(lines)
