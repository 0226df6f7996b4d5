"""All resolvers of the schema, put together."""

from __future__ import annotations

from simulators.shopify import reads
from simulators.shopify.bulk import BulkOperation
from simulators.shopify.execution import Resolver
from simulators.shopify.orders_api import ORDERS
from simulators.shopify.reads import CATALOG
from simulators.shopify.records import Order
from simulators.shopify.subscriptions import Subscription
from simulators.shopify.writes import WRITES

RESOLVERS: dict[str, dict[str, Resolver]] = {}
for _part in (CATALOG, WRITES, ORDERS):
    for _type, _fields in _part.items():
        RESOLVERS.setdefault(_type, {}).update(_fields)

KINDS: dict[type, str] = reads.KINDS | {
    Order: "Order",
    Subscription: "WebhookSubscription",
    BulkOperation: "BulkOperation",
}
