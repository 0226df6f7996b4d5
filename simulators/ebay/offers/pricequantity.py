"""bulkUpdatePriceQuantity: the fast lane for quantity and price of published offers.

Sources: sell_inventory 1.18.4, /bulk_update_price_quantity. That a failing entry takes its whole request with it, that
an item entry stands beside the offer entries, and that 400 carries the entries where all fail, was seen in answers
quoted in public code (September 2026); the document names no schema for 207 and 400.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.offers import auctions, checks, listings
from simulators.ebay.offers.items import BASE, WRITE, bulk_reply, bulk_rows, item_records
from simulators.ebay.sites import SITES
from simulators.ebay.state import Item, Listing, Offer, Seller
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.wire import Reply


@dataclass(slots=True)
class _OfferChange:
    offer: Offer
    quantity: int | None
    price: dict[str, Any] | None


@dataclass(slots=True)
class _Change:
    """One entry of `requests`, checked and ready to be written."""

    item: Item | None = None
    quantity: int | None = None
    offers: list[_OfferChange] = field(default_factory=list)


def _touches(world: World, call: Call) -> set[Hashable]:
    held: set[Hashable] = set()
    seller = call.seller
    for row in (call.json_or_none() or {}).get("requests") or []:
        if not isinstance(row, dict):
            continue
        if row.get("sku"):
            held |= item_records(seller, str(row["sku"]))
        for entry in row.get("offers") or []:
            offer = seller.offers.get(str(entry.get("offerId"))) if isinstance(entry, dict) else None
            if offer is not None:
                held |= item_records(seller, offer.sku)
    return held


def update(world: World, call: Call) -> Reply:
    """Change quantity and price; each request of the call is written whole or not at all."""
    seller, limits = call.seller, world.limits
    rows = bulk_rows(call, most=limits.number("bulk_entries"), too_many=25709)
    if sum(len(row.get("offers") or []) for row in rows) > limits.number("bulk_entries"):
        raise EbayError(25709, f"The number of offers cannot exceed {limits.number('bulk_entries')}.")
    if len({_sku_of(seller, row) for row in rows}) > limits.number("skus_per_bulk_update"):
        raise EbayError(25709, "Only one SKU can be updated per call.")
    responses: list[dict[str, Any]] = []
    for row in rows:
        responses += _answer(world, seller, row)
    return bulk_reply(responses)


def _sku_of(seller: Seller, row: dict[str, Any]) -> str:
    if row.get("sku"):
        return str(row["sku"])
    for entry in row.get("offers") or []:
        offer = seller.offers.get(str(entry.get("offerId")))
        if offer is not None:
            return offer.sku
    return ""


def _answer(world: World, seller: Seller, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Write one request and give its entries: one for the item where it was named, one for each offer."""
    sku = _sku_of(seller, row)
    entries: list[dict[str, Any]] = []
    if row.get("shipToLocationAvailability") is not None:
        entries.append({"sku": sku})
    entries += [{"sku": sku, "offerId": str(entry.get("offerId"))} for entry in row.get("offers") or []]
    try:
        change = _read(world, seller, row)
        _write(world, seller, change)
    except EbayError as error:
        culprit = next((p["value"] for p in error.entry.get("parameters", ()) if p["name"] == "offerId"), None)
        entries = entries or [{"sku": sku}]
        for entry in entries:
            entry["statusCode"] = error.status
            if entry.get("offerId") == culprit if culprit else entry is entries[-1]:
                entry["errors"] = [error.entry]
        return entries
    return [{**entry, "statusCode": 200} for entry in entries]


def _read(world: World, seller: Seller, row: dict[str, Any]) -> _Change:
    change = _Change()
    availability = row.get("shipToLocationAvailability")
    if availability is not None:
        if not row.get("sku"):
            raise EbayError(25709, "Invalid value for sku.")
        change.item = seller.items.get(str(row["sku"]))
        if change.item is None:
            raise EbayError(25710, status=404, parameters={"sku": str(row["sku"])})
        change.quantity = checks.quantity_of(
            availability.get("quantity"), "shipToLocationAvailability.quantity", world.limits
        )
    seen: set[str] = set()
    for entry in row.get("offers") or []:
        offer_id = str(entry.get("offerId"))
        if offer_id in seen:
            raise EbayError(25002, "Duplicate offerIds in the request.", parameters={"offerId": offer_id})
        seen.add(offer_id)
        change.offers.append(_read_offer(world, seller, entry, offer_id, str(row.get("sku") or "")))
    if change.item is None and not change.offers:
        raise EbayError(25709, "Neither shipToLocationAvailability nor offers is given.")
    if len({offer_change.offer.sku for offer_change in change.offers}) > 1:
        raise EbayError(25002, "The offers belong to different SKUs.")
    return change


def _read_offer(world: World, seller: Seller, entry: dict[str, Any], offer_id: str, sku: str) -> _OfferChange:
    """Check one offer entry. Every refusal names the offer in its parameters."""
    offer = seller.offers.get(offer_id)
    quantity, price = entry.get("availableQuantity"), entry.get("price")
    try:
        if offer is None:
            raise EbayError(25713, status=404)
        if sku and offer.sku != sku:
            raise EbayError(25002, "The offer belongs to another SKU.")
        if offer.listing_id is None:
            raise EbayError(25002, "The offer is not published.")
        if quantity is None and price is None:
            raise EbayError(25709, "Either availableQuantity or price is required.")
        if quantity is not None:
            checks.quantity_of(quantity, "availableQuantity", world.limits)
        if price is not None:
            checks.refuse_bad_price(price, world.limits, currency=SITES[offer.marketplace_id].currency)
    except EbayError as error:
        error.entry.setdefault("parameters", []).append({"name": "offerId", "value": offer_id})
        raise
    return _OfferChange(offer, quantity, price)


def _write(world: World, seller: Seller, change: _Change) -> None:
    """Revise each live listing once, then store. Raises without having stored anything."""
    affected = [offer_change.offer for offer_change in change.offers]
    if any(offer.format == auctions.AUCTION for offer in affected):
        raise EbayError(25019, "An auction's price and quantity cannot be revised.")
    if change.item is not None and change.quantity is not None:
        auctions.refuse_too_few(seller, change.item.sku, change.quantity)
    if change.item is not None:
        affected += [
            offer for offer in seller.offers_for(change.item.sku) if offer.listing_id and offer not in affected
        ]
    offered = {offer_change.offer.offer_id: offer_change.quantity for offer_change in change.offers}
    shown = {
        offer.offer_id: seller.shown_quantity(offer, item_quantity=change.quantity, offered=offered.get(offer.offer_id))
        for offer in affected
    }
    live: dict[str, Listing] = {}
    for offer in affected:
        listing = world.listing_of(seller, offer)
        if listing is not None:
            live[listing.listing_id] = listing
    for listing in live.values():
        listings.refuse_unsellable_zero(seller, listing, shown)
    listings.refuse_beyond_selling_limit(seller, shown)
    world.revise(*live.values())
    if change.item is not None and change.quantity is not None:
        change.item.quantity = change.quantity
    for offer_change in change.offers:
        if offer_change.quantity is not None:
            offer_change.offer.data["availableQuantity"] = offer_change.quantity
        if offer_change.price is not None:
            pricing = offer_change.offer.data.setdefault("pricingSummary", {})
            pricing["price"] = {name: offer_change.price[name] for name in ("value", "currency")}


OPERATIONS = (
    Operation(
        "bulkUpdatePriceQuantity",
        "POST",
        f"{BASE}/bulk_update_price_quantity",
        update,
        "sell.inventory",
        WRITE,
        _touches,
    ),
)
