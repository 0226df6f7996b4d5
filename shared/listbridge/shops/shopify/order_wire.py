"""Shopify's answers about orders, as far as we read them (Admin API 2026-04 to 2026-07)."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime

from listbridge.shops.shopify.wire import Page, UserError, Wire


class Attribute(Wire):
    """A custom attribute of an order, or a property of one of its lines."""

    key: str
    value: str | None = None


class Amount(Wire):
    """`amount` is a decimal text."""

    amount: str
    currency_code: str


class MoneyBag(Wire):
    shop_money: Amount


class FieldValue(Wire):
    value: str


class OrderName(Wire):
    id: str
    name: str


class OrderTraces(OrderName):
    """What may tell whose order it is."""

    note: str | None = None
    tags: tuple[str, ...] = ()
    source_identifier: str | None = None
    custom_attributes: tuple[Attribute, ...] = ()
    metafield: FieldValue | None = None


class SearchOrdersAnswer(Wire):
    orders: Page[OrderTraces]


class LookAnswer(SearchOrdersAnswer):
    order_by_identifier: OrderName | None = None


class Line(Wire):
    """`current_quantity` leaves out what was refunded or taken off the order, and holds what was sent.

    Whether `unfulfilled_quantity` leaves out what was taken off is not documented.
    """

    id: str
    current_quantity: int
    unfulfilled_quantity: int
    custom_attributes: tuple[Attribute, ...] = ()


class LineName(Wire):
    id: str


class PackedLine(Wire):
    quantity: int | None = None
    line_item: LineName


class Tracking(Wire):
    company: str | None = None
    number: str | None = None


class Fulfillment(Wire):
    id: str
    status: str
    created_at: AwareDatetime
    tracking_info: tuple[Tracking, ...] = ()
    fulfillment_line_items: Page[PackedLine]


class Refund(Wire):
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


class OrderNodesAnswer(Wire):
    nodes: tuple[Order | None, ...]


class ChangedOrder(Wire):
    id: str
    updated_at: AwareDatetime


class ChangedOrdersAnswer(Wire):
    orders: Page[ChangedOrder]


class LinesOfOrder(Wire):
    line_items: Page[Line]


class MoreLinesAnswer(Wire):
    order: LinesOfOrder | None = None


class ParcelsOfOrder(Wire):
    fulfillments: tuple[Fulfillment, ...] = ()


class MoreParcelsAnswer(Wire):
    order: ParcelsOfOrder | None = None


class PackedLinesOfParcel(Wire):
    fulfillment_line_items: Page[PackedLine]


class MorePackedLinesAnswer(Wire):
    fulfillment: PackedLinesOfParcel | None = None


class CodedError(UserError):
    """A user error with a code where Shopify gives one."""

    code: str | None = None


class Defined(Wire):
    created_definition: LineName | None = None
    user_errors: tuple[CodedError, ...] = ()


class DefineAnswer(Wire):
    metafield_definition_create: Defined


class CreatedOrder(OrderName):
    total_price_set: MoneyBag


class OrderCreated(Wire):
    order: CreatedOrder | None = None
    user_errors: tuple[CodedError, ...] = ()


class CreateOrderAnswer(Wire):
    order_create: OrderCreated | None = None


class OrderCancelled(Wire):
    order_cancel_user_errors: tuple[CodedError, ...] = ()


class CancelOrderAnswer(Wire):
    order_cancel: OrderCancelled | None = None


class OrderState(Wire):
    cancelled_at: datetime | None = None


class OrderStateAnswer(Wire):
    order: OrderState | None = None


class AssignedLine(Wire):
    """`variant` is null for a line of text, and for a variant that is gone."""

    total_quantity: int
    variant: LineName | None = None


class AssignedLocation(Wire):
    """`location` is null once the location is deleted."""

    location: LineName | None = None


class FulfillmentOrder(Wire):
    id: str
    status: str
    assigned_location: AssignedLocation
    line_items: Page[AssignedLine]


class AssignedOrder(Wire):
    fulfillment_orders: Page[FulfillmentOrder]


class StockTakenAnswer(Wire):
    order: AssignedOrder | None = None


class AssignedLines(Wire):
    line_items: Page[AssignedLine]


class MoreAssignedAnswer(Wire):
    node: AssignedLines | None = None


class ProductOfVariant(Wire):
    id: str


class SkuHit(Wire):
    sku: str | None = None
    product: ProductOfVariant


class SkusAnswer(Wire):
    product_variants: Page[SkuHit]
