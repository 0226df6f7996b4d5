"""How the catalogue's types and queries are read from the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLError

from simulators.shopify.access import one_of
from simulators.shopify.catalog.filters import (
    COLLECTION_FACTS,
    COLLECTION_KEYS,
    ITEM_FACTS,
    LOCATION_FACTS,
    LOCATION_KEYS,
    PRODUCT_KEYS,
    VARIANT_KEYS,
    by_id,
    connection,
    found,
    product_facts,
    variant_facts,
)
from simulators.shopify.catalog.stock_reads import levels_at
from simulators.shopify.execution import Resolver
from simulators.shopify.global_ids import GID, gid, number_of
from simulators.shopify.orders.fulfillment_orders import fulfillment_order
from simulators.shopify.orders.parcel_reads import parcel_by_id
from simulators.shopify.pages import Page
from simulators.shopify.records import (
    Collection,
    InventoryItem,
    Level,
    Location,
    Medium,
    Option,
    Product,
    Variant,
    View,
)


def _products(_: Any, info: Any, sortKey: str = "ID", query: str | None = None, **window: Any) -> Page[Product]:
    live = info.context.view.products
    records = found(info, live, lambda view: view.products, product_facts, query)
    return connection(records, PRODUCT_KEYS[sortKey], info, window)


def _variants(_: Any, info: Any, sortKey: str = "ID", query: str | None = None, **window: Any) -> Page[Variant]:
    live = info.context.view.variants
    records = found(info, live, lambda view: view.variants, variant_facts, query)
    return connection(records, VARIANT_KEYS[sortKey], info, window)


def _items(_: Any, info: Any, query: str | None = None, **window: Any) -> Page[InventoryItem]:
    live = info.context.view.items
    return connection(found(info, live, lambda view: view.items, ITEM_FACTS, query), by_id, info, window)


def _collections(_: Any, info: Any, sortKey: str = "ID", query: str | None = None, **window: Any) -> Page[Collection]:
    live = info.context.view.collections
    records = found(info, live, lambda view: view.collections, COLLECTION_FACTS, query)
    return connection(records, COLLECTION_KEYS[sortKey], info, window)


def _locations(
    _: Any,
    info: Any,
    sortKey: str = "NAME",
    query: str | None = None,
    includeLegacy: bool = False,  # the locations of fulfilment services, of which this shop has none
    includeInactive: bool = False,
    **window: Any,
) -> Page[Location]:
    live = info.context.view.locations
    records = found(info, live, lambda view: view.locations, LOCATION_FACTS, query)
    shown = [one for one in records if one.is_active or includeInactive]
    return connection(shown, LOCATION_KEYS[sortKey], info, window)


def _count(pick: Callable[[View], Mapping[int, Any]], facts: Any) -> Resolver:
    def count(_: Any, info: Any, query: str | None = None, limit: int | None = 10_000) -> dict[str, Any]:
        number = len(found(info, pick(info.context.view), pick, facts, query))
        if limit is None or number <= limit:
            return {"count": number, "precision": "EXACT"}
        return {"count": limit, "precision": "AT_LEAST"}

    return count


# Single things


def _one(kind: str, pick: Callable[[View], Mapping[int, Any]]) -> Resolver:
    return lambda _, info, id: pick(info.context.view).get(number_of(id, kind))


def _location(_: Any, info: Any, id: str | None = None) -> Location | None:
    places: dict[int, Location] = info.context.view.locations
    if id is None:
        return next(iter(places.values()), None)
    return places.get(number_of(id, "Location"))


def _level_by_id(view: View, number: int, whole: str) -> Level | None:
    item = re.search(r"inventory_item_id=(\d+)", whole)
    if item:
        return next((level for level in view.levels_of(int(item[1])) if level.id == number), None)
    return next((level for level in view.levels.values() if level.id == number), None)


def node(_: Any, info: Any, id: str) -> Any:
    """Any thing by its global id; None for what does not exist. What the app may not see is denied as the field itself."""
    matched = GID.fullmatch(id)
    kind = matched[1] if matched else ""
    return one_of(_any(info, id, kind), "node", kind, info.context.scopes)


def _any(info: Any, id: str, kind: str) -> Any:
    number = number_of(id)
    view: View = info.context.view
    tables: dict[str, Mapping[int, Any]] = {
        "Product": view.products,
        "ProductVariant": view.variants,
        "InventoryItem": view.items,
        "Location": view.locations,
        "Collection": view.collections,
        "Order": view.orders,
        "WebhookSubscription": info.context.world.subscriptions.rows,
        "BulkOperation": info.context.world.bulk.rows,
    }
    if kind == "InventoryLevel":
        return _level_by_id(view, number, id)
    if kind == "Fulfillment":
        return parcel_by_id(info.context, number)
    if kind == "FulfillmentOrder":
        return fulfillment_order(info.context, number)
    return tables.get(kind, {}).get(number)


def _nodes(root: Any, info: Any, ids: list[str]) -> list[Any]:
    if len(ids) > 250:
        raise GraphQLError(
            "The input array size of ids exceeds the maximum of 250", extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"}
        )
    return [node(root, info, one) for one in ids]


# Products


def _of(product: Product, info: Any) -> list[Variant]:
    return [info.context.view.variants[number] for number in product.variant_ids]


def _total(product: Product, info: Any) -> int:
    view: View = info.context.view
    return sum(view.quantity(one) for one in _of(product, info) if view.items[one.inventory_item_id].tracked)


def _product_variants(product: Product, info: Any, sortKey: str = "POSITION", **window: Any) -> Page[Variant]:
    return connection(_of(product, info), VARIANT_KEYS[sortKey], info, window)


def _product_collections(
    product: Product, info: Any, sortKey: str = "ID", query: str | None = None, **window: Any
) -> Page[Collection]:
    live: dict[int, Collection] = info.context.view.collections
    records = [
        one
        for one in found(info, live, lambda view: view.collections, COLLECTION_FACTS, query)
        if product.id in one.members
    ]
    return connection(records, COLLECTION_KEYS[sortKey], info, window)


def _in_collection(product: Product, info: Any, id: str) -> bool:
    collection = info.context.view.collections.get(number_of(id, "Collection"))
    return collection is not None and product.id in collection.members


def _media(
    product: Product, info: Any, sortKey: str = "POSITION", query: str | None = None, **window: Any
) -> Page[Medium]:
    places = {medium.id: place for place, medium in enumerate(product.media)}
    by_place = by_id if sortKey == "ID" else (lambda one: (places[one.id], one.id))
    return connection(product.media, by_place, info, window)


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


_PRODUCT: dict[str, Resolver] = {
    "id": lambda one, _: gid("Product", one.id),
    "legacyResourceId": lambda one, _: one.id,
    "tags": lambda one, _: list(one.tags),
    "description": lambda one, _: _plain(one.description_html),
    "hasOnlyDefaultVariant": lambda one, _: one.options[0].name == "Title" and len(one.variant_ids) == 1,
    "hasOutOfStockVariants": lambda one, info: any(info.context.view.quantity(v) <= 0 for v in _of(one, info)),
    "totalInventory": _total,
    "tracksInventory": lambda one, info: any(
        info.context.view.items[v.inventory_item_id].tracked for v in _of(one, info)
    ),
    "options": lambda one, _, first=None: list(one.options)[:first],
    "media": _media,
    "mediaCount": lambda one, _: {"count": len(one.media), "precision": "EXACT"},
    "featuredMedia": lambda one, _: one.media[0] if one.media else None,
    "variants": _product_variants,
    "variantsCount": lambda one, _: {"count": len(one.variant_ids), "precision": "EXACT"},
    "collections": _product_collections,
    "inCollection": _in_collection,
}


def _option_values(option: Option, _: Any) -> list[dict[str, Any]]:
    return [
        {"id": gid("ProductOptionValue", option.id * 1000 + place), "name": value, "hasVariants": True}
        for place, value in enumerate(option.values)
    ]


# Variants and stock


def _sellable_online(variant: Variant, info: Any) -> int:
    view: View = info.context.view
    levels = view.levels_of(variant.inventory_item_id)
    return sum(level.available for level in levels if view.locations[level.location_id].fulfills_online_orders)


def _for_sale(variant: Variant, info: Any) -> bool:
    view: View = info.context.view
    if not view.items[variant.inventory_item_id].tracked or variant.inventory_policy == "CONTINUE":
        return True
    return _sellable_online(variant, info) > 0


_VARIANT: dict[str, Resolver] = {
    "id": lambda one, _: gid("ProductVariant", one.id),
    "legacyResourceId": lambda one, _: one.id,
    "product": lambda one, info: info.context.view.products[one.product_id],
    "displayName": lambda one, info: f"{info.context.view.products[one.product_id].title} - {one.title}",
    "availableForSale": _for_sale,
    "inventoryQuantity": lambda one, info: info.context.view.quantity(one),
    "sellableOnlineQuantity": _sellable_online,
    "selectedOptions": lambda one, _: [{"name": name, "value": value} for name, value in one.selected_options],
    "inventoryItem": lambda one, info: info.context.view.items[one.inventory_item_id],
    "media": lambda one, info, **window: connection((one.medium,) if one.medium else (), by_id, info, window),
}


# Collections and places


def _collection_products(
    collection: Collection, info: Any, sortKey: str = "COLLECTION_DEFAULT", **window: Any
) -> Page[Product]:
    live: dict[int, Product] = info.context.view.products
    members = [live[number] for number in collection.members if number in live]
    if sortKey in ("COLLECTION_DEFAULT", "MANUAL"):
        places = {number: place for place, number in enumerate(collection.members)}
        return connection(members, lambda one: (places[one.id], one.id), info, window)
    key = {"ID": by_id, "TITLE": PRODUCT_KEYS["TITLE"], "CREATED": PRODUCT_KEYS["CREATED_AT"]}[sortKey]
    return connection(members, key, info, window)


_COLLECTION: dict[str, Resolver] = {
    "id": lambda one, _: gid("Collection", one.id),
    "legacyResourceId": lambda one, _: one.id,
    "products": _collection_products,
    "productsCount": lambda one, _: {"count": len(one.members), "precision": "EXACT"},
    "ruleSet": lambda one, _: {"appliedDisjunctively": False} if one.smart else None,
    "hasProduct": lambda one, _, id: number_of(id, "Product") in one.members,
}

CATALOG: dict[str, dict[str, Resolver]] = {
    "QueryRoot": {
        "node": node,
        "nodes": _nodes,
        "product": _one("Product", lambda view: view.products),
        "productVariant": _one("ProductVariant", lambda view: view.variants),
        "inventoryItem": _one("InventoryItem", lambda view: view.items),
        "inventoryLevel": lambda _, info, id: _level_by_id(info.context.view, number_of(id), id),
        "collection": _one("Collection", lambda view: view.collections),
        "location": _location,
        "products": _products,
        "productVariants": _variants,
        "inventoryItems": _items,
        "collections": _collections,
        "locations": _locations,
        "productsCount": _count(lambda view: view.products, product_facts),
        "productVariantsCount": _count(lambda view: view.variants, variant_facts),
        "collectionsCount": _count(lambda view: view.collections, COLLECTION_FACTS),
    },
    "Product": _PRODUCT,
    "ProductOption": {
        "id": lambda one, _: gid("ProductOption", one.id),
        "values": lambda one, _: list(one.values),
        "optionValues": _option_values,
    },
    "ProductVariant": _VARIANT,
    "MediaImage": {
        "id": lambda one, _: gid("MediaImage", one.id),
        "mediaContentType": lambda *_: "IMAGE",
        "status": lambda *_: "READY",
        "image": lambda one, _: one,
    },
    "Image": {"id": lambda one, _: gid("ImageSource", one.id), "altText": lambda one, _: one.alt},
    "Location": {
        "id": lambda one, _: gid("Location", one.id),
        "inventoryLevels": levels_at,
        "legacyResourceId": lambda one, _: one.id,
        "shipsInventory": lambda one, _: one.fulfills_online_orders,
    },
    "Collection": _COLLECTION,
}

KINDS: dict[type, str] = {
    Product: "Product",
    Variant: "ProductVariant",
    InventoryItem: "InventoryItem",
    Level: "InventoryLevel",
    Location: "Location",
    Collection: "Collection",
    Medium: "MediaImage",
}
