"""Etsy's JSON of receipts and shipments (OpenAPI document of August 2026, by the names of its schemas).

A receipt is read leniently: only what it cannot be understood without is required, for one odd field must not cost an order.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from listbridge.infra.calls.wire_models import Sent, Told
from listbridge.marketplaces.etsy.offers.wire import Amount, Words, Written


def _listed(told: Any) -> Any:
    return [] if told is None else told


class VariationTold(Told):
    """`TransactionVariations`: a choice, or with a `question_id` what the buyer wrote for the personalisation."""

    property_id: int | None = None
    formatted_name: Written = ""
    formatted_value: Written = ""
    question_id: int | None = None


class TransactionTold(Told):
    """`ShopReceiptTransaction`: one line. `price` is of one piece, before coupons."""

    transaction_id: int
    title: Written = ""
    quantity: int = Field(ge=1)
    price: Amount
    sku: Words = ""
    listing_id: int | None = None
    is_digital: bool | None = None
    shipped_timestamp: int | None = None
    shipping_method: Words = ""
    shipping_upgrade: Words = ""
    variations: Annotated[tuple[VariationTold, ...], BeforeValidator(_listed)] = ()


class ShipmentTold(Told):
    """`ShopReceiptShipment`."""

    receipt_shipping_id: int | None = None
    shipment_notification_timestamp: int | None = None
    carrier_name: Words = ""
    tracking_code: Words = ""


class RefundTold(Told):
    """`ShopRefund`: of the whole receipt, without an id."""

    amount: Amount | None = None
    created_timestamp: int | None = None
    status: Words = ""


class ReceiptTold(Told):
    """`ShopReceipt` as far as it is not personal. The document has each time under an old and a new name."""

    receipt_id: int
    status: Words = ""
    is_paid: bool | None = None
    is_shipped: bool | None = None
    created_timestamp: int | None = None
    create_timestamp: int | None = None
    updated_timestamp: int | None = None
    update_timestamp: int | None = None
    grandtotal: Amount | None = None
    total_shipping_cost: Amount | None = None
    total_tax_cost: Amount | None = None
    total_vat_cost: Amount | None = None
    discount_amt: Amount | None = None
    gift_wrap_price: Amount | None = None
    transactions: tuple[TransactionTold, ...] = Field(min_length=1)
    refunds: Annotated[tuple[RefundTold, ...], BeforeValidator(_listed)] = ()


class ShipmentsTold(Told):
    """The parcels of a `ShopReceipt`, and what decides whether Etsy takes one without a number."""

    status: Words = ""
    is_shipped: bool | None = None
    country_iso: Words = ""
    grandtotal: Amount | None = None
    shipments: Annotated[tuple[ShipmentTold, ...], BeforeValidator(_listed)] = ()


class PersonalTransaction(Told):
    """A line as far as it is personal."""

    transaction_id: int
    title: Written = ""
    sku: Words = ""
    variations: Annotated[tuple[VariationTold, ...], BeforeValidator(_listed)] = ()


class RecipientTold(Told):
    """A `ShopReceipt` as far as it is personal: read apart, so that what is odd in it hides no sale."""

    name: Written = ""
    buyer_email: Words = ""
    first_line: Written = ""
    second_line: Written = ""
    city: Written = ""
    state: Written = ""
    zip: Words = ""
    country_iso: Words = ""
    message_from_buyer: Written = ""
    is_gift: bool | None = None
    gift_message: Written = ""
    gift_sender: Written = ""
    transactions: Annotated[tuple[PersonalTransaction, ...], BeforeValidator(_listed)] = ()


class ReceiptsTold(Told):
    """`ShopReceipts`; its receipts are read one by one, so that one stops no other."""

    count: int | None = None
    results: Annotated[tuple[Any, ...], BeforeValidator(_listed)] = ()


class BoughtTold(Told):
    """A receipt as far as it says how many of which product were bought, and when."""

    created_timestamp: int | None = None
    transactions: Annotated[tuple[TransactionTold, ...], BeforeValidator(_listed)] = ()


class TrackingSent(Sent):
    """The body of createReceiptShipment; without both the receipt is only marked as shipped."""

    tracking_code: str | None = None
    carrier_name: str | None = None
