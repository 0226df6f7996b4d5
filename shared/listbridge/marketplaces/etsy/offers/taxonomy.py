"""Etsy's categories and their properties, kept for a while.

They are the same for every seller and change a few times a year, and all categories come in one answer of some megabytes: a
process asks for them once in a day, and for the properties of one category once in an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from listbridge.domain.verdicts import NotFound
from listbridge.infra.calls.api_client import CallRefused, path_of
from listbridge.infra.calls.shelf import Shelf
from listbridge.marketplaces.etsy.client import EtsyHttp, Request
from listbridge.marketplaces.etsy.errors import CATEGORY_UNKNOWN
from listbridge.marketplaces.etsy.offers.wire import NodesTold, TaxonomyPropertiesTold, TaxonomyPropertyTold

_CATEGORIES_LAST = timedelta(days=1)
_PROPERTIES_LAST = timedelta(hours=1)
_MOST = 50
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Category:
    """One, with the names from the root on."""

    id: str
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        return " > ".join(self.path)


SHELF = Shelf(most=_MOST)
"""Of this process."""


class Taxonomy:
    """What can be asked about categories. Safe to share between threads."""

    def __init__(self, http: EtsyHttp, shelf: Shelf = SHELF) -> None:
        self._http, self._shelf = http, shelf

    def categories(self) -> Mapping[str, Category]:
        """All of them, by id. Raises RemoteError."""
        return self._kept(("categories",), _CATEGORIES_LAST, self._read_categories)

    def properties(self, category: str) -> Mapping[str, TaxonomyPropertyTold]:
        """A category's properties, by id. Raises Rejected for a category that there is not, else RemoteError."""
        return self._kept(("properties", category), _PROPERTIES_LAST, lambda: self._read_properties(category))

    def _kept(self, key: tuple[str, ...], lasts: timedelta, read: Callable[[], V]) -> V:
        return self._shelf.kept((self._http.base, *key), self._http.connection.clock.now(), lasts, read)

    def _read_categories(self) -> Mapping[str, Category]:
        told = self._http.read(Request("GET", "seller-taxonomy/nodes", "getSellerTaxonomyNodes"), NodesTold)
        return {str(id): Category(str(id), path) for node in told.results for id, path in node.paths()}

    def _read_properties(self, category: str) -> Mapping[str, TaxonomyPropertyTold]:
        if not category.isdecimal():
            raise CATEGORY_UNKNOWN.error(params={"category": category})
        path = f"seller-taxonomy/nodes/{path_of(category)}/properties"
        try:
            told = self._http.ask(Request("GET", path, "getPropertiesByTaxonomyId"), TaxonomyPropertiesTold)
        except CallRefused as refused:
            if isinstance(refused.verdict, NotFound):
                raise CATEGORY_UNKNOWN.instead_of(refused.verdict, params={"category": category}) from None
            raise refused.verdict from None
        return {str(one.property_id): one for one in told.results}
