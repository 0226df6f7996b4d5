"""What eBay would surely refuse of a product: everything at once, each with its field. Pure; publishing stops at the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from listbridge.domain.ids import Sku
from listbridge.domain.ports import FieldProblem, PublishRequest
from listbridge.domain.verdicts import Rejected
from listbridge.infra.profile_settings import settings_problems
from listbridge.marketplaces.ebay.mapping import listing_content, refuse_oversized
from listbridge.marketplaces.ebay.settings import CreationSettings
from listbridge.marketplaces.ebay.sites import NationalSite

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
"""Where a problem is mended; what is not here is about the product's options."""
_MENDED_PRODUCT: Mapping[str, Mapping[str, Any]] = {
    "title_missing": {"title": "Title"},
    "ebay_picture_missing": {"images": ("https://pictures.example/1.jpg",)},
}
_MENDED_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "title_too_long": {"truncate_titles": True},
    "description_too_long": {"description_template": "{title}"},
}
"""As if the problem was mended, so that it hides no other."""


def problems_of(request: PublishRequest, site: NationalSite) -> Iterator[FieldProblem]:
    """Those of the creation profile, or else of the product as a whole and then of each SKU."""
    wrong = settings_problems(CreationSettings, request.creation.settings)
    if wrong:
        yield from wrong
        return
    settings = CreationSettings.model_validate(dict(request.creation.settings))
    product, skus = request.product, [variant.key.sku for variant in request.variants]
    product = replace(product, images=(*product.images, *(one.image for one in product.variants)))
    try:
        refuse_oversized(product, skus)
    except Rejected as error:
        yield _of(error)
    while True:
        try:
            listing_content(product, [], settings, site)
        except Rejected as error:
            yield _of(error)
            code = error.problem.code
            if code not in (*_MENDED_PRODUCT, *_MENDED_SETTINGS):
                return
            product = replace(product, **_MENDED_PRODUCT.get(code, {}))
            settings = settings.model_copy(update=_MENDED_SETTINGS.get(code, {}))
            continue
        break
    yield from _of_skus(replace(request, product=product), settings, site, skus)


def _of_skus(
    request: PublishRequest, settings: CreationSettings, site: NationalSite, skus: list[Sku]
) -> Iterator[FieldProblem]:
    try:
        refused = dict(listing_content(request.product, skus, settings, site).refused)
    except Rejected:  # all of them are, and only the first was told
        refused = {}
        for sku in skus:
            try:
                listing_content(request.product, [sku], settings, site)
            except Rejected as error:
                refused[sku] = error
    for sku, refusal in refused.items():
        yield _of(refusal, sku)


def _of(error: Rejected, sku: Sku | None = None) -> FieldProblem:
    return FieldProblem(_FIELDS.get(error.problem.code, "options"), error.problem, sku)
