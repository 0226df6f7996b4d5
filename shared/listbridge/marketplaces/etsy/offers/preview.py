"""What Etsy would surely refuse of a product, and where to fix each: everything at once.

First the texts and options here, then what only the shop at Etsy and the pictures themselves can tell. Publishing asks the same
before it makes anything, and stops at the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from listbridge.domain.ports import FieldProblem, PublishRequest
from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.infra.mapping.preview import Preview
from listbridge.infra.mapping.profile_settings import read_settings, settings_problems
from listbridge.marketplaces.etsy import errors
from listbridge.marketplaces.etsy.client import EtsyHttp
from listbridge.marketplaces.etsy.offers.choices import not_there, shipping_profiles
from listbridge.marketplaces.etsy.offers.eras import eras
from listbridge.marketplaces.etsy.offers.mapping import (
    VARIATIONS,
    ListingContent,
    Told,
    listing_content,
    pictures_of,
    refuse_oversized,
)
from listbridge.marketplaces.etsy.offers.pictures import Pictures
from listbridge.marketplaces.etsy.offers.properties import attribute
from listbridge.marketplaces.etsy.offers.taxonomy import Taxonomy
from listbridge.marketplaces.etsy.settings import CreationSettings
from listbridge.marketplaces.etsy.shop import currency_now
from listbridge.marketplaces.etsy.sites import EU

_FIELDS = {
    "title_missing": "title",
    "title_too_long": "title",
    errors.TITLE_CHARACTERS.code: "title",
    errors.TITLE_SIGN_TWICE.code: "title",
    errors.TAG_REFUSED.code: "tags",
    errors.TOO_MANY_TAGS.code: "tags",
    errors.PICTURE_MISSING.code: "images",
    errors.SKU_REFUSED.code: "sku",
    "variant_gone": "sku",
    errors.PROPERTY_UNKNOWN.code: "settings.option_properties",
    errors.SAME_NAME.code: "settings.option_properties",
}
"""Where to fix a problem; what is not here is about the product's options."""
_ANY_TITLE = {"title": "Title"}
_NO_TAGS = {"tags": (), "tags_from_shop": False}
_MENDED_PRODUCT: Mapping[str, Mapping[str, Any]] = {
    "title_missing": _ANY_TITLE,
    errors.TITLE_CHARACTERS.code: _ANY_TITLE,
    errors.TITLE_SIGN_TWICE.code: _ANY_TITLE,
    errors.PICTURE_MISSING.code: {"images": ("https://pictures.example/1.jpg",)},
}
_MENDED_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "title_too_long": {"truncate_titles": True},
    errors.TAG_REFUSED.code: _NO_TAGS,
    errors.TOO_MANY_TAGS.code: _NO_TAGS,
    errors.PROPERTY_UNKNOWN.code: {"option_properties": {}},
}


def check(request: PublishRequest) -> None:
    """See `MarketplaceAdapter.check`: a creation profile that is not whole, or more than one listing holds."""
    read_settings(CreationSettings, request.creation.settings)
    refuse_oversized(request.product, [variant.key.sku for variant in request.variants])


def problems(http: EtsyHttp, taxonomy: Taxonomy, request: PublishRequest) -> tuple[FieldProblem, ...]:
    """See `MarketplaceAdapter.preview`."""
    wrong = settings_problems(CreationSettings, request.creation.settings)
    if wrong:
        return wrong
    settings = read_settings(CreationSettings, request.creation.settings)
    try:
        told = taxonomy.properties(settings.taxonomy_id)
    except Rejected as error:
        if error.problem.code != errors.CATEGORY_UNKNOWN.code:
            raise
        return (FieldProblem("settings.taxonomy_id", error.problem),)
    product = Preview(
        CreationSettings,
        refuse=VARIATIONS.refuse_oversized,
        refused=lambda product, skus, settings: listing_content(product, skus, settings, told).refused,
        fields=_FIELDS,
        mended_product=_MENDED_PRODUCT,
        mended_settings=_MENDED_SETTINGS,
    )
    wanted = {variant.key.sku for variant in request.variants}
    pictures = pictures_of(request.product, [one for one in request.product.variants if one.sku in wanted])
    found = [*_of_prices(request, currency_now(http)), *_of_shop(http, settings, told), *_of_pictures(http, pictures)]
    return (*product.problems(request), *(FieldProblem(field, error.problem) for field, error in found))


def prepared(http: EtsyHttp, taxonomy: Taxonomy, request: PublishRequest, currency: str) -> ListingContent:
    """What will be sent to a shop that sells in this currency. Raises Rejected for the first thing that Etsy would surely refuse,
    RemoteError; the pictures are not looked at.

    A value with a parenthesis in it is refused with all of its product: left out, its variant would be missing from a listing
    that looks whole.
    """
    settings = read_settings(CreationSettings, request.creation.settings)
    told = taxonomy.properties(settings.taxonomy_id)
    content = listing_content(request.product, [one.key.sku for one in request.variants], settings, told)
    for _, error in (*_of_prices(request, currency), *_of_shop(http, settings, told)):
        raise error
    for error in content.refused.values():
        if error.problem.code == errors.BRACKETS.code:
            raise error
    return content


def _of_prices(request: PublishRequest, currency: str) -> Iterator[tuple[str, RemoteError]]:
    """Etsy takes a number and no currency, so a price in another would go on sale as so many of the shop's own."""
    wanted = {variant.key.sku for variant in request.variants}
    told = {one.price.currency for one in request.product.variants if one.sku in wanted and one.price is not None}
    for other in sorted(told - {currency}):
        yield "price", errors.CURRENCY.error(params={"currency": other, "expected": currency})


def _of_shop(http: EtsyHttp, settings: CreationSettings, told: Told) -> Iterator[tuple[str, RemoteError]]:
    """What is wrong with the creation profile in this category and shop, this year."""
    if settings.when_made not in eras(http.connection.clock.now().year):
        yield "settings.when_made", errors.ERA_REFUSED.error(params={"era": settings.when_made})
    for id, values in settings.attributes.items():
        known = told.get(id)
        try:
            if known is None or not known.supports_attributes:
                raise errors.ATTRIBUTE_REFUSED.error(params={"property": id, "values": ", ".join(values)})
            attribute(known, values)
        except Rejected as error:
            yield f"settings.attributes.{id}", error
    varying = set(settings.option_properties.values())
    for id, one in told.items():
        if one.is_required and one.supports_attributes and id not in settings.attributes and id not in varying:
            yield f"settings.attributes.{id}", errors.ATTRIBUTE_MISSING.error(params={"property": one.display_name})
    profile = next(
        (one for one in shipping_profiles(http) if str(one.shipping_profile_id) == settings.shipping_profile_id), None
    )
    if profile is None:
        params = {"profile": settings.shipping_profile_id}
        yield "settings.shipping_profile_id", errors.SHIPPING_PROFILE_GONE.error(params=params)
    elif profile.calculates and not all(settings.measures):
        yield "settings.item_weight", errors.MEASURES_MISSING.error()
    for name, words, chosen in not_there(http, settings):
        yield f"settings.{name}", errors.CHOICE_GONE.error(params={"what": words, "id": chosen})
    country = http.connection.facts.get("country", "")
    if country and country not in EU and not settings.return_policy_id:
        yield "settings.return_policy_id", errors.RETURN_POLICY_MISSING.error()


def _of_pictures(http: EtsyHttp, addresses: Sequence[str]) -> Iterator[tuple[str, RemoteError]]:
    for error in Pictures(http.connection).problems(addresses):
        yield "images", error
