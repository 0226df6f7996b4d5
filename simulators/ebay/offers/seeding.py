"""A shop full of listings at once, for runs that begin with thousands of them and must not spend their calls on it."""

from __future__ import annotations

from typing import Any

from simulators.ebay.offers import listings
from simulators.ebay.sites import SITES
from simulators.ebay.state import Item, Offer, Seller
from simulators.ebay.world import World

_CATEGORY = "88433"  # "Other" of taxonomy.json


def seed_listings(
    world: World, seller: Seller, skus: list[str], *, marketplace: str, quantity: int, price: str
) -> dict[str, dict[str, str]]:
    """Put single listings on sale as if this application had published them, complete and in the site's currency and language.

    Returns `{sku: {offerId, listingId}}`. Callers hold the lock and have checked that the SKUs are new.
    """
    site = SITES[marketplace]
    policies = {
        f"{kind}PolicyId": next((key for key, row in rows.items() if row["marketplaceId"] == marketplace), "")
        for kind, rows in seller.policies.items()
    }
    made: dict[str, dict[str, str]] = {}
    for sku in skus:
        seed_item(seller, sku, site.locale, quantity=quantity)
        offer = Offer(world.new_offer_id(), offer_data(sku, marketplace, quantity, price, site.currency, policies))
        offer.data["merchantLocationKey"] = next(iter(seller.locations), "")
        seller.add_offer(offer)
        listing = listings.begin(world, seller, [offer], group_key=None, title=f"Item {sku}")
        made[sku] = {"offerId": offer.offer_id, "listingId": listing.listing_id}
    return made


def seed_item(seller: Seller, sku: str, locale: str, *, quantity: int) -> None:
    """A complete item."""
    seller.items[sku] = Item(sku, locale, item_data(sku, quantity))


def item_data(sku: str, quantity: int) -> dict[str, Any]:
    return {
        "condition": "NEW",
        "product": {
            "title": f"Item {sku}",
            "description": f"Item {sku}",
            "aspects": {"Brand": ["Unbranded"]},
            "imageUrls": ["https://images.example/item.jpg"],
        },
        "availability": {"shipToLocationAvailability": {"quantity": quantity}},
    }


def offer_data(
    sku: str, marketplace: str, quantity: int, price: str, currency: str, policies: dict[str, str]
) -> dict[str, Any]:
    return {
        "sku": sku,
        "marketplaceId": marketplace,
        "format": "FIXED_PRICE",
        "availableQuantity": quantity,
        "categoryId": _CATEGORY,
        "listingDuration": "GTC",
        "listingDescription": f"Item {sku}",
        "pricingSummary": {"price": {"value": price, "currency": currency}},
        "listingPolicies": policies,
        "includeCatalogProductDetails": True,
    }
