"""Listings on the marketplaces, and what every way of changing them asks first."""
