"""Order-shaped webhook payloads: orders/*, fulfillments/*, refunds/*.

Shapes: specs/shopify/webhooks/schemas/2026-04. Money appears twice, as a string in the shop's currency and as a set;
presentment currency is always the order's own. The buyer is a made-up person.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from simulators.shopify.catalog import ShopFacts
from simulators.shopify.global_ids import gid
from simulators.shopify.payloads import Payload, local_time, price, token_of
from simulators.shopify.records import Fulfillment, LineItem, Order, Refund

_ADDRESS: dict[str, Any] = {
    "first_name": "Mara",
    "address1": "Am Markt 12",
    "phone": "+49 30 5550199",
    "city": "Berlin",
    "zip": "10178",
    "province": "Berlin",
    "country": "Germany",
    "last_name": "Lindner",
    "address2": None,
    "company": None,
    "latitude": None,
    "longitude": None,
    "name": "Mara Lindner",
    "country_code": "DE",
    "province_code": "BE",
}
_ALWAYS: dict[str, Any] = {
    "app_id": 580_111,
    "browser_ip": None,
    "buyer_accepts_marketing": False,
    "cart_token": None,
    "checkout_token": None,
    "client_details": None,
    "closed_at": None,
    "confirmed": True,
    "customer_locale": "de",
    "device_id": None,
    "discount_codes": [],
    "duties_included": False,
    "estimated_taxes": False,
    "landing_site": None,
    "landing_site_ref": None,
    "line_item_groups": [],
    "location_id": None,
    "merchant_business_entity_id": "MTIzNDU2Nzg5",
    "merchant_of_record_app_id": None,
    "note_attributes": [],
    "payment_gateway_names": ["manual"],
    "phone": None,
    "po_number": None,
    "reference": None,
    "referring_site": None,
    "source_url": None,
    "tax_exempt": False,
    "tax_lines": [],
    "taxes_included": True,
    "total_weight": 0,
    "user_id": None,
    "discount_applications": [],
    "payment_terms": None,
    "returns": [],
}
_STAFF = 91_004_400_001
_CUSTOMER = 7_300_000_000_001


def order_payload(shop: ShopFacts, order: Order) -> Payload:
    goods = sum((line.price.amount * line.quantity for line in order.lines), Decimal(0))
    email = order.email or "mara.lindner@example.com"
    address = dict(_ADDRESS) | {key: value for key, value in (order.shipping_address or {}).items() if value}
    payload = {
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "cancel_reason": order.cancel_reason.lower() if order.cancel_reason else None,
        "cancelled_at": local_time(order.cancelled_at, shop) if order.cancelled_at else None,
        "confirmation_number": token_of(order.name)[:9].upper(),
        "contact_email": email,
        "created_at": local_time(order.created_at, shop),
        "currency": order.currency,
        "email": email,
        "financial_status": order.financial_status.lower(),
        "fulfillment_status": _fulfillment_status(order),
        "name": order.name,
        "note": order.note,
        "number": order.number - 1000,
        "order_number": order.number,
        "order_status_url": f"https://{shop.domain}/{shop.id}/orders/{token_of(order.name)}/authenticate",
        "presentment_currency": order.currency,
        "processed_at": local_time(order.processed_at, shop),
        "source_identifier": order.source_identifier,
        "source_name": order.source_name or "web",
        "tags": ", ".join(order.tags),
        "test": order.test,
        "token": token_of(order.name),
        "updated_at": local_time(order.updated_at, shop),
        "billing_address": address,
        "customer": _customer(shop, order, email, address),
        "fulfillments": [_fulfillment(shop, order, one) for one in order.fulfillments],
        "line_items": [_line(line, order) for line in order.lines],
        "refunds": [refund_payload(shop, order, one) for one in order.refunds],
        "shipping_address": address,
        "shipping_lines": [_shipping(order)],
    }
    return _ALWAYS | payload | _totals(order, goods)


def _totals(order: Order, goods: Decimal) -> Payload:
    """Every total, as string and as set."""
    zero = Decimal(0)
    total = goods + order.shipping.amount
    paid = order.financial_status in ("PAID", "PARTIALLY_REFUNDED", "REFUNDED")
    amounts = {
        "current_subtotal_price": goods,
        "current_total_discounts": zero,
        "current_total_price": total,
        "current_total_tax": zero,
        "subtotal_price": goods,
        "total_discounts": zero,
        "total_line_items_price": goods,
        "total_price": total,
        "total_tax": zero,
    }
    told: Payload = {name: price(amount) for name, amount in amounts.items()}
    told |= {f"{name}_set": money_set(amount, order.currency) for name, amount in amounts.items()}
    only_sets = {
        "current_shipping_price_set": order.shipping.amount,
        "total_shipping_price_set": order.shipping.amount,
        "total_cash_rounding_payment_adjustment_set": zero,
        "total_cash_rounding_refund_adjustment_set": zero,
    }
    told |= {name: money_set(amount, order.currency) for name, amount in only_sets.items()}
    told |= {"total_outstanding": price(zero if paid else total), "total_tip_received": price(zero)}
    for name in (
        "current_total_additional_fees",
        "current_total_duties",
        "original_total_additional_fees",
        "original_total_duties",
    ):
        told[f"{name}_set"] = None
    return told


def money_set(amount: Decimal, currency: str) -> Payload:
    one = {"amount": price(amount), "currency_code": currency}
    return {"shop_money": one, "presentment_money": dict(one)}


def _fulfillment_status(order: Order) -> str | None:
    return {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial", "RESTOCKED": "restocked"}.get(
        order.fulfillment_status
    )


def _line(line: LineItem, order: Order) -> Payload:
    shipped = sum(count for one in order.fulfillments for _, number, count in one.lines if number == line.id)
    zero = Decimal(0)
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("LineItem", line.id),
        "attributed_staffs": [],
        "current_quantity": line.current_quantity,
        "discount_allocations": [],
        "duties": [],
        "fulfillable_quantity": max(0, line.current_quantity - shipped),
        "fulfillment_service": "manual",
        "fulfillment_status": "fulfilled" if shipped >= line.quantity else "partial" if shipped else None,
        "gift_card": False,
        "grams": 0,
        "name": line.title,
        "price": price(line.price.amount),
        "price_set": money_set(line.price.amount, line.price.currency),
        "product_exists": line.product_id is not None,
        "product_id": line.product_id,
        "properties": [],
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "sales_line_item_group_id": None,
        "sku": line.sku or "",
        "tax_lines": [],
        "taxable": True,
        "title": line.title,
        "total_discount": price(zero),
        "total_discount_set": money_set(zero, line.price.currency),
        "variant_id": line.variant_id,
        "variant_inventory_management": "shopify",
        "variant_title": None,
        "vendor": None,
    }


def _shipping(order: Order) -> Payload:
    amount, currency = order.shipping.amount, order.shipping.currency
    return {
        "id": order.id + 1,
        "carrier_identifier": None,
        "code": "Standard",
        "current_discounted_price_set": money_set(amount, currency),
        "discount_allocations": [],
        "discounted_price": price(amount),
        "discounted_price_set": money_set(amount, currency),
        "is_removed": False,
        "phone": None,
        "price": price(amount),
        "price_set": money_set(amount, currency),
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "tax_lines": [],
        "title": "Standard",
    }


def _customer(shop: ShopFacts, order: Order, email: str, address: Payload) -> Payload:
    consent = {"state": "not_subscribed", "opt_in_level": "single_opt_in", "consent_updated_at": None}
    default = {key: value for key, value in address.items() if key not in ("latitude", "longitude")}
    return {
        "id": _CUSTOMER,
        "admin_graphql_api_id": gid("Customer", _CUSTOMER),
        "created_at": local_time(order.created_at, shop),
        "updated_at": local_time(order.created_at, shop),
        "currency": order.currency,
        "email": email,
        "first_name": address["first_name"],
        "last_name": address["last_name"],
        "email_marketing_consent": consent,
        "sms_marketing_consent": None,
        "multipass_identifier": None,
        "note": None,
        "phone": None,
        "state": "disabled",
        "tax_exempt": False,
        "tax_exemptions": [],
        "verified_email": True,
        "default_address": default
        | {
            "id": _CUSTOMER + 1,
            "customer_id": _CUSTOMER,
            "country_name": address["country"],
            "default": True,
        },
    }


def fulfillment_payload(shop: ShopFacts, order: Order, fulfillment: Fulfillment) -> Payload:
    """The fulfillments/* payload: the fulfilment as the order shows it, with address and buyer's mail."""
    email = order.email or "mara.lindner@example.com"
    return _fulfillment(shop, order, fulfillment) | {"email": email, "destination": dict(_ADDRESS)}


def _fulfillment(shop: ShopFacts, order: Order, fulfillment: Fulfillment) -> Payload:
    lines = {line.id: line for line in order.lines}
    company, number, url = fulfillment.tracking[0] if fulfillment.tracking else (None, None, None)
    status = "fulfilled" if order.fulfillment_status == "FULFILLED" else "partial"
    return {
        "id": fulfillment.id,
        "admin_graphql_api_id": gid("Fulfillment", fulfillment.id),
        "created_at": local_time(fulfillment.created_at, shop),
        "updated_at": local_time(fulfillment.updated_at, shop),
        "line_items": [
            _line(lines[line_id], order)
            | {"quantity": count, "fulfillment_status": status, "vendor": shop.name}
            for _, line_id, count in fulfillment.lines
        ],
        "location_id": fulfillment.location_id,
        "name": f"{order.name}.1",
        "order_id": order.id,
        "origin_address": {},
        "receipt": {},
        "service": "manual",
        "shipment_status": None,
        "status": fulfillment.status.lower(),
        "tracking_company": company,
        "tracking_number": number,
        "tracking_numbers": [number] if number else [],
        "tracking_url": url,
        "tracking_urls": [url] if url else [],
    }


def refund_payload(shop: ShopFacts, order: Order, refund: Refund) -> Payload:
    lines = {line.id: line for line in order.lines}
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
        "total_duties_set": money_set(Decimal(0), order.currency),
        "refund_line_items": [
            {
                "id": own_id,
                "line_item_id": line_id,
                "location_id": lines[line_id].location_id,
                "quantity": count,
                "restock_type": kind.lower(),
                "subtotal": float(lines[line_id].price.amount * count),
                "subtotal_set": money_set(lines[line_id].price.amount * count, order.currency),
                "total_tax": 0.0,
                "total_tax_set": money_set(Decimal(0), order.currency),
                "line_item": _line(lines[line_id], order),
            }
            for own_id, line_id, count, kind in refund.lines
        ],
        "transactions": [],
        "order_adjustments": [],
    }
