"""Sellers API v1: where a seller may sell."""

from __future__ import annotations

from typing import Any

from simulators.amazon.sites import SITES
from simulators.amazon.wire import Call, Operation
from simulators.amazon.world import World
from simulators.kit.wire import Reply


def participations(world: World, call: Call) -> Reply:
    """Every store of the seller's region, with whether they take part."""
    seller = call.seller
    rows: list[dict[str, Any]] = [
        {
            "marketplace": {
                "id": site.marketplace_id,
                "name": site.name,
                "countryCode": site.country,
                "defaultCurrencyCode": site.currency,
                "defaultLanguageCode": site.language_tag,
                "domainName": site.host,
            },
            "storeName": seller.store_name,
            "participation": {
                "isParticipating": site.marketplace_id in seller.sites,
                "hasSuspendedListings": site.marketplace_id in seller.suspended_in,
            },
        }
        for site in SITES.values()
        if site.region == seller.region
    ]
    return Reply(200, {"payload": rows})


OPERATIONS = (
    Operation("getMarketplaceParticipations", "GET", "/sellers/v1/marketplaceParticipations", participations),
)
