"""Linking what an account sells already: read it, match it with the shop, and bond to it without writing anything."""
