"""Inventory item groups: the variations of one listing. Source: sell_inventory 1.18.4, /inventory_item_group."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from simulators.ebay.errors import EbayError, error_entry, not_serializable
from simulators.ebay.offers import checks, listings, publishing
from simulators.ebay.offers.items import BASE, READ, WRITE, item_records
from simulators.ebay.offers.offers import refuse_suspended
from simulators.ebay.sites import SITES
from simulators.ebay.state import Group, Listing, Offer, Seller
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.wire import Reply

_FIELDS = ("aspects", "description", "imageUrls", "subtitle", "title", "variantSKUs", "variesBy", "videoIds")


def _group_records(seller: Seller, key: str, skus: list[str]) -> set[Hashable]:
    held: set[Hashable] = {(seller.username, "group", key)}
    for sku in skus:
        held |= item_records(seller, sku)
    return held


def _touches_group(world: World, call: Call) -> set[Hashable]:
    key = call.parameters["inventoryItemGroupKey"]
    group = call.seller.groups.get(key)
    given = (call.json_or_none() or {}).get("variantSKUs") or []
    named = [sku for sku in given if isinstance(sku, str)] if isinstance(given, list) else []
    return _group_records(call.seller, key, (group.skus if group else []) + named)


def _touches_named_group(world: World, call: Call) -> set[Hashable]:
    key = str((call.json_or_none() or {}).get("inventoryItemGroupKey"))
    group = call.seller.groups.get(key)
    return _group_records(call.seller, key, group.skus if group else [])


def _read_group(world: World, body: dict[str, Any]) -> dict[str, Any]:
    data = {name: body[name] for name in _FIELDS if body.get(name) is not None}
    publishing.refuse_malformed_aspects(data.get("aspects"), "aspects")
    skus = data.get("variantSKUs")
    if not isinstance(skus, list) or not skus or not all(isinstance(sku, str) for sku in skus):
        raise EbayError(25709, "Invalid value for variantSKUs.")
    if len(set(skus)) < len(skus):
        raise EbayError(25013, "variantSKUs repeats a SKU.")
    if len(skus) > world.limits.number("variations_per_listing"):
        raise EbayError(25013, f"{len(skus)} variations are more than a listing may have.")
    varies_by = data.get("variesBy")
    if varies_by is not None:
        specifications = varies_by.get("specifications") if isinstance(varies_by, dict) else None
        if specifications is not None and not all(isinstance(row, dict) and row.get("name") for row in specifications):
            raise not_serializable("variesBy.specifications")
        for row in specifications or ():
            if len(row.get("values") or ()) > world.limits.number("values_per_specific"):
                raise EbayError(25013, f"{row['name']} has more values than a listing may have.")
    return data


def _refuse_foreign_members(world: World, seller: Seller, key: str, skus: list[str]) -> None:
    unknown = [sku for sku in skus if sku not in seller.items]
    if unknown:
        raise EbayError(25701, parameters={"SKU": ",".join(unknown)})
    for sku in skus:
        other = seller.group_of.get(sku)
        if other not in (None, key):
            raise EbayError(25703, parameters={"SKU": sku, "inventoryItemGroupKey": str(other)})
        for offer in seller.offers_for(sku):
            listing = world.listing_of(seller, offer)
            if listing is not None and listing.group_key is None:
                raise EbayError(25704, parameters={"SKU": sku, "listingId": listing.listing_id})


def put_group(world: World, call: Call) -> Reply:
    """Replaces the group in full; a SKU left out leaves the live listing too, unless it has been sold."""
    checks.content_locale(call)
    seller, key = call.seller, call.parameters["inventoryItemGroupKey"]
    data = _read_group(world, call.json())
    skus: list[str] = data["variantSKUs"]
    _refuse_foreign_members(world, seller, key, skus)
    old = seller.groups.get(key)
    gone = [sku for sku in (old.skus if old else []) if sku not in skus]
    live = [listing for listing in seller.live_listings() if listing.group_key == key]
    leaving = [
        (listing, offer)
        for listing in live
        for sku in gone
        for offer in seller.offers_for(sku)
        if offer.listing_id == listing.listing_id
    ]
    for _, offer in leaving:
        if offer.sold:
            raise EbayError(25013, "A variation with sales cannot be removed.", parameters={"SKU": offer.sku})
    if live:
        publishing.refuse_invalid_group(data)
    world.revise(*live, hold_error=25097)
    for listing, offer in leaving:
        listings.remove_variation(world, seller, listing, offer)
    for sku in gone:
        del seller.group_of[sku]
    seller.groups[key] = Group(key, data)
    for sku in skus:
        seller.group_of[sku] = key
    for listing in live:
        listing.title = data.get("title") or listing.title
    return Reply(204)


def _group(seller: Seller, key: str, *, status: int = 404) -> Group:
    group = seller.groups.get(key)
    if group is None:
        raise EbayError(25705, status=status, parameters={"inventoryItemGroupKey": key})
    return group


def get_group(world: World, call: Call) -> Reply:
    group = _group(call.seller, call.parameters["inventoryItemGroupKey"])
    return Reply(200, {"inventoryItemGroupKey": group.key, **group.data})


def delete_group(world: World, call: Call) -> Reply:
    """Deletes the group, and ends its listing: variations do not stand alone (the document leaves the listing's fate open)."""
    seller = call.seller
    group = _group(seller, call.parameters["inventoryItemGroupKey"])
    for listing in list(seller.live_listings()):
        if listing.group_key == group.key:
            listings.end(world, seller, listing, "deleted")
    for sku in group.skus:
        seller.group_of.pop(sku, None)
    del seller.groups[group.key]
    return Reply(204)


def _named(world: World, call: Call) -> tuple[Seller, str, str]:
    body = call.json()
    key, marketplace_id = body.get("inventoryItemGroupKey"), body.get("marketplaceId")
    if marketplace_id not in SITES:
        raise not_serializable("marketplaceId")
    if not key:
        raise EbayError(25709, "Invalid value for inventoryItemGroupKey.")
    return call.seller, str(key), str(marketplace_id)


def publish_group(world: World, call: Call) -> Reply:
    """Puts every complete unpublished offer of the group on sale, as one listing or within its live one.

    A member without an offer or with missing data is left out without a word; invalid or conflicting data fails the
    whole call. A group that is on sale already keeps its listing and draws a warning (25402).
    Source: sell_inventory 1.18.4, publishOfferByInventoryItemGroup.
    """
    seller, key, marketplace_id = _named(world, call)
    group = _group(seller, key, status=400)
    refuse_suspended(seller)
    publishing.refuse_unpublishable_group(group)
    listing = seller.live_listing_of_group(key, marketplace_id)
    offers, missing = _ready(world, seller, group, marketplace_id)
    if not offers:
        if listing is not None:
            warning = error_entry(25402, "The group is published already.")
            return Reply(200, {"listingId": listing.listing_id, "warnings": [warning]})
        raise missing or EbayError(25013, "No variation has an offer on this site.")
    live = [seller.offers[offer_id] for offer_id in listing.offer_ids] if listing else []
    publishing.refuse_conflicting_variations(seller, group, live + offers)
    listings.refuse_beyond_selling_limit(seller, {offer.offer_id: seller.shown_quantity(offer) for offer in offers})
    for offer in offers:
        offer.data.setdefault("listingDescription", group.data["description"])
    if listing is None:
        listing = _begin(world, seller, group, offers)
    else:
        world.revise(listing)
        _join(listing, offers)
    return Reply(200, {"listingId": listing.listing_id})


def _ready(
    world: World, seller: Seller, group: Group, marketplace_id: str
) -> tuple[list[Offer], publishing.MissingData | None]:
    ready: list[Offer] = []
    missing: publishing.MissingData | None = None
    for sku in group.skus:
        for offer in seller.offers_for(sku):
            if offer.marketplace_id != marketplace_id or offer.listing_id is not None:
                continue
            try:
                publishing.refuse_unpublishable(world, seller, offer, group)
            except publishing.MissingData as error:
                missing = error
            else:
                ready.append(offer)
    return ready, missing


def _begin(world: World, seller: Seller, group: Group, offers: list[Offer]) -> Listing:
    if not any(seller.shown_quantity(offer) for offer in offers):
        raise EbayError(25004, "A listing begins with at least one unit.")
    return listings.begin(world, seller, offers, group_key=group.key, title=group.data["title"])


def _join(listing: Listing, offers: list[Offer]) -> None:
    for offer in offers:
        offer.listing_id = listing.listing_id
        offer.sold = 0
        listing.offer_ids.append(offer.offer_id)


def withdraw_group(world: World, call: Call) -> Reply:
    """Ends the group's listing on one site; group and offers stay, the offers unpublished."""
    seller, key, marketplace_id = _named(world, call)
    listing = seller.live_listing_of_group(key, marketplace_id)
    if listing is None:
        raise EbayError(25725, parameters={"inventoryItemGroupKey": key})
    listings.end(world, seller, listing, "api")
    return Reply(204)


def _operation(name: str, method: str, path: str, handle: Any, **more: Any) -> Operation:
    scopes = READ if method == "GET" else WRITE
    return Operation(name, method, f"{BASE}{path}", handle, "sell.inventory", scopes, **more)


_KEY = "/inventory_item_group/{inventoryItemGroupKey}"
OPERATIONS = (
    _operation("getInventoryItemGroup", "GET", _KEY, get_group),
    _operation("createOrReplaceInventoryItemGroup", "PUT", _KEY, put_group, touches=_touches_group, language=True),
    _operation("deleteInventoryItemGroup", "DELETE", _KEY, delete_group, touches=_touches_group),
    _operation(
        "publishOfferByInventoryItemGroup",
        "POST",
        "/offer/publish_by_inventory_item_group",
        publish_group,
        touches=_touches_named_group,
    ),
    _operation(
        "withdrawOfferByInventoryItemGroup",
        "POST",
        "/offer/withdraw_by_inventory_item_group",
        withdraw_group,
        touches=_touches_named_group,
    ),
)
