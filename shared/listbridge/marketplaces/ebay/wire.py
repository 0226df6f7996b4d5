"""eBay's JSON: what we read ignores what we do not know, what we send refuses it. Source: sell_inventory 1.18.4."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from listbridge.domain.money import Money


class _Read(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    def body(self) -> dict[str, Any]:
        """The JSON object to send; what is None is left out."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")


class ErrorParameter(_Read):
    name: str = ""
    value: str | None = None


class ErrorEntry(_Read):
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


class Amount(_Read):
    """An amount as eBay writes it, the value a text."""

    value: str
    currency: str

    @classmethod
    def of(cls, money: Money) -> Amount:
        return cls(value=format(money.amount, "f"), currency=money.currency)

    def money(self) -> Money:
        """Raises InvalidOperation for a value that is no number."""
        return Money(Decimal(self.value), self.currency)


class ShipToLocation(_Read):
    quantity: int | None = None


class Availability(_Read):
    ship_to_location_availability: ShipToLocation | None = None


class Item(_Read):
    """An inventory item as far as we read it."""

    sku: str = ""
    availability: Availability | None = None
    inventory_item_group_keys: list[str] | None = None

    @property
    def quantity(self) -> int:
        """Ship-to-home quantity; an item without one has nothing to sell."""
        ship_to = self.availability.ship_to_location_availability if self.availability else None
        return (ship_to.quantity if ship_to else None) or 0

    @property
    def group(self) -> str | None:
        return next(iter(self.inventory_item_group_keys or ()), None)


class BulkItem(_Read):
    sku: str = ""
    status_code: int = 0
    inventory_item: Item | None = None
    errors: list[ErrorEntry] | None = None


class BulkItems(_Read):
    responses: list[BulkItem]


class ListingDetails(_Read):
    listing_id: str | None = None
    listing_status: str | None = None


class PricingSummary(_Read):
    price: Amount | None = None


_NOT_LIVE = frozenset({"ENDED", "EBAY_ENDED", "INACTIVE", "NOT_LISTED"})
# EbayOfferDetailsWithId, without listingStartDate: a live offer only draws a warning for it (25753).
_REPLACEABLE = frozenset(
    {
        "availableQuantity", "categoryId", "charity", "extendedProducerResponsibility", "hideBuyerDetails",
        "includeCatalogProductDetails", "listingDescription", "listingDuration", "listingPolicies", "lotSize",
        "merchantLocationKey", "pricingSummary", "quantityLimitPerBuyer", "regulatory", "secondaryCategoryId",
        "storeCategoryNames", "tax",
    }
)  # fmt: skip


class Offer(BaseModel):
    """An offer as eBay shows it. Fields that we do not manage are kept, for a replacement must repeat them."""

    model_config = ConfigDict(
        frozen=True, extra="allow", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True
    )
    offer_id: str
    sku: str
    marketplace_id: str
    format: str = "FIXED_PRICE"
    status: str = ""
    available_quantity: int | None = None
    pricing_summary: dict[str, Any] | None = None
    listing: ListingDetails | None = None

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
        """The body with which this offer would be replaced by itself (updateOffer takes no keys)."""
        shown = self.model_dump(by_alias=True, exclude_none=True, mode="json")
        return {name: value for name, value in shown.items() if name in _REPLACEABLE}


class Offers(_Read):
    offers: list[Offer] = Field(default_factory=list)
    total: int | None = None


class CreatedOffer(_Read):
    offer_id: str = Field(min_length=1)


class PublishedListing(_Read):
    listing_id: str = Field(min_length=1)


class Specification(_Sent):
    name: str
    values: list[str]


class VariesBy(_Sent):
    specifications: list[Specification]
    aspects_image_varies_by: list[str]


class Group(_Sent):
    """An inventory item group to send."""

    title: str
    description: str
    image_urls: list[str]
    aspects: dict[str, list[str]]
    variant_skus: list[str] = Field(alias="variantSKUs")
    varies_by: VariesBy


class _ShownSpecification(_Read):
    name: str = ""
    values: list[str] = Field(default_factory=list)


class _ShownVariesBy(_Read):
    specifications: list[_ShownSpecification] | None = None


class ShownGroup(_Read):
    """An inventory item group as far as we read it."""

    variant_skus: list[str] = Field(default_factory=list, alias="variantSKUs")
    varies_by: _ShownVariesBy | None = None

    def values_of(self, name: str) -> list[str]:
        """The values that an aspect varies over."""
        specifications = (self.varies_by.specifications if self.varies_by else None) or []
        return next((row.values for row in specifications if row.name == name), [])


class Product(_Sent):
    title: str
    description: str
    aspects: dict[str, list[str]]
    image_urls: list[str]
    brand: str | None = None
    mpn: str | None = None
    ean: list[str] | None = None
    upc: list[str] | None = None


class SentQuantity(_Sent):
    quantity: int = Field(ge=0)


class SentAvailability(_Sent):
    ship_to_location_availability: SentQuantity


class SentItem(_Sent):
    """An inventory item to send: it replaces the old one in full, its quantity with it."""

    condition: str
    condition_description: str | None = None
    product: Product
    availability: SentAvailability


class ListingPolicies(_Sent):
    fulfillment_policy_id: str
    payment_policy_id: str
    return_policy_id: str


class OfferContent(_Sent):
    """What we manage of an offer, without its keys, quantity and price."""

    category_id: str
    listing_description: str
    listing_duration: str = "GTC"
    listing_policies: ListingPolicies
    merchant_location_key: str


class RevisedOffer(_Sent):
    offer_id: str
    available_quantity: int | None = Field(default=None, ge=0)
    price: dict[str, str] | None = None


class PriceQuantity(_Sent):
    """One SKU of bulkUpdatePriceQuantity."""

    sku: str
    ship_to_location_availability: SentQuantity | None = None
    offers: list[RevisedOffer]


class PriceQuantityAnswer(_Read):
    """One entry of the answer: of the item (no offer id) or of one offer."""

    sku: str | None = None
    offer_id: str | None = None
    status_code: int = 0
    errors: list[ErrorEntry] | None = None


class PriceQuantityAnswers(_Read):
    responses: list[PriceQuantityAnswer]


class User(_Read):
    user_id: str = Field(min_length=1)
    username: str = ""
    registration_marketplace_id: str | None = None


class Policy(_Read):
    name: str = ""
    fulfillment_policy_id: str | None = None
    payment_policy_id: str | None = None
    return_policy_id: str | None = None

    @property
    def id(self) -> str:
        return self.fulfillment_policy_id or self.payment_policy_id or self.return_policy_id or ""


class Policies(_Read):
    fulfillment_policies: list[Policy] | None = None
    payment_policies: list[Policy] | None = None
    return_policies: list[Policy] | None = None

    def all(self) -> list[Policy]:
        return [
            *(self.fulfillment_policies or ()),
            *(self.payment_policies or ()),
            *(self.return_policies or ()),
        ]


class Location(_Read):
    merchant_location_key: str
    name: str | None = None
    merchant_location_status: str | None = None


class Locations(_Read):
    locations: list[Location] = Field(default_factory=list)
    total: int | None = None


class CategoryTree(_Read):
    category_tree_id: str


class Category(_Read):
    category_id: str
    category_name: str = ""


class Suggestion(_Read):
    category: Category


class Suggestions(_Read):
    category_suggestions: list[Suggestion] = Field(default_factory=list)


class Rate(_Read):
    remaining: int | None = None
    reset: str | None = None
    time_window: int | None = None


class Resource(_Read):
    name: str = ""
    rates: list[Rate] | None = None


class ApiLimit(_Read):
    api_context: str = ""
    api_name: str = ""
    resources: list[Resource] | None = None


class RateLimits(_Read):
    rate_limits: list[ApiLimit] = Field(default_factory=list)
