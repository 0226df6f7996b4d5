"""Etsy's JSON of listings, inventories and categories (OpenAPI document of August 2026). Unknown fields are ignored."""

from __future__ import annotations

import html
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from listbridge.infra.calls.wire_models import Sent, Told

Words = Annotated[str, BeforeValidator(lambda told: told or "")]
"""A text that may be null."""
Written = Annotated[str, BeforeValidator(lambda told: told or ""), AfterValidator(html.unescape)]
"""What somebody wrote: Etsy tells it with the entities of HTML (`13 O&#39;Connell Street`: etsy/open-api issue 446)."""


def _listed(told: Any) -> Any:
    return [] if told is None else told


Numbers = Annotated[tuple[int, ...], BeforeValidator(_listed)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Amount(Told):
    """`Money`: so many of the smallest parts, and how many of these make one."""

    amount: int
    divisor: int = Field(gt=0)
    currency_code: str = Field(min_length=3, max_length=3)

    @property
    def value(self) -> Decimal:
        return Decimal(self.amount) / self.divisor


class PropertyTold(Told):
    """`ListingPropertyValue`."""

    property_id: int
    property_name: Words = ""
    scale_id: int | None = None
    scale_name: Words = ""
    value_ids: Numbers = ()
    values: Texts = ()


class OfferingTold(Told):
    """`ListingInventoryProductOffering`."""

    offering_id: int | None = None
    quantity: int
    is_enabled: bool = True
    is_deleted: bool = False
    price: Amount
    readiness_state_id: int | None = None


class ProductTold(Told):
    """`ListingInventoryProduct`."""

    product_id: int | None = None
    sku: Words = ""
    is_deleted: bool = False
    offerings: tuple[OfferingTold, ...] = ()
    property_values: tuple[PropertyTold, ...] = ()


class InventoryTold(Told):
    """`ListingInventory`."""

    products: tuple[ProductTold, ...] = ()
    price_on_property: Numbers = ()
    quantity_on_property: Numbers = ()
    sku_on_property: Numbers = ()
    readiness_state_on_property: Numbers = ()


ACTIVE, INACTIVE, SOLD_OUT, DRAFT, EXPIRED = "active", "inactive", "sold_out", "draft", "expired"
"""A listing's states as the document lists them; another one may come."""


class ImageTold(Told):
    """`ListingImage`."""

    listing_image_id: int
    rank: int = 0


class ListingTold(Told):
    """`ShopListing`, with what it was asked to include."""

    listing_id: int
    state: str
    title: Written = ""
    description: Written = ""
    quantity: int = 0
    url: Words = ""
    tags: Texts = ()
    created_timestamp: int | None = None
    ending_timestamp: int | None = None
    updated_timestamp: int | None = None
    should_auto_renew: bool | None = None
    has_variations: bool | None = None
    inventory: InventoryTold | None = None


class ListingsTold(Told):
    """`ShopListings`, and with associations."""

    count: int
    results: tuple[ListingTold, ...] = ()


class ImagesTold(Told):
    """`ListingImages`."""

    results: tuple[ImageTold, ...] = ()


class PropertySent(Sent):
    """A property of a product in updateListingInventory. Names without parentheses."""

    property_id: int
    property_name: str = ""
    scale_id: int | None = None
    value_ids: tuple[int, ...] = ()
    values: tuple[str, ...] = ()


class OfferingSent(Sent):
    """An offering in updateListingInventory; the price is a number in the shop's currency."""

    price: float
    quantity: int
    is_enabled: bool = True
    readiness_state_id: int | None = None


class ProductSent(Sent):
    """A product in updateListingInventory."""

    sku: str
    property_values: tuple[PropertySent, ...] = ()
    offerings: tuple[OfferingSent, ...]


class InventorySent(Sent):
    """The body of updateListingInventory: all of a listing's products, each time."""

    products: tuple[ProductSent, ...]
    price_on_property: tuple[int, ...] = ()
    quantity_on_property: tuple[int, ...] = ()
    sku_on_property: tuple[int, ...] = ()
    readiness_state_on_property: tuple[int, ...] = ()

    def body(self) -> dict[str, Any]:
        """The JSON object. An offering without a processing profile has a null there: the field may not be missing."""
        told = super().body()
        for product in told["products"]:
            for offering in product["offerings"]:
                offering.setdefault("readiness_state_id", None)
        return told


class VariationImageSent(Sent):
    """Which picture a value of the one property that has pictures shows."""

    property_id: int
    value_id: int
    image_id: int


class VariationImagesSent(Sent):
    """The body of updateVariationImages: all of a listing's, each time."""

    variation_images: tuple[VariationImageSent, ...]


class QuestionSent(Sent):
    """A question that the buyer answers."""

    question_text: str
    instructions: str | None = None
    question_type: Literal["text_input"] = "text_input"
    required: bool
    max_allowed_characters: int


class PersonalizationSent(Sent):
    """The body of updateListingPersonalization, which replaces all questions."""

    personalization_questions: tuple[QuestionSent, ...]


class NodeTold(Told):
    """`SellerTaxonomyNode`."""

    id: int
    name: str
    children: tuple[NodeTold, ...] = ()

    def paths(self, above: tuple[str, ...] = ()) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The ids of this category and of all below it, each with the names from the root on."""
        here = (*above, self.name)
        yield self.id, here
        for child in self.children:
            yield from child.paths(here)


class NodesTold(Told):
    """`SellerTaxonomyNodes`."""

    results: tuple[NodeTold, ...] = ()


class ScaleTold(Told):
    """`TaxonomyPropertyScale`."""

    scale_id: int
    display_name: Words = ""


class ValueTold(Told):
    """`TaxonomyPropertyValue`."""

    value_id: int | None = None
    name: Words = ""
    scale_id: int | None = None


class TaxonomyPropertyTold(Told):
    """`TaxonomyNodeProperty`."""

    property_id: int
    name: Words = ""
    display_name: Words = ""
    scales: Annotated[tuple[ScaleTold, ...], BeforeValidator(_listed)] = ()
    is_required: bool = False
    supports_attributes: bool = False
    supports_variations: bool = False
    is_multivalued: bool = False
    max_values_allowed: int | None = None
    possible_values: Annotated[tuple[ValueTold, ...], BeforeValidator(_listed)] = ()


class TaxonomyPropertiesTold(Told):
    """`TaxonomyNodeProperties`."""

    results: tuple[TaxonomyPropertyTold, ...] = ()


class ShippingProfileTold(Told):
    """`ShopShippingProfile`."""

    shipping_profile_id: int
    title: Words = ""
    is_deleted: bool = False
    profile_type: Words = ""

    @property
    def calculates(self) -> bool:
        """The postage follows from weight and size, so each listing has to have them."""
        return self.profile_type == "calculated"


class ShippingProfilesTold(Told):
    """`ShopShippingProfiles`."""

    results: tuple[ShippingProfileTold, ...] = ()


class ReadinessStateTold(Told):
    """`ShopProcessingProfile`."""

    readiness_state_id: int
    readiness_state: Words = ""
    processing_days_display_label: Words = ""


class ReadinessStatesTold(Told):
    """`ShopProcessingProfiles`."""

    count: int
    results: tuple[ReadinessStateTold, ...] = ()


class ReturnPolicyTold(Told):
    """`ShopReturnPolicy`."""

    return_policy_id: int
    accepts_returns: bool = False
    accepts_exchanges: bool = False
    return_deadline: int | None = None


class ReturnPoliciesTold(Told):
    """`ShopReturnPolicies`."""

    results: tuple[ReturnPolicyTold, ...] = ()


class SectionTold(Told):
    """`ShopSection`."""

    shop_section_id: int
    title: Words = ""


class SectionsTold(Told):
    """`ShopSections`."""

    results: tuple[SectionTold, ...] = ()


class PartnerTold(Told):
    """`ShopProductionPartner`."""

    production_partner_id: int
    partner_name: Words = ""


class PartnersTold(Told):
    """`ShopProductionPartners`."""

    results: tuple[PartnerTold, ...] = ()
