"""New prices and quantities of one listing: read, merge, and write all of its inventory at once.

Two calls whatever the number of variants, and a third where the listing pauses or comes back. What the seller changed at Etsy until the
read stays; what they change between the read and the write is lost, for Etsy's inventories have no versions to write against.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from listbridge.domain.ids import ListingKey, Sku
from listbridge.domain.listings.listing import LedgerField, Listing
from listbridge.domain.listings.publishing_runs import HalfWritten
from listbridge.domain.money import Money
from listbridge.domain.ports import Revision, RevisionResult, UnitRevision
from listbridge.domain.verdicts import NotFound, Rejected, RemoteError, RetryLater
from listbridge.marketplaces.etsy import errors
from listbridge.marketplaces.etsy.client import EtsyHttp
from listbridge.marketplaces.etsy.manifest import LISTING_FEE
from listbridge.marketplaces.etsy.offers.inventory import InventoryOfListing, read_with_listing, write_inventory
from listbridge.marketplaces.etsy.offers.merging import Inventory, left, on_sale, values_of
from listbridge.marketplaces.etsy.offers.pausing import activate, pause
from listbridge.marketplaces.etsy.offers.reading import STATES
from listbridge.marketplaces.etsy.offers.sales_between import subtract_sales
from listbridge.marketplaces.etsy.offers.wire import INACTIVE, SOLD_OUT, InventorySent

READ, WRITE, STATE, SALES = "getListingInventory", "updateListingInventory", "updateListing", "getShopReceipts"


def revision_calls(listings: Sequence[Listing]) -> Mapping[str, int]:
    """A read and a write, whatever the number of variants. A listing of one product that pauses needs no inventory written, but its
    state, and both when it comes back. One of several is taken for one that stays on sale until a try has failed."""
    one = listings[0]
    alone, again = len(listings) == 1 and one.group is None, any(row.attempts for row in listings)
    zeros = all(row.computed.quantity == 0 for row in listings)
    if alone and zeros:
        return {READ: 1, STATE: 1}
    returns = any(row.accepted.quantity == 0 and row.computed.quantity for row in listings)
    if (zeros or returns) and (alone or again):
        return {READ: 1, WRITE: 1, STATE: 1}
    if any(LedgerField.QUANTITY not in row.auto for row in listings):
        return {READ: 1, WRITE: 1, SALES: 1}
    return {READ: 1, WRITE: 1}


def revise(http: EtsyHttp, unit: UnitRevision) -> list[RevisionResult]:
    """Send these revisions; one result each. Raises RemoteError when the listing as a whole could not be read or written."""
    results: dict[ListingKey, RemoteError | None] = {}
    by_listing: dict[str, list[Revision]] = defaultdict(list)
    fees: dict[ListingKey, Money] = {}
    for one in unit.revisions:
        if one.offer is None or one.remote is None:
            results[one.key] = errors.OFFER_UNKNOWN.error()
        else:
            by_listing[str(one.remote)].append(one)
    for listing, revisions in by_listing.items():
        results |= _ListingRevision(http, unit, listing, revisions, fees).results()
    return [RevisionResult(one.key, results[one.key], fee=fees.get(one.key)) for one in unit.revisions]


@dataclass(frozen=True, slots=True)
class _ListingRevision:
    http: EtsyHttp
    unit: UnitRevision
    listing: str
    revisions: Sequence[Revision]
    fees: dict[ListingKey, Money]
    """What Etsy charged, told of one of the revisions."""

    def results(self) -> Mapping[ListingKey, RemoteError | None]:
        self.unit.check()
        began = self.http.connection.clock.now()
        try:
            shown = read_with_listing(self.http, self.listing)
        except NotFound as gone:
            return {one.key: errors.NOT_LIVE.instead_of(gone) for one in self.revisions}
        if shown.listing.state not in STATES:
            return {one.key: errors.NOT_LIVE.error(detail=shown.listing.state) for one in self.revisions}
        inventory = Inventory(shown)
        results = {one.key: self._refusal(inventory, one) for one in self.revisions}
        good = [one for one in self.revisions if results[one.key] is None]
        if good:
            results |= self._written(shown, inventory, good)
            self._keep_sales(inventory, [one for one in good if results[one.key] is None], began)
        return results

    def _keep_sales(self, inventory: Inventory, sent: Sequence[Revision], began: datetime) -> None:
        """A price without a quantity carries the one that was read, and its siblings' too: what was sold meanwhile is subtracted, where
        nobody else would."""
        if not any(one.quantity_kept_there and one.values.quantity is None for one in sent):
            return
        ours = {one.key.sku for one in sent if one.values.quantity is not None}
        written = {
            Sku(one.sku): values_of(one).quantity or 0
            for one in inventory.products
            if one.sku not in ours and len(inventory.named(Sku(one.sku))) == 1
        }
        try:
            subtract_sales(self.http, self.listing, written, began, self.unit.check)
        except (Rejected, RetryLater) as failed:
            raise HalfWritten(failed) from failed

    def _refusal(self, inventory: Inventory, revision: Revision) -> RemoteError | None:
        """What is wrong with one revision alone: it stops none of the others."""
        products = inventory.named(revision.key.sku)
        if len(products) > 1:
            return errors.SKU_TWICE.error(params={"sku": revision.key.sku})
        if not products or not on_sale(products[0]):
            return errors.NOT_LIVE.error(detail="no such product on sale")
        price = revision.values.price
        if price is not None and price.currency != inventory.currency:
            params = {"currency": price.currency, "expected": inventory.currency}
            return errors.CURRENCY.error(params=params)
        return None

    def _written(
        self, shown: InventoryOfListing, inventory: Inventory, good: Sequence[Revision]
    ) -> Mapping[ListingKey, RemoteError | None]:
        state, more = shown.listing.state, any(one.values.quantity for one in good)
        # With the first product that has stock the piece that a pausing listing keeps would come back on sale too.
        base = Inventory(inventory.awake()) if more and inventory.rests(state) else inventory
        there, body = inventory.unchanged(), base.merged({one.key.sku: one.values for one in good})
        if state == SOLD_OUT and more:
            if not self.http.settings.renew_sold_out:
                return {one.key: errors.RENEWAL.error() for one in good if one.values.quantity or one.values.price}
            self._renew(body, good)
        elif state == SOLD_OUT and body == there:
            return {}
        elif not left(body):
            pause(self.http, self.listing, body, there, state, self.unit.check)
        else:
            refused = self._put(body, there, good)
            if refused:
                return refused
            if state == INACTIVE and more:
                self.unit.check()
                activate(self.http, self.listing)
        return {}

    def _put(
        self, body: InventorySent, there: InventorySent, good: Sequence[Revision]
    ) -> Mapping[ListingKey, RemoteError | None]:
        """Write it. Etsy does not say what it does not like: it is taken for a price, where only some revisions have one, and the
        others go again without these."""
        if body == there:
            return {}
        self.unit.check()
        try:
            written = Inventory(write_inventory(self.http, self.listing, body))
        except NotFound as gone:
            return {one.key: errors.NOT_LIVE.instead_of(gone) for one in good}
        except Rejected as refused:
            priced = {one.key for one in good if one.values.price is not None}
            if not priced:
                return {one.key: refused for one in good}
            return {
                one.key: refused if one.key in priced else errors.SIBLING_REFUSED.instead_of(refused) for one in good
            }
        # Etsy answers so for a listing that it lets nobody edit (etsy/open-api issues 425 and 897).
        if written.unchanged() == there:
            return {one.key: errors.WITHOUT_EFFECT.error() for one in good}
        return {}

    def _renew(self, body: InventorySent, good: Sequence[Revision]) -> None:
        """Put a listing on sale again that sold out: Etsy charges its fee, and gives each product that has none one piece, which
        the write behind it takes back."""
        self.unit.check()
        activate(self.http, self.listing)
        self.fees[good[0].key] = LISTING_FEE
        try:
            self.unit.check()
            write_inventory(self.http, self.listing, body)
        except (Rejected, RetryLater) as failed:
            raise HalfWritten(failed) from failed
