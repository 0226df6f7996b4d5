"""What Shopify can do, and how many calls it allows."""

from __future__ import annotations

from listbridge.domain.manifest import BudgetSpec, ShopManifest
from listbridge.domain.ports import ShopTraits

API_VERSION = "2026-07"
"""Older versions leave out collections of the new multi-source model (Shopify changelog, 2026-07)."""

MANIFEST = ShopManifest(
    slug="shopify",
    label="Shopify",
    api_version=API_VERSION,
    docs="https://shopify.dev/docs/api/admin-graphql",
    capabilities=frozenset(
        {"consent", "webhooks", "bulk_read", "sweep", "search", "locations", "orders", "fulfillment"}
    ),
    traits=ShopTraits(
        # No source says that a read right after an event is never older than the event: the safe side.
        read_lag_s=2.0,
        read_batch=25,
        # A webhook that failed eight times takes its subscription with it, and nobody is told but by mail.
        changes_every_s=300,
        kept_at_rotation={"client_secret": "previous_client_secret"},
        # Far longer than our own time-out, for Shopify may go on with what we no longer wait for; nothing official says how
        # long.
        order_settle_s=60.0,
        # `orderByIdentifier` looks an order up by a unique metafield, and in no search index (README, Orders).
        strict_look=True,
    ),
    # Shopify's own limit is in cost points; how many calls these come to, its answers tell (client.py), and a bucket that
    # runs low holds back the calls that need more than is left. Expensive calls therefore have buckets of their own: a
    # sweep that waits for 900 points must not make a read wait that needs 150.
    budgets=(
        BudgetSpec("reads", "account", ("read_products", "products_of"), rate=10, burst=40),
        BudgetSpec("collections", "account", ("collections", "members", "collections_of"), rate=10, burst=40),
        BudgetSpec("sweeps", "account", ("sweep",), rate=1, burst=5),
        BudgetSpec("searches", "account", ("search", "chosen", "identify", "products_changed"), rate=2, burst=20),
        # A look that finds nothing and a create come to 13 points, and 100 come back each second on the smallest plan: 12
        # calls leave it some points for reads. A heap of orders may take half of the 2,000 points that are saved up there.
        BudgetSpec(
            "orders",
            "account",
            ("look_for_order", "create_order", "read_orders", "cancel_order", "find_skus"),
            rate=12,
            burst=150,
        ),
        BudgetSpec("webhooks", "account", ("webhooks",), rate=2, burst=40),
    ),
)
