"""Orders in Shopify: made, found, read."""
