"""What Etsy shows of listings: each product of each, and whether buyers can take it."""

from __future__ import annotations

from collections.abc import Sequence

from listbridge.domain.ids import AccountId, ListingKey, RemoteId, Sku
from listbridge.domain.listings.listing import Listing, RemoteState
from listbridge.domain.ports import RemoteListing
from listbridge.domain.verdicts import NotFound
from listbridge.infra.calls.api_client import path_of
from listbridge.marketplaces.etsy.client import EtsyHttp, Request
from listbridge.marketplaces.etsy.manifest import PER_CALL
from listbridge.marketplaces.etsy.offers.inventory import read_with_listing
from listbridge.marketplaces.etsy.offers.merging import Inventory, on_sale, values_of
from listbridge.marketplaces.etsy.offers.wire import (
    ACTIVE,
    INACTIVE,
    SOLD_OUT,
    InventoryTold,
    ListingsTold,
    ListingTold,
)
from listbridge.marketplaces.etsy.sites import SITE

STATES = {ACTIVE: RemoteState.LIVE, INACTIVE: RemoteState.PAUSED, SOLD_OUT: RemoteState.PAUSED}
"""All others are gone: a draft was never published, an expired listing has ended, and comes back for a fee as a new one does."""


class Reader:
    """Reads listings with their inventories."""

    def __init__(self, http: EtsyHttp, account: AccountId) -> None:
        self.http, self._account = http, account

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        """One entry for each row, in their order: a call for each hundred listings. A row whose listing is not known is looked for
        among the newest. Raises RemoteError."""
        ids = list(dict.fromkeys(str(row.remote) for row in listings if row.remote is not None))
        found = {one.listing_id: one for one in self.with_inventories(ids)}
        shown = {(one.remote, one.key): one for told in found.values() for one in self.shown(told)}
        lost = {row.key for row in listings if row.remote is None}
        by_key = {one.key: one for one in self._newest() if one.key in lost} if lost else {}
        return [
            (by_key.get(row.key) if row.remote is None else shown.get((row.remote, row.key)))
            or RemoteListing(row.key, RemoteState.GONE)
            for row in listings
        ]

    def _newest(self) -> list[RemoteListing]:
        """Every product of the hundred listings that were made last and are on sale (getListingsByShop sorts them so): what an
        interrupted publishing made a moment ago is among them, and a look inside a lease has no time for all of a shop."""
        ids = [str(one.listing_id) for one in self.page(ACTIVE, 0).results]
        return [one for told in self.with_inventories(ids) for one in self.shown(told)]

    def page(self, state: str, offset: int) -> ListingsTold:
        """A page of the shop's listings in one state, without their inventories. Raises RemoteError."""
        path = f"shops/{path_of(self.http.shop)}/listings"
        params = {"state": state, "limit": str(PER_CALL), "offset": str(offset)}
        return self.http.read(Request("GET", path, "getListingsByShop", params), ListingsTold)

    def with_inventories(self, ids: Sequence[str]) -> list[ListingTold]:
        """Those of these listings that there are, each with its inventory. Raises RemoteError."""
        found: list[ListingTold] = []
        for start in range(0, len(ids), PER_CALL):
            found += self._batch(ids[start : start + PER_CALL])
        return found

    def _batch(self, ids: Sequence[str]) -> Sequence[ListingTold]:
        """A listing that is not there costs the whole call (getListingsInventoryByListingIds). Then another call says which are
        there. It need not know all, as it asks for no seller's consent, so each of the others is asked for alone."""
        try:
            return self._all_of(ids)
        except NotFound:
            pass
        request = Request("GET", "listings/batch", "getListingsByListingIds", {"listing_ids": ",".join(ids)})
        known = {str(one.listing_id) for one in self.http.read(request, ListingsTold).results}
        sure = [id for id in ids if id in known]
        found: list[ListingTold] = []
        try:
            found += self._all_of(sure) if sure else ()
        except NotFound:  # one of them went meanwhile
            known = set()
        for id in ids:
            if id not in known and (told := self._one(id)) is not None:
                found.append(told)
        return found

    def _all_of(self, ids: Sequence[str]) -> Sequence[ListingTold]:
        params = {"listing_ids": ",".join(ids)}
        request = Request("GET", "listings/batch/inventory", "getListingsInventoryByListingIds", params)
        return self.http.read(request, ListingsTold).results

    def _one(self, id: str) -> ListingTold | None:
        try:
            told = read_with_listing(self.http, id)
        except NotFound:
            return None
        return told.listing.model_copy(update={"inventory": told})

    def shown(self, told: ListingTold, *, bare: bool = False) -> list[RemoteListing]:
        """A listing's products that have a SKU; with `bare` also those without one, of which nothing is known to be theirs."""
        inventory = Inventory(told.inventory or InventoryTold())
        id = RemoteId(str(told.listing_id))
        state = STATES.get(told.state, RemoteState.GONE)
        skus = frozenset(Sku(product.sku) for product in inventory.products if product.sku)
        return [
            RemoteListing(
                key=ListingKey(self._account, SITE, Sku(product.sku)),
                # A product that is hidden from buyers has ended, even if the seller hid it.
                state=state if on_sale(product) else RemoteState.GONE,
                offer=RemoteId(product.sku),
                remote=id,
                group=id if inventory.varies else None,
                values=values_of(product),
                url=told.url or url_of(id),
                beside=skus - {product.sku},
                title=told.title if bare else "",
            )
            for product in inventory.products
            if product.sku or bare
        ]


def url_of(listing: RemoteId) -> str:
    """Where buyers see the listing."""
    return f"https://www.etsy.com/listing/{listing}"
