"""Webhook payloads of what follows an order: fulfillments/*, refunds/*. Shapes and gaps: as in `payloads.py`."""

from __future__ import annotations

from simulators.shopify.catalog.catalog import ShopFacts
from simulators.shopify.catalog.payloads import Payload, local_time
from simulators.shopify.global_ids import gid
from simulators.shopify.orders import totals as order_totals
from simulators.shopify.orders.line_payloads import address_payload, line_payload
from simulators.shopify.orders.money import Money, money_set
from simulators.shopify.orders.records import Fulfillment, Order, Refund

_STAFF = 91_004_400_001


def fulfillment_payload(shop: ShopFacts, order: Order, fulfillment: Fulfillment) -> Payload:
    """The fulfillments/* payload: the fulfilment as the order shows it, with address and buyer's mail."""
    return parcel_of_order(shop, order, fulfillment) | {
        "email": order.email or "",
        "destination": address_payload(order.shipping_address),
    }


def parcel_of_order(shop: ShopFacts, order: Order, fulfillment: Fulfillment) -> Payload:
    place = next(place for place, one in enumerate(order.fulfillments, 1) if one.id == fulfillment.id)
    first = fulfillment.tracking[0] if fulfillment.tracking else None
    status = "fulfilled" if order.fulfillment_status == "FULFILLED" else "partial"
    return {
        "id": fulfillment.id,
        "admin_graphql_api_id": gid("Fulfillment", fulfillment.id),
        "created_at": local_time(fulfillment.created_at, shop),
        "updated_at": local_time(fulfillment.updated_at, shop),
        "line_items": [
            line_payload(order.line(line_id), order)
            | {"quantity": count, "fulfillment_status": status, "vendor": shop.name}
            for _, line_id, count in fulfillment.lines
        ],
        "location_id": fulfillment.location_id,
        "name": f"{order.name}.{place}",
        "order_id": order.id,
        "origin_address": {},
        "receipt": {},
        "service": "manual",
        "shipment_status": None,
        "status": fulfillment.status.lower(),
        "tracking_company": first.company if first else None,
        "tracking_number": first.number if first else None,
        "tracking_numbers": [one.number for one in fulfillment.tracking if one.number],
        "tracking_url": first.url if first else None,
        "tracking_urls": [one.url for one in fulfillment.tracking if one.url],
    }


def refund_payload(shop: ShopFacts, order: Order, refund: Refund) -> Payload:
    return {
        "id": refund.id,
        "admin_graphql_api_id": gid("Refund", refund.id),
        "order_id": order.id,
        "created_at": local_time(refund.created_at, shop),
        "processed_at": local_time(refund.created_at, shop),
        "note": "",
        "user_id": _STAFF,
        "restock": any(kind != "NO_RESTOCK" for _, _, _, kind in refund.lines),
        "duties": [],
        "additional_fees": [],
        "return": None,
        "refund_shipping_lines": [],
        "total_duties_set": money_set(order.zero),
        "refund_line_items": [_refunded_line(order, *row) for row in refund.lines],
        "transactions": [],
        "order_adjustments": [],
    }


def _refunded_line(order: Order, own_id: int, line_id: int, count: int, kind: str) -> Payload:
    line = order.line(line_id)
    tax: Money = order_totals.line_tax_part(line, count)
    subtotal = order_totals.line_net(line, count)
    return {
        "id": own_id,
        "line_item_id": line_id,
        "location_id": line.location_id,
        "quantity": count,
        "restock_type": kind.lower(),
        "subtotal": float(subtotal.amount),
        "subtotal_set": money_set(subtotal),
        "total_tax": float(tax.amount),
        "total_tax_set": money_set(tax),
        "line_item": line_payload(line, order),
    }
