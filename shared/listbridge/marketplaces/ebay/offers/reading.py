"""What eBay shows: offers and items put together to what a buyer can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import InvalidOperation

from listbridge.domain.ids import AccountId, ListingKey, RemoteId, Site, Sku
from listbridge.domain.listings.listing import NOTHING, SOLD_BY_AUCTION, Listing, RemoteState, Values
from listbridge.domain.ports import RemoteListing
from listbridge.domain.problem import Problem
from listbridge.marketplaces.ebay.errors import UNREADABLE
from listbridge.marketplaces.ebay.offers.inventory import Inventory
from listbridge.marketplaces.ebay.offers.wire import Item, Offer
from listbridge.marketplaces.ebay.sites import NationalSite, site_of


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads an account's offers. `account` is part of every key that it gives."""

    inventory: Inventory
    account: AccountId

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        """One entry per listing, in their order: one call for up to 25 items, and one per SKU that has one for its offers."""
        skus = list(dict.fromkeys(listing.key.sku for listing in listings))
        items = self.inventory.items(skus)
        offers = {sku: self.inventory.offers(sku, auctions=True) if items[sku] is not None else [] for sku in skus}
        return [
            self._shown(listing.key, _of(listing, offers[listing.key.sku]), items[listing.key.sku])
            for listing in listings
        ]

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        """The account's offer for a SKU on a site, published or not; an auction only where there is no other, and while it runs. None
        when there is none."""
        offer = next(iter(self.inventory.offers(sku, site_of(site), auctions=True)), None)
        if offer is None or (offer.by_auction and offer.listing_id is None):
            return None
        return self._shown(ListingKey(self.account, site, sku), offer, self.inventory.item(sku))

    def url(self, site: NationalSite, listing: RemoteId) -> str:
        """Where buyers see the listing."""
        return f"{self.inventory.http.connection.host(site.web)}/itm/{listing}"

    def _shown(self, key: ListingKey, offer: Offer | None, item: Item | None) -> RemoteListing:
        if offer is None:
            return RemoteListing(key, RemoteState.GONE)
        listing = RemoteId(offer.listing_id) if offer.listing_id else None
        return RemoteListing(
            key=key,
            state=RemoteState.LIVE if listing else RemoteState.GONE,
            offer=RemoteId(offer.offer_id),
            remote=listing,
            group=RemoteId(item.group) if item is not None and item.group else None,
            values=NOTHING if offer.by_auction else values_of(offer, item),
            held=Problem(SOLD_BY_AUCTION, fix="wait_for_auction") if offer.by_auction and listing else None,
            url=self.url(site_of(key.site), listing) if listing else "",
        )


def _of(listing: Listing, offers: Sequence[Offer]) -> Offer | None:
    """The listing's own: on its site, and an auction only where it is the one that was linked."""
    here = (offer for offer in offers if offer.marketplace_id == listing.key.site)
    return next((offer for offer in here if not offer.by_auction or offer.offer_id == listing.offer), None)


def values_of(offer: Offer, item: Item | None) -> Values:
    """What a buyer sees: "the quantity specified on a listing will be the minimum value between" the offer's and the
    item's (OfferPriceQuantity.availableQuantity, sell_inventory 1.18.4)."""
    quantity = item.quantity if item is not None else None
    if quantity is not None and offer.available_quantity is not None:
        quantity = min(quantity, offer.available_quantity)
    try:
        price = offer.price.money() if offer.price else None
    except InvalidOperation:
        raise UNREADABLE.error(detail="an offer's price is no number") from None
    return Values(quantity=quantity, price=price)
