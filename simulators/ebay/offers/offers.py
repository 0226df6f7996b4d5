"""Offers: create, replace, publish, withdraw, delete, fees. Source: sell_inventory 1.18.4, /offer."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from simulators.ebay.errors import EbayError, error_entry, not_serializable
from simulators.ebay.offers import bulk, checks, listings, publishing
from simulators.ebay.offers.items import (
    BASE,
    READ,
    WRITE,
    bulk_reply,
    bulk_rows,
    item_records,
    leave_group,
    refuse_repeats,
)
from simulators.ebay.paging import inventory_paging, page_links
from simulators.ebay.sites import SITES
from simulators.ebay.state import Offer, Seller
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.wire import Reply

_FIELDS = (
    "availableQuantity",
    "categoryId",
    "charity",
    "extendedProducerResponsibility",
    "hideBuyerDetails",
    "includeCatalogProductDetails",
    "listingDescription",
    "listingDuration",
    "listingPolicies",
    "listingStartDate",
    "lotSize",
    "merchantLocationKey",
    "pricingSummary",
    "quantityLimitPerBuyer",
    "regulatory",
    "secondaryCategoryId",
    "storeCategoryNames",
    "tax",
)
_KEYS = ("sku", "marketplaceId", "format")
_OFFERS = inventory_paging(100, 100)
_OFFER_EXISTS = "Offer entity already exists."


def find_offer(seller: Seller, offer_id: str) -> Offer:
    """Raises 404 (25713) for an offer that the seller does not have."""
    offer = seller.offers.get(offer_id)
    if offer is None:
        raise EbayError(25713, status=404, parameters={"offerId": offer_id})
    return offer


def _touches_offer(world: World, call: Call) -> set[Hashable]:
    offer = call.seller.offers.get(call.parameters["offerId"])
    return item_records(call.seller, offer.sku) if offer else set()


def _touches_listed_offers(world: World, call: Call) -> set[Hashable]:
    held: set[Hashable] = set()
    for row in (call.json_or_none() or {}).get("requests") or []:
        offer = call.seller.offers.get(str(row.get("offerId"))) if isinstance(row, dict) else None
        if offer:
            held |= item_records(call.seller, offer.sku)
    return held


def read_offer(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """The offer fields of a request body. Raises 2004, 25003, 25004 or 25758 for values that cannot be stored."""
    data = {name: body[name] for name in _FIELDS if body.get(name) is not None}
    if "availableQuantity" in data:
        checks.quantity_of(data["availableQuantity"], "availableQuantity", world.limits)
    for name in ("pricingSummary", "listingPolicies"):
        if name in data and not isinstance(data[name], dict):
            raise not_serializable(name)
    if any(data.get("pricingSummary", {}).get(name) for name in ("auctionStartPrice", "auctionReservePrice")):
        raise EbayError(25758)
    price = data.get("pricingSummary", {}).get("price")
    if price is not None:
        checks.refuse_bad_price(price, world.limits)
    if data.get("listingDuration") not in (None, *publishing.DURATIONS):
        raise not_serializable("listingDuration")
    data.setdefault("includeCatalogProductDetails", True)  # seen on the sandbox: openlinker issue 2880
    return data


def _refuse_bad_start(world: World, data: dict[str, Any]) -> None:
    """Raises 25752 for a start that is no time, or is past (EbayOfferDetailsWithKeys.listingStartDate)."""
    told = data.get("listingStartDate")
    if told is None:
        return
    try:
        start = datetime.fromisoformat(told.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        raise EbayError(25752) from None
    if start <= world.now():
        raise EbayError(25752)


def create(world: World, seller: Seller, body: dict[str, Any]) -> Offer:
    """Stage an offer. Raises 400 (25002, the offer's id in its parameters) where SKU, site and format have one."""
    sku, marketplace_id, listing_format = (body.get(name) for name in _KEYS)
    if marketplace_id not in SITES:
        raise not_serializable("marketplaceId")
    if listing_format != "FIXED_PRICE":  # auctions are not modelled
        raise not_serializable("format")
    checks.refuse_bad_sku(sku, world.limits)
    if sku not in seller.items:
        raise EbayError(25702, f"SKU {sku}.", parameters={"SKU": str(sku)})
    for offer in seller.offers_for(sku):
        if (offer.marketplace_id, offer.format) == (marketplace_id, listing_format):
            raise EbayError(25002, _OFFER_EXISTS, parameters={"offerId": offer.offer_id})
    try:
        fields = read_offer(world, body)
    except EbayError as error:  # the document gives creation one general id where revision has one for each field
        raise (EbayError(25709, error.entry["message"]) if error.error_id in (25003, 25004) else error) from None
    _refuse_bad_start(world, fields)
    data = {"sku": sku, "marketplaceId": marketplace_id, "format": listing_format, **fields}
    offer = Offer(world.new_offer_id(), data)
    seller.add_offer(offer)
    return offer


def create_offer(world: World, call: Call) -> Reply:
    checks.content_locale(call)
    offer = create(world, call.seller, call.json())
    return Reply(201, {"offerId": offer.offer_id}, {"Content-Language": call.headers["content-language"]})


def bulk_create_offers(world: World, call: Call) -> Reply:
    checks.content_locale(call)
    rows = bulk_rows(call, most=world.limits.number("bulk_entries"), too_many=25730)
    refuse_repeats(rows, _KEYS, 25729)
    responses: list[dict[str, Any]] = []
    for row in rows:
        response: dict[str, Any] = {name: row.get(name) for name in _KEYS if isinstance(row.get(name), str)}
        try:
            bulk.refuse_entry(call, str(row.get("sku")))
            response.update(offerId=create(world, call.seller, row).offer_id, statusCode=200)
        except EbayError as error:
            response.update(statusCode=error.status, errors=[error.entry])
        responses.append(response)
    return bulk_reply(bulk.told(call, responses))


def shown(world: World, seller: Seller, offer: Offer) -> dict[str, Any]:
    """An offer as eBay shows it; `listing` only while published."""
    listing = world.listing_of(seller, offer)
    body = {"offerId": offer.offer_id, **offer.data, "status": "PUBLISHED" if listing else "UNPUBLISHED"}
    if listing is not None:
        body["listing"] = {
            "listingId": listing.listing_id,
            "listingStatus": listings.status_of(seller, listing),
            "soldQuantity": offer.sold,
        }
        if listing.on_hold:
            body["listing"]["listingOnHold"] = True
    return body


def get_offer(world: World, call: Call) -> Reply:
    return Reply(200, shown(world, call.seller, find_offer(call.seller, call.parameters["offerId"])))


def get_offers(world: World, call: Call) -> Reply:
    """The offers of one SKU; without `sku` it fails (YosefHayim/ebay-mcp issue 158), without offers it is a 404."""
    seller = call.seller
    sku = checks.refuse_bad_sku(call.query.get("sku"), world.limits)
    window = _OFFERS.window(call.query)
    for name, known in (("marketplace_id", SITES), ("format", ("FIXED_PRICE", "AUCTION"))):
        if name in call.query and call.query[name] not in known:
            raise EbayError(25709, f"Invalid value for {name}.")
    found = [
        offer
        for offer in seller.offers_for(sku)
        if call.query.get("marketplace_id") in (None, offer.marketplace_id)
        and call.query.get("format") in (None, offer.format)
    ]
    if not found:
        raise EbayError(25713, status=404, parameters={"sku": sku})
    page = window.page(found)
    links = page_links(f"{BASE}/offer", call.query, page)
    body = [shown(world, seller, offer) for offer in page.rows]
    return Reply(200, {**links, "size": len(body), "offers": body})


def update_offer(world: World, call: Call) -> Reply:
    """Replaces the offer in full; a live listing follows at once, and must stay complete."""
    checks.content_locale(call)
    seller = call.seller
    offer = find_offer(seller, call.parameters["offerId"])
    fields = read_offer(world, call.json())
    keys = {name: offer.data[name] for name in _KEYS}
    candidate = Offer(offer.offer_id, {**keys, **fields}, offer.listing_id)
    listing = world.listing_of(seller, offer)
    if listing is None:
        _refuse_bad_start(world, fields)
    else:
        publishing.refuse_incomplete_offer(candidate)
        publishing.refuse_invalid_offer(world, seller, candidate)
        changed = {offer.offer_id: seller.shown_quantity(candidate)}
        listings.refuse_unsellable_zero(seller, listing, changed)
        listings.refuse_beyond_selling_limit(seller, changed)
        world.revise(listing)
    offer.data = candidate.data
    return Reply(204)


def delete_offer(world: World, call: Call) -> Reply:
    """Deletes the offer; ends its single listing, or takes its variation out of listing and group."""
    seller = call.seller
    offer = find_offer(seller, call.parameters["offerId"])
    listing = world.listing_of(seller, offer)
    if listing is not None and listing.group_key is not None:
        listings.remove_variation(world, seller, listing, offer)
        leave_group(seller, offer.sku)
    elif listing is not None:
        listings.end(world, seller, listing, "deleted")
    seller.drop_offer(offer)
    return Reply(204)


def publish(world: World, seller: Seller, offer: Offer) -> dict[str, Any]:
    """Put a single offer on sale. A published one keeps its listing and only draws a warning (25402).

    Source of the repeat: seen on the sandbox, openlinker issue 2880, September 2026.
    """
    listing = world.listing_of(seller, offer)
    if listing is not None:
        warning = error_entry(25402, "The offer is published already.")
        return {"listingId": listing.listing_id, "warnings": [warning]}
    refuse_suspended(seller)
    if offer.sku in seller.group_of:
        raise EbayError(25002, "The SKU belongs to a group: publish_by_inventory_item_group.")
    publishing.refuse_unpublishable(world, seller, offer)
    if seller.shown_quantity(offer) == 0:
        raise EbayError(25004, "A listing begins with at least one unit.")
    listings.refuse_beyond_selling_limit(seller, {offer.offer_id: seller.shown_quantity(offer)})
    product = seller.items[offer.sku].product
    offer.data.setdefault("listingDescription", product["description"])
    listing = listings.begin(world, seller, [offer], group_key=None, title=product["title"])
    return {"listingId": listing.listing_id}


def refuse_suspended(seller: Seller) -> None:
    """Raises 25018 for a seller whom eBay has barred from listing (the id is our choice: the document leaves it open)."""
    if seller.suspended:
        raise EbayError(25018, "The seller may not list at present.")


def publish_offer(world: World, call: Call) -> Reply:
    seller = call.seller
    return Reply(200, publish(world, seller, find_offer(seller, call.parameters["offerId"])))


def bulk_publish_offers(world: World, call: Call) -> Reply:
    rows = bulk_rows(call, most=world.limits.number("bulk_entries"), too_many=25730)
    refuse_repeats(rows, ("offerId",), 25731)
    responses: list[dict[str, Any]] = []
    for row in rows:
        response: dict[str, Any] = {"offerId": str(row.get("offerId"))}
        try:
            offer = find_offer(call.seller, response["offerId"])
            bulk.refuse_entry(call, offer.sku)
            if offer.sku in call.seller.group_of:
                raise EbayError(25732)
            response.update(statusCode=200, **publish(world, call.seller, offer))
        except EbayError as error:
            response.update(statusCode=error.status, errors=[error.entry])
        responses.append(response)
    return bulk_reply(bulk.told(call, responses))


def withdraw_offer(world: World, call: Call) -> Reply:
    """Ends a single listing; the offer stays, unpublished."""
    seller = call.seller
    offer = find_offer(seller, call.parameters["offerId"])
    listing = world.listing_of(seller, offer)
    if listing is None:
        raise EbayError(25002, "The offer is not published.", parameters={"offerId": offer.offer_id})
    if listing.group_key is not None:
        raise EbayError(25002, "The offer is a variation: withdraw_by_inventory_item_group.")
    listings.end(world, seller, listing, "api")
    return Reply(200, {"listingId": listing.listing_id})


_INSERTION_FEE = Decimal("0.35")  # beyond the free allowance; the amount is ours, sites and shops differ


def listing_fees(world: World, call: Call) -> Reply:
    """What publishing would cost, summed per site: nothing within the seller's free listings."""
    seller = call.seller
    rows = bulk_rows(call, most=world.limits.number("offers_per_fee_call"), too_many=25754, name="offers")
    per_site: dict[str, int] = {}
    for row in rows:
        offer = seller.offers.get(str(row.get("offerId")))
        if offer is None or offer.listing_id is not None:
            raise EbayError(25754)
        per_site[offer.marketplace_id] = per_site.get(offer.marketplace_id, 0) + 1
    used = sum(1 for _ in seller.live_listings())
    summaries: list[dict[str, Any]] = []
    for marketplace_id, count in sorted(per_site.items()):
        charged = max(0, used + count - max(used, seller.free_listings))
        used += count
        currency = SITES[marketplace_id].currency
        fee = {"feeType": "INSERTION_FEE", "amount": {"value": f"{_INSERTION_FEE * charged:.2f}", "currency": currency}}
        summaries.append({"marketplaceId": marketplace_id, "fees": [fee]})
    return Reply(200, {"feeSummaries": summaries})


def _operation(name: str, method: str, path: str, handle: Any, **more: Any) -> Operation:
    scopes = READ if method == "GET" or name == "getListingFees" else WRITE
    return Operation(name, method, f"{BASE}{path}", handle, "sell.inventory", scopes, **more)


OPERATIONS = (
    _operation("getOffers", "GET", "/offer", get_offers),
    _operation("createOffer", "POST", "/offer", create_offer, language=True),
    _operation("getOffer", "GET", "/offer/{offerId}", get_offer),
    _operation("updateOffer", "PUT", "/offer/{offerId}", update_offer, touches=_touches_offer, language=True),
    _operation("deleteOffer", "DELETE", "/offer/{offerId}", delete_offer, touches=_touches_offer),
    _operation("publishOffer", "POST", "/offer/{offerId}/publish", publish_offer, touches=_touches_offer),
    _operation("withdrawOffer", "POST", "/offer/{offerId}/withdraw", withdraw_offer, touches=_touches_offer),
    _operation("getListingFees", "POST", "/offer/get_listing_fees", listing_fees),
    _operation("bulkCreateOffer", "POST", "/bulk_create_offer", bulk_create_offers, language=True),
    _operation("bulkPublishOffer", "POST", "/bulk_publish_offer", bulk_publish_offers, touches=_touches_listed_offers),
)
