"""Telling the marketplace what the shop does with an order."""
