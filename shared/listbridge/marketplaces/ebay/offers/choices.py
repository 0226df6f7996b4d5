"""What a creation profile can choose from on one account and site, for the console's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from listbridge.infra.calls.api_client import path_of
from listbridge.infra.calls.offset_pages import counted_rows
from listbridge.marketplaces.ebay.client import INVENTORY, EbayHttp, Request
from listbridge.marketplaces.ebay.offers.categories import TAXONOMY, Categories
from listbridge.marketplaces.ebay.offers.seller_lists import SellerLists
from listbridge.marketplaces.ebay.offers.wire import Location, Locations, Policies, Suggestions
from listbridge.marketplaces.ebay.settings import Condition
from listbridge.marketplaces.ebay.sites import NationalSite

_ACCOUNT = "/sell/account/v1"
_POLICIES = {
    "fulfillment_policies": ("fulfillment_policy", "getFulfillmentPolicies"),
    "payment_policies": ("payment_policy", "getPaymentPolicies"),
    "return_policies": ("return_policy", "getReturnPolicies"),
}
_LOCATIONS_PER_CALL = 100


def choices(http: EbayHttp, categories: Categories, lists: SellerLists, site: NationalSite) -> Mapping[str, Any]:
    """`{fulfillment_policies, payment_policies, return_policies, locations, store_categories, categories, safety_pictograms,
    safety_statements: [{id, name}], conditions: [name], currency, language}`.

    `categories` are eBay's suggestions for what the account's settings say it sells; without that there are none. What
    a category takes of the conditions, its form says. Raises RemoteError.
    """
    found: dict[str, Any] = {
        name: _policies(http, site, path, operation) for name, (path, operation) in _POLICIES.items()
    }
    found["locations"] = _locations(http, site)
    words = http.settings.sells
    found["categories"] = _suggested(http, categories, site, words) if words else []
    found["store_categories"] = [{"id": path, "name": path} for path in lists.store_categories() or ()]
    labels = categories.safety_labels(site)
    found["safety_pictograms"] = _named(labels.pictogram_names() if labels is not None else {})
    found["safety_statements"] = _named(labels.statement_names() if labels is not None else {})
    found["conditions"] = list(get_args(Condition))
    return {**found, "currency": site.currency, "language": site.language}


def _named(names: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": id, "name": name or id} for id, name in names.items()]


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
        if location.enabled
    ]


def _suggested(http: EbayHttp, categories: Categories, site: NationalSite, words: str) -> list[dict[str, str]]:
    path = f"{TAXONOMY}/category_tree/{path_of(categories.tree(site))}/get_category_suggestions"
    request = Request("GET", path, "getCategorySuggestions", params={"q": words}, who="app")
    return [
        {"id": row.category.category_id, "name": row.category.category_name}
        for row in http.read(request, Suggestions).category_suggestions
    ]
