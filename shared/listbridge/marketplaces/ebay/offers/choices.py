"""What a creation profile can choose from on one account and site, for the console's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from listbridge.infra.calls.offset_pages import counted_rows
from listbridge.marketplaces.ebay.client import INVENTORY, EbayHttp, Request
from listbridge.marketplaces.ebay.offers.wire import CategoryTree, Location, Locations, Policies, Suggestions
from listbridge.marketplaces.ebay.settings import Condition
from listbridge.marketplaces.ebay.sites import NationalSite

_ACCOUNT = "/sell/account/v1"
_TAXONOMY = "/commerce/taxonomy/v1"
_POLICIES = {
    "fulfillment_policies": ("fulfillment_policy", "getFulfillmentPolicies"),
    "payment_policies": ("payment_policy", "getPaymentPolicies"),
    "return_policies": ("return_policy", "getReturnPolicies"),
}
_LOCATIONS_PER_CALL = 100


def choices(http: EbayHttp, site: NationalSite) -> Mapping[str, Any]:
    """`{fulfillment_policies, payment_policies, return_policies, locations, categories: [{id, name}], conditions: [name],
    currency, language}`.

    `categories` are eBay's suggestions for what the account's settings say it sells; without that there are none. What
    a category takes of the conditions, eBay says when an offer is published. Raises RemoteError.
    """
    found: dict[str, Any] = {
        name: _policies(http, site, path, operation) for name, (path, operation) in _POLICIES.items()
    }
    found["locations"] = _locations(http, site)
    found["categories"] = _categories(http, site, http.settings.sells) if http.settings.sells else []
    found["conditions"] = list(get_args(Condition))
    return {**found, "currency": site.currency, "language": site.language}


def _policies(http: EbayHttp, site: NationalSite, path: str, operation: str) -> list[dict[str, str]]:
    request = Request("GET", f"{_ACCOUNT}/{path}", operation, params={"marketplace_id": site.id})
    return [{"id": policy.id, "name": policy.name} for policy in http.read(request, Policies).all() if policy.id]


def _locations(http: EbayHttp, site: NationalSite) -> list[dict[str, str]]:
    """All enabled locations. `offset` is here "the number of locations to skip", not a page's number."""

    def page(offset: int) -> tuple[list[Location], int]:
        params = {"limit": str(_LOCATIONS_PER_CALL), "offset": str(offset)}
        request = Request("GET", f"{INVENTORY}/location", "getInventoryLocations", site=site, params=params)
        answer = http.read(request, Locations)
        return answer.locations, answer.total or 0

    return [
        {"id": location.merchant_location_key, "name": location.name or location.merchant_location_key}
        for location in counted_rows(page)
        if location.merchant_location_status in (None, "ENABLED")
    ]


def _categories(http: EbayHttp, site: NationalSite, words: str) -> list[dict[str, str]]:
    tree = http.read(
        Request(
            "GET",
            f"{_TAXONOMY}/get_default_category_tree_id",
            "getDefaultCategoryTreeId",
            params={"marketplace_id": site.id},
            who="app",
        ),
        CategoryTree,
    )
    path = f"{_TAXONOMY}/category_tree/{tree.category_tree_id}/get_category_suggestions"
    request = Request("GET", path, "getCategorySuggestions", params={"q": words}, who="app")
    return [
        {"id": row.category.category_id, "name": row.category.category_name}
        for row in http.read(request, Suggestions).category_suggestions
    ]
