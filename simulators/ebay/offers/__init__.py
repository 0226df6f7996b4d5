"""Inventory, offers and listings, and the catalogue that they need."""
