"""A process of ours that has not asked eBay anything yet."""

from __future__ import annotations

from listbridge.marketplaces.ebay.offers import categories, seller_lists


def begin() -> None:
    """Forget what this process has read of categories and of sellers: each test is a process of its own."""
    for shelf in (categories.SHELF, seller_lists.SHELF):
        shelf.clear()
