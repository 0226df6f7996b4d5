"""How many calls of Etsy's change something when a listing is made, revised in full or ended."""

from __future__ import annotations

from collections.abc import Mapping

from listbridge.domain.ports import PublishRequest
from listbridge.domain.work import PublishKind
from listbridge.infra.mapping.profile_settings import read_settings
from listbridge.marketplaces.etsy.offers.pictures import MAX_PICTURES
from listbridge.marketplaces.etsy.offers.publishing import LISTING
from listbridge.marketplaces.etsy.settings import CreationSettings


def publishing_calls(kind: PublishKind, request: PublishRequest, progress: Mapping[str, str]) -> Mapping[str, int]:
    """By operation; every picture is taken for a new one."""
    several = len(request.variants) > 1
    if kind in (PublishKind.STOP, PublishKind.ZEROED):
        return {"updateListing": 1} | ({"updateListingInventory": 1} if several else {})
    settings = read_settings(CreationSettings, request.creation.settings)
    there = LISTING in progress or any(one.remote is not None for one in request.variants)
    pictures = len(
        dict.fromkeys([*request.product.images, *(one.image for one in request.product.variants if one.image)])
    )
    calls = {
        "createDraftListing": int(not there),
        "uploadListingImage": min(pictures, MAX_PICTURES),
        "updateListingInventory": 1,
        "updateVariationImages": int(several and any(one.image for one in request.product.variants)),
        "updateListingProperty": len(settings.attributes),
        "updateListingPersonalization": int(bool(settings.personalization_question)),
        "updateListing": 1,
    }
    return {operation: count for operation, count in calls.items() if count}
