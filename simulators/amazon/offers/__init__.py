"""Listings: items, submissions, product types, the catalogue, restrictions."""
