"""Reading inventory items and levels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import GraphQLError

from simulators.shopify.catalog.filters import LEVEL_FACTS, by_id, connection, found
from simulators.shopify.execution import Resolver
from simulators.shopify.global_ids import gid, number_of
from simulators.shopify.pages import Page
from simulators.shopify.records import InventoryItem, Level, Location, Variant, View


@dataclass(frozen=True, slots=True)
class Quantity:
    id: str
    name: str
    quantity: int
    updated_at: datetime


def _item_level(item: InventoryItem, info: Any, locationId: str, includeInactive: bool = False) -> Level | None:
    view: View = info.context.view
    return view.levels.get((item.id, number_of(locationId, "Location")))


def _item_levels(
    item: InventoryItem, info: Any, includeInactive: bool = False, query: str | None = None, **window: Any
) -> Page[Level]:
    return connection(info.context.view.levels_of(item.id), by_id, info, window)


def _item_variants(item: InventoryItem, info: Any, **window: Any) -> Page[Variant]:
    return connection((info.context.view.variants[number] for number in item.variant_ids), by_id, info, window)


_ITEM: dict[str, Resolver] = {
    "id": lambda one, _: gid("InventoryItem", one.id),
    "legacyResourceId": lambda one, _: one.id,
    "countryCodeOfOrigin": lambda *_: None,
    "harmonizedSystemCode": lambda *_: None,
    "unitCost": lambda *_: None,
    "measurement": lambda one, _: {
        "id": gid("InventoryItemMeasurement", one.id),
        "weight": {"value": one.weight_kg, "unit": "KILOGRAMS"},
    },
    "inventoryLevel": _item_level,
    "inventoryLevels": _item_levels,
    "locationsCount": lambda one, info: {"count": len(info.context.view.levels_of(one.id)), "precision": "EXACT"},
    "variants": _item_variants,
}

_NAMES = ("available", "on_hand", "committed", "incoming", "reserved", "damaged", "safety_stock", "quality_control")


def _quantities(level: Level, info: Any, names: list[str]) -> list[Quantity]:
    """On hand is what is available and what orders have committed; the other states are always zero here (README.md)."""
    for name in names:
        if name not in _NAMES:
            raise GraphQLError(f"Invalid inventory quantity name: {name}", extensions={"code": "BAD_REQUEST"})
    return [
        Quantity(
            f"{gid('InventoryQuantity', level.id)}?name={name}",
            name,
            getattr(level, name) if name in ("available", "committed", "on_hand") else 0,
            level.updated_at,
        )
        for name in names
    ]


_LEVEL: dict[str, Resolver] = {
    "id": lambda one, _: f"{gid('InventoryLevel', one.id)}?inventory_item_id={one.item_id}",
    "item": lambda one, info: info.context.view.items[one.item_id],
    "location": lambda one, info: info.context.view.locations[one.location_id],
    "isActive": lambda *_: True,
    "quantities": _quantities,
}


def levels_at(
    location: Location,
    info: Any,
    includeInactive: bool = False,  # a level that was switched off is not there any more
    query: str | None = None,
    **window: Any,
) -> Page[Level]:
    """The levels of a location, found as everything is by the search index."""
    found_levels = found(info, info.context.view.levels, lambda view: view.levels, LEVEL_FACTS, query)
    return connection((one for one in found_levels if one.location_id == location.id), by_id, info, window)


STOCK: dict[str, dict[str, Resolver]] = {"InventoryItem": _ITEM, "InventoryLevel": _LEVEL}
