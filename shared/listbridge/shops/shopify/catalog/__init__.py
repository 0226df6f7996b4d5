"""Shopify's products and stock."""
