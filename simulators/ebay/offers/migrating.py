"""bulkMigrateListing: a listing of Seller Hub becomes items, offers and a group, under the same id, for good.

Source: sell_inventory 1.18.4, /bulk_migrate_listing. Every refusal is 25718 there, with words that the document leaves open. That
a listing is migrated once and that variations without stock are left behind: docs.ecartapi.com, "Migrate listings (Ebay)" (read
2026-11-28).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from simulators.ebay import accounts
from simulators.ebay.errors import EbayError
from simulators.ebay.offers.items import BASE, WRITE, bulk_reply
from simulators.ebay.offers.seeding import item_data, offer_data
from simulators.ebay.sites import SITES
from simulators.ebay.state import Group, HubListing, HubVariation, Item, Listing, Offer, Seller
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.wire import Reply

_OPTION = "Option"


def migrate(world: World, call: Call) -> Reply:
    """One entry for each listing that is named; those that cannot be migrated say why."""
    ids = [str(row.get("listingId", "")) for row in call.json().get("requests") or []]
    if not 1 <= len(ids) <= world.limits.number("listings_per_migration") or len(set(ids)) < len(ids):
        raise EbayError(25718, "One to five different listings.")
    return bulk_reply([_migrated(world, call.seller, listing_id) for listing_id in ids])


def _migrated(world: World, seller: Seller, listing_id: str) -> dict[str, Any]:
    found = seller.hub.get(listing_id)
    entry: dict[str, Any] = {"listingId": listing_id}
    if found is not None:
        entry |= {"marketplaceId": found.marketplace_id, "inventoryItems": _skus(found)}
    try:
        listing = _refuse_unfit(seller, listing_id, found)
    except EbayError as error:
        return {**entry, "statusCode": error.status, "errors": [error.entry]}
    return {**entry, "statusCode": 200, **_make(world, seller, listing)}


def _skus(listing: HubListing) -> list[dict[str, str]]:
    return [{"sku": one.sku} for one in listing.variations if one.sku]


def _refuse_unfit(seller: Seller, listing_id: str, listing: HubListing | None) -> HubListing:
    if listing is None and listing_id in seller.listings:
        raise _refusal("This listing is already migrated.")
    if listing is None:
        raise _refusal("The listing is not one of the seller's.", status=404)
    refusals = {
        "This listing is already migrated.": listing.migrated,
        "The listing has ended.": not listing.live,
        "Auction listings cannot be migrated.": listing.format == "AUCTION",
        "A SKU is missing.": any(not one.sku for one in listing.variations),
        "Business policies are not used on the listing.": not listing.business_policies,
        "The payment policy does not require immediate payment.": not listing.immediate_pay,
        "Neither postal code nor city is set.": not listing.located,
        "A SKU is in another listing of the Inventory API.": any(one.sku in seller.items for one in listing.variations),
        "No variation has stock.": len(listing.variations) > 1 and not any(one.quantity for one in listing.variations),
    }
    for words, holds in refusals.items():
        if holds:
            raise _refusal(words)
    return listing


def _refusal(words: str, *, status: int = 400) -> EbayError:
    return EbayError(25718, words, status=status)


def _make(world: World, seller: Seller, found: HubListing) -> dict[str, Any]:
    stocked = found.variations if len(found.variations) == 1 else [one for one in found.variations if one.quantity]
    offers = [_offer(world, seller, found, one) for one in stocked]
    key = _group(seller, found, stocked) if len(found.variations) > 1 else None
    seller.listings[found.listing_id] = Listing(
        found.listing_id,
        seller.username,
        found.marketplace_id,
        key,
        [offer.offer_id for offer in offers],
        world.now(),
        found.title,
    )
    found.migrated = True
    made: dict[str, Any] = {"inventoryItems": [{"sku": one.sku, "offerId": one.offer_id} for one in offers]}
    return made if key is None else {**made, "inventoryItemGroupKey": key}


def _offer(world: World, seller: Seller, found: HubListing, one: HubVariation) -> Offer:
    site = SITES[found.marketplace_id]
    location = f"migrated-{site.country}"
    if location not in seller.locations:
        accounts.add_location(seller, location, site.country)
    item = item_data(one.sku, one.quantity)
    item["product"]["title"] = found.title
    if len(found.variations) > 1:
        item["product"]["aspects"][_OPTION] = [one.sku]
    seller.items[one.sku] = Item(one.sku, site.locale, item)
    policies = {
        f"{kind}PolicyId": next((key for key, row in rows.items() if row["marketplaceId"] == found.marketplace_id), "")
        for kind, rows in seller.policies.items()
    }
    data = offer_data(one.sku, found.marketplace_id, one.quantity, one.price, site.currency, policies)
    data["merchantLocationKey"] = location
    offer = Offer(world.new_offer_id(), data, found.listing_id)
    seller.add_offer(offer)
    return offer


def _group(seller: Seller, found: HubListing, stocked: list[HubVariation]) -> str:
    key = f"migrated-{found.listing_id}"
    skus = [one.sku for one in stocked]
    seller.groups[key] = Group(
        key,
        {
            "title": found.title,
            "description": found.title,
            "aspects": {"Brand": ["Unbranded"]},
            "imageUrls": ["https://images.example/item.jpg"],
            "variantSKUs": skus,
            "variesBy": {"specifications": [{"name": _OPTION, "values": skus}], "aspectsImageVariesBy": []},
        },
    )
    seller.group_of |= dict.fromkeys(skus, key)
    return key


def _touches(world: World, call: Call) -> set[Hashable]:
    rows = (call.json_or_none() or {}).get("requests") or []
    return {(call.seller.username, "hub", str(row.get("listingId"))) for row in rows if isinstance(row, dict)}


OPERATIONS = (
    Operation("bulkMigrateListing", "POST", f"{BASE}/bulk_migrate_listing", migrate, "sell.inventory", WRITE, _touches),
)
