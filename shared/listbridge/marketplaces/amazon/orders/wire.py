"""Amazon's JSON of orders (orders_2026-01-01) and of parcels (ordersV0), as far as we read and write it.

The model requires an order's id, times, channel and items, and of an item its id, units and product: all else may be absent.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import AwareDatetime, Field

from listbridge.infra.calls.wire_models import CamelSent, CamelTold


class ToldMoney(CamelTold):
    """`Money`."""

    amount: Decimal = Field(allow_inf_nan=False)
    currency_code: str


class DetailedAmount(CamelTold):
    """`ItemProceedsDetailedBreakdown`."""

    subtype: str = ""
    value: ToldMoney | None = None


class Amount(CamelTold):
    """`OrderProceedsBreakdown` and `ItemProceedsBreakdown`."""

    type: str
    subtotal: ToldMoney
    detailed_breakdowns: tuple[DetailedAmount, ...] = ()


class ItemProceeds(CamelTold):
    """`ItemProceeds`."""

    breakdowns: tuple[Amount, ...] = ()


class OrderProceeds(CamelTold):
    """`OrderProceeds`."""

    grand_total: ToldMoney | None = None
    breakdowns: tuple[Amount, ...] = ()


class Price(CamelTold):
    """`ItemPrice`."""

    unit_price: ToldMoney | None = None


class Product(CamelTold):
    """`ItemProduct`."""

    asin: str = ""
    title: str = ""
    seller_sku: str = ""
    price: Price = Price()


class CancellationPart(CamelTold):
    """`ItemCancellationRequest` or `ItemCancellationExecution`, of which only its being there is read."""


class ItemCancellation(CamelTold):
    """`ItemCancellation`."""

    cancellation_request: CancellationPart | None = None
    cancellation_execution: CancellationPart | None = None


class InternationalShipping(CamelTold):
    """`ItemInternationalShipping`."""

    ioss_number: str = ""


class ItemShipping(CamelTold):
    """`ItemShipping`."""

    international_shipping: InternationalShipping = InternationalShipping()


class ItemFulfillment(CamelTold):
    """`ItemFulfillment`."""

    quantity_fulfilled: int | None = None
    quantity_unfulfilled: int | None = None
    shipping: ItemShipping = ItemShipping()


class TaxScheme(CamelTold):
    """`ItemTaxCalculationBreakdown`."""

    reporting_scheme: str = ""


class TaxCollection(CamelTold):
    """`ItemTaxCollection`."""

    model: str = ""


class ItemTax(CamelTold):
    """`ItemTax`."""

    tax_calculation_breakdowns: tuple[TaxScheme, ...] = ()
    tax_collections: tuple[TaxCollection, ...] = ()


class Item(CamelTold):
    """`OrderItem`."""

    order_item_id: str = Field(min_length=1)
    quantity_ordered: int = Field(ge=0)
    product: Product
    proceeds: ItemProceeds = ItemProceeds()
    cancellation: ItemCancellation = ItemCancellation()
    fulfillment: ItemFulfillment = ItemFulfillment()
    tax: ItemTax = ItemTax()


class Channel(CamelTold):
    """`SalesChannel`."""

    channel_name: str = "AMAZON"
    marketplace_id: str = ""


class Fulfillment(CamelTold):
    """`OrderFulfillment`."""

    fulfillment_status: str = ""
    fulfilled_by: str = ""
    fulfillment_service_level: str = ""


class PackedItem(CamelTold):
    """`PackageItem`."""

    order_item_id: str
    quantity: int


class Package(CamelTold):
    """`OrderPackage`."""

    package_reference_id: str
    tracking_number: str = ""
    package_items: tuple[PackedItem, ...] = ()


class ToldOrder(CamelTold):
    """`Order`, without the buyer."""

    order_id: str = Field(min_length=1)
    created_time: AwareDatetime
    last_updated_time: AwareDatetime
    sales_channel: Channel
    order_items: tuple[Item, ...] = Field(min_length=1)
    fulfillment: Fulfillment | None = None
    proceeds: OrderProceeds = OrderProceeds()
    packages: tuple[Package, ...] = ()


class ToldBuyer(CamelTold):
    """`Buyer`."""

    buyer_name: str = ""
    buyer_email: str = ""
    buyer_company_name: str = ""


class ToldAddress(CamelTold):
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


class Preference(CamelTold):
    """`DeliveryPreference`."""

    drop_off_location: str = ""
    address_instruction: str = ""


class Recipient(CamelTold):
    """`Recipient`."""

    delivery_address: ToldAddress | None = None
    delivery_preference: Preference = Preference()


class GiftOption(CamelTold):
    """`GiftOption`."""

    gift_message: str = ""


class Packing(CamelTold):
    """`ItemPacking`."""

    gift_option: GiftOption = GiftOption()


class PackedFor(CamelTold):
    """The part of `ItemFulfillment` that a buyer wrote."""

    packing: Packing = Packing()


class GiftItem(CamelTold):
    """The part of `OrderItem` that a buyer wrote."""

    order_item_id: str
    fulfillment: PackedFor = PackedFor()


class TaxRegistration(CamelTold):
    """`OrderTaxRegistration`."""

    entity_type: str = ""
    tax_registration_number: str = ""


class OrderTax(CamelTold):
    """`OrderTax`."""

    tax_registrations: tuple[TaxRegistration, ...] = ()


class ToldPeople(CamelTold):
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
