"""A stateful Shopify shop as one app sees it. See README.md."""

from simulators.shopify.app import ShopifySimulator

__all__ = ["ShopifySimulator"]
