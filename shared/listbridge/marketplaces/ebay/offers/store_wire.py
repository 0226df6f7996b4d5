"""eBay's JSON of the seller's own store. No document is at hand: as public code has it (`seller_lists.py`)."""

from __future__ import annotations

from listbridge.infra.calls.wire_models import CamelTold


class StoreCategory(CamelTold):
    category_name: str = ""
    children_categories: list[StoreCategory] | None = None

    def paths(self, above: str = "") -> list[str]:
        """Its whole path and those below it, as an offer names them: "/Fashion/Men"."""
        path = f"{above}/{self.category_name}"
        return [path, *(below for child in self.children_categories or () for below in child.paths(path))]


class StoreCategories(CamelTold):
    store_categories: list[StoreCategory] | None = None
