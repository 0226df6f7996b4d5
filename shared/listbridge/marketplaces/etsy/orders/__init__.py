"""The orders that buyers place on Etsy."""
