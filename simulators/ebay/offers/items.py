"""Inventory items: full replacement, deletion, lists. Source: sell_inventory 1.18.4, /inventory_item."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from simulators.ebay.errors import EbayError, not_serializable
from simulators.ebay.offers import auctions, bulk, checks, listings, publishing
from simulators.ebay.paging import inventory_paging, page_links
from simulators.ebay.sites import language_of
from simulators.ebay.state import Item, Listing, Offer, Seller
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.wire import Reply

BASE = "/sell/inventory/v1"
SCOPE = "https://api.ebay.com/oauth/api_scope/sell.inventory"
WRITE = (SCOPE,)
READ = (SCOPE, f"{SCOPE}.readonly")
_ITEMS = inventory_paging(25, 200)

_FIELDS = (
    "availability",
    "condition",
    "conditionDescription",
    "conditionDescriptors",
    "packageWeightAndSize",
    "product",
)


def item_records(seller: Seller, sku: str) -> set[Hashable]:
    """What a write on a SKU holds: the item, and the group that it belongs to."""
    held: set[Hashable] = {(seller.username, "item", sku)}
    if sku in seller.group_of:
        held.add((seller.username, "group", seller.group_of[sku]))
    return held


def _touches_item(world: World, call: Call) -> set[Hashable]:
    return item_records(call.seller, call.parameters["sku"])


def _touches_items(world: World, call: Call) -> set[Hashable]:
    held: set[Hashable] = set()
    for row in (call.json_or_none() or {}).get("requests") or []:
        if isinstance(row, dict):
            held |= item_records(call.seller, str(row.get("sku")))
    return held


def read_item(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """The item fields of a request body.

    Raises 2004 or 25004 for values that cannot be stored, and 25717 for an empty list of pictures (left out is another
    thing: it takes them away).
    """
    data = {name: body[name] for name in _FIELDS if body.get(name) is not None}
    condition = data.get("condition")
    if condition is not None and condition not in checks.CONDITION_IDS:
        raise not_serializable("condition")
    availability = data.get("availability")
    if availability is not None:
        if not isinstance(availability, dict):
            raise not_serializable("availability")
        ship_to = availability.get("shipToLocationAvailability") or {}
        if ship_to.get("quantity") is not None:
            checks.quantity_of(ship_to["quantity"], "shipToLocationAvailability.quantity", world.limits)
    product = data.get("product")
    if product is not None:
        if not isinstance(product, dict):
            raise not_serializable("product")
        publishing.refuse_malformed_aspects(product.get("aspects"), "product.aspects")
        if product.get("imageUrls") is not None and not isinstance(product["imageUrls"], list):
            raise not_serializable("product.imageUrls")
        if product.get("imageUrls") == []:
            raise EbayError(25717, "imageUrls is empty.")
    return data


def _live(world: World, seller: Seller, sku: str) -> list[tuple[Listing, Offer]]:
    return [
        (listing, offer) for offer in seller.offers_for(sku) if (listing := world.listing_of(seller, offer)) is not None
    ]


def replace_item(
    world: World, seller: Seller, sku: str, locale: str, body: dict[str, Any], counted: set[str] | None = None
) -> bool:
    """Write an item in full; live listings follow at once. True where the item is new.

    What the body leaves out is gone, the quantity too. A live listing survives missing content (seen on the sandbox,
    openlinker issue 2880), but not a quantity of 0 without out-of-stock control.
    """
    checks.refuse_bad_sku(sku, world.limits)
    data = read_item(world, body)
    new = Item(sku, locale, data)
    live = _live(world, seller, sku)
    if live:
        publishing.refuse_invalid_item(data)
    auctions.refuse_too_few(seller, sku, new.quantity)
    changed = {offer.offer_id: seller.shown_quantity(offer, item_quantity=new.quantity) for _, offer in live}
    for listing, _ in live:
        listings.refuse_unsellable_zero(seller, listing, changed)
    if live:
        listings.refuse_beyond_selling_limit(seller, changed)
    world.revise(*(listing for listing, _ in live), hold_error=25097, counted=counted)
    created = sku not in seller.items
    seller.items[sku] = new
    for listing, _ in live:
        if listing.group_key is None:
            listing.title = new.product.get("title") or listing.title
    return created


def put_item(world: World, call: Call) -> Reply:
    replace_item(world, call.seller, call.parameters["sku"], checks.content_locale(call), call.json())
    return Reply(204)


def _shown(seller: Seller, item: Item, *, with_group_ids: bool = True) -> dict[str, Any]:
    shown: dict[str, Any] = {"sku": item.sku, "locale": item.locale, **item.data}
    key = seller.group_of.get(item.sku)
    if key is not None:
        shown["inventoryItemGroupKeys"] = [key]
        if with_group_ids:
            shown["groupIds"] = [key]
    return shown


def _item(seller: Seller, sku: str) -> Item:
    item = seller.items.get(sku)
    if item is None:
        raise EbayError(25710, status=404, parameters={"sku": sku})
    return item


def get_item(world: World, call: Call) -> Reply:
    return Reply(200, _shown(call.seller, _item(call.seller, call.parameters["sku"])))


def get_items(world: World, call: Call) -> Reply:
    seller = call.seller
    page = _ITEMS.window(call.query).page(sorted(seller.items))
    if page.window.start and not page.rows:
        raise EbayError(25706, "The page does not exist.")
    shown = [_shown(seller, seller.items[sku]) for sku in page.rows]
    links = page_links(f"{BASE}/inventory_item", call.query, page)
    return Reply(200, {**links, "size": len(shown), "inventoryItems": shown})


def delete_item(world: World, call: Call) -> Reply:
    """Deletes the item with its offers; ends its single listings; takes it out of its group and that group's listing."""
    seller, sku = call.seller, call.parameters["sku"]
    _item(seller, sku)
    for listing, offer in _live(world, seller, sku):
        if listing.group_key is None:
            listings.end(world, seller, listing, "deleted")
        else:
            listings.remove_variation(world, seller, listing, offer)
    for offer in seller.offers_for(sku):
        seller.drop_offer(offer)
    leave_group(seller, sku)
    del seller.items[sku]
    return Reply(204)


def leave_group(seller: Seller, sku: str) -> None:
    """Take a SKU out of the group that it belongs to, if any."""
    key = seller.group_of.pop(sku, None)
    if key is not None:
        group = seller.groups[key]
        group.data["variantSKUs"] = [member for member in group.skus if member != sku]


def bulk_rows(call: Call, *, most: int, too_many: int, name: str = "requests") -> list[dict[str, Any]]:
    """The entries of a bulk call. Raises 25709 where there are none, `too_many` where there are too many."""
    rows = call.json().get(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise EbayError(25709, f"Invalid value for field {name}.")
    if len(rows) > most:
        raise EbayError(too_many, f"The number cannot exceed {most}.")
    return rows


def bulk_reply(responses: list[dict[str, Any]]) -> Reply:
    """200 where every entry came true, 400 where none did, 207 between: the entries tell."""
    good = sum(response["statusCode"] < 400 for response in responses)
    status = 200 if good == len(responses) else 400 if good == 0 else 207
    return Reply(status, {"responses": responses})


def refuse_repeats(rows: list[dict[str, Any]], keys: tuple[str, ...], error_id: int) -> None:
    """Raises `error_id` where two entries of a bulk call name the same thing."""
    named = [tuple(str(row.get(key)) for key in keys) for row in rows]
    if len(set(named)) < len(named):
        raise EbayError(error_id)


def bulk_put_items(world: World, call: Call) -> Reply:
    rows = bulk_rows(call, most=world.limits.number("bulk_entries"), too_many=25727)
    refuse_repeats(rows, ("sku",), 25728)
    if not all(row.get("sku") and row.get("locale") for row in rows):
        raise EbayError(25733)
    responses: list[dict[str, Any]] = []
    counted: set[str] = set()
    for row in rows:
        sku, locale = str(row["sku"]), str(row["locale"])
        response: dict[str, Any] = {"sku": sku, "locale": locale, "statusCode": 200}
        try:
            if language_of(locale) != language_of(checks.content_locale(call)):
                raise EbayError(25709, "Invalid value for header Content-Language.")
            bulk.refuse_entry(call, sku)
            created = replace_item(world, call.seller, sku, locale, row, counted)
            response["statusCode"] = 201 if created else 200
        except EbayError as error:
            response.update(statusCode=error.status, errors=[error.entry])
        responses.append(response)
    return bulk_reply(bulk.told(call, responses))


def bulk_get_items(world: World, call: Call) -> Reply:
    rows = bulk_rows(call, most=world.limits.number("bulk_entries"), too_many=25727)
    refuse_repeats(rows, ("sku",), 25734)
    responses: list[dict[str, Any]] = []
    for row in rows:
        sku = str(row.get("sku") or "")
        item = call.seller.items.get(sku)
        if item is None:
            error = EbayError(25710, status=404, parameters={"sku": sku})
            responses.append({"sku": sku, "statusCode": 404, "errors": [error.entry]})
        else:
            shown = _shown(call.seller, item, with_group_ids=False)
            responses.append({"sku": sku, "statusCode": 200, "inventoryItem": shown})
    return bulk_reply(responses)


def _operation(name: str, method: str, path: str, handle: Any, **more: Any) -> Operation:
    scopes = READ if method == "GET" or name == "bulkGetInventoryItem" else WRITE
    return Operation(name, method, f"{BASE}{path}", handle, "sell.inventory", scopes, **more)


OPERATIONS = (
    _operation("getInventoryItems", "GET", "/inventory_item", get_items),
    _operation("getInventoryItem", "GET", "/inventory_item/{sku}", get_item),
    _operation(
        "createOrReplaceInventoryItem", "PUT", "/inventory_item/{sku}", put_item, touches=_touches_item, language=True
    ),
    _operation("deleteInventoryItem", "DELETE", "/inventory_item/{sku}", delete_item, touches=_touches_item),
    _operation("bulkGetInventoryItem", "POST", "/bulk_get_inventory_item", bulk_get_items),
    _operation(
        "bulkCreateOrReplaceInventoryItem",
        "POST",
        "/bulk_create_or_replace_inventory_item",
        bulk_put_items,
        touches=_touches_items,
        language=True,
    ),
)
