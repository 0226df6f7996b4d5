"""What a shop says about its products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from listbridge.domain.ids import ListingKey, LocationId, ProductId, Sku, VariantId, VariantKey
from listbridge.domain.money import Money
from listbridge.domain.word import Word


class Visibility(Word):
    """Whether buyers of the shop can see a product. Anything but visible sells nowhere (quantity 0)."""

    VISIBLE = "visible"
    DRAFT = "draft"
    ARCHIVED = "archived"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """One variant as the shop shows it at one read.

    `stock` is by location and may be negative; a location whose number the shop does not give is absent.
    `tracked` False means the shop does not count this item. `price` is in the shop's currency. `bundle`: the variant is made
    of other items, so the shop works out what is left of it, and neither `stock` nor `tracked` says.
    """

    variant: VariantId
    sku: Sku
    title: str
    price: Money | None
    compare_at: Money | None = None
    stock: Mapping[LocationId, int] = field(default_factory=dict)
    tracked: bool = True
    oversell: bool = False
    barcode: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    image: str = ""
    inventory_item: str = ""
    bundle: bool = False


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """One product with all its variants, as the shop shows it at one read. `updated_at` is the shop's own text."""

    product: ProductId
    title: str
    visibility: Visibility
    variants: tuple[VariantFacts, ...]
    description_html: str = ""
    vendor: str = ""
    product_type: str = ""
    tags: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    handle: str = ""
    updated_at: str = ""

    @property
    def has_options(self) -> bool:
        """True when the product is sold in variations rather than as a single item."""
        return len(self.variants) > 1 or any(variant.options for variant in self.variants)


@dataclass(frozen=True, slots=True)
class Observation:
    """When a read happened, by the numbers of the shop's own counter (protocol.md#observations).

    `start` was given to it alone before it began, and `end` is the highest that was given to anything when it was over.
    """

    start: int
    end: int
    began: datetime | None = field(default=None, compare=False)
    """The instant before the read (UTC); None in rows that were written before it was kept. The order of reads is in the
    numbers alone, for clocks differ."""

    def spanning(self, other: Observation) -> Observation:
        """Of two reads that agree and overlapped: from the later start to the later end, for what is known from either."""
        later = self if self.start >= other.start else other
        return Observation(later.start, max(self.end, other.end), later.began)


class Write(StrEnum):
    """What became of an observation."""

    NEW = "new"  # stored, and the facts differ from what was known
    SAME = "same"  # stored; the facts are what was known already
    STALE = "stale"  # not stored: a newer observation is there
    OVERLAP = "overlap"  # not stored: the reads overlapped and disagree, so read again


@dataclass(frozen=True, slots=True)
class Reservation:
    """Stock promised to one order line until the shop is proven to have counted it (protocol.md#reservations).

    It counts against observations that started before `absorbed_from`, and never against later ones; without
    `absorbed_from` it counts always.
    """

    quantity: int
    absorbed_from: int | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """Our one record of a shop's variant: what was observed, when, what is reserved, and who lists it."""

    key: VariantKey
    facts: VariantFacts
    visibility: Visibility
    observation: Observation
    content_hash: str = ""
    reservations: Mapping[str, Reservation] = field(default_factory=dict)
    """What orders hold, as totals by the number from which on the shop counts them (`reserving.total_name`). Rows written
    before the order lines had rows of their own hold an entry for each line instead, and both may stand side by side."""
    holders: int = 0
    """How many order lines hold it in rows of their own, those that the shop counts already among them."""
    listings: frozenset[ListingKey] = frozenset()
    absent: bool = False
    """Proven gone from the shop: by a positive answer on a second read, or by a sweep that was complete and counted."""
    rev: int = 0

    @property
    def held_by_orders(self) -> bool:
        """Some order holds it, counted by the shop or not."""
        return self.holders > 0 or bool(self.reservations)

    def reserved(self) -> int:
        """Units that orders hold and the stored observation cannot know of."""
        return sum(
            held.quantity
            for held in self.reservations.values()
            if held.absorbed_from is None or self.observation.start < held.absorbed_from
        )
