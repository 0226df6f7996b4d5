"""Marketplaces, one folder each. The registry finds them by folder; none of them knows another."""
