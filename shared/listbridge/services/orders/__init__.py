"""Marketplace orders and their way into the shop and back."""
