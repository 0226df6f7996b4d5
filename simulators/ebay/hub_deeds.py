"""What the seller does in Seller Hub, and how eBay makes the inventory report."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import TypeAdapter

from simulators.ebay.oauth import TokenService
from simulators.ebay.sites import SITES
from simulators.ebay.state import HubListing, HubVariation, Seller
from simulators.ebay.world import World
from simulators.kit.deeds import DeedRefused, Seconds, Told, deed
from simulators.kit.seller_deeds import SellerDeeds

_VARIATIONS = TypeAdapter(list[HubVariation])


class HubDeeds(SellerDeeds[World, TokenService, Seller]):
    """All hold the lock and raise `DeedRefused` without having changed anything."""

    @deed
    def list_in_hub(
        self,
        variations: list[dict[str, Any]],
        *,
        seller: str = "",
        marketplace: str = "EBAY_US",
        title: str = "Made in Seller Hub",
        format: Literal["FIXED_PRICE", "AUCTION"] = "FIXED_PRICE",
        business_policies: bool = True,
        immediate_pay: bool = True,
        located: bool = True,
    ) -> Told:
        """The seller lists by hand: `variations` of `{sku, quantity, price}`, one for a single listing; `sku` may be empty."""
        try:
            read = _VARIATIONS.validate_python(variations)
        except ValueError as wrong:
            raise DeedRefused(f"variations: {wrong}") from None
        with self._world.lock:
            owner = self._seller(seller)
            if not read or marketplace not in SITES or any(one.quantity < 0 for one in read):
                raise DeedRefused("nothing to sell, less than nothing, or an unknown site")
            listing_id = self._world.new_listing_id()
            owner.hub[listing_id] = HubListing(
                listing_id, marketplace, format, title, read, business_policies, immediate_pay, located
            )
            return {"listingId": listing_id}

    @deed
    def end_in_hub(self, listing_id: str) -> Told:
        """The seller ends such a listing by hand, before it was migrated."""
        with self._world.lock:
            self._not_migrated(listing_id).live = False
            return {"listingId": listing_id}

    @deed
    def sell_in_hub(self, listing_id: str, sku: str, quantity: int = 1) -> Told:
        """A buyer takes so many of such a listing before it was migrated; the order is told by nobody."""
        with self._world.lock:
            listing = self._not_migrated(listing_id)
            part = next((one for one in listing.variations if one.sku == sku), None)
            if part is None or part.quantity < quantity:
                raise DeedRefused(f"{listing_id} does not have so many of {sku!r}")
            part.quantity -= quantity
            return {"listingId": listing_id, "left": part.quantity}

    def _not_migrated(self, listing_id: str) -> HubListing:
        found = (row for one in self._world.sellers.values() for row in [one.hub.get(listing_id)] if row)
        listing = next(found, None)
        if listing is None or listing.migrated or not listing.live:
            raise DeedRefused(f"{listing_id} is not live in Seller Hub")
        return listing

    @deed
    def set_inventory_report(
        self,
        *,
        takes_s: Seconds = 60.0,
        ends_as: Literal[
            "COMPLETED", "COMPLETED_WITH_ERROR", "PARTIALLY_PROCESSED", "FAILED", "ABORTED", "UNSUPPORTED"
        ] = "COMPLETED",
        packed: Literal["zip", "gzip", "plain"] = "zip",
        file_of_nothing: bool = True,
    ) -> Told:
        """How long the next reports take, how they end, how their file comes, and whether one without a listing has a file."""
        with self._world.lock:
            self._world.report_s, self._world.report_ends_as = takes_s, ends_as
            self._world.report_packed, self._world.report_file_of_nothing = packed, file_of_nothing
            return {"takesS": takes_s, "endsAs": ends_as, "packed": packed, "fileOfNothing": file_of_nothing}
