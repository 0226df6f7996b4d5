"""Catalog Items API 2022-04-01 and Listings Restrictions API 2021-08-01: what Amazon knows of a product, and who may sell it."""

from __future__ import annotations

from typing import Any

from simulators.amazon.errors import denied, invalid, not_found
from simulators.amazon.offers.attributes import CONDITIONS
from simulators.amazon.offers.catalog_state import Product
from simulators.amazon.offers.result_pages import page_of
from simulators.amazon.wire import Call, Operation
from simulators.amazon.world import World
from simulators.kit.pages import number_in
from simulators.kit.wire import Reply

_BASE = "/catalog/2022-04-01/items"
_KINDS = ("ASIN", "EAN", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC")
_INCLUDED = (
    "attributes",
    "classifications",
    "dimensions",
    "identifiers",
    "images",
    "productTypes",
    "relationships",
    "salesRanks",
    "summaries",
    "vendorDetails",
)
_MOST_PAGED = 1_000
"""`ItemSearchResults`: the maximum number of items that can be paged through."""
_APPROVE = "https://sellercentral.amazon.com/hz/approvalrequest/restrictions/approve?asin="


def search_items(world: World, call: Call) -> Reply:
    """By identifiers, or by keywords: words of the title or the brand."""
    [site] = call.marketplaces(most=1, foreign=True)
    included = call.some_of("includedData", _INCLUDED, ("summaries",))
    identifiers, keywords = call.csv("identifiers"), [word.lower() for word in call.csv("keywords")]
    if bool(identifiers) == bool(keywords):
        raise invalid("Exactly one of identifiers and keywords is required.")
    if len(identifiers or keywords) > 20:
        raise invalid("identifiers and keywords take at the most 20 values.")
    size = number_in(
        call.query, "pageSize", 10, 1, 20, lambda name, value: invalid(f"Invalid '{name}' provided.", value)
    )
    found = _identified(world, call, identifiers) if identifiers else _named(world, call, keywords)
    page, pagination = page_of(call, min(len(found), _MOST_PAGED), size)
    items = [_shown(world, product, site, included) for product in found[page]]
    told: dict[str, Any] = {"numberOfResults": len(found), "items": items}
    return Reply(200, {**told, "pagination": pagination} if pagination else told)


def _identified(world: World, call: Call, identifiers: list[str]) -> list[Product]:
    kind, region = call.one_of("identifiersType", _KINDS), call.seller.region
    catalog, found = world.listings.catalog, []
    if kind == "SKU" and call.query.get("sellerId") != call.seller.seller_id:
        raise invalid("sellerId is required for identifiersType SKU.")
    for identifier in identifiers:
        if kind == "ASIN":
            product = catalog.of(region, identifier)
        elif kind == "SKU":
            item = world.listings.item(call.seller, identifier)
            product = catalog.of(region, item.asin) if item and item.asin else None
        else:
            product = catalog.by_barcode(region, identifier)
        if product is not None and product not in found:
            found.append(product)
    return found


def _named(world: World, call: Call, keywords: list[str]) -> list[Product]:
    words = [word for keyword in keywords for word in keyword.split()]
    return [
        product
        for (region, _), product in world.listings.catalog.products.items()
        if region == call.seller.region and all(word in f"{product.title} {product.brand}".lower() for word in words)
    ]


def get_item(world: World, call: Call) -> Reply:
    sites = call.marketplaces(foreign=True)
    included = call.some_of("includedData", _INCLUDED, ("summaries",))
    product = world.listings.catalog.of(call.seller.region, call.parameters["asin"])
    if product is None:
        raise not_found(f"Requested item '{call.parameters['asin']}' not found in marketplace(s) {','.join(sites)}.")
    return Reply(200, _shown(world, product, sites[0], included))


def _shown(world: World, product: Product, site: str, included: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"asin": product.asin}
    kind = "VARIATION_PARENT" if product.is_parent else "BASE_PRODUCT"
    summary = {"marketplaceId": site, "brand": product.brand, "itemName": product.title, "itemClassification": kind}
    codes = [{"identifierType": kind, "identifier": code} for kind, code in product.barcodes]
    sets: dict[str, Any] = {
        "summaries": [summary],
        "identifiers": [{"marketplaceId": site, "identifiers": codes}],
        "productTypes": [{"marketplaceId": site, "productType": product.product_type}],
        "images": [{"marketplaceId": site, "images": _images(product)}],
        "relationships": [{"marketplaceId": site, "relationships": _relations(world, product)}],
        "attributes": {
            "brand": [{"value": product.brand, "marketplace_id": site}],
            "item_name": [{"value": product.title, "marketplace_id": site}],
        },
        "classifications": [{"marketplaceId": site}],
        "dimensions": [{"marketplaceId": site}],
        "salesRanks": [{"marketplaceId": site}],
        "vendorDetails": [{"marketplaceId": site}],
    }
    return told | {name: sets[name] for name in included}


def _images(product: Product) -> list[dict[str, Any]]:
    return [{"variant": "MAIN", "link": product.picture, "height": 500, "width": 500}] if product.picture else []


def _relations(world: World, product: Product) -> list[dict[str, Any]]:
    if product.parent:
        return [{"type": "VARIATION", "parentAsins": [product.parent]}]
    children = [one.asin for one in world.listings.catalog.products.values() if one.parent == product.asin]
    return [{"type": "VARIATION", "childAsins": children}] if children else []


def restrictions(world: World, call: Call) -> Reply:
    """Why the seller may not list an ASIN; nothing where they may."""
    sites = call.marketplaces()
    asin = call.query.get("asin", "")
    if call.query.get("sellerId") != call.seller.seller_id:
        raise denied("The selling partner is not that of the access token.")
    if not asin:
        raise invalid("Invalid 'asin' provided.")
    condition = call.one_of("conditionType", CONDITIONS) if "conditionType" in call.query else "new_new"
    product = world.listings.catalog.of(call.seller.region, asin)
    if product is None:
        reason: dict[str, Any] = {"message": "The ASIN was not found.", "reasonCode": "ASIN_NOT_FOUND"}
    elif world.listings.catalog.may_sell(call.seller.name, product.brand):
        return Reply(200, {"restrictions": []})
    else:
        reason = {"message": f"You need approval to list the brand {product.brand}.", "reasonCode": "APPROVAL_REQUIRED"}
        title = "Request Approval via Seller Central."
        reason["links"] = [{"resource": f"{_APPROVE}{asin}", "verb": "GET", "title": title, "type": "text/html"}]
    rows = [{"marketplaceId": site, "conditionType": condition, "reasons": [reason]} for site in sites]
    return Reply(200, {"restrictions": rows})


OPERATIONS = (
    Operation("searchCatalogItems", "GET", _BASE, search_items),
    Operation("getCatalogItem", "GET", f"{_BASE}/{{asin}}", get_item),
    Operation("getListingsRestrictions", "GET", "/listings/2021-08-01/restrictions", restrictions),
)
