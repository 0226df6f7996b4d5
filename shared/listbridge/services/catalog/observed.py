"""What a look at the shop found."""

from __future__ import annotations

from dataclasses import dataclass, field

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import ProductId, VariantKey


@dataclass(slots=True)
class Observed:
    """What one look at the shop found: every touched variant, and the products as read."""

    products: dict[ProductId, ProductFacts] = field(default_factory=dict)
    touched: set[VariantKey] = field(default_factory=set)
    changed: set[VariantKey] = field(default_factory=set)
    absent: set[VariantKey] = field(default_factory=set)
    deferred: set[ProductId] = field(default_factory=set)
    """Products with a variant whose read fell into an order's creation, and was not written."""
    unknown: set[ProductId] = field(default_factory=set)
    """What was asked for as a product, and is one neither in the shop nor in what we ever read of it."""
