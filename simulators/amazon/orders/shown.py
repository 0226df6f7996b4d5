"""How an order is told: Order of the official model orders_2026-01-01, by the data sets that a call asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from simulators.amazon.orders.state import NOTHING, Line, Order, Package
from simulators.amazon.times import iso_seconds as iso

Json = dict[str, Any]
DATA_SETS = (
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "EXPENSE",
    "PROMOTION",
    "CANCELLATION",
    "FULFILLMENT",
    "PACKAGES",
    "TAX",
    "PAYMENT",
    "FULFILLMENT_ORDERS",
)
PERSONAL = frozenset({"BUYER", "RECIPIENT"})
_DELIVERY_DAYS = 3


def order_json(order: Order, included: frozenset[str], marketplace_name: str) -> Json:
    """The order with the data sets that are asked for and that its state has. A PENDING order has no price and no address."""
    told: Json = {
        "orderId": order.order_id,
        "createdTime": iso(order.created_at),
        "lastUpdatedTime": iso(order.changed_at),
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": order.marketplace_id,
            "marketplaceName": marketplace_name,
        },
    }
    if order.programs:
        told["programs"] = list(order.programs)
    parts: dict[str, Callable[[Order], Json | list[Json] | None]] = {
        "BUYER": _buyer,
        "RECIPIENT": _recipient,
        "PROCEEDS": _proceeds,
        "FULFILLMENT": _fulfillment,
        "PACKAGES": _packages,
        "PAYMENT": _payment,
    }
    for name, part in parts.items():
        shown = part(order) if name in included else None
        if shown:
            told[name.lower()] = shown
    told["orderItems"] = [_item(order, line, included) for line in order.lines]
    return told


def money(amount: Decimal, currency: str) -> Json:
    return {"amount": f"{amount:.2f}", "currencyCode": currency}


def _buyer(order: Order) -> Json | None:
    if not order.priced:
        return None
    names = {"buyerName": "name", "buyerEmail": "email", "buyerCompanyName": "company"}
    if order.fulfilled_by == "AMAZON":  # the model: buyerEmail only where the seller fulfils
        del names["buyerEmail"]
    return {told: order.buyer[name] for told, name in names.items() if order.buyer.get(name)}


def _recipient(order: Order) -> Json | None:
    if not order.priced or not order.recipient:
        return None
    return {"deliveryAddress": {name: value for name, value in order.recipient.items() if value}}


def _proceeds(order: Order) -> Json | None:
    if not order.priced:
        return None
    sums: dict[str, Decimal] = {}
    for line in order.lines:
        for kind, amount in _amounts(line).items():
            sums[kind] = sums.get(kind, NOTHING) + amount
    rows: list[Json] = [{"type": kind, "subtotal": money(amount, order.currency)} for kind, amount in sums.items()]
    if order.tip:
        rows.append({"type": "DELIVERY_TIP", "status": "FINALIZED", "subtotal": money(order.tip, order.currency)})
    return {"grandTotal": money(order.total, order.currency), "breakdowns": rows}


def _amounts(line: Line) -> dict[str, Decimal]:
    """By type; only ITEM stands where it is nothing. A discount is told below zero."""
    kinds = {
        "ITEM": line.items,
        "SHIPPING": line.shipping,
        "GIFT_WRAP": line.gift_wrap,
        "TAX": line.tax,
        "DISCOUNT": -line.discount,
    }
    return {kind: amount for kind, amount in kinds.items() if amount or kind == "ITEM"}


def _fulfillment(order: Order) -> Json:
    told: Json = {
        "fulfillmentStatus": order.status,
        "fulfilledBy": order.fulfilled_by,
        "fulfillmentServiceLevel": order.service_level,
    }
    if order.priced:
        due = order.created_at + order.ship_within
        told["shipByWindow"] = {"earliestDateTime": iso(order.created_at), "latestDateTime": iso(due)}
        delivered = due + timedelta(days=_DELIVERY_DAYS)
        told["deliverByWindow"] = {"earliestDateTime": iso(due), "latestDateTime": iso(delivered)}
    return told


def _packages(order: Order) -> list[Json]:
    """The model: only for orders that the seller fulfils."""
    return [_package(one) for one in order.packages] if order.fulfilled_by == "MERCHANT" else []


def _package(package: Package) -> Json:
    told = {
        "packageReferenceId": package.reference,
        "createdTime": iso(package.made_at),
        "packageStatus": {"status": "SHIPPED"},
        "carrier": package.carrier,
        "shipTime": iso(package.shipped_at),
        "shippingService": package.method,
        "trackingNumber": package.tracking,
        "packageItems": [{"orderItemId": item, "quantity": count} for item, count in package.items.items()],
    }
    return {name: value for name, value in told.items() if value}


def _payment(order: Order) -> Json | None:
    if not order.priced:
        return None
    paid = {"paymentMethod": "Other", "paymentAmount": money(order.total, order.currency)}
    return {"paymentExecutions": [paid]}


def _item(order: Order, line: Line, included: frozenset[str]) -> Json:
    product: Json = {
        "asin": line.asin,
        "title": line.title,
        "sellerSku": line.sku,
        "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"},
    }
    if order.priced:
        product["price"] = {"unitPrice": money(line.unit_price, order.currency)}
    told: Json = {"orderItemId": line.item_id, "quantityOrdered": line.quantity, "product": product}
    if "PROCEEDS" in included and order.priced:
        told["proceeds"] = {
            "proceedsTotal": money(line.total, order.currency),
            "breakdowns": [
                {"type": kind, "subtotal": money(amount, order.currency)} for kind, amount in _amounts(line).items()
            ],
        }
    if "PROMOTION" in included and line.discount:
        told["promotion"] = {"breakdowns": [{"promotionId": "AUTUMN-SALE"}]}
    if "CANCELLATION" in included and (cancellation := _cancellation(line)):
        told["cancellation"] = cancellation
    if "FULFILLMENT" in included:
        told["fulfillment"] = _item_fulfillment(line)
    if "TAX" in included and line.facilitated:
        party = "Amazon Services Europe S.a.r.L." if line.ioss_number else "Amazon Services, Inc."
        told["tax"] = {"taxCollections": [{"model": "MARKETPLACE_FACILITATOR", "responsibleParty": party}]}
        if line.ioss_number:
            told["tax"]["taxCalculationBreakdowns"] = [{"reportingScheme": "IOSS"}]
    return told


def _cancellation(line: Line) -> Json:
    told: Json = {}
    if line.cancel_reason:
        told["cancellationRequest"] = {"requester": "BUYER", "cancelReason": line.cancel_reason}
    if line.cancelled_by:
        told["cancellationExecution"] = {
            "cancelledBy": line.cancelled_by,
            "cancelReason": line.cancel_reason or "OTHER",
        }
    return told


def _item_fulfillment(line: Line) -> Json:
    told: Json = {"quantityFulfilled": line.shipped, "quantityUnfulfilled": line.unshipped}
    if line.gift_message:
        told["packing"] = {"giftOption": {"giftMessage": line.gift_message, "giftWrapLevel": "STANDARD"}}
    if line.ioss_number:
        told["shipping"] = {"internationalShipping": {"iossNumber": line.ioss_number}}
    return told
