"""The GraphQL documents, each beside the model of its answer.

A contract test validates every document against Shopify's own schema and finds no deprecated field in any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from listbridge.shops.shopify.catalog import wire

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Query(Generic[M]):
    """A document with one operation, and what is read of its `data`: the part `within` it, or all of it."""

    text: str
    answer: type[M]
    within: tuple[str, ...] = ()

    @property
    def of_a_thing(self) -> bool:
        """Whether the part belongs to a thing that may be gone, and not to the store."""
        return len(self.within) > 1


_LEVELS = """
fragment Levels on InventoryLevelConnection {
  pageInfo { hasNextPage endCursor }
  nodes { location { id } quantities(names: ["available"]) { name quantity } }
}
"""

_VARIANT = (
    """
fragment VariantFacts on ProductVariant {
  id
  sku
  barcode
  title
  price
  compareAtPrice
  position
  inventoryPolicy
  requiresComponents
  selectedOptions { name value }
  media(first: 1) { nodes { ... on MediaImage { image { url } } } }
  inventoryItem { id tracked inventoryLevels(first: $levels) { ...Levels } }
}
"""
    + _LEVELS
)

# Variants are paged by id and not by position: a variant that the seller moves between two pages is not lost.
# 24 pictures, because no marketplace we serve takes more.
_PRODUCT = (
    """
fragment ProductFacts on Product {
  id
  title
  handle
  status
  vendor
  productType
  tags
  descriptionHtml
  updatedAt
  hasOnlyDefaultVariant
  options { name position }
  media(first: 24) { nodes { ... on MediaImage { image { url } } } }
  variants(first: $variants, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { ...VariantFacts } }
}
"""
    + _VARIANT
)

IDENTITY = Query(
    """
query Identity($after: String) {
  shop { name myshopifyDomain currencyCode }
  currentAppInstallation { accessScopes { handle } }
  locations(first: 100, after: $after, includeLegacy: true) { pageInfo { hasNextPage endCursor } nodes { id name } }
}
""",
    wire.IdentityAnswer,
)

SCOPES = Query("query Scopes { currentAppInstallation { accessScopes { handle } } }", wire.ScopesAnswer)

PRODUCTS_BY_ID = Query(
    """
query ProductsById($ids: [ID!]!, $variants: Int!, $levels: Int!) {
  shop { currencyCode }
  nodes(ids: $ids) { ...ProductFacts }
}
"""
    + _PRODUCT,
    wire.ProductNodesAnswer,
)

ALL_PRODUCTS = Query(
    """
query AllProducts($first: Int!, $after: String, $variants: Int!, $levels: Int!) {
  shop { currencyCode }
  productsCount(limit: null) { count precision }
  products(first: $first, after: $after, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { ...ProductFacts }
  }
}
"""
    + _PRODUCT,
    wire.CountedProductsAnswer,
)

SEARCH_PRODUCTS = Query(
    """
query SearchProducts($first: Int!, $after: String, $query: String, $variants: Int!, $levels: Int!) {
  shop { currencyCode }
  products(first: $first, after: $after, query: $query, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { ...ProductFacts }
  }
}
"""
    + _PRODUCT,
    wire.ProductsAnswer,
)

CHOSEN_PRODUCTS = Query(
    """
query ChosenProducts($query: String, $after: String) {
  products(first: 250, after: $after, query: $query, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { id }
  }
  productsCount(query: $query, limit: null) { count precision }
}
""",
    wire.ChosenAnswer,
)

CHANGED_PRODUCTS = Query(
    """
query ChangedProducts($query: String!, $after: String) {
  products(first: 250, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id updatedAt }
  }
}
""",
    wire.Page[wire.Changed],
    ("products",),
)

# One location a query: the search for levels belongs to a location, and a shop may have hundreds. An item serves as good as
# always one variant; the products of those that serve more are asked for one by one.
CHANGED_LEVELS = Query(
    """
query ChangedLevels($query: String!, $location: String, $after: String) {
  locations(first: 1, after: $location, sortKey: ID, includeLegacy: true) {
    pageInfo { hasNextPage endCursor }
    nodes {
      inventoryLevels(first: 50, after: $after, query: $query) {
        pageInfo { hasNextPage endCursor }
        nodes {
          updatedAt
          item { id variants(first: 1) { pageInfo { hasNextPage endCursor } nodes { product { id } } } }
        }
      }
    }
  }
}
""",
    wire.Page[wire.ChangedLevels],
    ("locations",),
)

_COLLECTION = """
fragment CollectionFacts on Collection { id title ruleSet { appliedDisjunctively } productsCount { count precision } }
"""

ALL_COLLECTIONS = Query(
    """
query AllCollections($after: String) {
  collections(first: 100, after: $after, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { ...CollectionFacts }
  }
}
"""
    + _COLLECTION,
    wire.Page[wire.Collection],
    ("collections",),
)

ONE_COLLECTION = Query(
    """
query OneCollection($id: ID!) {
  collection(id: $id) { ...CollectionFacts }
}
"""
    + _COLLECTION,
    wire.Collection,
    ("collection",),
)

# By id and not in the collection's own order: what the seller moves between two pages is not lost.
COLLECTION_MEMBERS = Query(
    """
query CollectionMembers($id: ID!, $after: String) {
  collection(id: $id) {
    productsCount { count precision }
    products(first: 250, after: $after, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { id } }
  }
}
""",
    wire.CountedMembers,
    ("collection",),
)

COLLECTIONS_OF = Query(
    """
query CollectionsOf($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Product { id collections(first: 50, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { id } } }
  }
}
""",
    wire.Nodes[wire.InCollections],
)

MORE_COLLECTIONS = Query(
    """
query MoreCollections($id: ID!, $after: String) {
  product(id: $id) {
    collections(first: 250, after: $after, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { id } }
  }
}
""",
    wire.Page[wire.Named],
    ("product", "collections"),
)

MORE_VARIANTS = Query(
    """
query MoreVariants($id: ID!, $after: String, $variants: Int!, $levels: Int!) {
  product(id: $id) {
    variants(first: $variants, after: $after, sortKey: ID) {
      pageInfo { hasNextPage endCursor }
      nodes { ...VariantFacts }
    }
  }
}
"""
    + _VARIANT,
    wire.Page[wire.Variant],
    ("product", "variants"),
)

MORE_LEVELS = Query(
    """
query MoreLevels($ids: [ID!]!, $after: String, $levels: Int!) {
  nodes(ids: $ids) {
    ... on InventoryItem { id inventoryLevels(first: $levels, after: $after) { ...Levels } }
  }
}
"""
    + _LEVELS,
    wire.Nodes[wire.LevelsOfItem],
)

PRODUCTS_OF = Query(
    """
query ProductsOf($ids: [ID!]!, $after: String) {
  nodes(ids: $ids) {
    ... on ProductVariant { id product { id } }
    ... on InventoryItem {
      id
      variants(first: 25, after: $after) { pageInfo { hasNextPage endCursor } nodes { product { id } } }
    }
  }
}
""",
    wire.Nodes[wire.Owner],
)

PRODUCTS_OF_ORDER = Query(
    """
query ProductsOfOrder($id: ID!, $after: String) {
  order(id: $id) {
    lineItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { product { id } } }
  }
}
""",
    wire.Page[wire.ProductOfLine],
    ("order", "lineItems"),
)

SUBSCRIPTIONS = Query(
    """
query Subscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id topic uri format filter includeFields }
  }
}
""",
    wire.Page[wire.Subscription],
    ("webhookSubscriptions",),
)

SUBSCRIBE = Query(
    """
mutation Subscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    userErrors { field message }
  }
}
""",
    wire.Written,
    ("webhookSubscriptionCreate",),
)

UNSUBSCRIBE = Query(
    """
mutation Unsubscribe($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    userErrors { field message }
  }
}
""",
    wire.Written,
    ("webhookSubscriptionDelete",),
)
