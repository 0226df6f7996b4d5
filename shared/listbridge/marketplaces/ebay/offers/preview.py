"""What eBay would surely refuse of a product, and where to fix each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listbridge.infra.mapping.preview import Preview
from listbridge.marketplaces.ebay.offers.mapping import VARIATIONS, listing_content
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
"""Where to fix a problem; what is not here is about the product's options."""
_MENDED_PRODUCT: Mapping[str, Mapping[str, Any]] = {
    "title_missing": {"title": "Title"},
    "ebay_picture_missing": {"images": ("https://pictures.example/1.jpg",)},
}
_MENDED_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "title_too_long": {"truncate_titles": True},
    "description_too_long": {"description_template": "{title}"},
}


def preview_for(site: NationalSite) -> Preview[CreationSettings]:
    """The preview of a product on one site."""
    return Preview(
        CreationSettings,
        refuse=VARIATIONS.refuse_oversized,
        refused=lambda product, skus, settings: listing_content(product, skus, settings, site).refused,
        fields=_FIELDS,
        mended_product=_MENDED_PRODUCT,
        mended_settings=_MENDED_SETTINGS,
    )
