"""The GraphQL documents about orders, each beside the model of its answer; validated like those in queries.py."""

from __future__ import annotations

from listbridge.shops.shopify.catalog.queries import Query
from listbridge.shops.shopify.catalog.wire import Changed, Nodes, Page, Written
from listbridge.shops.shopify.orders import wire

MARK_NAMESPACE = "listbridge"
MARK_KEY = "marketplace_order"
"""The metafield that holds our mark. Not in the app's own reserved namespace: a deployment made again, as another app,
must find the orders of the one before it."""

_TRACES = """
fragment Traces on Order {
  id
  name
  note
  tags
  sourceIdentifier
  customAttributes { key value }
  metafield(namespace: "listbridge", key: "marketplace_order") { value }
}
"""

LOOK = Query(
    """
query LookForOrder($mark: UniqueMetafieldValueInput!, $query: String!) {
  orderByIdentifier(identifier: { customId: $mark }) { id name }
  orders(first: 10, query: $query, sortKey: ID, reverse: true) {
    pageInfo { hasNextPage endCursor }
    nodes { ...Traces }
  }
}
"""
    + _TRACES,
    wire.LookAnswer,
)

SEARCH_ORDERS = Query(
    """
query SearchOrders($query: String!) {
  orders(first: 10, query: $query, sortKey: ID, reverse: true) {
    pageInfo { hasNextPage endCursor }
    nodes { ...Traces }
  }
}
"""
    + _TRACES,
    Page[wire.OrderTraces],
    ("orders",),
)

DEFINE_MARK = Query(
    """
mutation DefineMark($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) {
    userErrors { field message code }
  }
}
""",
    Written,
    ("metafieldDefinitionCreate",),
)

CREATE_ORDER = Query(
    """
mutation CreateOrder($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput!) {
  orderCreate(order: $order, options: $options) {
    order { id name totalPriceSet { shopMoney { amount currencyCode } } }
    userErrors { field message code }
  }
}
""",
    wire.OrderCreated,
    ("orderCreate",),
)

_LINES = """
fragment OrderLines on LineItemConnection {
  pageInfo { hasNextPage endCursor }
  nodes { id currentQuantity unfulfilledQuantity customAttributes { key value } }
}
"""

_PACKED = """
fragment PackedLines on FulfillmentLineItemConnection {
  pageInfo { hasNextPage endCursor }
  nodes { quantity lineItem { id } }
}
"""

_PARCEL = (
    """
fragment ParcelFacts on Fulfillment {
  id
  status
  createdAt
  trackingInfo(first: 20) { company number }
  fulfillmentLineItems(first: $packed) { ...PackedLines }
}
"""
    + _PACKED
)

_ASSIGNED = """
fragment Assigned on FulfillmentOrderLineItemConnection {
  pageInfo { hasNextPage endCursor }
  nodes { totalQuantity variant { id } }
}
"""

ORDERS_BY_ID = Query(
    """
query OrdersById($ids: [ID!]!, $lines: Int!, $parcels: Int!, $packed: Int!) {
  nodes(ids: $ids) {
    ... on Order {
      id
      name
      cancelledAt
      displayFulfillmentStatus
      totalRefundedSet { shopMoney { amount currencyCode } }
      refunds(first: 20) { id createdAt totalRefundedSet { shopMoney { amount currencyCode } } }
      lineItems(first: $lines) { ...OrderLines }
      fulfillments(first: $parcels) { ...ParcelFacts }
    }
  }
}
"""
    + _LINES
    + _PARCEL,
    Nodes[wire.Order],
)

CHANGED_ORDERS = Query(
    """
query ChangedOrders($query: String!, $after: String) {
  orders(first: 250, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id updatedAt }
  }
}
""",
    Page[Changed],
    ("orders",),
)

MORE_ORDER_LINES = Query(
    """
query MoreOrderLines($id: ID!, $after: String) {
  order(id: $id) { lineItems(first: 250, after: $after) { ...OrderLines } }
}
"""
    + _LINES,
    Page[wire.Line],
    ("order", "lineItems"),
)

ALL_PARCELS = Query(
    """
query AllParcels($id: ID!, $packed: Int!) {
  order(id: $id) { fulfillments { ...ParcelFacts } }
}
"""
    + _PARCEL,
    wire.ParcelsOfOrder,
    ("order",),
)

MORE_PACKED_LINES = Query(
    """
query MorePackedLines($id: ID!, $after: String) {
  fulfillment(id: $id) { fulfillmentLineItems(first: 250, after: $after) { ...PackedLines } }
}
"""
    + _PACKED,
    Page[wire.PackedLine],
    ("fulfillment", "fulfillmentLineItems"),
)

CANCEL_ORDER = Query(
    """
mutation CancelOrder($id: ID!) {
  orderCancel(
    orderId: $id
    restock: true
    reason: CUSTOMER
    notifyCustomer: false
    refundMethod: { originalPaymentMethodsRefund: false }
  ) {
    orderCancelUserErrors { field message code }
  }
}
""",
    wire.OrderCancelled,
    ("orderCancel",),
)

ORDER_STATE = Query("query OrderState($id: ID!) { order(id: $id) { cancelledAt } }", wire.OrderState, ("order",))

STOCK_TAKEN = Query(
    """
query StockTaken($id: ID!, $after: String) {
  order(id: $id) {
    fulfillmentOrders(first: 5, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        status
        assignedLocation { location { id } }
        lineItems(first: 25) { ...Assigned }
      }
    }
  }
}
"""
    + _ASSIGNED,
    Page[wire.FulfillmentOrder],
    ("order", "fulfillmentOrders"),
)

MORE_ASSIGNED = Query(
    """
query MoreAssigned($id: ID!, $after: String) {
  node(id: $id) { ... on FulfillmentOrder { lineItems(first: 250, after: $after) { ...Assigned } } }
}
"""
    + _ASSIGNED,
    Page[wire.AssignedLine],
    ("node", "lineItems"),
)

PRODUCTS_WITH_SKUS = Query(
    """
query ProductsWithSkus($query: String!, $after: String) {
  productVariants(first: 100, after: $after, query: $query, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { sku product { id } }
  }
}
""",
    Page[wire.SkuHit],
    ("productVariants",),
)
