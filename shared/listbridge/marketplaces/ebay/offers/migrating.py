"""Listings that were made in Seller Hub or by the Trading API, and their migration: `bulkMigrateListing` (sell_inventory 1.18.4).

eBay makes items, offers and a group of them, and the listing stays the same one. That cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listbridge.domain.ids import RemoteId, Site, Sku
from listbridge.domain.listings.foreign import ForeignListing
from listbridge.domain.ports import Adopted, ForeignPage
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError
from listbridge.infra.calls.api_client import CallRefused
from listbridge.infra.calls.wire_models import CamelTold
from listbridge.marketplaces.ebay.client import INVENTORY, EbayHttp, Request
from listbridge.marketplaces.ebay.errors import BUSINESS_POLICIES, UNKNOWN, VARIATION_AT_ZERO, EbayRefusal
from listbridge.marketplaces.ebay.offers import inventory_report
from listbridge.marketplaces.ebay.offers.inventory import Inventory, entries
from listbridge.marketplaces.ebay.offers.reading import Reader
from listbridge.marketplaces.ebay.offers.wire import ErrorEntry, Offer
from listbridge.marketplaces.ebay.sites import NationalSite, site_of

_BUSINESS_POLICIES = "SELLING_POLICY_MANAGEMENT"
_LOST = (
    "Buyer requirements that were set on the listing stay as they are, and cannot be changed any more.",
    "Listing upgrades such as a bold title or Gallery Plus stay as they are, and cannot be changed any more.",
    "Tools that use eBay's older interface (the Trading API) can no longer revise or relist the listing.",
)
"""bulkMigrateListing, "Unsupported Listing Features"; the last is said of listings that the Inventory API created
(createOrReplaceInventoryItem, sell_inventory 1.18.4)."""
_UNTOLD = (
    "The listing uses business policies for payment, return and shipping.",
    "Its payment policy asks for immediate payment.",
    "The listing names a postal code or a city.",
)
"""The same, "Migration Requirements": no API that we use shows them of a listing that is not migrated."""


class _Program(CamelTold):
    program_type: str = ""


class _Programs(CamelTold):
    """`Programs`."""

    programs: tuple[_Program, ...] = ()


class _Item(CamelTold):
    """`InventoryItemListing`."""

    sku: str = ""
    offer_id: str | None = None


class _Migrated(CamelTold):
    """`MigrateListingResponse`."""

    listing_id: str = ""
    status_code: int = 0
    inventory_items: list[_Item] | None = None
    errors: list[ErrorEntry] | None = None


class _Answer(CamelTold):
    """`BulkMigrateListingResponse`."""

    responses: list[_Migrated]


@dataclass(frozen=True, slots=True)
class EbayAdopting:
    """`Adopting` of one account."""

    http: EbayHttp
    inventory: Inventory
    reader: Reader

    @property
    def most(self) -> int:
        """ "One to five eBay listings" (BulkMigrateListing)."""
        return 5

    @property
    def lost(self) -> tuple[str, ...]:
        return _LOST

    @property
    def untold(self) -> tuple[str, ...]:
        return _UNTOLD

    def account_unmet(self, site: Site) -> tuple[Problem, ...]:
        call = Request("GET", "/sell/account/v1/program/get_opted_in_programs", "getOptedInPrograms")
        opted_in = {one.program_type for one in self.http.read(call, _Programs).programs}
        return () if _BUSINESS_POLICIES in opted_in else (BUSINESS_POLICIES.error().problem,)

    def foreign(self, site: Site, cursor: str | None) -> ForeignPage:
        there = site_of(site)
        page = inventory_report.page(self.http, there, cursor, lambda listing: self.reader.url(there, listing))
        return ForeignPage(tuple(map(_without_stock, page.listings)), page.cursor)

    def managed(self, site: Site, listings: Sequence[ForeignListing]) -> dict[RemoteId, Adopted]:
        """A listing of the Inventory API has an item and an offer for each SKU but those that its migration left behind, which
        may be any: all items are asked for, and then the offer of one that is there."""
        items = self.inventory.items(list(dict.fromkeys(sku for one in listings for sku in one.skus)))
        found: dict[RemoteId, Adopted] = {}
        for one in listings:
            there = [sku for sku in one.skus if items[sku] is not None]
            sku, offer = self._first_offer(there, site_of(site))
            if offer is not None and offer.listing_id == one.remote:
                left = tuple(sku for sku in one.skus if items[sku] is None)
                found[one.remote] = Adopted(one.remote, {sku: RemoteId(offer.offer_id)}, left)
        return found

    def _first_offer(self, skus: Sequence[Sku], site: NationalSite) -> tuple[Sku, Offer | None]:
        """The first of these that has an offer on the site; one in another listing settles that this listing is not ours."""
        for sku in skus:
            offer = self.inventory.offer(sku, site)
            if offer is not None:
                return sku, offer
        return Sku(""), None

    def adopt(self, site: Site, listings: Sequence[ForeignListing]) -> list[Adopted]:
        body = {"requests": [{"listingId": one.remote} for one in listings]}
        call = Request(
            "POST", f"{INVENTORY}/bulk_migrate_listing", "bulkMigrateListing", site=site_of(site), body=body, write=True
        )
        try:
            answer = self.http.ask(call, _Answer)
        except CallRefused as refused:
            answer = entries(refused, _Answer)
        told = {one.listing_id: one for one in answer.responses}
        return [self._result(one, told.get(one.remote)) for one in listings]

    def _result(self, one: ForeignListing, told: _Migrated | None) -> Adopted:
        if told is None:
            return Adopted(one.remote, error=UNKNOWN.error(detail="bulkMigrateListing: no word of a listing"))
        offers = {Sku(item.sku): RemoteId(item.offer_id) for item in told.inventory_items or () if item.offer_id}
        if told.status_code < 300 and offers:
            return Adopted(one.remote, offers, tuple(sku for sku in one.skus if sku not in offers))
        return Adopted(one.remote, error=self._refused(told))

    def _refused(self, told: _Migrated) -> RemoteError:
        said = EbayRefusal("bulkMigrateListing", told.status_code or 400, True, told.errors or ())
        if told.status_code < 300:
            return UNKNOWN.error(detail="bulkMigrateListing: no offers")
        return said.error(self.http.connection.clock.now())


def _without_stock(one: ForeignListing) -> ForeignListing:
    """With what keeps a variation out: eBay leaves those at 0 behind without a word (docs.ecartapi.com, "Migrate listings (Ebay)",
    read 2026-11-28; not verified)."""
    if len(one.parts) == 1:
        return one
    empty = [part for part in one.parts if part.values.quantity == 0]
    return one.unmet_too(VARIATION_AT_ZERO.error(params={"sku": empty[0].sku}).problem) if empty else one
