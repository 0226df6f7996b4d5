"""All resolvers of the schema, put together."""

from __future__ import annotations

from simulators.shopify.bulk import BulkOperation
from simulators.shopify.catalog import reads
from simulators.shopify.catalog.reads import CATALOG
from simulators.shopify.catalog.stock_reads import STOCK, Quantity
from simulators.shopify.catalog.writes import WRITES
from simulators.shopify.execution import Resolver
from simulators.shopify.orders.fulfillment_orders import FULFILLMENT_ORDERS, FulfillmentOrder
from simulators.shopify.orders.metafields import METAFIELDS
from simulators.shopify.orders.parcel_reads import PARCEL_READS, OrderParcel
from simulators.shopify.orders.reads import ORDER_READS
from simulators.shopify.orders.records import Order
from simulators.shopify.orders.writes import ORDER_WRITES
from simulators.shopify.shop_reads import SHOP
from simulators.shopify.subscriptions import Subscription

RESOLVERS: dict[str, dict[str, Resolver]] = {}
for _part in (CATALOG, STOCK, SHOP, WRITES, ORDER_READS, PARCEL_READS, ORDER_WRITES, FULFILLMENT_ORDERS, METAFIELDS):
    for _type, _fields in _part.items():
        RESOLVERS.setdefault(_type, {}).update(_fields)

KINDS: dict[type, str] = reads.KINDS | {
    Quantity: "InventoryQuantity",
    Order: "Order",
    OrderParcel: "Fulfillment",
    FulfillmentOrder: "FulfillmentOrder",
    Subscription: "WebhookSubscription",
    BulkOperation: "BulkOperation",
}
