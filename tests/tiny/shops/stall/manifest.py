"""What the stall can do."""

from __future__ import annotations

from listbridge.domain.manifest import BudgetSpec, ShopManifest
from listbridge.domain.ports import ShopTraits

MANIFEST = ShopManifest(
    slug="stall",
    label="Stall",
    api_version="1",
    docs="https://stall.example/docs",
    capabilities=frozenset({"webhooks", "bulk_read", "sweep", "search", "locations", "orders", "fulfillment"}),
    traits=ShopTraits(
        read_lag_s=0.0,
        read_batch=50,
        changes_every_s=60,
        order_settle_s=30.0,
        strict_look=True,
        takes_stock=False,
        hook_keys=True,
    ),
    budgets=(BudgetSpec("calls", "account", ("*",), rate=10, burst=40, in_flight=2),),
)
