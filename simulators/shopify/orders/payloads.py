"""Order-shaped webhook payloads: orders/*.

Shapes: specs/shopify/webhooks/schemas/2026-04. Money appears twice, as a string in the order's currency and as a set.
What an order made through the API does not say (address, mail, tracking) is null, though the schemas, inferred from
samples of complete orders, ask for a text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulators.shopify.catalog.catalog import ShopFacts
from simulators.shopify.catalog.payloads import Payload, local_time, price, token_of
from simulators.shopify.global_ids import gid
from simulators.shopify.orders import totals as order_totals
from simulators.shopify.orders.line_payloads import address_payload, line_payload, pairs_payload, tax_payload
from simulators.shopify.orders.money import Money, money_set
from simulators.shopify.orders.parcel_payloads import parcel_of_order, refund_payload
from simulators.shopify.orders.records import Order, ShippingLine

_ALWAYS: dict[str, Any] = {
    "app_id": 580_111,
    "browser_ip": None,
    "buyer_accepts_marketing": False,
    "cart_token": None,
    "checkout_token": None,
    "client_details": None,
    "confirmed": True,
    "customer_locale": "de",
    "device_id": None,
    "duties_included": False,
    "estimated_taxes": False,
    "landing_site": None,
    "landing_site_ref": None,
    "line_item_groups": [],
    "location_id": None,
    "merchant_business_entity_id": "MTIzNDU2Nzg5",
    "merchant_of_record_app_id": None,
    "reference": None,
    "referring_site": None,
    "tax_exempt": False,
    "total_weight": 0,
    "user_id": None,
    "payment_terms": None,
    "returns": [],
}
_CUSTOMER = 7_300_000_000_001


def order_payload(shop: ShopFacts, order: Order) -> Payload:
    """What orders/* post, and what the control door shows of an order."""
    email = order.email or ""
    shipping = address_payload(order.shipping_address)
    payload = {
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "cancel_reason": order.cancel_reason.lower() if order.cancel_reason else None,
        "cancelled_at": _time(order.cancelled_at, shop),
        "closed_at": _time(order.closed_at, shop),
        "confirmation_number": token_of(order.name)[:9].upper(),
        "contact_email": order.email,
        "created_at": local_time(order.created_at, shop),
        "currency": order.currency,
        "email": email,
        "financial_status": order.financial_status.lower(),
        "fulfillment_status": _fulfillment_status(order),
        "name": order.name,
        "note": order.note,
        "note_attributes": pairs_payload(order.attributes),
        "number": order.number - 1000,
        "order_number": order.number,
        "order_status_url": f"https://{shop.domain}/{shop.id}/orders/{token_of(order.name)}/authenticate",
        "payment_gateway_names": list(dict.fromkeys(one.gateway for one in order.transactions if one.gateway)),
        "phone": order.phone,
        "po_number": order.po_number,
        "presentment_currency": order.presentment_currency,
        "processed_at": local_time(order.processed_at, shop),
        "source_identifier": order.source_identifier,
        "source_name": order.source_name or "web",
        "source_url": order.source_url,
        "tags": ", ".join(order.tags),
        "tax_lines": _all_taxes(order),
        "taxes_included": order.taxes_included,
        "test": order.test,
        "token": token_of(order.name),
        "updated_at": local_time(order.updated_at, shop),
        "billing_address": address_payload(order.billing_address),
        "customer": _customer(shop, order, email, shipping) if shipping else None,
        "discount_applications": _discount_applications(order),
        "discount_codes": _discount_codes(order),
        "fulfillments": [parcel_of_order(shop, order, one) for one in order.fulfillments],
        "line_items": [line_payload(line, order) for line in order.lines],
        "refunds": [refund_payload(shop, order, one) for one in order.refunds],
        "shipping_address": shipping,
        "shipping_lines": [_shipping(one) for one in order.shipping_lines],
    }
    return _ALWAYS | payload | _totals(order)


def _time(instant: datetime | None, shop: ShopFacts) -> str | None:
    return local_time(instant, shop) if instant else None


def _totals(order: Order) -> Payload:
    """Every total, as string and as set."""
    current_discounts = order.zero if order.cancelled_at else order_totals.discounts(order)
    amounts: dict[str, Money] = {
        "current_subtotal_price": order_totals.current_subtotal(order),
        "current_total_discounts": current_discounts,
        "current_total_price": order_totals.current_price(order),
        "current_total_tax": order_totals.current_tax(order),
        "subtotal_price": order_totals.subtotal(order),
        "total_discounts": order_totals.discounts(order),
        "total_line_items_price": order_totals.goods(order),
        "total_price": order_totals.price(order),
        "total_tax": order_totals.tax(order),
    }
    told: Payload = {name: price(one.amount) for name, one in amounts.items()}
    told |= {f"{name}_set": money_set(one) for name, one in amounts.items()}
    only_sets = {
        "current_shipping_price_set": order_totals.current_shipping(order),
        "total_shipping_price_set": order_totals.shipping(order),
        "total_cash_rounding_payment_adjustment_set": order.zero,
        "total_cash_rounding_refund_adjustment_set": order.zero,
    }
    told |= {name: money_set(one) for name, one in only_sets.items()}
    owed = order_totals.outstanding(order).amount
    told |= {"total_outstanding": price(owed), "total_tip_received": price(order.zero.amount)}
    for name in (
        "current_total_additional_fees",
        "current_total_duties",
        "original_total_additional_fees",
        "original_total_duties",
    ):
        told[f"{name}_set"] = None
    return told


def _fulfillment_status(order: Order) -> str | None:
    return {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial", "RESTOCKED": "restocked"}.get(
        order.fulfillment_status
    )


def _all_taxes(order: Order) -> list[Payload]:
    return [tax_payload(one) for one in order_totals.taxes(order)]


def _discount_codes(order: Order) -> list[Payload]:
    if order.discount is None:
        return []
    return [{"code": order.discount.code, "amount": price(order.discount.amount.amount), "type": order.discount.kind}]


def _discount_applications(order: Order) -> list[Payload]:
    told = order.discount
    if told is None:
        return []
    shipping = told.kind == "shipping"
    return [
        {
            "allocation_method": "each" if shipping else "across",
            "code": told.code,
            "target_selection": "all",
            "target_type": "shipping_line" if shipping else "line_item",
            "type": "discount_code",
            "value": "100.0" if shipping else str(told.value),
            "value_type": "fixed_amount" if told.kind == "fixed_amount" else "percentage",
        }
    ]


def _shipping(line: ShippingLine) -> Payload:
    net = line.price - line.discount
    return {
        "id": line.id,
        "carrier_identifier": None,
        "code": line.code,
        "current_discounted_price_set": money_set(net),
        "discount_allocations": [],
        "discounted_price": price(net.amount),
        "discounted_price_set": money_set(net),
        "is_removed": False,
        "phone": None,
        "price": price(line.price.amount),
        "price_set": money_set(line.price),
        "requested_fulfillment_service_id": None,
        "source": line.source,
        "tax_lines": [tax_payload(one) for one in line.tax_lines],
        "title": line.title,
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
        | {"id": _CUSTOMER + 1, "customer_id": _CUSTOMER, "country_name": address["country"], "default": True},
    }
