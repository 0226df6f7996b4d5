"""Every GraphQL document that the Shopify adapter has."""

from __future__ import annotations

from typing import Any

from listbridge.shops.shopify.catalog import queries
from listbridge.shops.shopify.catalog.queries import Query
from listbridge.shops.shopify.orders import queries as order_queries

QUERIES: tuple[Query[Any], ...] = tuple(
    one for module in (queries, order_queries) for one in vars(module).values() if isinstance(one, Query)
)
