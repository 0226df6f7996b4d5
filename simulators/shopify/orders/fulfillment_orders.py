"""Where an order's lines are to be shipped from, and whose stock is therefore committed to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulators.shopify.catalog.filters import by_id, connection
from simulators.shopify.execution import Context, Resolver
from simulators.shopify.global_ids import gid
from simulators.shopify.orders.records import LineItem, Order
from simulators.shopify.pages import Page

_MOST = 100  # of one order: their numbers are the order's with a place behind


@dataclass(frozen=True, slots=True)
class FulfillmentOrder:
    """The lines of one order that one location ships. Made for each read: an order stores only its lines' locations."""

    id: int
    order: Order
    location_id: int
    lines: tuple[LineItem, ...]
    created_at: datetime
    updated_at: datetime

    @property
    def status(self) -> str:
        left = sum(self.left(line) for line in self.lines)
        if not left:
            return "CLOSED"
        return "OPEN" if left == sum(line.current_quantity for line in self.lines) else "IN_PROGRESS"

    def left(self, line: LineItem) -> int:
        return max(0, line.current_quantity - self.order.shipped().get(line.id, 0))


@dataclass(frozen=True, slots=True)
class FulfillmentOrderLine:
    id: int
    of: FulfillmentOrder
    line: LineItem


def fulfillment_order(context: Context, number: int) -> FulfillmentOrder | None:
    """By its number; None where there is none."""
    order = context.view.orders.get(number // _MOST)
    known = _of_order(context, order) if order is not None else []
    return next((one for one in known if one.id == number), None)


def _fulfillment_orders(
    order: Order, info: Any, displayable: bool = False, query: str | None = None, **window: Any
) -> Page[FulfillmentOrder]:
    return connection(_of_order(info.context, order), by_id, info, window)


def _of_order(context: Context, order: Order) -> list[FulfillmentOrder]:
    """One for each location. A line whose stock nobody took is assigned to the shop's first."""
    by_place: dict[int, list[LineItem]] = {}
    for line in order.lines:
        place = line.location_id or context.world.first_location
        by_place.setdefault(place, []).append(line)
    return [
        FulfillmentOrder(order.id * _MOST + number, order, place, tuple(lines), order.created_at, order.updated_at)
        for number, (place, lines) in enumerate(sorted(by_place.items()), start=1)
    ]


def _assigned(one: FulfillmentOrder, info: Any) -> dict[str, Any]:
    context: Context = info.context
    place = context.view.locations[one.location_id]
    return {"name": place.name, "location": place}


def _lines(one: FulfillmentOrder, info: Any, **window: Any) -> Page[FulfillmentOrderLine]:
    return connection([FulfillmentOrderLine(line.id, one, line) for line in one.lines], by_id, info, window)


FULFILLMENT_ORDERS: dict[str, dict[str, Resolver]] = {
    "Order": {"fulfillmentOrders": _fulfillment_orders},
    "FulfillmentOrder": {
        "id": lambda one, _: gid("FulfillmentOrder", one.id),
        "orderId": lambda one, _: gid("Order", one.order.id),
        "assignedLocation": _assigned,
        "lineItems": _lines,
    },
    "FulfillmentOrderLineItem": {
        "id": lambda one, _: gid("FulfillmentOrderLineItem", one.id),
        "lineItem": lambda one, _: one.line,
        "variant": lambda one, info: info.context.view.variants.get(one.line.variant_id),
        "sku": lambda one, _: one.line.sku,
        "totalQuantity": lambda one, _: one.line.current_quantity,
        "remainingQuantity": lambda one, _: one.of.left(one.line),
    },
}
