"""eBay's JSON of items, offers and groups, and of what an account may choose from. Source: sell_inventory 1.18.4."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from listbridge.domain.money import Money
from listbridge.infra.calls.wire_models import CamelSent, CamelTold
from listbridge.marketplaces.ebay.offers.regulatory_wire import Regulatory


class ErrorParameter(CamelTold):
    name: str = ""
    value: str | None = None


class ErrorEntry(CamelTold):
    """One entry of `errors`."""

    error_id: int
    category: str = ""
    message: str = ""
    long_message: str | None = None
    parameters: list[ErrorParameter] | None = None

    @property
    def text(self) -> str:
        """eBay's words, the longer ones where there are two."""
        return " ".join((self.long_message or self.message).split())

    @property
    def says_application(self) -> bool:
        """A fault of eBay's own. Services spell categories differently ("REQUEST", "Request")."""
        return self.category.upper() == "APPLICATION"

    def parameter(self, name: str) -> str | None:
        return next((p.value for p in self.parameters or () if p.name == name), None)


class Amount(CamelTold):
    """An amount as eBay writes it, the value a text."""

    value: str
    currency: str

    @classmethod
    def of(cls, money: Money) -> Amount:
        return cls(value=format(money.amount, "f"), currency=money.currency)

    def money(self) -> Money:
        """Raises InvalidOperation for a value that is no number."""
        return Money(Decimal(self.value), self.currency)


class ShipToLocation(CamelTold):
    quantity: int | None = None


class Availability(CamelTold):
    ship_to_location_availability: ShipToLocation | None = None


class ShownCodes(CamelTold):
    """`product` of an inventory item: its product codes."""

    ean: list[str] | None = None
    isbn: list[str] | None = None
    upc: list[str] | None = None


class Item(CamelTold):
    """An inventory item as far as we read it."""

    sku: str = ""
    product: ShownCodes | None = None
    availability: Availability | None = None
    inventory_item_group_keys: list[str] | None = None

    @property
    def quantity(self) -> int:
        """Ship-to-home quantity; an item without one has nothing to sell."""
        ship_to = self.availability.ship_to_location_availability if self.availability else None
        return (ship_to.quantity if ship_to else None) or 0

    @property
    def codes(self) -> tuple[str, ...]:
        """Its EANs, ISBNs and UPCs."""
        told = self.product or ShownCodes()
        return tuple(dict.fromkeys((*(told.ean or ()), *(told.isbn or ()), *(told.upc or ()))))

    @property
    def group(self) -> str | None:
        return next(iter(self.inventory_item_group_keys or ()), None)


class BulkItem(CamelTold):
    sku: str = ""
    status_code: int = 0
    inventory_item: Item | None = None
    errors: list[ErrorEntry] | None = None


class BulkItems(CamelTold):
    responses: list[BulkItem]


class BulkEntry(CamelTold):
    """What is told of one item or offer of a bulk write, or of one offer that was to be published."""

    sku: str = ""
    offer_id: str | None = None
    listing_id: str | None = None
    status_code: int = 0
    errors: list[ErrorEntry] | None = None


class BulkEntries(CamelTold):
    responses: list[BulkEntry]


class ListingDetails(CamelTold):
    listing_id: str | None = None
    listing_status: str | None = None


class PricingSummary(CamelTold):
    price: Amount | None = None


_NOT_LIVE = frozenset({"ENDED", "EBAY_ENDED", "INACTIVE", "NOT_LISTED"})
# EbayOfferDetailsWithId, without listingStartDate: a live offer only draws a warning for it (25753).
_REPLACEABLE = frozenset(
    {
        "availableQuantity",
        "categoryId",
        "charity",
        "extendedProducerResponsibility",
        "hideBuyerDetails",
        "includeCatalogProductDetails",
        "listingDescription",
        "listingDuration",
        "listingPolicies",
        "lotSize",
        "merchantLocationKey",
        "pricingSummary",
        "quantityLimitPerBuyer",
        "regulatory",
        "secondaryCategoryId",
        "storeCategoryNames",
        "tax",
    }
)


class Offer(CamelTold, extra="allow"):
    """An offer as eBay shows it. Fields that we do not manage are kept, for a replacement must repeat them."""

    offer_id: str
    sku: str
    marketplace_id: str
    format: str = "FIXED_PRICE"
    status: str = ""
    available_quantity: int | None = None
    pricing_summary: dict[str, Any] | None = None
    listing: ListingDetails | None = None

    @property
    def by_auction(self) -> bool:
        """Anything but a fixed price, whose values are not ours to change."""
        return self.format != "FIXED_PRICE"

    @property
    def listing_id(self) -> str | None:
        """The live listing's id; None while the offer is not on sale.

        An unknown listing status of a published offer counts as live: taking it for ended could list it twice.
        """
        if self.status != "PUBLISHED" or self.listing is None or self.listing.listing_status in _NOT_LIVE:
            return None
        return self.listing.listing_id

    @property
    def price(self) -> Amount | None:
        return PricingSummary.model_validate(self.pricing_summary or {}).price

    def replacement(self) -> dict[str, Any]:
        """The body with which this offer would be replaced alone (updateOffer takes no keys)."""
        shown = self.model_dump(by_alias=True, exclude_none=True, mode="json")
        return {name: value for name, value in shown.items() if name in _REPLACEABLE}


class Offers(CamelTold):
    offers: list[Offer] = Field(default_factory=list)
    total: int | None = None


class CreatedOffer(CamelTold):
    offer_id: str = Field(min_length=1)


class PublishedListing(CamelTold):
    listing_id: str = Field(min_length=1)


class Specification(CamelSent):
    name: str
    values: list[str]


class VariesBy(CamelSent):
    specifications: list[Specification]
    aspects_image_varies_by: list[str]


class Group(CamelSent):
    """An inventory item group to send."""

    title: str
    description: str
    image_urls: list[str]
    aspects: dict[str, list[str]]
    variant_skus: list[str] = Field(alias="variantSKUs")
    varies_by: VariesBy


class _ShownSpecification(CamelTold):
    name: str = ""
    values: list[str] = Field(default_factory=list)


class _ShownVariesBy(CamelTold):
    specifications: list[_ShownSpecification] | None = None


class ShownGroup(CamelTold):
    """An inventory item group as far as we read it."""

    variant_skus: list[str] = Field(default_factory=list, alias="variantSKUs")
    varies_by: _ShownVariesBy | None = None

    def values_of(self, name: str) -> list[str]:
        """The values that an aspect varies over."""
        specifications = (self.varies_by.specifications if self.varies_by else None) or []
        return next((row.values for row in specifications if row.name == name), [])


class Product(CamelSent):
    title: str
    description: str
    aspects: dict[str, list[str]]
    image_urls: list[str]
    brand: str | None = None
    mpn: str | None = None
    ean: list[str] | None = None
    upc: list[str] | None = None


class SentQuantity(CamelSent):
    quantity: int = Field(ge=0)


class SentAvailability(CamelSent):
    ship_to_location_availability: SentQuantity


class SentItem(CamelSent):
    """An inventory item to send: it replaces the old one in full, its quantity with it."""

    condition: str
    condition_description: str | None = None
    condition_descriptors: list[dict[str, Any]] | None = None
    product: Product
    availability: SentAvailability


class ListingPolicies(CamelSent):
    best_offer_terms: dict[str, bool] | None = None
    fulfillment_policy_id: str
    payment_policy_id: str
    return_policy_id: str


class SentTax(CamelSent):
    vat_percentage: float


class OfferContent(CamelSent):
    """What we manage of an offer, without its keys, quantity and price."""

    category_id: str
    listing_description: str
    listing_duration: str
    listing_policies: ListingPolicies
    lot_size: int | None = None
    merchant_location_key: str
    regulatory: Regulatory | None = None
    secondary_category_id: str | None = None
    store_category_names: list[str] | None = None
    tax: SentTax | None = None


class RevisedOffer(CamelSent):
    offer_id: str
    available_quantity: int | None = Field(default=None, ge=0)
    price: dict[str, str] | None = None


class PriceQuantity(CamelSent):
    """One SKU of bulkUpdatePriceQuantity."""

    sku: str
    ship_to_location_availability: SentQuantity | None = None
    offers: list[RevisedOffer]


class PriceQuantityAnswer(CamelTold):
    """One entry of the answer: of the item (no offer id) or of one offer."""

    sku: str | None = None
    offer_id: str | None = None
    status_code: int = 0
    errors: list[ErrorEntry] | None = None


class PriceQuantityAnswers(CamelTold):
    responses: list[PriceQuantityAnswer]


class User(CamelTold):
    user_id: str = Field(min_length=1)
    username: str = ""
    registration_marketplace_id: str | None = None


class PublicKey(CamelTold):
    key: str = Field(min_length=1)


class Policy(CamelTold):
    name: str = ""
    fulfillment_policy_id: str | None = None
    payment_policy_id: str | None = None
    return_policy_id: str | None = None

    @property
    def id(self) -> str:
        return self.fulfillment_policy_id or self.payment_policy_id or self.return_policy_id or ""


class Policies(CamelTold):
    fulfillment_policies: list[Policy] | None = None
    payment_policies: list[Policy] | None = None
    return_policies: list[Policy] | None = None

    def all(self) -> list[Policy]:
        return [*(self.fulfillment_policies or ()), *(self.payment_policies or ()), *(self.return_policies or ())]


class Location(CamelTold):
    merchant_location_key: str
    name: str | None = None
    merchant_location_status: str | None = None

    @property
    def enabled(self) -> bool:
        return self.merchant_location_status in (None, "ENABLED")


class Locations(CamelTold):
    locations: list[Location] = Field(default_factory=list)
    total: int | None = None


class CategoryTree(CamelTold):
    category_tree_id: str


class Category(CamelTold):
    category_id: str
    category_name: str = ""


class Suggestion(CamelTold):
    category: Category


class Suggestions(CamelTold):
    category_suggestions: list[Suggestion] = Field(default_factory=list)


class Rate(CamelTold):
    remaining: int | None = None
    reset: str | None = None
    time_window: int | None = None


class Resource(CamelTold):
    name: str = ""
    rates: list[Rate] | None = None


class ApiLimit(CamelTold):
    api_context: str = ""
    api_name: str = ""
    resources: list[Resource] | None = None


class RateLimits(CamelTold):
    rate_limits: list[ApiLimit] = Field(default_factory=list)
