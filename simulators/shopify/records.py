"""What a shop is made of: one frozen record per thing, and tables that remember how they were.

Records never change in place; a change puts a new record into its table. That makes a read "as of a minute ago"
(`Table.as_of`) exact and cheap, which is how stale reads and a lagging search index are played.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from simulators.shopify.orders.records import Order

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")

Status = Literal["ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED"]
Policy = Literal["DENY", "CONTINUE"]
LevelKey = tuple[int, int]  # (inventory item, location)

_REMEMBERED = 200_000  # changes kept per table, so that a long local run does not grow without end


@dataclass(frozen=True, slots=True)
class Location:
    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    is_active: bool = True
    fulfills_online_orders: bool = True


@dataclass(frozen=True, slots=True)
class Medium:
    """One picture of a product."""

    id: int
    url: str
    alt: str | None
    width: int
    height: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Option:
    id: int
    name: str
    position: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    id: int
    title: str
    handle: str
    status: Status
    vendor: str
    product_type: str
    tags: tuple[str, ...]
    description_html: str
    options: tuple[Option, ...]
    media: tuple[Medium, ...]
    variant_ids: tuple[int, ...]
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Variant:
    """One sellable variant. `price` and `compare_at_price` are in the shop's currency."""

    id: int
    product_id: int
    title: str
    sku: str | None
    barcode: str | None
    price: Decimal
    compare_at_price: Decimal | None
    position: int
    inventory_policy: Policy
    selected_options: tuple[tuple[str, str], ...]
    inventory_item_id: int
    taxable: bool
    created_at: datetime
    updated_at: datetime
    medium: Medium | None = None
    requires_components: bool = False
    """A bundle's parent: what is left of it follows from its components, and is counted nowhere."""


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """The stocked thing behind one variant, or behind several (`variant_ids`)."""

    id: int
    sku: str | None
    tracked: bool
    variant_ids: tuple[int, ...]
    created_at: datetime
    updated_at: datetime
    requires_shipping: bool = True
    weight_kg: float = 0.0


@dataclass(frozen=True, slots=True)
class Level:
    """Stock of one item at one location. `available` may be negative: oversold. `committed` belongs to open orders."""

    id: int
    item_id: int
    location_id: int
    available: int
    created_at: datetime
    updated_at: datetime
    committed: int = 0

    @property
    def on_hand(self) -> int:
        return self.available + self.committed


@dataclass(frozen=True, slots=True)
class Collection:
    """`members` is an ordered set of product ids; `smart` collections are filled by rules, so no event tells about
    it."""

    id: int
    title: str
    handle: str
    description_html: str
    smart: bool
    members: dict[int, None]
    updated_at: datetime


class Table(Generic[K, R]):
    """Records by key, with an undo log."""

    def __init__(self) -> None:
        self.rows: dict[K, R] = {}
        self._undo: deque[tuple[datetime, K, R | None]] = deque(maxlen=_REMEMBERED)

    def put(self, key: K, record: R, at: datetime, *, remember: bool = True) -> None:
        """Put a record. Without `remember` it seems to have been there always: for the bulk filling of a shop."""
        if remember:
            self._undo.append((at, key, self.rows.get(key)))
        self.rows[key] = record

    def drop(self, key: K, at: datetime) -> None:
        old = self.rows.pop(key, None)
        if old is not None:
            self._undo.append((at, key, old))

    def as_of(self, instant: datetime) -> dict[K, R]:
        """The rows as they were at `instant` (changes made at that very instant included)."""
        rows = dict(self.rows)
        for at, key, old in reversed(self._undo):
            if at <= instant:
                break
            if old is None:
                rows.pop(key, None)
            else:
                rows[key] = old
        return rows


@dataclass(slots=True)
class View:
    """The shop's tables at one instant: what one read sees."""

    products: dict[int, Product]
    variants: dict[int, Variant]
    items: dict[int, InventoryItem]
    levels: dict[LevelKey, Level]
    locations: dict[int, Location]
    collections: dict[int, Collection]
    orders: dict[int, Order]

    def levels_of(self, item_id: int) -> list[Level]:
        found = (self.levels.get((item_id, location_id)) for location_id in self.locations)
        return [level for level in found if level is not None]

    def quantity(self, variant: Variant) -> int:
        """Stock of the variant over all locations."""
        return sum(level.available for level in self.levels_of(variant.inventory_item_id))


@dataclass(slots=True)
class Tables:
    """All tables of one shop."""

    products: Table[int, Product] = field(default_factory=Table)
    variants: Table[int, Variant] = field(default_factory=Table)
    items: Table[int, InventoryItem] = field(default_factory=Table)
    levels: Table[LevelKey, Level] = field(default_factory=Table)
    locations: Table[int, Location] = field(default_factory=Table)
    collections: Table[int, Collection] = field(default_factory=Table)
    orders: Table[int, Order] = field(default_factory=Table)

    def live(self) -> View:
        return View(
            self.products.rows,
            self.variants.rows,
            self.items.rows,
            self.levels.rows,
            self.locations.rows,
            self.collections.rows,
            self.orders.rows,
        )

    def as_of(self, instant: datetime) -> View:
        return View(
            self.products.as_of(instant),
            self.variants.as_of(instant),
            self.items.as_of(instant),
            self.levels.as_of(instant),
            self.locations.as_of(instant),
            self.collections.as_of(instant),
            self.orders.as_of(instant),
        )
