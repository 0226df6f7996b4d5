"""eBay's JSON of orders and parcels. Source: sell_fulfillment 1.20.7, by the names of its schemas.

An order is read leniently: only what it cannot be understood without is required, and a number is taken where a text is
meant, for one odd field must not cost an order.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field

from listbridge.infra.calls.wire_models import CamelSent, CamelTold


class _Told(CamelTold, coerce_numbers_to_str=True):
    pass


class ToldAmount(_Told):
    """`value` is in `currency`, after eBay's conversion where there was one; the other pair is from before it."""

    value: str
    currency: str
    converted_from_value: str | None = None
    converted_from_currency: str | None = None


class TaxReference(_Told):
    """eBay's own number under a tax scheme, which belongs on the customs form (EbayTaxReference)."""

    name: str = ""
    value: str = ""


class ToldTax(_Told):
    """A row of `taxes` or of `ebayCollectAndRemitTaxes`. A line without tax may have a row without an amount."""

    amount: ToldAmount | None = None
    tax_type: str | None = None
    ebay_reference: TaxReference | None = None


class DeliveryCost(_Told):
    """`shippingCost` is what is left after the line's discount (seen in public recordings of answers)."""

    shipping_cost: ToldAmount | None = None
    handling_cost: ToldAmount | None = None


class ToldRefund(_Told):
    """A row of `paymentSummary.refunds` or of a line's `refunds`. Only the order's rows have a status and, for refunds
    made outside the API, a reference id; a line's row may have no id at all."""

    amount: ToldAmount | None = None
    refund_date: str | None = None
    refund_id: str | None = None
    refund_reference_id: str | None = None
    refund_status: str | None = None


class Aspect(_Told):
    name: str
    value: str = ""


class LineItem(_Told):
    line_item_id: str = Field(min_length=1)
    quantity: int = Field(ge=1)
    line_item_cost: ToldAmount
    discounted_line_item_cost: ToldAmount | None = None
    sku: str | None = None
    title: str | None = None
    legacy_item_id: str | None = None
    listing_marketplace_id: str | None = None
    line_item_fulfillment_status: str | None = None
    delivery_cost: DeliveryCost | None = None
    taxes: list[ToldTax] | None = None
    ebay_collect_and_remit_taxes: list[ToldTax] | None = None
    variation_aspects: list[Aspect] | None = None
    refunds: list[ToldRefund] | None = None


class OrderPricing(_Told):
    total: ToldAmount | None = None
    delivery_cost: ToldAmount | None = None
    delivery_discount: ToldAmount | None = None
    adjustment: ToldAmount | None = None
    fee: ToldAmount | None = None
    tax: ToldAmount | None = None
    """"The total amount of tax for the order", shipping's and handling's included (PricingSummary)."""


class Payment(_Told):
    payment_status: str | None = None


class PaymentSummary(_Told):
    payments: list[Payment] | None = None
    refunds: list[ToldRefund] | None = None


class CancelStatus(_Told):
    cancel_state: str | None = None


class FulfillmentProgram(_Told):
    fulfilled_by: str | None = None


class Program(_Told):
    fulfillment_program: FulfillmentProgram | None = None


class ShippingService(_Told):
    """The part of `shippingStep` that is not personal."""

    shipping_service_code: str | None = None


class PickupStep(_Told):
    merchant_location_key: str = ""


class Instruction(_Told):
    """The part of `fulfillmentStartInstructions` that is not personal."""

    fulfillment_instructions_type: str | None = None
    pickup_step: PickupStep | None = None
    shipping_step: ShippingService | None = None


class ToldOrder(_Told):
    """An order as far as it is not personal."""

    order_id: str = Field(min_length=1)
    creation_date: AwareDatetime
    last_modified_date: AwareDatetime | None = None
    line_items: list[LineItem] = Field(min_length=1)
    order_payment_status: str | None = None
    order_fulfillment_status: str | None = None
    pricing_summary: OrderPricing | None = None
    payment_summary: PaymentSummary | None = None
    cancel_status: CancelStatus | None = None
    fulfillment_start_instructions: list[Instruction] | None = None
    program: Program | None = None

    @property
    def changed_at(self) -> datetime:
        return self.last_modified_date or self.creation_date


class ToldAddress(_Told):
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state_or_province: str | None = None
    county: str | None = None
    postal_code: str | None = None
    country_code: str | None = None


class PhoneNumber(_Told):
    phone_number: str | None = None


class Contact(_Told):
    full_name: str | None = None
    company_name: str | None = None
    contact_address: ToldAddress | None = None
    primary_phone: PhoneNumber | None = None
    email: str | None = None


class Destination(_Told):
    """The personal part of `shippingStep`."""

    ship_to: Contact | None = None
    ship_to_reference_id: str | None = None


class Way(_Told):
    """The personal part of `fulfillmentStartInstructions`."""

    shipping_step: Destination | None = None


class TaxIdentifier(_Told):
    taxpayer_id: str | None = None


class ToldBuyer(_Told):
    username: str | None = None
    buyer_registration_address: Contact | None = None
    tax_identifier: TaxIdentifier | None = None


class GiftDetails(_Told):
    message: str | None = None
    recipient_email: str | None = None
    sender_name: str | None = None


class GiftLine(_Told):
    """The personal part of a line item."""

    line_item_id: str = ""
    gift_details: GiftDetails | None = None


class Recipient(_Told):
    """An order as far as it is personal: read apart, so that what is odd in it hides no sale."""

    buyer: ToldBuyer | None = None
    buyer_checkout_notes: str | None = None
    line_items: list[GiftLine] | None = None
    fulfillment_start_instructions: list[Way] | None = None


class OrderList(_Told):
    """A page of getOrders; its orders are read one by one, so that one stops no other."""

    orders: list[Any] | None = None
    total: int | None = None
    limit: int | None = None
    next: str | None = None


class PackedLine(_Told):
    line_item_id: str = Field(min_length=1)
    quantity: int = Field(default=1, ge=1)
    """"Default: 1" (LineItemReference)."""


class Package(_Told):
    """A shipping fulfilment."""

    fulfillment_id: str = Field(min_length=1)
    shipment_tracking_number: str | None = None
    line_items: list[PackedLine] | None = None


class Packages(_Told):
    fulfillments: list[Package] | None = None
    total: int | None = None


class SentLine(CamelSent):
    line_item_id: str
    quantity: int = Field(ge=1)


class SentPackage(CamelSent):
    """A parcel to tell about. Carrier and tracking number are "mutually dependent" (ShippingFulfillmentDetails)."""

    line_items: list[SentLine]
    shipped_date: str
    shipping_carrier_code: str | None = None
    tracking_number: str | None = None
