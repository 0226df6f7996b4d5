"""Every GraphQL document that the Shopify adapter has."""

from __future__ import annotations

from typing import Any

from listbridge.shops.shopify import order_queries, queries
from listbridge.shops.shopify.queries import Query

QUERIES: tuple[Query[Any], ...] = tuple(
    one for module in (queries, order_queries) for one in vars(module).values() if isinstance(one, Query)
)
