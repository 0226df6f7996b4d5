"""Listbridge keeps marketplace listings in step with a shop, and imports marketplace orders into it."""
