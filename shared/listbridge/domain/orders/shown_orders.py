"""An order as a shop shows it, told in the marketplace's lines. Pure.

A shop counts units by lines of its own: one of the marketplace's may be several there, and some are nobody's. What a shop says
of an order as a whole overrules what it says of a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from listbridge.domain.ids import LineId, ParcelId, ShopOrderId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Refund
from listbridge.domain.orders.shop_orders import Parcel, ShopOrder, Tracking


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line by the shop's own id: `of` which line of the marketplace, None for one that somebody added in the shop.

    `left` are the units still on the order, shipped ones too; `unsent` those that the shop counts as not shipped, which
    may hold units that were removed from the order.
    """

    id: str
    of: LineId | None
    left: int
    unsent: int


@dataclass(frozen=True, slots=True)
class ShownParcel:
    """A parcel that left the shop. `packed` has units by the shop's line id, one line more than once where the shop writes it so."""

    id: ParcelId
    at: datetime
    packed: Iterable[tuple[str, int]]
    tracking: Sequence[Tracking] = ()
    taken_back: bool = False


def shop_order(
    id: ShopOrderId,
    name: str,
    lines: Iterable[ShownLine],
    parcels: Iterable[ShownParcel],
    *,
    cancelled_at: datetime | None,
    fulfilled: bool | None = None,
    refunds: Iterable[Refund] = (),
    refunded: Money | None = None,
) -> ShopOrder:
    """The order in the marketplace's lines.

    `fulfilled` None: the shop does not say it of the whole order, so its lines do. Refunds of nothing are none: shops write
    them where units were only put back in stock. `refunded` is what all come to.
    """
    lines, parcels = list(lines), list(parcels)
    if fulfilled is None:
        fulfilled = cancelled_at is None and not any(one.unsent for one in lines)
    over = fulfilled or cancelled_at is not None
    known: dict[str, LineId] = {}
    left: Counter[LineId] = Counter()
    unsent: Counter[LineId] = Counter()
    for one in lines:
        if one.of is not None:
            known[one.id] = one.of
            left[one.of] += one.left
            unsent[one.of] += 0 if over else max(0, min(one.left, one.unsent))
    return ShopOrder(
        id=id,
        name=name,
        cancelled_at=cancelled_at,
        fulfilled=fulfilled,
        parcels=tuple(_sent(parcels, known)),
        cancelled_parcels=tuple(one.id for one in parcels if one.taken_back),
        refunded=refunded if refunded is not None and refunded.amount > 0 else None,
        refunds=tuple(one for one in refunds if one.amount.amount > 0),
        lines=dict(left),
        unsent=dict(unsent),
    )


def sum_of(refunds: Sequence[Refund]) -> Money | None:
    """What refunds of one currency come to; None where there are none."""
    if not refunds:
        return None
    amount = sum((one.amount.amount for one in refunds), Decimal(0))
    return Money(amount, refunds[0].amount.currency)


def _sent(parcels: Iterable[ShownParcel], known: Mapping[str, LineId]) -> Iterator[Parcel]:
    for one in parcels:
        units: Counter[LineId] = Counter()
        for line, count in one.packed:
            if line in known and count:
                units[known[line]] += count
        if one.taken_back or not units:
            continue  # back again, or nothing of the marketplace's is in it
        numbered = [told for told in one.tracking if told.number]
        first, *others = numbered or one.tracking or (Tracking(""),)
        further = tuple(told for told in others if told.number)
        yield Parcel(one.id, one.at, dict(units), first.number, first.carrier, further)
