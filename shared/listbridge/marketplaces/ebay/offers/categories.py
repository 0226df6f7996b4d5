"""What eBay allows and asks in a category: item specifics, conditions, lots, product safety. Kept for a while.

They are the same for every seller (conditions are not: the refurbished ones are shown only to sellers whom eBay let in) and
change a few times a year, and an app may ask a few thousand times a day. A process asks once in a day for each category.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from listbridge.domain.verdicts import RateLimited
from listbridge.infra.calls.api_client import CallRefused, path_of
from listbridge.infra.calls.seller_and_app import Who
from listbridge.infra.calls.shelf import Shelf
from listbridge.marketplaces.ebay.client import EbayHttp, Request
from listbridge.marketplaces.ebay.errors import CATEGORY_UNKNOWN
from listbridge.marketplaces.ebay.offers.category_wire import (
    Aspect,
    Aspects,
    CategoryPolicies,
    ConditionPolicies,
    ItemCondition,
    RegulatoryPolicies,
    SafetyLabels,
)
from listbridge.marketplaces.ebay.offers.wire import CategoryTree
from listbridge.marketplaces.ebay.sites import NationalSite

TAXONOMY = "/commerce/taxonomy/v1"
METADATA = "/sell/metadata/v1"
_LASTS = timedelta(days=1)
_LONG_WAIT = timedelta(minutes=1)
_NO_SUCH_CATEGORY = frozenset({62005, 62006, 62008, 62009})
"""Not in the site's tree, the root, or with categories below it (getItemAspectsForCategory)."""
V = TypeVar("V")

SHELF = Shelf(most=300)
"""Of this process. A category with long lists of values takes some hundred KB."""


class Categories:
    """What can be asked about categories. Safe to share between threads.

    What eBay does not say is None: it forbids nothing. That includes a day's quota that is spent, because waiting for the next day
    would cost more than a refusal by eBay itself. All methods raise RemoteError.
    """

    def __init__(self, http: EbayHttp, shelf: Shelf = SHELF) -> None:
        self._http, self._shelf = http, shelf

    def tree(self, site: NationalSite) -> str:
        """The id of the site's category tree."""
        return self._kept(("tree", site.id), lambda: self._read_tree(site))

    def aspects(self, site: NationalSite, category: str) -> Mapping[str, Aspect] | None:
        """A category's item specifics by name. Raises Rejected for one that nothing can be listed in."""
        return self._told(("aspects", site.id, category), lambda: self._read_aspects(site, category))

    def conditions(self, site: NationalSite, category: str) -> Mapping[str, ItemCondition] | None:
        """The conditions that this seller may use in a category, by their number."""
        key = ("conditions", self._http.connection.id, site.id, category)
        return self._told(key, lambda: self._read_conditions(site, category))

    def takes_lots(self, site: NationalSite, category: str) -> bool:
        """Whether a lot can be sold in a category."""
        return self._told(("lots", site.id, category), lambda: self._read_takes_lots(site, category)) is not False

    def safety_needs(self, site: NationalSite, category: str) -> frozenset[str]:
        """The names of what a category requires about product safety."""
        return self._told(("safety", site.id, category), lambda: self._read_safety_needs(site, category)) or frozenset()

    def safety_labels(self, site: NationalSite) -> SafetyLabels | None:
        """The pictograms and statements of a site."""
        return self._told(("labels", site.id), lambda: self._read_safety_labels(site))

    def _told(self, key: tuple[str, ...], read: Callable[[], V]) -> V | None:
        try:
            return self._kept(key, read)
        except RateLimited as limited:
            if limited.until is None or limited.until - self._http.connection.clock.now() < _LONG_WAIT:
                raise
            return None

    def _kept(self, key: tuple[str, ...], read: Callable[[], V]) -> V:
        return self._shelf.kept((self._http.hosts.api, *key), self._http.connection.clock.now(), _LASTS, read)

    def _read_tree(self, site: NationalSite) -> str:
        path, params = f"{TAXONOMY}/get_default_category_tree_id", {"marketplace_id": site.id}
        request = Request("GET", path, "getDefaultCategoryTreeId", params=params, who="app")
        return self._http.read(request, CategoryTree).category_tree_id

    def _read_aspects(self, site: NationalSite, category: str) -> Mapping[str, Aspect]:
        path = f"{TAXONOMY}/category_tree/{path_of(self.tree(site))}/get_item_aspects_for_category"
        request = Request("GET", path, "getItemAspectsForCategory", params={"category_id": category}, who="app")
        try:
            told = self._http.ask(request, Aspects)
        except CallRefused as refused:
            if any(entry.error_id in _NO_SUCH_CATEGORY for entry in refused.said.entries):
                params = {"category": category, "site": site.id}
                raise CATEGORY_UNKNOWN.instead_of(refused.verdict, params=params) from None
            raise refused.verdict from None
        return {one.localized_aspect_name: one for one in told.aspects}

    def _read_conditions(self, site: NationalSite, category: str) -> Mapping[str, ItemCondition] | None:
        told = self._http.read(_of_category(site, "getItemConditionPolicies", category), ConditionPolicies)
        rows = [one for one in told.item_condition_policies or () if one.category_id == category]
        return {one.condition_id: one for row in rows for one in row.item_conditions or ()} or None

    def _read_takes_lots(self, site: NationalSite, category: str) -> bool:
        request = _of_category(site, "getCategoryPolicies", category)
        rows = self._http.read(request, CategoryPolicies).category_policies or ()
        return not any(one.lsd for one in rows if one.category_id == category)

    def _read_safety_needs(self, site: NationalSite, category: str) -> frozenset[str]:
        request = _of_category(site, "getRegulatoryPolicies", category)
        rows = self._http.read(request, RegulatoryPolicies).regulatory_policies or ()
        told = [one for row in rows if row.category_id == category for one in row.supported_attributes or ()]
        return frozenset(one.name for one in told if one.usage == "REQUIRED")

    def _read_safety_labels(self, site: NationalSite) -> SafetyLabels:
        path = f"{METADATA}/marketplace/{site.id}/get_product_safety_labels"
        return self._http.read(Request("GET", path, "getProductSafetyLabels", who="app"), SafetyLabels)


_POLICIES: Mapping[str, tuple[str, Who]] = {
    # "Restricted item conditions will not be returned" to the app's own token.
    "getItemConditionPolicies": ("get_item_condition_policies", "seller"),
    "getCategoryPolicies": ("get_category_policies", "app"),
    "getRegulatoryPolicies": ("get_regulatory_policies", "app"),
}


def _of_category(site: NationalSite, operation: str, category: str) -> Request:
    path, who = _POLICIES[operation]
    return Request(
        "GET",
        f"{METADATA}/marketplace/{site.id}/{path}",
        operation,
        site=site,
        params={"filter": f"categoryIds:{{{category}}}"},
        who=who,
    )
