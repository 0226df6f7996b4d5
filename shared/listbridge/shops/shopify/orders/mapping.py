"""Shopify's orders in our words, and whose order one is: pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from listbridge.domain.ids import LineId, ParcelId, ShopOrderId
from listbridge.domain.money import Money, money
from listbridge.domain.orders import shown_orders
from listbridge.domain.orders.orders import Refund
from listbridge.domain.orders.shop_orders import FoundOrder, OrderMark, ShopOrder, Tracking
from listbridge.domain.orders.shown_orders import ShownLine, ShownParcel
from listbridge.domain.orders.texts import MARK_FACT
from listbridge.domain.orders.traces import OrderTraces
from listbridge.shops.shopify.catalog import mapping
from listbridge.shops.shopify.orders import wire as order_wire
from listbridge.shops.shopify.orders.input import LINE_PROPERTY

_LEFT = frozenset({"SUCCESS", "CANCELLED"})
"""Fulfilments that were shipped, or shipped and taken back: PENDING and OPEN wait for a warehouse, ERROR and FAILURE
never left it."""


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
    return shown_orders.shop_order(
        ShopOrderId(mapping.number_of(order.id)),
        order.name,
        [ShownLine(one.id, _line_of(one), one.current_quantity, one.unfulfilled_quantity) for one in lines],
        [_parcel(one, packed) for one, packed in parcels if one.status in _LEFT],
        cancelled_at=order.cancelled_at,
        fulfilled=order.display_fulfillment_status == "FULFILLED",
        refunds=_refunds(order.refunds),
        refunded=money_of(order.total_refunded_set),
    )


def _parcel(one: order_wire.Fulfillment, packed: Iterable[order_wire.PackedLine]) -> ShownParcel:
    return ShownParcel(
        ParcelId(mapping.number_of(one.id)),
        one.created_at,
        [(line.line_item.id, line.quantity or 0) for line in packed],
        [Tracking(told.number or "", told.company or "") for told in one.tracking_info],
        taken_back=one.status == "CANCELLED",
    )


def _line_of(line: order_wire.Line) -> LineId | None:
    return next((LineId(one.value) for one in line.custom_attributes if one.key == LINE_PROPERTY and one.value), None)


def _refunds(refunds: Iterable[order_wire.Refund]) -> Iterator[Refund]:
    for one in refunds:
        amount = money_of(one.total_refunded_set)
        if amount is not None:
            yield Refund(mapping.number_of(one.id), amount, at=one.created_at)


def money_of(bag: order_wire.MoneyBag) -> Money | None:
    """None for what is no amount."""
    return money(bag.shop_money.amount, bag.shop_money.currency_code)
