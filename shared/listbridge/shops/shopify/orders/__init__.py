"""Orders in Shopify: created, found, read."""
