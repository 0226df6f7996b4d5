"""What the catalogue's queries can be filtered and sorted by, and the pages they make.

Filter names: the `query` arguments' own documentation in the introspection of 2026-04; those left out are ignored
with a warning (`search.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulators.shopify import search
from simulators.shopify.execution import Context
from simulators.shopify.pages import Page, page
from simulators.shopify.records import Product, Variant, View


def connection(
    records: Iterable[Any], key: Callable[[Any], tuple[Any, int]], info: Any, arguments: dict[str, Any]
) -> Page[Any]:
    context: Context = info.context
    if context.unbounded and arguments.get("first") is None and arguments.get("last") is None:
        ordered = sorted(records, key=key)
        return Page(ordered, key, False, False)
    return page(list(records), key, arguments, context.limits.max_page)


def by_id(record: Any) -> tuple[int, int]:
    return (record.id, record.id)


PRODUCT_FACTS: dict[str, Callable[[Any], Any]] = {
    "default": lambda one: (one.title, one.vendor, *one.tags),
    "id": lambda one: one.id,
    "title": lambda one: one.title,
    "handle": lambda one: one.handle,
    "status": lambda one: one.status,
    "vendor": lambda one: one.vendor,
    "product_type": lambda one: one.product_type,
    "tag": lambda one: one.tags,
    "created_at": lambda one: one.created_at,
    "updated_at": lambda one: one.updated_at,
    "published_at": lambda one: one.published_at,
}
ITEM_FACTS: dict[str, Callable[[Any], Any]] = {
    "id": lambda one: one.id,
    "sku": lambda one: one.sku,
    "created_at": lambda one: one.created_at,
    "updated_at": lambda one: one.updated_at,
}
COLLECTION_FACTS: dict[str, Callable[[Any], Any]] = {
    "default": lambda one: one.title,
    "id": lambda one: one.id,
    "title": lambda one: one.title,
    "handle": lambda one: one.handle,
    "collection_type": lambda one: "smart" if one.smart else "custom",
    "product_id": lambda one: tuple(one.members),
    "updated_at": lambda one: one.updated_at,
}
LEVEL_FACTS: dict[str, Callable[[Any], Any]] = {
    "id": lambda one: one.id,
    "inventory_item_id": lambda one: one.item_id,
    "updated_at": lambda one: one.updated_at,
}
LOCATION_FACTS: dict[str, Callable[[Any], Any]] = {
    "default": lambda one: one.name,
    "id": lambda one: one.id,
    "location_id": lambda one: one.id,
    "name": lambda one: one.name,
    "active": lambda one: str(one.is_active).lower(),
    "created_at": lambda one: one.created_at,
}


def product_facts(view: View) -> dict[str, Callable[[Any], Any]]:
    """The filters of products, with those that look into variants and collections."""

    def variants(product: Product) -> list[Variant]:
        return [view.variants[number] for number in product.variant_ids]

    def collections(product: Product) -> tuple[int, ...]:
        return tuple(one.id for one in view.collections.values() if product.id in one.members)

    return PRODUCT_FACTS | {
        "sku": lambda one: tuple(variant.sku for variant in variants(one)),
        "barcode": lambda one: tuple(variant.barcode for variant in variants(one)),
        "variant_id": lambda one: one.variant_ids,
        "variant_title": lambda one: tuple(variant.title for variant in variants(one)),
        "collection_id": collections,
        "inventory_total": lambda one: sum(view.quantity(variant) for variant in variants(one)),
    }


def variant_facts(view: View) -> dict[str, Callable[[Any], Any]]:
    """The filters of variants, with those that look at the product."""

    def product(variant: Variant) -> Product:
        return view.products[variant.product_id]

    return {
        "default": lambda one: (one.title, one.sku, product(one).title),
        "id": lambda one: one.id,
        "sku": lambda one: one.sku,
        "barcode": lambda one: one.barcode,
        "title": lambda one: one.title,
        "product_id": lambda one: one.product_id,
        "product_ids": lambda one: one.product_id,
        "product_status": lambda one: product(one).status,
        "product_type": lambda one: product(one).product_type,
        "vendor": lambda one: product(one).vendor,
        "tag": lambda one: product(one).tags,
        "taxable": lambda one: str(one.taxable).lower(),
        "inventory_quantity": lambda one: view.quantity(one),
        "updated_at": lambda one: one.updated_at,
    }


def found(
    info: Any, live: Mapping[Any, Any], indexed: Callable[[View], Mapping[Any, Any]], facts: Any, query: str | None
) -> list[Any]:
    """The records a query finds: matched in the search index, shown as they are now; all of them without a query."""
    context: Context = info.context
    index = context.catalog_index()
    known = facts(index) if callable(facts) else facts
    asked = search.parse(query, known)
    if asked is None:
        return list(live.values())
    note_ignored(info, query, asked)
    hits = (key for key, record in indexed(index).items() if asked.keeps(record, known))
    return [live[key] for key in hits if key in live]


def note_ignored(info: Any, query: str | None, asked: search.Search) -> None:
    if asked.ignored:
        told = [
            {"field": field, "message": "Invalid search field for this query.", "code": "invalid_field"}
            for field in asked.ignored
        ]
        info.context.warnings.append({"path": info.path.as_list(), "query": query, "warnings": told})


PRODUCT_KEYS: dict[str, Callable[[Any], tuple[Any, int]]] = {
    "ID": by_id,
    "UPDATED_AT": lambda one: (one.updated_at, one.id),
    "CREATED_AT": lambda one: (one.created_at, one.id),
    "TITLE": lambda one: (one.title.lower(), one.id),
}
VARIANT_KEYS: dict[str, Callable[[Any], tuple[Any, int]]] = {
    "ID": by_id,
    "SKU": lambda one: (one.sku or "", one.id),
    "POSITION": lambda one: (one.position, one.id),
    "TITLE": lambda one: (one.title.lower(), one.id),
}
COLLECTION_KEYS: dict[str, Callable[[Any], tuple[Any, int]]] = {
    "ID": by_id,
    "TITLE": lambda one: (one.title.lower(), one.id),
    "UPDATED_AT": lambda one: (one.updated_at, one.id),
}
LOCATION_KEYS: dict[str, Callable[[Any], tuple[Any, int]]] = {
    "ID": by_id,
    "NAME": lambda one: (one.name.lower(), one.id),
}
