"""What the app must be allowed to do on the store."""

from __future__ import annotations

from collections.abc import Iterable

from listbridge.shops.shopify.catalog.wire import ScopesAnswer

CATALOGUE_SCOPES = ("read_products", "read_inventory", "read_locations")
"""Without any of these no number we read of a product can be trusted."""
ORDER_SCOPES = ("read_orders", "write_orders", "read_fulfillments", "read_merchant_managed_fulfillment_orders")
"""What orders take, the last where a shop sells from chosen locations."""
ALL_ORDERS = "read_all_orders"
"""Orders of more than 60 days are shown to nobody else."""


def missing_scopes(answer: ScopesAnswer, wanted: Iterable[str]) -> list[str]:
    """Those of the wanted scopes that the app does not have; the right to write includes the right to read."""
    held = {one.handle for one in answer.current_app_installation.access_scopes}
    return [one for one in wanted if not {one, one.replace("read_", "write_", 1)} & held]
