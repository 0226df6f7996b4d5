"""Etsy's categories and their properties, kept for a while.

They are the same for every seller and change a few times a year, and all categories come in one answer of some megabytes: a
process asks for them once in a day, and for the properties of one category once in an hour.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar, cast

from listbridge.domain.verdicts import NotFound
from listbridge.infra.calls.api_client import CallRefused, path_of
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


@dataclass(frozen=True, slots=True)
class _Kept:
    until: datetime
    value: object


class TaxonomyShelf:
    """What this process has read of categories: the one that was wanted longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()
        self._lock = Lock()

    def kept(self, key: tuple[str, ...], now: datetime, lasts: timedelta, read: Callable[[], V]) -> V:
        """What is kept under a key, read where there is none or it is too old. Raises what `read` raises."""
        with self._lock:
            known = self._kept.get(key)
            if known is not None and now < known.until:
                self._kept.move_to_end(key)
                return cast(V, known.value)
        value = read()
        with self._lock:
            self._kept[key] = _Kept(now + lasts, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forget everything, as a new process has."""
        with self._lock:
            self._kept.clear()


SHELF = TaxonomyShelf(most=_MOST)
"""Of this process."""


class Taxonomy:
    """What can be asked about categories. Safe to share between threads."""

    def __init__(self, http: EtsyHttp, shelf: TaxonomyShelf = SHELF) -> None:
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
