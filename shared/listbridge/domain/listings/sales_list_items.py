"""What is in a sales list: one entry per variant, pointing at its listing or saying why it has none."""

from __future__ import annotations

from dataclasses import dataclass

from listbridge.domain.ids import ListingKey, SalesListId, Sku, VariantKey
from listbridge.domain.problem import Problem


@dataclass(frozen=True, slots=True)
class Item:
    """One variant in one sales list. Exactly one of `listing` and `problem` is set."""

    sales_list: SalesListId
    variant: VariantKey
    sku: Sku
    title: str = ""
    listing: ListingKey | None = None
    problem: Problem | None = None
    """`sku_missing`, `sku_too_long`, `sku_duplicate`, `sold_by_other_list` …"""
