"""The contents of sales lists in memory."""

from __future__ import annotations

import threading

from listbridge.domain.ids import ProductId, SalesListId, ShopId, VariantKey
from listbridge.domain.listings.sales_list_items import Item
from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key, cursor_after, place_of


class FakeItemRepository:
    """`ItemRepository` in memory."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._rows: dict[tuple[SalesListId, str], Item] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def of_list(self, sales_list: SalesListId, cursor: str | None, limit: int) -> tuple[list[Item], str | None]:
        with self._lock:
            rows = [(name, row) for (owner, name), row in sorted(self._rows.items()) if owner == sales_list]
        after = place_of(sales_list, cursor)
        rest = [(name, row) for name, row in rows if after is None or name > after]
        page = rest[:limit]
        return [row for _, row in page], cursor_after(sales_list, page[-1][0] if len(rest) > limit else None)

    def of_product(self, shop: ShopId, product: ProductId) -> list[Item]:
        with self._lock:
            return [
                row
                for _, row in sorted(self._rows.items())
                if (row.variant.shop, row.variant.product) == (shop, product)
            ]

    def put(self, item: Item) -> None:
        self._before_write("items.put")
        check_key(item.sales_list, str(item.variant))
        with self._lock:
            self._rows[item.sales_list, str(item.variant)] = item

    def find(self, sales_list: SalesListId, variant: VariantKey) -> Item | None:
        with self._lock:
            return self._rows.get((sales_list, str(variant)))

    def delete(self, item: Item) -> None:
        self._before_write("items.delete")
        with self._lock:
            self._rows.pop((item.sales_list, str(item.variant)), None)
