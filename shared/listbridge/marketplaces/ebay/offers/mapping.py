"""Shop content to eBay's item, offer and group: pure. What eBay would refuse for certain is refused here, by name.

Limits: sell_inventory 1.18.4 (title 80, aspect names 40, aspect values 50, 24 pictures, 12 per variation or group,
pictures by HTTPS, description 4000, listing description 500,000). At most 250 variations and 60 values of an item
specific in one listing: no document of the API says so; sellers' tools do (shipscript.com, "Creating eBay variations",
read 2026-11-26).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from listbridge.domain.catalog import ProductFacts, VariantFacts
from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.listings.texts import by_https, distinct, shortened, title_of
from listbridge.domain.listings.variations import VariationRules, picture_option, variant_of
from listbridge.domain.problem import Problem
from listbridge.domain.refusals import apart
from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.infra.mapping.listing_html import ListingHtml
from listbridge.marketplaces.ebay import errors
from listbridge.marketplaces.ebay.manifest import MAX_SKU_LENGTH
from listbridge.marketplaces.ebay.offers import conditions, wire
from listbridge.marketplaces.ebay.offers.product_codes import Codes, codes_of
from listbridge.marketplaces.ebay.offers.regulatory_wire import Regulatory
from listbridge.marketplaces.ebay.offers.wire import Amount
from listbridge.marketplaces.ebay.settings import CreationSettings
from listbridge.marketplaces.ebay.sites import SITES, NationalSite

MAX_TITLE = 80
MAX_ASPECT_VALUE = 50
MAX_PICTURES = 24
MAX_VARIATION_PICTURES = 12
MAX_DESCRIPTION = 4_000
MAX_LISTING_DESCRIPTION = 500_000
VARIATIONS = VariationRules(
    most=250,
    most_values=60,
    longest_name=40,
    longest_value=MAX_ASPECT_VALUE,
    too_many=errors.TOO_MANY_VARIATIONS,
    too_many_values=errors.TOO_MANY_VALUES,
    name_too_long=errors.NAME_TOO_LONG,
    same_name=errors.SAME_NAME,
    alike=errors.ALIKE,
)
HTML = ListingHtml(
    hosts=tuple(site.web.removeprefix("https://www") for site in SITES.values()),
    # What eBay shows on small screens ("div and span tags", Offer.listingDescription).
    marks={"div": {"vocab", "typeof"}, "span": {"property"}},
)
"""Sources: sell_inventory 1.18.4, Product.description ("can not use any active content"); links policy (ebay.ca, help 4248),
which forbids addresses in the text "even if the link is not clickable", and browser security standards (pages.ebay.com),
both read 2026-11-26."""


@dataclass(frozen=True, slots=True)
class ListingContent:
    """What buyers will read and see of one product on one site; made before the first call, so that no half is sent.

    `aspects` covers the variants that can be sold, `refused` says why the other requested ones cannot. `varying` names
    the aspects that variations differ by, in the shop's order; a product without options has none. `asked` are the SKUs that
    are to be sold. `condition_descriptors` are as eBay writes them.
    """

    product: ProductFacts
    settings: CreationSettings
    site: NationalSite
    title: str
    description: str
    listing_description: str
    pictures: tuple[str, ...]
    variants: Mapping[Sku, VariantFacts]
    varying: tuple[str, ...]
    aspects: Mapping[Sku, Mapping[str, list[str]]]
    codes: Mapping[Sku, Codes]
    asked: frozenset[Sku]
    refused: Mapping[Sku, RemoteError]
    condition_descriptors: tuple[Mapping[str, Any], ...] = ()
    regulatory: Regulatory | None = None

    def item(self, sku: Sku, quantity: int) -> dict[str, Any]:
        """The inventory item; `quantity` is the highest over all sites."""
        variant = self.variants[sku]
        product = wire.Product(
            title=self.title,
            description=self.description,
            aspects=dict(self.aspects[sku]),
            image_urls=self._pictures_of(variant),
            brand=self._brand() or None,
            mpn=self.settings.mpn or None,
            ean=self.codes[sku].get("ean"),
            upc=self.codes[sku].get("upc"),
        )
        ship_to = wire.SentQuantity(quantity=quantity)
        return wire.SentItem(
            condition=self.settings.condition,
            condition_description=conditions.description(self.settings),
            condition_descriptors=[dict(one) for one in self.condition_descriptors] or None,
            product=product,
            availability=wire.SentAvailability(ship_to_location_availability=ship_to),
        ).body()

    def offer(self, values: Values) -> dict[str, Any]:
        """What a replacement of the offer carries. A quantity or price of None is left out."""
        vat, haggles = self.settings.vat_percentage, self.settings.best_offer
        content = wire.OfferContent(
            category_id=self.settings.category_id,
            listing_description=self.listing_description,
            listing_duration=self.settings.listing_duration,
            listing_policies=wire.ListingPolicies(
                fulfillment_policy_id=self.settings.fulfillment_policy_id,
                payment_policy_id=self.settings.payment_policy_id,
                return_policy_id=self.settings.return_policy_id,
                best_offer_terms=None if haggles is None else {"bestOfferEnabled": haggles},
            ),
            lot_size=self.settings.lot_size,
            merchant_location_key=self.settings.merchant_location_key,
            regulatory=self.regulatory,
            secondary_category_id=self.settings.secondary_category_id or None,
            store_category_names=self.settings.store_category_names or None,
            tax=None if vat is None else wire.SentTax(vat_percentage=float(vat)),
        ).body()
        if values.quantity is not None:
            content["availableQuantity"] = values.quantity
        if values.price is not None:
            content["pricingSummary"] = {"price": Amount.of(values.price).model_dump()}
        return content

    def new_offer(self, sku: Sku, values: Values) -> dict[str, Any]:
        """The whole offer, with the keys that make it the only one of its SKU on the site."""
        return {"sku": sku, "marketplaceId": self.site.id, "format": "FIXED_PRICE", **self.offer(values)}

    def replaced_offer(self, shown: wire.Offer, values: Values) -> dict[str, Any]:
        """The offer as it is, with our content and values in it: what we do not manage stays."""
        old, new = shown.replacement(), self.offer(values)
        merged = {**old, **new}
        for name in ("listingPolicies", "pricingSummary", "regulatory", "tax"):
            if isinstance(old.get(name), Mapping):
                merged[name] = {**old[name], **new.get(name, {})}
        return merged

    def group(self, members: Sequence[Sku], kept: Mapping[str, list[str]]) -> dict[str, Any]:
        """The group of these SKUs. `kept`: values per varying aspect that members unknown to the shop need.

        Raises Rejected when it has more variations or values than one listing may have: members that only another site
        sells count too.
        """
        own = [self.aspects[sku] for sku in members if sku in self.aspects]
        specifications = [
            wire.Specification(
                name=name,
                values=distinct([*(value for row in own for value in row.get(name, ())), *kept.get(name, ())]),
            )
            for name in self.varying
        ]
        VARIATIONS.refuse_too_many(len(members), {row.name: len(row.values) for row in specifications})
        shared = {
            name: values
            for name, values in (own[0] if own else {}).items()
            if name not in self.varying and all(row.get(name) == values for row in own)
        }
        known = [(self.aspects[sku], self.variants[sku]) for sku in members if sku in self.aspects]
        shown = [({name: row[name][0] for name in self.varying}, variant.image) for row, variant in known]
        return wire.Group(
            title=self.title,
            description=self.listing_description,
            image_urls=self._group_pictures(variant for _, variant in known),
            aspects=shared,
            variant_skus=list(members),
            varies_by=wire.VariesBy(
                specifications=specifications, aspects_image_varies_by=[picture_option(self.varying, shown)]
            ),
        ).body()

    def names_product(self, sku: Sku, aspect: str) -> bool:
        """Whether an item specific stands in one of the product's own fields ("look for product identifier names (brand, mpn, upc,
        ean, isbn) in the localizedAspectName fields", InventoryItem.product, sell_inventory 1.18.4)."""
        name = aspect.casefold()
        told = {"mpn": self.settings.mpn, "brand": self._brand()}
        return bool(told.get(name)) or name in self.codes.get(sku, {})

    def may_be_in_catalogue(self, sku: Sku) -> bool:
        """Whether eBay may know the product by its code, "and the product aspects that are defined for the eBay Catalog product will
        automatically get picked up" (Product.aspects, sell_inventory 1.18.4): nobody can tell before which of them that gives."""
        codes = self.codes.get(sku, {})
        return any(code != self.site.no_code for code in (*codes.get("ean", ()), *codes.get("upc", ())))

    def _brand(self) -> str:
        return _brand_of(self.product, self.settings)

    def _pictures_of(self, variant: VariantFacts) -> list[str]:
        own = by_https([variant.image]) if variant.image else []
        if self.varying:
            return (own or list(self.pictures))[:MAX_VARIATION_PICTURES]
        return distinct([*own, *self.pictures])[:MAX_PICTURES]

    def _group_pictures(self, variants: Iterable[VariantFacts]) -> list[str]:
        """The product's first picture, then one per variation, then the rest: eBay wants each variation's among them."""
        own = by_https([variant.image for variant in variants if variant.image])
        return distinct([*self.pictures[:1], *own, *self.pictures])[:MAX_VARIATION_PICTURES]


def listing_content(
    product: ProductFacts, skus: Sequence[Sku], settings: CreationSettings, site: NationalSite
) -> ListingContent:
    """Everything but quantity and price, for these SKUs.

    Raises Rejected, naming what the seller must change, when nothing of it could be sold; a single variant that cannot
    is told about in `refused`, and stops no other.
    """
    VARIATIONS.refuse_oversized(product, skus)
    by_sku = {variant.sku: variant for variant in product.variants if variant.sku}
    title = title_of(product.title, MAX_TITLE, truncate=settings.truncate_titles)
    varying = VARIATIONS.names(product, settings.option_aspects)

    def aspects_of(sku: Sku) -> Mapping[str, list[str]]:
        return _aspects(product, variant_of(sku, by_sku, MAX_SKU_LENGTH, errors.SKU_REFUSED), settings, varying)

    aspects, refused = apart([*skus, *(sku for sku in by_sku if sku not in skus)], aspects_of)
    refused = {sku: error for sku, error in refused.items() if sku in skus}
    if varying:
        rows = ((sku, [aspects[sku][name][0] for name in varying]) for sku in skus if sku in aspects)
        refused |= VARIATIONS.twins(rows)
        aspects = {sku: row for sku, row in aspects.items() if sku not in refused}
    if skus and len(refused) == len(skus):
        raise refused[skus[0]]
    pictures = by_https([*product.images, *(by_sku[sku].image for sku in skus if sku in aspects)])
    if not pictures:
        raise Rejected(Problem("ebay_picture_missing", fix="check_images_in_shop"))
    description = HTML.clean(product.description_html) or escape(title)
    return ListingContent(
        product=product,
        settings=settings,
        site=site,
        title=title,
        description=HTML.plain_text(description, MAX_DESCRIPTION) or title,
        listing_description=HTML.described(
            product, title, description, settings.description_template, skus, MAX_LISTING_DESCRIPTION
        ),
        pictures=tuple(pictures),
        variants=by_sku,
        varying=varying,
        aspects=aspects,
        asked=frozenset(skus),
        codes=codes_of((by_sku[sku] for sku in aspects), site, fill=settings.without_barcode == "does_not_apply"),
        refused=refused,
    )


def _aspects(
    product: ProductFacts, variant: VariantFacts, settings: CreationSettings, varying: tuple[str, ...]
) -> dict[str, list[str]]:
    aspects = {name: list(values) for name, values in settings.aspects.items() if name not in varying}
    brand = _brand_of(product, settings)
    if brand and settings.brand_aspect not in (*aspects, *varying):
        aspects[settings.brand_aspect] = [shortened(brand, MAX_ASPECT_VALUE)]
    own = VARIATIONS.values(variant, varying, settings.option_aspects)
    return aspects | {name: [value] for name, value in own.items()}


def _brand_of(product: ProductFacts, settings: CreationSettings) -> str:
    return shortened(product.vendor.strip() or settings.brand, 65)
