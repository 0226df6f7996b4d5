"""Listbridge keeps marketplace listings in step with a shop, and brings marketplace orders home."""
