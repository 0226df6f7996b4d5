"""Amazon's JSON of orders (orders_2026-01-01) and of parcels (ordersV0), as far as we read and write it.

The model requires an order's id, times, channel and items, and of an item its id, units and product: all else may be absent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, Field, model_validator

from listbridge.infra.calls.wire_models import CamelSent, CamelTold


class _Told(CamelTold, coerce_numbers_to_str=True):
    """Read leniently: a null is what is absent, and a number is taken where a text is meant, for one odd field must not cost
    an order."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, told: Any) -> Any:
        return {name: value for name, value in told.items() if value is not None} if isinstance(told, dict) else told


class ToldMoney(_Told):
    """`Money`."""

    amount: Decimal = Field(allow_inf_nan=False)
    currency_code: str


class DetailedAmount(_Told):
    """`ItemProceedsDetailedBreakdown`."""

    subtype: str = ""
    value: ToldMoney | None = None


class Amount(_Told):
    """`OrderProceedsBreakdown` and `ItemProceedsBreakdown`."""

    type: str
    subtotal: ToldMoney
    detailed_breakdowns: tuple[DetailedAmount, ...] = ()


class ItemProceeds(_Told):
    """`ItemProceeds`."""

    breakdowns: tuple[Amount, ...] = ()


class OrderProceeds(_Told):
    """`OrderProceeds`."""

    grand_total: ToldMoney | None = None
    breakdowns: tuple[Amount, ...] = ()


class Price(_Told):
    """`ItemPrice`."""

    unit_price: ToldMoney | None = None


class Product(_Told):
    """`ItemProduct`."""

    asin: str = ""
    title: str = ""
    seller_sku: str = ""
    price: Price = Price()


class CancellationPart(_Told):
    """`ItemCancellationRequest` or `ItemCancellationExecution`, of which only its being there is read."""


class ItemCancellation(_Told):
    """`ItemCancellation`."""

    cancellation_request: CancellationPart | None = None
    cancellation_execution: CancellationPart | None = None


class InternationalShipping(_Told):
    """`ItemInternationalShipping`."""

    ioss_number: str = ""


class ItemShipping(_Told):
    """`ItemShipping`."""

    international_shipping: InternationalShipping = InternationalShipping()


class ItemFulfillment(_Told):
    """`ItemFulfillment`."""

    quantity_fulfilled: int | None = None
    quantity_unfulfilled: int | None = None
    shipping: ItemShipping = ItemShipping()


class TaxScheme(_Told):
    """`ItemTaxCalculationBreakdown`."""

    reporting_scheme: str = ""


class TaxCollection(_Told):
    """`ItemTaxCollection`."""

    model: str = ""


class ItemTax(_Told):
    """`ItemTax`."""

    tax_calculation_breakdowns: tuple[TaxScheme, ...] = ()
    tax_collections: tuple[TaxCollection, ...] = ()


class Item(_Told):
    """`OrderItem`."""

    order_item_id: str = Field(min_length=1)
    quantity_ordered: int = Field(ge=0)
    product: Product
    proceeds: ItemProceeds = ItemProceeds()
    cancellation: ItemCancellation = ItemCancellation()
    fulfillment: ItemFulfillment = ItemFulfillment()
    tax: ItemTax = ItemTax()


class Channel(_Told):
    """`SalesChannel`."""

    channel_name: str = "AMAZON"
    marketplace_id: str = ""


class Fulfillment(_Told):
    """`OrderFulfillment`."""

    fulfillment_status: str = ""
    fulfilled_by: str = ""
    fulfillment_service_level: str = ""


class PackedItem(_Told):
    """`PackageItem`."""

    order_item_id: str
    quantity: int


class Package(_Told):
    """`OrderPackage`."""

    package_reference_id: str
    tracking_number: str = ""
    package_items: tuple[PackedItem, ...] = ()


class Association(_Told):
    """`AssociatedOrder`: how another order belongs to this one."""

    association_type: str = ""


class ToldOrder(_Told):
    """`Order`, without the buyer."""

    order_id: str = Field(min_length=1)
    created_time: AwareDatetime
    last_updated_time: AwareDatetime
    sales_channel: Channel
    order_items: tuple[Item, ...] = Field(min_length=1)
    fulfillment: Fulfillment | None = None
    proceeds: OrderProceeds = OrderProceeds()
    packages: tuple[Package, ...] = ()
    programs: tuple[str, ...] = ()
    associated_orders: tuple[Association, ...] = ()


class ToldBuyer(_Told):
    """`Buyer`."""

    buyer_name: str = ""
    buyer_email: str = ""
    buyer_company_name: str = ""
    buyer_purchase_order_number: str = ""


class ToldAddress(_Told):
    """`CustomerAddress`."""

    name: str = ""
    company_name: str = ""
    address_line1: str = ""
    address_line2: str = ""
    address_line3: str = ""
    city: str = ""
    district_or_county: str = ""
    state_or_region: str = ""
    municipality: str = ""
    postal_code: str = ""
    country_code: str = ""
    phone: str = ""


class Preference(_Told):
    """`DeliveryPreference`."""

    drop_off_location: str = ""
    address_instruction: str = ""


class Recipient(_Told):
    """`Recipient`."""

    delivery_address: ToldAddress | None = None
    delivery_preference: Preference = Preference()


class GiftOption(_Told):
    """`GiftOption`."""

    gift_message: str = ""


class Packing(_Told):
    """`ItemPacking`."""

    gift_option: GiftOption = GiftOption()


class PackedFor(_Told):
    """The part of `ItemFulfillment` that a buyer wrote."""

    packing: Packing = Packing()


class GiftItem(_Told):
    """The part of `OrderItem` that a buyer wrote."""

    order_item_id: str
    fulfillment: PackedFor = PackedFor()


class TaxRegistration(_Told):
    """`OrderTaxRegistration`."""

    entity_type: str = ""
    tax_registration_number: str = ""


class OrderTax(_Told):
    """`OrderTax`."""

    tax_registrations: tuple[TaxRegistration, ...] = ()


class ToldPeople(_Told):
    """`Order`, as far as it is about people."""

    buyer: ToldBuyer = ToldBuyer()
    recipient: Recipient = Recipient()
    order_items: tuple[GiftItem, ...] = ()
    tax: OrderTax = OrderTax()


class SentItem(CamelSent):
    """`ConfirmShipmentOrderItem`."""

    order_item_id: str
    quantity: int


class SentPackage(CamelSent):
    """`PackageDetail`: the reference is a text that holds a positive number."""

    package_reference_id: str
    carrier_code: str
    carrier_name: str | None = None
    tracking_number: str
    ship_date: str
    order_items: list[SentItem]


class SentShipment(CamelSent):
    """`ConfirmShipmentRequest`."""

    marketplace_id: str
    package_detail: SentPackage
