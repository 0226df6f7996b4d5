"""The shop's catalogue and stock: changes to the tables, without the noise (events) they make."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from simulators.kit.deeds import DeedRefused
from simulators.shopify.catalog.specs import check_variant, handle_of, money, option_names, title_of
from simulators.shopify.records import (
    Collection,
    InventoryItem,
    Level,
    Location,
    Medium,
    Option,
    Product,
    Tables,
    Variant,
)

R = TypeVar("R")

MAX_VARIANTS = 2048  # per product: shopify.dev/docs/api/usage/limits, read 2026-11-23


class NoSuchThing(DeedRefused):
    """The deed or call names something this shop does not have."""


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """Who the shop is. `currency` is ISO 4217, `timezone` an IANA name."""

    id: int
    domain: str
    name: str
    email: str
    currency: str
    timezone: str
    plan: str
    created_at: datetime


class Catalog:
    """Products, variants, inventory items, levels, locations and collections of one shop.

    Not thread-safe on its own: the simulator calls it under its one lock. Every change takes the instant it happens at.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._handles: set[str] = set()
        self._ids = {
            "location": itertools.count(70_100_000_001),
            "product": itertools.count(7_900_000_000_001),
            "variant": itertools.count(44_000_000_000_001),
            "item": itertools.count(46_000_000_000_001),
            "level": itertools.count(110_000_000_001),
            "media": itertools.count(33_000_000_000_001),
            "option": itertools.count(10_000_000_000_001),
            "collection": itertools.count(420_000_000_001),
        }

    def next_id(self, kind: str) -> int:
        return next(self._ids[kind])

    # What exists

    def product(self, product_id: int) -> Product:
        return _found(self.tables.products.rows, product_id, "product")

    def variant(self, variant_id: int) -> Variant:
        return _found(self.tables.variants.rows, variant_id, "variant")

    def item(self, item_id: int) -> InventoryItem:
        return _found(self.tables.items.rows, item_id, "inventory item")

    def location(self, location_id: int | None = None) -> Location:
        """The location with this id, or the shop's first one."""
        rows = self.tables.locations.rows
        if location_id is None:
            if not rows:
                raise NoSuchThing("the shop has no location")
            return next(iter(rows.values()))
        return _found(rows, location_id, "location")

    def collection(self, collection_id: int) -> Collection:
        return _found(self.tables.collections.rows, collection_id, "collection")

    def variant_by_sku(self, sku: str) -> Variant:
        """The first variant with this SKU (a SKU is not unique in Shopify)."""
        for variant in self.tables.variants.rows.values():
            if variant.sku == sku:
                return variant
        raise NoSuchThing(f"no variant with SKU {sku!r}")

    # Building

    def add_location(self, name: str, at: datetime) -> Location:
        location = Location(self.next_id("location"), name, at, at)
        self.tables.locations.put(location.id, location, at)
        return location

    def add_product(self, spec: Mapping[str, Any], at: datetime, *, remember: bool = True) -> Product:
        """Make a product from a seller's description of it (README.md, Deeds); raises DeedRefused on a bad one."""
        wanted: Sequence[Mapping[str, Any]] = spec.get("variants") or [{}]
        if len(wanted) > MAX_VARIANTS:
            raise DeedRefused(f"a product has at most {MAX_VARIANTS} variants")
        for one in wanted:
            check_variant(one)
        title, status = title_of(spec), spec.get("status", "ACTIVE")
        product_id = self.next_id("product")
        names = option_names(spec, wanted)
        media = list(self._media(spec.get("images", ()), at))
        variants = [
            self._make_variant(product_id, number, names, one, media, at, remember)
            for number, one in enumerate(wanted, start=1)
        ]
        product = Product(
            id=product_id,
            title=title,
            handle=self._free_handle(spec.get("handle") or handle_of(title)),
            status=status,
            vendor=str(spec.get("vendor", "Demo")),
            product_type=str(spec.get("product_type", "")),
            tags=tuple(spec.get("tags", ())),
            description_html=str(spec.get("description_html", "")),
            options=tuple(self._options(names, variants)),
            media=tuple(media),
            variant_ids=tuple(variant.id for variant in variants),
            created_at=at,
            updated_at=at,
            published_at=at if status == "ACTIVE" else None,
        )
        self.tables.products.put(product_id, product, at, remember=remember)
        return product

    def add_variant(self, product_id: int, spec: Mapping[str, Any], at: datetime) -> Variant:
        """Add a variant to a product; its options are those of the product. Raises DeedRefused on a bad one."""
        check_variant(spec)
        product = self.product(product_id)
        if len(product.variant_ids) >= MAX_VARIANTS:
            raise DeedRefused(f"a product has at most {MAX_VARIANTS} variants")
        names = [option.name for option in product.options]
        media = list(product.media)
        place = len(product.variant_ids) + 1
        made = self._make_variant(product_id, place, names, spec, media, at, True)
        chosen = dict(made.selected_options)
        options = tuple(
            replace(one, values=tuple(dict.fromkeys((*one.values, chosen[one.name])))) for one in product.options
        )
        self.change_product(
            product_id, at, variant_ids=(*product.variant_ids, made.id), options=options, media=tuple(media)
        )
        return made

    def _free_handle(self, wanted: str) -> str:
        """Handles are unique in a shop: a taken one gets a number."""
        handle, number = wanted, 0
        while handle in self._handles:
            number += 1
            handle = f"{wanted}-{number}"
        self._handles.add(handle)
        return handle

    def _make_variant(
        self,
        product_id: int,
        position: int,
        names: Sequence[str],
        spec: Mapping[str, Any],
        media: list[Medium],
        at: datetime,
        remember: bool,
    ) -> Variant:
        """A picture of its own joins the product's `media`."""
        chosen = dict(spec.get("options") or {})
        selected = tuple((name, str(chosen.get(name, "Default Title"))) for name in names)
        variant_id = self.next_id("variant")
        compare_at = spec.get("compare_at_price")
        item = self._item_for(variant_id, spec, at, remember)
        variant = Variant(
            id=variant_id,
            product_id=product_id,
            title=" / ".join(value for _, value in selected),
            sku=spec.get("sku"),
            barcode=spec.get("barcode"),
            price=money(spec.get("price", "10.00")),
            compare_at_price=None if compare_at is None else money(compare_at),
            position=position,
            inventory_policy=spec.get("inventory_policy", "DENY"),
            selected_options=selected,
            inventory_item_id=item.id,
            taxable=bool(spec.get("taxable", True)),
            created_at=at,
            updated_at=at,
            medium=self._own_picture(spec, media, at),
            requires_components=bool(spec.get("requires_components", False)),
        )
        self.tables.variants.put(variant_id, variant, at, remember=remember)
        return variant

    def _own_picture(self, spec: Mapping[str, Any], media: list[Medium], at: datetime) -> Medium | None:
        if not spec.get("image"):
            return None
        (picture,) = self._media([spec["image"]], at)
        known = next((medium for medium in media if medium.url == picture.url), None)
        if known is None:
            media.append(picture)
        return known or picture

    def _item_for(self, variant_id: int, spec: Mapping[str, Any], at: datetime, remember: bool) -> InventoryItem:
        """The inventory item of a new variant: the one it shares with others, or a fresh one with its stock."""
        if spec.get("inventory_item_id") is not None:
            shared = self.item(int(spec["inventory_item_id"]))
            return self.change_item(shared.id, at, variant_ids=(*shared.variant_ids, variant_id))
        item = InventoryItem(
            id=self.next_id("item"),
            sku=spec.get("sku"),
            tracked=bool(spec.get("tracked", True)),
            variant_ids=(variant_id,),
            created_at=at,
            updated_at=at,
            weight_kg=float(spec.get("weight_kg", 0.0)),
        )
        stock: Any = spec.get("stock", 0)
        by_location = stock if isinstance(stock, Mapping) else {self.location().id: stock}
        for location_id, available in by_location.items():
            place = self.location(int(location_id))
            level = Level(self.next_id("level"), item.id, place.id, int(available), at, at)
            self.tables.levels.put((item.id, place.id), level, at, remember=remember)
        self.tables.items.put(item.id, item, at, remember=remember)
        return item

    def _options(self, names: Sequence[str], variants: Sequence[Variant]) -> Iterator[Option]:
        for position, name in enumerate(names, start=1):
            values = dict.fromkeys(dict(variant.selected_options)[name] for variant in variants)
            yield Option(self.next_id("option"), name, position, tuple(values))

    def _media(self, images: Sequence[Any], at: datetime) -> Iterator[Medium]:
        for image in images:
            told = image if isinstance(image, Mapping) else {"url": image}
            yield Medium(
                id=self.next_id("media"),
                url=str(told["url"]),
                alt=told.get("alt"),
                width=int(told.get("width", 1600)),
                height=int(told.get("height", 1600)),
                created_at=at,
            )

    def add_collection(self, spec: Mapping[str, Any], at: datetime) -> Collection:
        title = title_of(spec)
        collection = Collection(
            id=self.next_id("collection"),
            title=title,
            handle=spec.get("handle") or handle_of(title),
            description_html=str(spec.get("description_html", "")),
            smart=bool(spec.get("smart", False)),
            members=dict.fromkeys(self.product(int(product_id)).id for product_id in spec.get("product_ids", ())),
            updated_at=at,
        )
        self.tables.collections.put(collection.id, collection, at)
        return collection

    # Changing

    def change_product(self, product_id: int, at: datetime, **changes: Any) -> Product:
        product = replace(self.product(product_id), updated_at=at, **changes)
        self.tables.products.put(product_id, product, at)
        return product

    def change_variant(self, variant_id: int, at: datetime, **changes: Any) -> Variant:
        """Change a variant; its product counts as updated too."""
        variant = replace(self.variant(variant_id), updated_at=at, **changes)
        self.tables.variants.put(variant_id, variant, at)
        self.change_product(variant.product_id, at)
        return variant

    def change_item(self, item_id: int, at: datetime, **changes: Any) -> InventoryItem:
        item = replace(self.item(item_id), updated_at=at, **changes)
        self.tables.items.put(item_id, item, at)
        return item

    def set_level(self, item_id: int, location_id: int, available: int, at: datetime) -> tuple[Level, bool]:
        """Set stock; true in second place when the item was not stocked at this location before."""
        item, place = self.item(item_id), self.location(location_id)
        key = (item.id, place.id)
        old = self.tables.levels.rows.get(key)
        if old is None:
            level = Level(self.next_id("level"), item.id, place.id, available, at, at)
        else:
            level = replace(old, available=available, updated_at=at)
        self.tables.levels.put(key, level, at)
        return level, old is None

    def commit(self, item_id: int, location_id: int, units: int, at: datetime, *, taken: int = 0) -> bool:
        """Commit so many units to orders, or with a negative number release them; `taken` of them leave what is available.

        True when the item was not stocked at this location before.
        """
        item, place = self.item(item_id), self.location(location_id)
        old = self.tables.levels.rows.get((item.id, place.id))
        level = old or Level(self.next_id("level"), item.id, place.id, 0, at, at)
        available, committed = level.available - taken, level.committed + units
        level = replace(level, available=available, committed=committed, updated_at=at)
        self.tables.levels.put((item.id, place.id), level, at)
        return old is None

    def change_collection(self, collection_id: int, at: datetime, **changes: Any) -> Collection:
        collection = replace(self.collection(collection_id), updated_at=at, **changes)
        self.tables.collections.put(collection_id, collection, at)
        return collection

    def drop_variant(self, variant_id: int, at: datetime) -> Variant:
        """Remove a variant, and its inventory item unless another variant shares it."""
        variant = self.variant(variant_id)
        product = self.product(variant.product_id)
        if len(product.variant_ids) == 1:
            raise DeedRefused("a product keeps at least one variant: delete the product")
        self.change_product(product.id, at, variant_ids=tuple(v for v in product.variant_ids if v != variant_id))
        self._forget_variant(variant, at)
        return variant

    def drop_product(self, product_id: int, at: datetime) -> Product:
        product = self.product(product_id)
        for variant_id in product.variant_ids:
            self._forget_variant(self.variant(variant_id), at)
        for collection in list(self.tables.collections.rows.values()):
            if product_id in collection.members:
                members = {member: None for member in collection.members if member != product_id}
                self.tables.collections.put(collection.id, replace(collection, members=members), at)
        self._handles.discard(product.handle)
        self.tables.products.drop(product_id, at)
        return product

    def _forget_variant(self, variant: Variant, at: datetime) -> None:
        self.tables.variants.drop(variant.id, at)
        item = self.item(variant.inventory_item_id)
        left = tuple(other for other in item.variant_ids if other != variant.id)
        if left:
            self.tables.items.put(item.id, replace(item, variant_ids=left, updated_at=at), at)
            return
        self.tables.items.drop(item.id, at)
        for location_id in self.tables.locations.rows:
            self.tables.levels.drop((item.id, location_id), at)


def _found(rows: Mapping[int, R], key: int, what: str) -> R:
    if key not in rows:
        raise NoSuchThing(f"no {what} {key}")
    return rows[key]
