"""Shopify's answers about orders, as far as we read them (Admin API 2026-04 to 2026-07)."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime

from listbridge.infra.calls.wire_models import CamelTold
from listbridge.shops.shopify.catalog.wire import Named, Page, UserError, Written


class Attribute(CamelTold):
    """A custom attribute of an order, or a property of one of its lines."""

    key: str
    value: str | None = None


class Amount(CamelTold):
    """`amount` is a decimal text."""

    amount: str
    currency_code: str


class MoneyBag(CamelTold):
    shop_money: Amount


class FieldValue(CamelTold):
    value: str


class OrderName(Named):
    name: str


class OrderTraces(OrderName):
    """What may tell whose order it is."""

    note: str | None = None
    tags: tuple[str, ...] = ()
    source_identifier: str | None = None
    custom_attributes: tuple[Attribute, ...] = ()
    metafield: FieldValue | None = None


class LookAnswer(CamelTold):
    orders: Page[OrderTraces]
    order_by_identifier: OrderName | None = None


class Line(Named):
    """`current_quantity` leaves out what was refunded or removed from the order, and holds what was shipped.

    Whether `unfulfilled_quantity` leaves out what was removed is not documented.
    """

    current_quantity: int
    unfulfilled_quantity: int
    custom_attributes: tuple[Attribute, ...] = ()


class PackedLine(CamelTold):
    quantity: int | None = None
    line_item: Named


class Tracking(CamelTold):
    company: str | None = None
    number: str | None = None


class Fulfillment(CamelTold):
    id: str
    status: str
    created_at: AwareDatetime
    tracking_info: tuple[Tracking, ...] = ()
    fulfillment_line_items: Page[PackedLine]


class Refund(CamelTold):
    """`total_refunded_set` is zero where units were only put back in stock."""

    id: str
    created_at: AwareDatetime | None = None
    total_refunded_set: MoneyBag


class Order(OrderName):
    cancelled_at: datetime | None = None
    display_fulfillment_status: str
    total_refunded_set: MoneyBag
    refunds: tuple[Refund, ...] = ()
    line_items: Page[Line]
    fulfillments: tuple[Fulfillment, ...] = ()


class ParcelsOfOrder(CamelTold):
    fulfillments: tuple[Fulfillment, ...] = ()


class CreatedOrder(OrderName):
    total_price_set: MoneyBag


class OrderCreated(Written):
    order: CreatedOrder | None = None


class OrderCancelled(CamelTold):
    order_cancel_user_errors: tuple[UserError, ...] = ()


class OrderState(CamelTold):
    cancelled_at: datetime | None = None


class AssignedLine(CamelTold):
    """`variant` is null for a line of text, and for a variant that is gone."""

    total_quantity: int
    variant: Named | None = None


class AssignedLocation(CamelTold):
    """`location` is null once the location is deleted."""

    location: Named | None = None


class FulfillmentOrder(CamelTold):
    id: str
    status: str
    assigned_location: AssignedLocation
    line_items: Page[AssignedLine]


class SkuHit(CamelTold):
    sku: str | None = None
    product: Named
