"""Reading through the API what followed an order: fulfilments and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulators.shopify.catalog.filters import by_id, connection
from simulators.shopify.execution import Context, Resolver
from simulators.shopify.global_ids import gid, number_of
from simulators.shopify.orders import totals as order_totals
from simulators.shopify.orders.money import money_bag
from simulators.shopify.orders.records import Fulfillment, Order, Refund
from simulators.shopify.pages import Page


@dataclass(frozen=True, slots=True)
class OrderParcel:
    """A fulfilment with the order it belongs to."""

    order: Order
    it: Fulfillment


@dataclass(frozen=True, slots=True)
class OrderRefund:
    order: Order
    it: Refund


def parcel_by_id(context: Context, number: int) -> OrderParcel | None:
    order = context.view.orders.get(context.world.parcels.get(number, -1))
    parcels = order.fulfillments if order else ()
    return next((OrderParcel(order, one) for one in parcels if order and one.id == number), None)


def _fulfillments(order: Order, _: Any, first: int | None = None, query: str | None = None) -> list[OrderParcel]:
    return [OrderParcel(order, one) for one in order.fulfillments[:first]]


def _refunds(order: Order, _: Any, first: int | None = None) -> list[OrderRefund]:
    return [OrderRefund(order, one) for one in order.refunds[:first]]


def _shipped_lines(told: OrderParcel, info: Any, **window: Any) -> Page[Any]:
    rows = [
        _Part(own, {"id": gid("FulfillmentLineItem", own), "quantity": count, "lineItem": told.order.line(line_id)})
        for own, line_id, count in told.it.lines
    ]
    return connection(rows, by_id, info, window)


def _refunded_lines(told: OrderRefund, info: Any, **window: Any) -> Page[Any]:
    rows = [
        _Part(
            own,
            {
                "id": gid("RefundLineItem", own),
                "quantity": count,
                "restockType": kind,
                "restocked": kind != "NO_RESTOCK",
                "lineItem": told.order.line(line_id),
                "subtotalSet": money_bag(order_totals.line_net(told.order.line(line_id), count)),
                "totalTaxSet": money_bag(order_totals.line_tax_part(told.order.line(line_id), count)),
            },
        )
        for own, line_id, count, kind in told.it.lines
    ]
    return connection(rows, by_id, info, window)


class _Part(dict[str, Any]):
    """A row of a fulfilment or refund: its fields, with the id that orders it."""

    def __init__(self, number: int, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.id = number


def _tracking(told: OrderParcel, _: Any, first: int | None = None) -> list[dict[str, str | None]]:
    return [{"company": one.company, "number": one.number, "url": one.url} for one in told.it.tracking[:first]]


def _name(told: OrderParcel, _: Any) -> str:
    place = next(place for place, one in enumerate(told.order.fulfillments, 1) if one.id == told.it.id)
    return f"{told.order.name}-F{place}"


PARCEL_READS: dict[str, dict[str, Resolver]] = {
    "QueryRoot": {"fulfillment": lambda _, info, id: parcel_by_id(info.context, number_of(id, "Fulfillment"))},
    "Order": {
        "fulfillments": _fulfillments,
        "fulfillmentsCount": lambda one, _: {"count": len(one.fulfillments), "precision": "EXACT"},
        "refunds": _refunds,
    },
    "Fulfillment": {
        "id": lambda one, _: gid("Fulfillment", one.it.id),
        "legacyResourceId": lambda one, _: one.it.id,
        "name": _name,
        "order": lambda one, _: one.order,
        "status": lambda one, _: one.it.status,
        "displayStatus": lambda one, _: "CANCELED" if one.it.status == "CANCELLED" else "FULFILLED",
        "totalQuantity": lambda one, _: sum(count for _, _, count in one.it.lines),
        "createdAt": lambda one, _: one.it.created_at,
        "updatedAt": lambda one, _: one.it.updated_at,
        "trackingInfo": _tracking,
        "fulfillmentLineItems": _shipped_lines,
    },
    "Refund": {
        "id": lambda one, _: gid("Refund", one.it.id),
        "legacyResourceId": lambda one, _: one.it.id,
        "createdAt": lambda one, _: one.it.created_at,
        "totalRefundedSet": lambda one, _: money_bag(one.it.total),
        "refundLineItems": _refunded_lines,
    },
}
