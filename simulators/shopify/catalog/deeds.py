"""What the seller does to the catalogue and the stock, each deed with the events that it makes Shopify send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulators.kit.deeds import Count, DeedRefused, Told, bound, deed
from simulators.shopify.catalog import payloads
from simulators.shopify.catalog.catalog import NoSuchThing
from simulators.shopify.catalog.specs import money, whole
from simulators.shopify.global_ids import GID
from simulators.shopify.records import Product, Variant
from simulators.shopify.world import World


def number(value: int | str) -> int:
    """An id as a deed may give it: a number, digits, or a global id. Raises DeedRefused for anything else."""
    digits = GID.fullmatch(value) if isinstance(value, str) else None
    return whole(digits[2] if digits else value, "an id")


class CatalogDeeds:
    """Deeds on products, variants, stock and collections. Each returns the ids it touched, ready for JSON.

    A variant is named by `sku`, `variant_id` or `inventory_item_id`; prices are in the shop's currency.
    Unknown things raise `NoSuchThing`, impossible wishes `DeedRefused`.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def variant(
        self, sku: str | None = None, variant_id: int | str | None = None, inventory_item_id: int | str | None = None
    ) -> Variant:
        """The variant meant."""
        catalog = self._world.catalog
        if variant_id is not None:
            return catalog.variant(number(variant_id))
        if inventory_item_id is not None:
            return catalog.variant(catalog.item(number(inventory_item_id)).variant_ids[0])
        if sku is None:
            raise DeedRefused("name the variant by sku, variant_id or inventory_item_id")
        return catalog.variant_by_sku(sku)

    def _meant(self, which: Mapping[str, Any]) -> Variant:
        """The variant that a deed names. Raises DeedRefused for other arguments than `variant` takes."""
        meant: Variant = bound(self.variant, which)()
        return meant

    # Products

    @deed
    def add_location(self, name: str) -> Told:
        with self._world.lock:
            place = self._world.catalog.add_location(name, self._world.now())
            self._world.emit("locations/create", payloads.location_payload(self._world.shop, place))
            return {"location_id": place.id}

    @deed
    def add_product(self, **spec: Any) -> Told:
        """Add a product: `title`, `variants` [{sku, price, stock, options {name: value}, ...}], `images`, `status` ..."""
        with self._world.lock:
            world = self._world
            product = world.catalog.add_product(spec, world.now())
            view = world.live
            world.emit("products/create", payloads.product_payload(world.shop, view, product))
            for variant_id in product.variant_ids:
                item = view.items[view.variants[variant_id].inventory_item_id]
                world.emit("inventory_items/create", payloads.item_payload(world.shop, item))
                for level in view.levels_of(item.id):
                    world.emit("inventory_levels/connect", payloads.level_payload(world.shop, item, level))
            return self._told(product)

    @deed
    def seed_products(
        self,
        count: Count,
        variants_per_product: Count = 1,
        stock: int = 10,
        price: str = "19.90",
        sku_prefix: str = "SKU",
    ) -> Told:
        """Fill the shop fast and silently: `count` products, SKUs `<prefix>-<product>-<variant>`, no events."""
        sizes = [f"S{size}" for size in range(1, variants_per_product + 1)]
        with self._world.lock:
            at = self._world.now()
            for one in range(1, count + 1):
                variants = [
                    {
                        "sku": f"{sku_prefix}-{one:06d}-{place}",
                        "price": price,
                        "stock": stock,
                        "options": {"Size": size},
                    }
                    for place, size in enumerate(sizes, start=1)
                ]
                spec = {
                    "title": f"Seeded product {one:06d}",
                    "description_html": f"<p>Seeded product number {one}.</p>",
                    "images": [f"https://cdn.example.com/seeded/{one:06d}.jpg"],
                    "variants": variants,
                }
                self._world.catalog.add_product(spec, at, remember=False)
            return {"products": count, "variants": count * variants_per_product}

    @deed
    def edit_product(self, product_id: int | str, **changes: Any) -> Told:
        """Change title, vendor, product_type, description_html, tags or status."""
        allowed = {"title", "vendor", "product_type", "description_html", "tags", "status"}
        unknown = set(changes) - allowed
        if unknown:
            raise DeedRefused(f"a product has no {', '.join(sorted(unknown))} to edit")
        if "tags" in changes:
            changes["tags"] = tuple(changes["tags"])
        with self._world.lock:
            at = self._world.now()
            product = self._world.catalog.change_product(number(product_id), at, **changes)
            self._product_updated(product)
            return self._told(product)

    @deed
    def set_title(self, product_id: int | str, title: str) -> Told:
        return self.edit_product(product_id, title=title)

    @deed
    def set_status(self, product_id: int | str, status: str) -> Told:
        if status not in ("ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED"):
            raise DeedRefused(f"no such status: {status}")
        return self.edit_product(product_id, status=status)

    @deed
    def delete_product(self, product_id: int | str) -> Told:
        with self._world.lock:
            world = self._world
            before = world.catalog.product(number(product_id))
            items = [world.catalog.variant(one).inventory_item_id for one in before.variant_ids]
            product = world.catalog.drop_product(before.id, world.now())
            world.emit("products/delete", payloads.deleted_payload(product.id))
            for item_id in items:
                if item_id not in world.tables.items.rows:
                    world.emit("inventory_items/delete", payloads.deleted_item_payload(item_id))
            return {"product_id": product.id}

    # Variants

    @deed
    def set_price(self, price: Any, compare_at_price: Any = None, **which: Any) -> Told:
        """Set price and compare-at price (None: no compare-at price)."""
        compare_at = None if compare_at_price is None else money(compare_at_price)
        return self._edit_variant(which, price=money(price), compare_at_price=compare_at)

    @deed
    def set_variant_sku(self, new_sku: str | None, **which: Any) -> Told:
        with self._world.lock:
            variant = self._meant(which)
            self._world.catalog.change_item(variant.inventory_item_id, self._world.now(), sku=new_sku)
            self._item_updated(variant.inventory_item_id)
            return self._edit_variant({"variant_id": variant.id}, sku=new_sku)

    @deed
    def set_barcode(self, barcode: str | None, **which: Any) -> Told:
        return self._edit_variant(which, barcode=barcode)

    @deed
    def set_inventory_policy(self, policy: str, **which: Any) -> Told:
        if policy not in ("DENY", "CONTINUE"):
            raise DeedRefused(f"no such policy: {policy}")
        return self._edit_variant(which, inventory_policy=policy)

    @deed
    def set_tracked(self, tracked: bool, **which: Any) -> Told:
        """Turn stock tracking on or off; an untracked item sells without limit."""
        with self._world.lock:
            variant = self._meant(which)
            self._world.catalog.change_item(variant.inventory_item_id, self._world.now(), tracked=tracked)
            self._item_updated(variant.inventory_item_id)
            return {"variant_id": variant.id, "tracked": tracked}

    def _edit_variant(self, which: Mapping[str, Any], **changes: Any) -> Told:
        with self._world.lock:
            at = self._world.now()
            variant = self._world.catalog.change_variant(self._meant(which).id, at, **changes)
            self._product_updated(self._world.catalog.product(variant.product_id))
            return {"product_id": variant.product_id, "variant_id": variant.id}

    @deed
    def add_variant(self, product_id: int | str, **spec: Any) -> Told:
        """Add a variant: {sku, price, stock, options {name: value}, image, ...}."""
        with self._world.lock:
            world = self._world
            made = world.catalog.add_variant(number(product_id), spec, world.now())
            self._product_updated(world.catalog.product(made.product_id))
            item = world.catalog.item(made.inventory_item_id)
            world.emit("inventory_items/create", payloads.item_payload(world.shop, item))
            for level in world.live.levels_of(item.id):
                world.emit("inventory_levels/connect", payloads.level_payload(world.shop, item, level))
            return {"product_id": made.product_id, "variant_id": made.id, "inventory_item_id": item.id}

    @deed
    def delete_variant(self, **which: Any) -> Told:
        with self._world.lock:
            world = self._world
            variant = world.catalog.drop_variant(self._meant(which).id, world.now())
            self._product_updated(world.catalog.product(variant.product_id))
            if variant.inventory_item_id not in world.tables.items.rows:
                world.emit("inventory_items/delete", payloads.deleted_item_payload(variant.inventory_item_id))
            return {"product_id": variant.product_id, "variant_id": variant.id}

    # Stock

    @deed
    def set_stock(self, available: int | None, location_id: int | str | None = None, **which: Any) -> Told:
        """Set the stock at a location (the first one unless named). None stops tracking the item."""
        if available is None:
            with self._world.lock:
                told = self.set_tracked(False, **which)
                variant = self.variant(variant_id=told["variant_id"])
                for level in self._world.live.levels_of(variant.inventory_item_id):
                    self._level_changed(level.item_id, level.location_id, connected=False)
                return told
        with self._world.lock:
            world = self._world
            variant = self._meant(which)
            place = world.catalog.location(None if location_id is None else number(location_id))
            _, fresh = world.catalog.set_level(
                variant.inventory_item_id, place.id, whole(available, "available"), world.now()
            )
            self._level_changed(variant.inventory_item_id, place.id, connected=fresh)
            return {
                "variant_id": variant.id,
                "inventory_item_id": variant.inventory_item_id,
                "location_id": place.id,
                "available": whole(available, "available"),
            }

    @deed
    def adjust_stock(self, delta: int, location_id: int | str | None = None, **which: Any) -> Told:
        with self._world.lock:
            variant = self._meant(which)
            place = self._world.catalog.location(None if location_id is None else number(location_id))
            level = self._world.live.levels.get((variant.inventory_item_id, place.id))
            now_there = (level.available if level else 0) + whole(delta, "delta")
            return self.set_stock(now_there, place.id, variant_id=variant.id)

    @deed
    def disconnect_stock(self, location_id: int | str, **which: Any) -> Told:
        """Stop stocking an item at a location."""
        with self._world.lock:
            world = self._world
            variant = self._meant(which)
            key = (variant.inventory_item_id, number(location_id))
            level = world.live.levels.get(key)
            if level is None:
                raise NoSuchThing("the item is not stocked at this location")
            world.tables.levels.drop(key, world.now())
            world.emit("inventory_levels/disconnect", payloads.disconnected_payload(level))
            return {"inventory_item_id": key[0], "location_id": key[1]}

    # Collections

    @deed
    def add_collection(self, **spec: Any) -> Told:
        """Add a collection: `title`, `product_ids`, `smart` (filled by rules: no event tells about its members)."""
        with self._world.lock:
            made = self._world.catalog.add_collection(spec, self._world.now())
            self._world.emit("collections/create", payloads.collection_payload(self._world.shop, made))
            return {"collection_id": made.id}

    @deed
    def edit_collection(self, collection_id: int | str, title: str) -> Told:
        with self._world.lock:
            changed = self._world.catalog.change_collection(number(collection_id), self._world.now(), title=title)
            self._world.emit("collections/update", payloads.collection_payload(self._world.shop, changed))
            return {"collection_id": changed.id}

    @deed
    def set_members(self, collection_id: int | str, product_ids: Sequence[int | str]) -> Told:
        """Decide who is in a collection. Tells collections/update for a hand-picked one, nothing for a smart one."""
        with self._world.lock:
            world = self._world
            members = dict.fromkeys(world.catalog.product(number(one)).id for one in product_ids)
            changed = world.catalog.change_collection(number(collection_id), world.now(), members=members)
            if not changed.smart:
                world.emit("collections/update", payloads.collection_payload(world.shop, changed))
            return {"collection_id": changed.id, "members": len(members)}

    @deed
    def delete_collection(self, collection_id: int | str) -> Told:
        with self._world.lock:
            gone = self._world.catalog.collection(number(collection_id))
            self._world.tables.collections.drop(gone.id, self._world.now())
            self._world.emit("collections/delete", payloads.deleted_collection_payload(gone.id))
            return {"collection_id": gone.id}

    # Events

    def _product_updated(self, product: Product, before: dict[int, int] | None = None) -> None:
        world = self._world
        world.emit("products/update", payloads.product_payload(world.shop, world.live, product, before))

    def _item_updated(self, item_id: int) -> None:
        world = self._world
        world.emit("inventory_items/update", payloads.item_payload(world.shop, world.catalog.item(item_id)))

    def _level_changed(self, item_id: int, location_id: int, *, connected: bool) -> None:
        world = self._world
        payload = payloads.level_payload(
            world.shop, world.catalog.item(item_id), world.live.levels[(item_id, location_id)]
        )
        if connected:
            world.emit("inventory_levels/connect", payload)
        world.emit("inventory_levels/update", payload)

    def _told(self, product: Product) -> Told:
        variants = self._world.tables.variants.rows
        return {
            "product_id": product.id,
            "variant_ids": list(product.variant_ids),
            "inventory_item_ids": [variants[one].inventory_item_id for one in product.variant_ids],
        }
