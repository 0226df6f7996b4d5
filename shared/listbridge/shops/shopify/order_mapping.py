"""Shopify's orders in our words, and whose order one is: pure functions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from listbridge.domain.ids import LineId, ParcelId, ShopOrderId
from listbridge.domain.money import Money, money
from listbridge.domain.order_texts import MARK_FACT
from listbridge.domain.order_traces import OrderTraces
from listbridge.domain.orders import Refund
from listbridge.domain.shop_orders import FoundOrder, OrderMark, Parcel, ShopOrder, Tracking
from listbridge.shops.shopify import mapping, order_wire
from listbridge.shops.shopify.order_input import LINE_PROPERTY


def found_order(order: order_wire.OrderName, *, ours: bool) -> FoundOrder:
    return FoundOrder(ShopOrderId(mapping.number_of(order.id)), order.name, ours)


def search_for(mark: OrderMark) -> str:
    """The search for orders that any tool may have made for this marketplace order, in Shopify's search syntax.

    The bare id is for names with something before it; what the search finds by likeness, `whose` sorts out.
    """
    text = re.sub(r'[\\"]', "", str(mark.remote))
    return f'source_identifier:"{text}" OR tag:"{text}" OR name:"{text}" OR "{text}"'


def whose(order: order_wire.OrderTraces, mark: OrderMark) -> FoundOrder | None:
    """See `OrderTraces.whose`."""
    marks = {one.value for one in order.custom_attributes if one.key == MARK_FACT and one.value}
    if order.metafield is not None:
        marks.add(order.metafield.value)
    alone = {order.source_identifier, *order.tags, *(one.value for one in order.custom_attributes)}
    return OrderTraces(
        ShopOrderId(mapping.number_of(order.id)),
        order.name,
        frozenset(marks),
        frozenset(one for one in alone if one),
        (order.name, order.note or "", *order.tags),
    ).whose(mark)


def shop_order(
    order: order_wire.Order,
    lines: Iterable[order_wire.Line],
    parcels: Iterable[tuple[order_wire.Fulfillment, Iterable[order_wire.PackedLine]]],
) -> ShopOrder:
    """An order with all its lines and all its fulfilments, each with all that is packed in it."""
    by_id: dict[str, LineId] = {}
    units: Counter[LineId] = Counter()
    unsent: Counter[LineId] = Counter()
    fulfilled = order.display_fulfillment_status == "FULFILLED"
    for line in lines:
        remote = _line_of(line)
        if remote is not None:
            by_id[line.id] = remote
            units[remote] += line.current_quantity
            unsent[remote] += _unsent(line, order)
    parcels = list(parcels)
    return ShopOrder(
        id=ShopOrderId(mapping.number_of(order.id)),
        name=order.name,
        cancelled_at=order.cancelled_at,
        fulfilled=fulfilled,
        parcels=tuple(_sent(parcels, by_id)),
        cancelled_parcels=tuple(_parcel_id(one) for one, _ in parcels if one.status == "CANCELLED"),
        refunded=_refunded(order.total_refunded_set),
        refunds=tuple(_refunds(order.refunds)),
        lines=dict(units),
        unsent=dict(unsent),
    )


def _unsent(line: order_wire.Line, order: order_wire.Order) -> int:
    """Units that are still to be sent. An order that is fulfilled or cancelled sends nothing more, whatever its lines say:
    units that were taken off may count as not fulfilled."""
    if order.cancelled_at is not None or order.display_fulfillment_status == "FULFILLED":
        return 0
    return max(0, min(line.current_quantity, line.unfulfilled_quantity))


def _sent(
    parcels: Iterable[tuple[order_wire.Fulfillment, Iterable[order_wire.PackedLine]]],
    by_id: Mapping[str, LineId],
) -> Iterator[Parcel]:
    """Only SUCCESS was sent: PENDING and OPEN wait for a warehouse, ERROR and FAILURE never left it."""
    for one, packed in parcels:
        if one.status != "SUCCESS":
            continue
        units: Counter[LineId] = Counter()
        for line in packed:
            if line.line_item.id in by_id and line.quantity:
                units[by_id[line.line_item.id]] += line.quantity
        if not units:
            continue  # nothing of the marketplace's is in it
        numbered = [told for told in one.tracking_info if told.number]
        first, *others = numbered or one.tracking_info or (order_wire.Tracking(),)
        yield Parcel(
            id=_parcel_id(one),
            shipped_at=one.created_at,
            lines=dict(units),
            tracking=first.number or "",
            carrier=first.company or "",
            further=tuple(Tracking(more.number, more.company or "") for more in others if more.number),
        )


def _parcel_id(fulfillment: order_wire.Fulfillment) -> ParcelId:
    return ParcelId(mapping.number_of(fulfillment.id))


def _line_of(line: order_wire.Line) -> LineId | None:
    return next(
        (LineId(one.value) for one in line.custom_attributes if one.key == LINE_PROPERTY and one.value), None
    )


def _refunded(bag: order_wire.MoneyBag) -> Money | None:
    refunded = money_of(bag)
    return refunded if refunded is not None and refunded.amount > Decimal(0) else None


def _refunds(refunds: Iterable[order_wire.Refund]) -> Iterator[Refund]:
    for one in refunds:
        amount = _refunded(one.total_refunded_set)
        if amount is not None:
            yield Refund(mapping.number_of(one.id), amount, at=one.created_at)


def money_of(bag: order_wire.MoneyBag) -> Money | None:
    """None for what is no amount."""
    return money(bag.shop_money.amount, bag.shop_money.currency_code)
