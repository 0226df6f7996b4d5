"""What the bazaar can do."""

from __future__ import annotations

from listbridge.domain.ids import Site
from listbridge.domain.listings.listing import Zero
from listbridge.domain.manifest import SLIDING, BudgetSpec, MarketplaceManifest
from listbridge.domain.ports import MarketplaceTraits, OrderTraits
from listbridge.domain.rules.bounds import Bounds

_DAY_S = 86_400.0

MANIFEST = MarketplaceManifest(
    slug="bazaar",
    label="Bazaar",
    api_version="1",
    docs="https://bazaar.example/docs",
    capabilities=frozenset(
        {"publish", "variations", "revise", "full_revise", "end", "relist", "link", "orders", "fulfillment"}
    ),
    traits=MarketplaceTraits(
        settle_s=60.0,
        revise_batch=50,
        revise_rate=5.0,
        max_sku_length=40,
        finds_by_sku=False,
        zero=Zero.PAUSES,
        orders=OrderTraits(
            overlap_s=60.0,
            look_back_s=_DAY_S,
            calls_per_day=5_000,
            settle_s=1.0,
            unpaid_expires_s=3 * _DAY_S,
            budget="calls",
        ),
    ),
    sites={Site("BZ_NORTH"): Bounds("EUR"), Site("BZ_SOUTH"): Bounds("GBP")},
    budgets=(
        BudgetSpec("calls", "account", ("*",), rate=5, burst=20, day_quota=10_000, day_zone=SLIDING, in_flight=4),
    ),
)
