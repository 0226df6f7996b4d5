"""What a shop is asked when products are chosen by what they have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from listbridge.domain.ids import ProductId
from listbridge.domain.product_choice import ProductChoice


@dataclass(frozen=True, slots=True)
class ChosenProducts:
    """A page of chosen products. `cursor` None says that it was the last page; `total` is the shop's own exact count of all
    of them, where it gives one."""

    products: tuple[ProductId, ...]
    cursor: str | None = None
    total: int | None = None


class ChoosingProducts(Protocol):
    """The part of a shop's adapter that finds products by a choice. All errors are `RemoteError`s."""

    def chosen(self, choice: ProductChoice, cursor: str | None) -> ChosenProducts:
        """A page, as large as the platform allows, in an order in which nothing moves between pages. A text that searches for
        nothing finds nothing. A collection is asked for its members instead (`ShopCollections`). What changed a moment ago may not be found yet."""
