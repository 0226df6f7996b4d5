"""Which of the shop's parcels the marketplace does not know yet: pure comparisons of what both show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from listbridge.domain.ids import LineId
from listbridge.domain.orders import Order, Telling
from listbridge.domain.ports import RemoteShipment
from listbridge.domain.shop_orders import Parcel

Spelling = Callable[[str], str]
"""A tracking number as the marketplace spells it."""


def unclaimed(order: Order, shown: Sequence[RemoteShipment]) -> list[RemoteShipment]:
    """The marketplace's shipments that are not known to be one of the shop's parcels."""
    rest = list(shown)
    for told in order.told.values():
        if told.state is not Telling.TOLD or told.shipment is None:
            continue
        same = [one for one in rest if one.id == told.shipment]
        exact = [one for one in same if dict(one.lines) == dict(told.lines)]
        if same:
            rest.remove((exact or same)[0])
    return rest


def shipment_of(parcel: Parcel, rest: Sequence[RemoteShipment], spelled: Spelling) -> RemoteShipment | None:
    """The shipment that is this parcel: the same number on some of its lines, or without a number the same units."""
    tracking = spelled(parcel.tracking)
    for one in rest:
        if tracking:
            if spelled(one.tracking) == tracking and one.lines.keys() & parcel.lines.keys():
                return one
        elif not one.tracking and dict(one.lines) == dict(parcel.lines):
            return one
    return None


def units_to_tell(order: Order, parcel: Parcel, shown: Sequence[RemoteShipment]) -> Mapping[LineId, int]:
    """The parcel's units as far as the marketplace still waits for them; more than were sold it would refuse."""
    sold = {line.id: line.quantity for line in order.facts.lines}
    for one in shown:
        for line, quantity in one.lines.items():
            sold[line] = sold.get(line, 0) - quantity
    wanted = {line: min(quantity, sold.get(line, 0)) for line, quantity in parcel.lines.items()}
    return {line: quantity for line, quantity in wanted.items() if quantity > 0}
