"""What a seller has at eBay that a listing can name: locations, and the categories of their own store. Kept for some minutes.

There is no OpenAPI document of the Stores API at hand: its path, scope and answer are those of public code (YosefHayim/ebay-mcp and
others, read 2026-11-28).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from listbridge.domain.verdicts import RetryLater
from listbridge.infra.calls.api_client import CallRefused, path_of
from listbridge.infra.calls.shelf import Shelf
from listbridge.marketplaces.ebay.client import INVENTORY, EbayHttp, Request
from listbridge.marketplaces.ebay.offers.store_wire import StoreCategories
from listbridge.marketplaces.ebay.offers.wire import Location
from listbridge.marketplaces.ebay.sites import NationalSite

_LASTS = timedelta(minutes=10)
_NO_SUCH_LOCATION = frozenset({25804, 25805})

SHELF = Shelf(most=100)
"""Of this process."""


class SellerLists:
    """Of one account. Safe to share between threads. All methods raise RemoteError."""

    def __init__(self, http: EbayHttp, shelf: Shelf = SHELF) -> None:
        self._http, self._shelf = http, shelf

    def ships_from(self, site: NationalSite, location: str) -> bool:
        """Whether the seller has the location, and it is enabled."""
        key = (self._http.hosts.api, self._http.connection.id, "location", location)
        return self._shelf.kept(key, self._now, _LASTS, lambda: self._read_ships_from(site, location))

    def store_categories(self) -> Sequence[str] | None:
        """The whole paths of the store's categories; None where the seller did not let us read them."""
        if not self._http.settings.reads_store:
            return None
        key = (self._http.hosts.api, self._http.connection.id, "store")
        return self._shelf.kept(key, self._now, _LASTS, self._read_store_categories)

    @property
    def _now(self) -> datetime:
        return self._http.connection.clock.now()

    def _read_ships_from(self, site: NationalSite, location: str) -> bool:
        request = Request("GET", f"{INVENTORY}/location/{path_of(location)}", "getInventoryLocation", site=site)
        try:
            return self._http.ask(request, Location).enabled
        except CallRefused as refused:
            if any(entry.error_id in _NO_SUCH_LOCATION for entry in refused.said.entries):
                return False
            raise refused.verdict from None

    def _read_store_categories(self) -> Sequence[str] | None:
        request = Request("GET", "/sell/stores/v1/store/categories", "getStoreCategories")
        try:
            told = self._http.ask(request, StoreCategories)
        except CallRefused as refused:
            if isinstance(refused.verdict, RetryLater):
                raise refused.verdict from None
            return None  # an older consent without the permission, or no store
        return tuple(path for one in told.store_categories or () for path in one.paths())
