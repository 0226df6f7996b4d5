"""Offers on eBay: published, revised, ended, read back."""
