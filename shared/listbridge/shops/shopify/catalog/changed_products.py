"""Which products changed, and of which the stock did.

A search for products is asked first, then one for stock levels at each location: whether a stock that somebody corrects
by hand counts as a change of its product, Shopify does not say (README, "Changed products").
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from listbridge.domain.ids import ProductId
from listbridge.domain.ports import ChangedProducts
from listbridge.shops.shopify.catalog import wire
from listbridge.shops.shopify.catalog.catalog import Catalog
from listbridge.shops.shopify.catalog.mapping import changed_since, number_of
from listbridge.shops.shopify.catalog.queries import CHANGED_LEVELS, CHANGED_PRODUCTS
from listbridge.shops.shopify.client import AdminApi

_LEVELS = "levels"


class ChangeSearch:
    """The two searches as one list. Its cursor is `products|page` or `levels|location|page`, each of Shopify's own cursors
    empty where it begins again; these hold no bar."""

    def __init__(self, api: AdminApi, catalog: Catalog) -> None:
        self._api = api
        self._catalog = catalog

    def page(self, since: datetime, cursor: str | None) -> ChangedProducts:
        """The products that the search indexes know to be changed since then; one may come more than once."""
        kind, _, rest = (cursor or "products|").partition("|")
        if kind == _LEVELS:
            location, _, page = rest.partition("|")
            return self._levels(since, location, page)
        return self._products(since, rest)

    def _products(self, since: datetime, after: str) -> ChangedProducts:
        variables = {"query": changed_since(since), "after": after or None}
        page = self._api.query(CHANGED_PRODUCTS, variables, operation="products_changed")
        changed = {ProductId(number_of(one.id)): one.updated_at for one in page.nodes}
        info = page.page_info
        return ChangedProducts(changed, f"products|{info.end_cursor}" if info.has_next_page else f"{_LEVELS}||")

    def _levels(self, since: datetime, location: str, after: str) -> ChangedProducts:
        variables = {"query": changed_since(since), "location": location or None, "after": after or None}
        places = self._api.query(CHANGED_LEVELS, variables, operation="products_changed")
        changed: dict[ProductId, datetime] = {}
        following = f"{_LEVELS}|{places.page_info.end_cursor}|" if places.page_info.has_next_page else None
        for place in places.nodes:
            levels = place.inventory_levels
            for product, at in self._owned(levels.nodes):
                changed[product] = max(at, changed.get(product, at))
            if levels.page_info.has_next_page:
                following = f"{_LEVELS}|{location}|{levels.page_info.end_cursor}"
        return ChangedProducts(changed, following)

    def _owned(self, levels: Iterable[wire.ChangedLevel]) -> Iterable[tuple[ProductId, datetime]]:
        for level in levels:
            for product in self._catalog.products_of_owner(level.item.id, level.item):
                yield ProductId(number_of(product.id)), level.updated_at
