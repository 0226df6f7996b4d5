"""Shop content to an Etsy listing: pure. What Etsy would refuse for certain is refused here, by name.

Allowed characters and the two and five of something are the OpenAPI document's (createDraftListing). The lengths of titles and
tags, 13 tags and materials, and how much varies are Etsy's help for sellers (not verified against an account).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from listbridge.domain.catalog import ProductFacts, VariantFacts
from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.listings.publishing_runs import refuse_without_values
from listbridge.domain.listings.texts import by_https, distinct
from listbridge.domain.listings.variations import VariationRules, picture_option, variant_of
from listbridge.domain.money import Money
from listbridge.domain.refusals import apart
from listbridge.domain.verdicts import RemoteError
from listbridge.infra.mapping.listing_html import ListingHtml
from listbridge.marketplaces.etsy import errors
from listbridge.marketplaces.etsy.manifest import MAX_PRODUCTS, MAX_SKU_LENGTH
from listbridge.marketplaces.etsy.offers import texts
from listbridge.marketplaces.etsy.offers.grid import whole
from listbridge.marketplaces.etsy.offers.inventory import kept
from listbridge.marketplaces.etsy.offers.pictures import MAX_PICTURES
from listbridge.marketplaces.etsy.offers.properties import Property, properties_of
from listbridge.marketplaces.etsy.offers.wire import (
    InventorySent,
    InventoryTold,
    OfferingSent,
    PersonalizationSent,
    ProductSent,
    ProductTold,
    QuestionSent,
    TaxonomyPropertyTold,
)
from listbridge.marketplaces.etsy.settings import CreationSettings

MAX_DESCRIPTION = 50_000
MAX_OPTIONS = 2
"""Properties that vary (updateListingInventory, `max_variations_supported`: a third is "coming soon")."""
VARIATIONS = VariationRules(
    most=MAX_PRODUCTS,
    most_values=70,
    longest_name=45,
    longest_value=45,
    too_many=errors.TOO_MANY_VARIATIONS,
    too_many_values=errors.TOO_MANY_VALUES,
    name_too_long=errors.NAME_TOO_LONG,
    same_name=errors.SAME_NAME,
    alike=errors.ALIKE,
)
HTML = ListingHtml(hosts=(".etsy.com",))
Told = Mapping[str, TaxonomyPropertyTold]
NOTHING_YET = InventoryTold()
"""The inventory of a new draft."""


@dataclass(frozen=True, slots=True)
class ListingContent:
    """What buyers will read and see of one product; made before the first call, so that no half is sent.

    `varying` are the properties that its products differ by, `values` each product's value of these, in their order; a product
    without options has none. `refused` says why other requested variants cannot be sold.
    """

    product: ProductFacts
    settings: CreationSettings
    title: str
    description: str
    tags: tuple[str, ...]
    pictures: tuple[str, ...]
    variants: Mapping[Sku, VariantFacts]
    varying: tuple[Property, ...]
    values: Mapping[Sku, tuple[str, ...]]
    refused: Mapping[Sku, RemoteError]

    def draft(self, marker: str, price: float) -> dict[str, Any]:
        """The fields of a new draft: `marker` is its only tag until it goes live, and what it costs and how many there are is
        written with the inventory."""
        return {
            **self.fields(),
            "tags": [marker],
            "quantity": 1,
            "price": price,
            "readiness_state_id": self.settings.readiness_state_id,
            "type": "physical",
        }

    def fields(self) -> dict[str, Any]:
        """All but prices, quantities and pictures, for updateListing. An empty text or list empties a field there."""
        settings = self.settings
        return {
            "title": self.title,
            "description": self.description,
            "tags": list(self.tags),
            "materials": list(settings.materials) or None,
            "who_made": settings.who_made,
            "when_made": settings.when_made,
            "is_supply": settings.is_supply,
            "taxonomy_id": settings.taxonomy_id,
            "shipping_profile_id": settings.shipping_profile_id,
            "return_policy_id": settings.return_policy_id or None,
            "shop_section_id": settings.shop_section_id or None,
            "production_partner_ids": list(settings.production_partner_ids) or None,
            "should_auto_renew": settings.should_auto_renew,
            "is_taxable": settings.is_taxable,
            **self._measures(),
        }

    def inventory(self, values: Mapping[Sku, Values], beside: InventoryTold = NOTHING_YET) -> InventorySent:
        """All of the listing's products: these SKUs with these values, and `beside` them what the listing has already.

        A value that is not told stays as it is there. Raises Rejected for one that is not there either.
        """
        there = {one.sku: one for one in beside.products if one.sku in values}
        mine = [self._product(sku, values[sku], there.get(sku)) for sku in self.values if sku in values]
        others = [kept(one) for one in beside.products if self.varying and one.sku not in values and not one.is_deleted]
        on = tuple(one.id for one in self.varying)
        return InventorySent(
            products=whole(on, mine, others), price_on_property=on, quantity_on_property=on, sku_on_property=on
        )

    def pictures_beside(self, shown: Callable[[str], bool]) -> tuple[str, ...]:
        """The pictures of a listing that is there already: also those of the product's other variants that it has `shown`."""
        mine = [one for one in self.product.variants if one.sku in self.values or shown(one.image)]
        return pictures_of(self.product, mine)

    def pictures_by_value(self, beside: Collection[Sku] = ()) -> tuple[Property, dict[str, str]] | None:
        """The property by whose values pictures differ, and the picture of each value that has one; None where they do not. `beside`
        are other variants of the product that stand in the listing."""
        names, options = [one.name for one in self.varying], VARIATIONS.names(self.product, {})

        def values_of(sku: Sku) -> tuple[str, ...]:
            return tuple(VARIATIONS.values(self.variants[sku], options, {}).values())

        others, _ = apart([sku for sku in beside if sku in self.variants and sku not in self.values], values_of)
        rows = [
            (dict(zip(names, row, strict=True)), (by_https([self.variants[sku].image]) or [""])[0])
            for sku, row in {**self.values, **others}.items()
        ]
        if not names or len({picture for _, picture in rows if picture}) < 2:
            return None
        varying = self.varying[names.index(picture_option(names, rows))]
        shown: dict[str, str] = {}
        for values, picture in rows:
            if picture:
                shown.setdefault(varying.of(values[varying.name]).values[0], picture)
        return varying, shown

    def personalization(self) -> dict[str, Any] | None:
        """The body of updateListingPersonalization; None where the profile asks the buyer nothing."""
        settings = self.settings
        if not settings.personalization_question:
            return None
        question = QuestionSent(
            question_text=settings.personalization_question,
            instructions=settings.personalization_instructions or None,
            required=settings.personalization_required,
            max_allowed_characters=settings.personalization_max_characters,
        )
        return PersonalizationSent(personalization_questions=(question,)).body()

    def _product(self, sku: Sku, values: Values, known: ProductTold | None) -> ProductSent:
        shown = next(iter(known.offerings), None) if known is not None else None
        quantity, price = values.quantity, values.price
        if shown is not None:
            quantity = quantity if quantity is not None else shown.quantity
            price = price or Money(shown.price.value, shown.price.currency_code)
        refuse_without_values(Values(quantity, price))
        assert quantity is not None and price is not None  # noqa: S101, PT018  # refused without
        offering = OfferingSent(
            price=float(price.amount), quantity=quantity, readiness_state_id=int(self.settings.readiness_state_id)
        )
        values_of_it = zip(self.varying, self.values[sku], strict=True)
        return ProductSent(
            sku=sku, property_values=tuple(one.of(value) for one, value in values_of_it), offerings=(offering,)
        )

    def _measures(self) -> dict[str, Any]:
        settings = self.settings
        size = (settings.item_length, settings.item_width, settings.item_height)
        return {
            "item_weight": settings.item_weight,
            "item_weight_unit": settings.item_weight_unit if settings.item_weight is not None else None,
            "item_length": settings.item_length,
            "item_width": settings.item_width,
            "item_height": settings.item_height,
            "item_dimensions_unit": settings.item_dimensions_unit if any(size) else None,
        }


def listing_content(
    product: ProductFacts, skus: Sequence[Sku], settings: CreationSettings, told: Told
) -> ListingContent:
    """Everything but quantity and price, for these SKUs; `told` are the properties of the category.

    Raises Rejected, naming what the seller must change, when nothing of it could be sold; a single variant that cannot
    is told about in `refused`, and stops no other.
    """
    refuse_oversized(product, skus)
    by_sku = {variant.sku: variant for variant in product.variants if variant.sku}
    title = texts.title_of(product.title, truncate=settings.truncate_titles)
    tags = texts.tags_of((*settings.tags, *(product.tags if settings.tags_from_shop else ())))
    names = VARIATIONS.names(product, {})
    varying = properties_of(names, [by_sku[sku] for sku in skus if sku in by_sku], settings, told)

    def values_of(sku: Sku) -> tuple[str, ...]:
        variant = variant_of(sku, by_sku, MAX_SKU_LENGTH, errors.SKU_REFUSED)
        return tuple(VARIATIONS.values(variant, names, {}).values())

    values, refused = apart(skus, values_of)
    for sku, error in {**VARIATIONS.twins(values.items()), **_with_brackets(values)}.items() if names else ():
        refused[sku] = error
        del values[sku]
    if skus and not values:
        raise refused[skus[0]]
    pictures = pictures_of(product, (by_sku[sku] for sku in values))
    if not pictures:
        raise errors.PICTURE_MISSING.error()
    return ListingContent(
        product=product,
        settings=settings,
        title=title,
        description=HTML.plain_text(product.description_html, MAX_DESCRIPTION) or title,
        tags=tags,
        pictures=pictures,
        variants=by_sku,
        varying=varying,
        values=values,
        refused=refused,
    )


def refuse_oversized(product: ProductFacts, skus: Sequence[Sku]) -> None:
    """Raises Rejected for a product with more products, options or values than one listing may have, the combinations that are not
    sold among them. It needs no call."""
    VARIATIONS.refuse_oversized(product, skus)
    names = VARIATIONS.names(product, {})
    if len(names) > MAX_OPTIONS:
        params = {"count": str(len(names)), "max": str(MAX_OPTIONS), "options": ", ".join(names)}
        raise errors.TOO_MANY_OPTIONS.error(params=params)
    wanted = set(skus)
    rows = [one.options for one in product.variants if one.sku in wanted]
    combinations = prod(len({row.get(name, "").strip() for row in rows}) for name in names) if names and rows else 0
    VARIATIONS.refuse_too_many(combinations, {})


def _with_brackets(values: Mapping[Sku, Sequence[str]]) -> dict[Sku, RemoteError]:
    """The SKUs with a value that holds a parenthesis (updateListingInventory, `property_values`)."""

    def refuse(sku: Sku) -> None:
        for value in values[sku]:
            texts.refuse_brackets(value)

    return apart(values, refuse)[1]


def pictures_of(product: ProductFacts, variants: Iterable[VariantFacts]) -> tuple[str, ...]:
    """The product's first picture, then those of these variants, then the rest: what does not fit falls off the end."""
    in_order = distinct([*product.images[:1], *(one.image for one in variants), *product.images])
    return tuple(by_https(in_order)[:MAX_PICTURES])
