"""How orders are told: `ShopReceipt` with its transactions, shipments and refunds, and `Payment`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from simulators.etsy.orders.state import NOTHING, Receipt, Transaction
from simulators.etsy.state import Seller
from simulators.etsy.wire import entities
from simulators.etsy.world import epoch

_ADDRESS = ("first_line", "second_line", "city", "state", "zip", "country_iso")
_FEE = Decimal("0.03")
"""What Etsy Payments keeps of a sale; ours."""
PERSONALIZATION = 54
"""The property of a buyer's own words among the variations (etsy/open-api issue 260; not in the document)."""
_NO_WISH = ("Personalization", "Not requested on this item.")
"""What stands there where the buyer could have asked for something and did not (issue 260)."""


def receipt_told(seller: Seller, receipt: Receipt) -> dict[str, Any]:
    """As the document's `ShopReceipt`."""
    address = {name: entities(receipt.buyer.get(name, "")) or None for name in _ADDRESS}
    if not receipt.address:
        address = dict.fromkeys(_ADDRESS)
    created, updated = epoch(receipt.created_at), epoch(receipt.updated_at)
    return {
        "receipt_id": receipt.receipt_id,
        "receipt_type": 0,
        "seller_user_id": seller.user_id,
        "seller_email": None,
        "buyer_user_id": receipt.buyer_id,
        "buyer_email": receipt.buyer.get("email") if seller.buyer_emails else None,
        "name": entities(receipt.buyer["name"]),
        **address,
        "status": receipt.status,
        "formatted_address": entities(_formatted(receipt)) if receipt.address else None,
        "payment_method": "cc",
        "payment_email": None,
        "message_from_seller": None,
        "message_from_buyer": entities(receipt.message) or None,
        "message_from_payment": None,
        "is_paid": receipt.paid_at is not None,
        "is_shipped": receipt.shipped_at is not None,
        "create_timestamp": created,
        "created_timestamp": created,
        "update_timestamp": updated,
        "updated_timestamp": updated,
        "is_gift": receipt.is_gift,
        "gift_message": entities(receipt.gift_message),
        "gift_sender": entities(receipt.gift_sender),
        "transactions": [transaction_told(seller, receipt, one) for one in receipt.transactions],
        **_afterwards(seller, receipt),
        **_sums(seller, receipt),
    }


def _afterwards(seller: Seller, receipt: Receipt) -> dict[str, Any]:
    """What became of it: its parcels, and the money that went back."""
    return {
        "shipments": [
            {
                "receipt_shipping_id": one.shipment_id,
                "shipment_notification_timestamp": epoch(one.at),
                "carrier_name": one.carrier,
                "tracking_code": one.tracking,
            }
            for one in receipt.shipments
        ],
        "refunds": [
            {
                "amount": seller.money(one.amount, receipt.currency),
                "created_timestamp": epoch(one.at),
                "reason": one.reason,
                "note_from_issuer": one.note,
                "status": "SUCCESS",
            }
            for one in receipt.refunds
        ],
    }


def _sums(seller: Seller, receipt: Receipt) -> dict[str, Any]:
    sums = {
        "grandtotal": receipt.total,
        "subtotal": receipt.goods - receipt.discount,
        "total_price": receipt.goods,
        "total_shipping_cost": receipt.shipping,
        "total_tax_cost": receipt.tax,
        "total_vat_cost": receipt.vat,
        "discount_amt": receipt.discount,
        "gift_wrap_price": receipt.gift_wrap,
    }
    return {name: seller.money(amount, receipt.currency) for name, amount in sums.items()}


def _formatted(receipt: Receipt) -> str:
    buyer = receipt.buyer
    town = " ".join(buyer[name] for name in ("city", "state", "zip") if buyer.get(name))
    lines = (buyer["name"], buyer.get("first_line"), buyer.get("second_line"), town, buyer.get("country_iso"))
    return "\n".join(one for one in lines if one)


def transaction_told(seller: Seller, receipt: Receipt, one: Transaction) -> dict[str, Any]:
    """As the document's `ShopReceiptTransaction`."""
    created = epoch(receipt.created_at)
    paid = None if receipt.paid_at is None else epoch(receipt.paid_at)
    shipped = None if receipt.shipped_at is None else epoch(receipt.shipped_at)
    due = None if receipt.paid_at is None else epoch(receipt.paid_at + timedelta(days=one.days[1]))
    return {
        "transaction_id": one.transaction_id,
        "title": entities(one.title),
        "description": entities(one.title),
        "seller_user_id": seller.user_id,
        "buyer_user_id": receipt.buyer_id,
        "create_timestamp": created,
        "created_timestamp": created,
        "paid_timestamp": paid,
        "shipped_timestamp": shipped,
        "quantity": one.quantity,
        "listing_image_id": one.image_id,
        "receipt_id": receipt.receipt_id,
        "is_digital": False,
        "file_data": "",
        "listing_id": one.listing_id,
        "transaction_type": "listing",
        "product_id": one.product_id,
        "sku": one.sku,
        "price": seller.money(one.price, receipt.currency),
        "shipping_cost": seller.money(NOTHING, receipt.currency),
        "variations": _variations(one),
        "product_data": [value.told() for value in one.values],
        "shipping_profile_id": one.profile_id,
        "min_processing_days": one.days[0],
        "max_processing_days": one.days[1],
        "shipping_method": None,
        "shipping_upgrade": None,
        "expected_ship_date": due,
        "buyer_coupon": 0,
        "shop_coupon": float(one.coupon),
    }


def _variations(one: Transaction) -> list[dict[str, Any]]:
    chosen = [
        {
            "property_id": value.property_id,
            "value_id": value.value_ids[0],
            "formatted_name": entities(value.name),
            "formatted_value": entities(value.values[0]),
            "question_id": None,
        }
        for value in one.values
    ]
    answers = [
        {
            "property_id": PERSONALIZATION,
            "value_id": None,
            "formatted_name": entities(question),
            "formatted_value": entities(words),
            "question_id": None,
        }
        for question, words in one.personal or ([_NO_WISH] if one.personalizable else [])
    ]
    return [*chosen, *answers]


def payment_told(seller: Seller, receipt: Receipt) -> dict[str, Any]:
    """As the document's `Payment`: what was paid, and what was refunded of it."""
    gross, fees = receipt.total, (receipt.total * _FEE).quantize(Decimal("0.01"))
    left = gross - receipt.refunded

    def money(amount: Decimal) -> dict[str, Any]:
        return seller.money(amount, receipt.currency)

    adjusted = bool(receipt.refunds)
    created, updated = epoch(receipt.paid_at or receipt.created_at), epoch(receipt.updated_at)
    return {
        "payment_id": receipt.payment_id,
        "buyer_user_id": receipt.buyer_id,
        "shop_id": seller.shop_id,
        "receipt_id": receipt.receipt_id,
        "amount_gross": money(gross),
        "amount_fees": money(fees),
        "amount_net": money(gross - fees),
        "posted_gross": None,
        "posted_fees": None,
        "posted_net": None,
        "adjusted_gross": money(left) if adjusted else None,
        "adjusted_fees": money(fees) if adjusted else None,
        "adjusted_net": money(left - fees) if adjusted else None,
        "currency": receipt.currency,
        "shop_currency": seller.currency,
        "buyer_currency": receipt.currency,
        "shipping_user_id": receipt.buyer_id,
        "shipping_address_id": receipt.buyer_id,
        "billing_address_id": receipt.buyer_id,
        "status": "settled",
        "shipped_timestamp": None if receipt.shipped_at is None else epoch(receipt.shipped_at),
        "create_timestamp": created,
        "created_timestamp": created,
        "update_timestamp": updated,
        "updated_timestamp": updated,
        "payment_adjustments": [_adjustment(seller, receipt, number) for number in range(len(receipt.refunds))],
    }


def _adjustment(seller: Seller, receipt: Receipt, number: int) -> dict[str, Any]:
    refund = receipt.refunds[number]
    cents, at = seller.money(refund.amount, receipt.currency)["amount"], epoch(refund.at)
    return {
        "payment_adjustment_id": refund.refund_id,
        "payment_id": receipt.payment_id,
        "status": "REFUNDED",
        "is_success": True,
        "user_id": seller.user_id,
        "reason_code": refund.reason,
        "total_adjustment_amount": cents,
        "shop_total_adjustment_amount": cents,
        "buyer_total_adjustment_amount": cents,
        "total_fee_adjustment_amount": 0,
        "create_timestamp": at,
        "created_timestamp": at,
        "update_timestamp": at,
        "updated_timestamp": at,
        "payment_adjustment_items": [],
    }
