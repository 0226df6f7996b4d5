"""Auctions that a seller runs by hand: they are shown, and they hold their one unit. None can be made by `createOffer` here.

Source: sell_inventory 1.18.4, 25759 ("shipToLocationAvailability quantity value should be greater than or equal to auction allocation").
"""

from __future__ import annotations

from simulators.ebay.errors import EbayError
from simulators.ebay.offers import listings
from simulators.ebay.offers.seeding import seed_item
from simulators.ebay.sites import SITES
from simulators.ebay.state import Listing, Offer, Seller
from simulators.ebay.world import World

AUCTION = "AUCTION"


def start_auction(world: World, seller: Seller, sku: str, *, marketplace: str, price: str, days: int) -> Listing:
    """One unit of a SKU, from a starting price. Callers hold the lock."""
    site = SITES[marketplace]
    if sku not in seller.items:
        seed_item(seller, sku, site.locale, quantity=1)
    data = {
        "sku": sku,
        "marketplaceId": marketplace,
        "format": AUCTION,
        "categoryId": "88433",
        "listingDuration": f"DAYS_{days}",
        "listingDescription": f"Item {sku}",
        "pricingSummary": {"auctionStartPrice": {"value": price, "currency": site.currency}},
        "merchantLocationKey": next(iter(seller.locations), ""),
    }
    offer = Offer(world.new_offer_id(), data)
    seller.add_offer(offer)
    return listings.begin(world, seller, [offer], group_key=None, title=f"Item {sku}")


def refuse_too_few(seller: Seller, sku: str, quantity: int) -> None:
    """Raises 25759 where fewer units would be left than the SKU's auctions have."""
    running = sum(1 for offer in seller.offers_for(sku) if offer.format == AUCTION and offer.listing_id is not None)
    if quantity < running:
        raise EbayError(25759)
