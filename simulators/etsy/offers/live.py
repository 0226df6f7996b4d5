"""Listings as buyers see them, for the control door and the pages for people."""

from __future__ import annotations

from typing import Any

from simulators.etsy.offers.shown import address_of
from simulators.etsy.offers.state import Listing
from simulators.etsy.state import Seller
from simulators.etsy.world import World


def listings_shown(world: World, seller: Seller, origin: str = "") -> list[dict[str, Any]]:
    """All listings of a seller, whatever their state; `url` is a page below `origin` where one is told."""
    theirs = [one for one in world.listings.values() if one.shop_id == seller.shop_id]
    return [_shown(seller, one, origin) for one in theirs]


def _shown(seller: Seller, listing: Listing, origin: str) -> dict[str, Any]:
    return {
        "listingId": str(listing.listing_id),
        "seller": seller.name,
        "title": listing.title,
        "state": listing.state,
        "live": listing.state == "active",
        "url": f"{origin}/listing/{listing.listing_id}" if origin else address_of(listing),
        "images": [
            {"id": one.image_id, "rank": one.rank, "alt_text": one.alt_text, "size": one.size}
            for one in listing.shown_images
        ],
        "attributes": {one.name: list(one.values) for one in listing.attributes.values()},
        "content": listing.content,
        "variations": [
            {
                "sku": one.sku,
                "quantity": one.quantity,
                "price": str(one.price),
                "currency": seller.currency,
                "aspects": {value.name: list(value.values) for value in one.values},
                "offered": one.enabled,
            }
            for one in listing.products
        ],
    }
