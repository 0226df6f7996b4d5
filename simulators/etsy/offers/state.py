"""Listings with their products, images and attributes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

State = Literal["active", "inactive", "sold_out", "draft", "expired"]
STATES: tuple[State, ...] = ("active", "inactive", "sold_out", "draft", "expired")


@dataclass(frozen=True, slots=True)
class Value:
    """What a product is of one property: of a variation always one value, of an attribute perhaps several."""

    property_id: int
    name: str
    value_ids: tuple[int, ...]
    values: tuple[str, ...]
    scale_id: int | None = None
    scale_name: str | None = None

    def told(self) -> dict[str, Any]:
        return {
            "property_id": self.property_id,
            "property_name": self.name,
            "scale_id": self.scale_id,
            "scale_name": self.scale_name,
            "value_ids": list(self.value_ids),
            "values": list(self.values),
        }


@dataclass(slots=True)
class Product:
    """One combination of values with its only offering. `product_id` and `offering_id` are new at each write."""

    product_id: int
    offering_id: int
    sku: str
    values: tuple[Value, ...]
    price: Decimal
    quantity: int
    enabled: bool = True
    readiness_id: int | None = None
    deleted: bool = False

    def of(self, properties: tuple[int, ...]) -> tuple[Any, ...]:
        """The values of these properties, in their order."""
        held = {one.property_id: (one.scale_id, one.values) for one in self.values}
        return tuple(held.get(one) for one in properties)

    @property
    def words(self) -> str:
        return ", ".join(value for one in self.values for value in one.values)


@dataclass(slots=True)
class Image:
    """A picture. A deleted one stays on Etsy's servers and may be assigned again."""

    image_id: int
    rank: int
    alt_text: str
    kind: str
    size: int
    created_at: datetime
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class VariationImage:
    property_id: int
    value_id: int
    image_id: int


@dataclass(slots=True)
class Listing:
    """A listing. `content` holds the fields that come and go as they are, by their names in `ShopListing`."""

    listing_id: int
    shop_id: int
    state: State
    content: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    state_at: datetime
    ends_at: datetime
    products: list[Product] = field(default_factory=list)
    gone_products: list[Product] = field(default_factory=list)
    price_on: tuple[int, ...] = ()
    quantity_on: tuple[int, ...] = ()
    sku_on: tuple[int, ...] = ()
    readiness_on: tuple[int, ...] = ()
    images: list[Image] = field(default_factory=list)
    variation_images: list[VariationImage] = field(default_factory=list)
    attributes: dict[int, Value] = field(default_factory=dict)
    personalization: list[dict[str, Any]] = field(default_factory=list)
    frozen: Literal["", "silent", "loud"] = ""
    """Etsy lets nobody edit it: `silent` answers as if it had, `loud` refuses."""
    ever_live: bool = False

    @property
    def title(self) -> str:
        return str(self.content["title"])

    @property
    def offered(self) -> Iterator[Product]:
        """The products that buyers are shown."""
        return (one for one in self.products if one.enabled)

    @property
    def quantity(self) -> int:
        return sum(one.quantity for one in self.offered)

    @property
    def price(self) -> Decimal:
        """The lowest that buyers see, else the lowest there is."""
        return min((one.price for one in self.offered), default=min(one.price for one in self.products))

    @property
    def shown_images(self) -> list[Image]:
        return sorted((one for one in self.images if not one.deleted), key=lambda one: one.rank)

    @property
    def has_variations(self) -> bool:
        return any(one.values for one in self.products)

    @property
    def value_texts(self) -> dict[tuple[int, int], str]:
        """The text of each value by its property and its id."""
        return {
            (value.property_id, id): text
            for one in self.products
            for value in one.values
            for id, text in zip(value.value_ids, value.values, strict=True)
        }

    @property
    def ever_valued(self) -> set[tuple[int, int, str]]:
        """Property, id and text of each value that it has or had."""
        return {
            (value.property_id, value.value_ids[0], value.values[0])
            for one in (*self.products, *self.gone_products)
            for value in one.values
        }

    def product(self, sku: str) -> Product | None:
        return next((one for one in self.products if one.sku == sku), None)
