"""How many calls of eBay's change something when a product is published, revised in full or ended."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from listbridge.domain.ports import PublishRequest
from listbridge.domain.work import PublishKind
from listbridge.marketplaces.ebay.offers.bulk_writing import REPLACED_TOGETHER
from listbridge.marketplaces.ebay.offers.inventory import PER_CALL


def publishing_calls(kind: PublishKind, request: PublishRequest) -> Mapping[str, int]:
    """By operation; items and offers of several variants go together, as they are written. Of a product that goes on sale with others
    (`together.py`) this is what it takes alone."""
    grouped = request.product.has_options
    if kind in (PublishKind.STOP, PublishKind.ZEROED):
        if grouped:
            return {"withdrawOfferByInventoryItemGroup": 1, "deleteInventoryItemGroup": 1}
        return {"withdrawOffer": len(request.variants)}
    full = kind is PublishKind.FULL_REVISE
    written = [one for one in request.variants if full or one.remote is None]
    standing = sum(one.offer is not None for one in written)
    calls = _of_variants(len(written) - standing, standing)
    if grouped:
        calls |= {"createOrReplaceInventoryItemGroup": 2} if full else {"createOrReplaceInventoryItemGroup": 1}
    if not full:
        calls["publishOfferByInventoryItemGroup" if grouped else "publishOffer"] = 1
    return calls


def _of_variants(new: int, standing: int) -> dict[str, int]:
    if new + standing == 1:
        return {"createOrReplaceInventoryItem": 1, "updateOffer" if standing else "createOffer": 1}
    calls = {
        "bulkCreateOrReplaceInventoryItem": ceil(new / PER_CALL) + ceil(standing / REPLACED_TOGETHER),
        "bulkCreateOffer": ceil(new / PER_CALL),
        "updateOffer": standing,
    }
    return {operation: count for operation, count in calls.items() if count}
