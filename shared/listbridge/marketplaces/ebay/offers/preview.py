"""What eBay would surely refuse of a product on one site, and where to fix each: before anything is sent.

eBay is asked what a category takes (`Categories`) and what the seller has (`SellerLists`); everything else is known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from listbridge.domain.ids import Sku
from listbridge.domain.ports import FieldProblem, PublishRequest
from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.infra.mapping.preview import Preview
from listbridge.infra.mapping.profile_settings import read_settings, settings_problems
from listbridge.marketplaces.ebay.errors import CATEGORY_UNKNOWN
from listbridge.marketplaces.ebay.offers import aspects, conditions, listing_options, product_safety
from listbridge.marketplaces.ebay.offers.categories import Categories
from listbridge.marketplaces.ebay.offers.mapping import VARIATIONS, ListingContent, listing_content
from listbridge.marketplaces.ebay.offers.seller_lists import SellerLists
from listbridge.marketplaces.ebay.settings import CreationSettings
from listbridge.marketplaces.ebay.sites import NationalSite, site_of

_FIELDS = {
    "title_missing": "title",
    "title_too_long": "title",
    "description_too_long": "description",
    "ebay_picture_missing": "images",
    "ebay_sku_refused": "sku",
    "variant_gone": "sku",
    "aspect_name_too_long": "settings.option_aspects",
    "aspect_twice": "settings.option_aspects",
}
"""Where to fix a problem; what is not here is about the product's options."""
_PICTURE = ("https://pictures.example/1.jpg",)
_MENDED_PRODUCT: Mapping[str, Mapping[str, Any]] = {
    "title_missing": {"title": "Title"},
    "ebay_picture_missing": {"images": _PICTURE},
}
_MENDED_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "title_too_long": {"truncate_titles": True},
    "description_too_long": {"description_template": "{title}"},
}
Told = tuple[FieldProblem, RemoteError]


def check(request: PublishRequest) -> None:
    """See `MarketplaceAdapter.check`: a creation profile that is not whole, or more than one listing holds."""
    site_of(request.site)
    read_settings(CreationSettings, request.creation.settings)
    VARIATIONS.refuse_oversized(request.product, _skus(request))


def problems(categories: Categories, lists: SellerLists, request: PublishRequest) -> tuple[FieldProblem, ...]:
    """See `MarketplaceAdapter.preview`."""
    wrong = settings_problems(CreationSettings, request.creation.settings)
    if wrong:
        return wrong
    site = site_of(request.site)
    settings = read_settings(CreationSettings, request.creation.settings)
    product = Preview(
        CreationSettings,
        refuse=VARIATIONS.refuse_oversized,
        refused=lambda product, skus, settings: listing_content(product, skus, settings, site).refused,
        fields=_FIELDS,
        mended_product=_MENDED_PRODUCT,
        mended_settings=_MENDED_SETTINGS,
    )
    found = list(product.problems(request))
    told = {(one.field, one.problem.code, one.sku) for one in found}
    for one, _ in _refusals(
        categories, lists, site, settings, _as_if_whole(request, settings, site), varies=request.product.has_options
    ):
        if (one.field, one.problem.code, one.sku) not in told:
            found.append(one)
    return tuple(found)


def prepared(categories: Categories, lists: SellerLists, request: PublishRequest) -> ListingContent:
    """What will be sent, as the category spells it. Raises Rejected for the first thing that eBay would surely refuse of the whole
    product; a single variant is told about in `refused`. Raises RemoteError."""
    site, settings = site_of(request.site), read_settings(CreationSettings, request.creation.settings)
    content = listing_content(request.product, _skus(request), settings, site)
    refused: dict[Sku, RemoteError] = {}
    for one, error in _refusals(categories, lists, site, settings, content, varies=request.product.has_options):
        if one.sku is None:
            raise error
        refused.setdefault(one.sku, error)
    if len(refused) + len(content.refused) == len(content.asked):
        raise next(iter(refused.values()))
    allowed = categories.conditions(site, settings.category_id)
    return replace(
        aspects.spelled(content, categories.aspects(site, settings.category_id)),
        condition_descriptors=conditions.descriptors(settings, allowed),
        regulatory=product_safety.regulatory(settings),
        refused={**content.refused, **refused},
    )


def _refusals(
    categories: Categories,
    lists: SellerLists,
    site: NationalSite,
    settings: CreationSettings,
    content: ListingContent | None,
    *,
    varies: bool,
) -> Iterator[Told]:
    """What eBay would refuse of the profile in its category, and then of the product."""
    try:
        told = categories.aspects(site, settings.category_id)
    except Rejected as unknown:
        if unknown.problem.code != CATEGORY_UNKNOWN.code:
            raise
        yield FieldProblem("settings.category_id", unknown.problem), unknown
        return
    allowed = categories.conditions(site, settings.category_id)
    for field, error in (
        *conditions.problems(settings, allowed),
        *listing_options.problems(categories, lists, site, settings, varies=varies),
        *product_safety.problems(categories, site, settings),
    ):
        yield FieldProblem(field, error.problem), error
    if content is not None:
        yield from aspects.problems(aspects.spelled(content, told), told)


def _as_if_whole(request: PublishRequest, settings: CreationSettings, site: NationalSite) -> ListingContent | None:
    """The content as if title, description and pictures were fixed; None where even so nothing of it could be sold."""
    product = replace(request.product, title="Title", images=_PICTURE)
    mended = settings.model_copy(update={"description_template": "{title}"})
    try:
        return listing_content(product, _skus(request), mended, site)
    except Rejected:
        return None


def _skus(request: PublishRequest) -> list[Sku]:
    return [variant.key.sku for variant in request.variants]
