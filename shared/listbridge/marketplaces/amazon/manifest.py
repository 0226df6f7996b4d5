"""What Amazon can do, how many calls it allows, and what its sites accept."""

from __future__ import annotations

from decimal import Decimal

from listbridge.domain.manifest import BudgetSpec, MarketplaceManifest
from listbridge.domain.ports import MarketplaceTraits, OrderTraits
from listbridge.domain.rules.bounds import Bounds
from listbridge.marketplaces.amazon.sites import SITES

MAX_SKU_LENGTH = 40
"""Amazon's help for sellers; the models name no limit (not verified)."""
APPLIED_WITHIN_S = 900.0
"""No source says how long after ACCEPTED a patch is applied, or that two patches are applied in their order. What has not shown
after a quarter of an hour is read and sent again, and so long an older one may land over a newer one (ours, not verified)."""
_DAY_S = 86_400.0
_SEARCHES = 0.0056
"""searchOrders a second, for one account and app (orders_2026-01-01, usage plan)."""

_PLANS: tuple[tuple[str, float, int], ...] = (
    ("getListingsItem", 5, 10),
    ("putListingsItem", 5, 10),
    # The plan says a burst of 5. It is used up for minutes at a time, and a process may hold a call for as long as a second before it
    # makes it, when the next are there already: one is left for that.
    ("patchListingsItem", 5, 4),
    ("deleteListingsItem", 5, 5),
    ("searchListingsItems", 5, 5),
    ("searchDefinitionsProductTypes", 5, 10),
    ("getDefinitionsProductType", 5, 10),
    ("getListingsRestrictions", 5, 10),
    ("searchCatalogItems", 2, 2),
    ("getCatalogItem", 2, 2),
    ("createFeed", 0.0083, 15),
    ("createFeedDocument", 0.5, 15),
    ("getFeed", 2, 15),
    ("getFeeds", 0.0222, 10),
    ("getFeedDocument", 0.0222, 10),
    ("createReport", 0.0167, 15),
    ("getReport", 2, 15),
    ("getReports", 0.0222, 10),
    ("getReportDocument", 0.0167, 15),
    ("searchOrders", _SEARCHES, 20),
    ("getOrder", 0.5, 30),
    ("confirmShipment", 2, 10),
    ("getMarketplaceParticipations", 0.016, 15),
)
"""Operation, calls a second, burst: the usage plans of the official models (as of 2026-08-05), until an answer says another."""
_OF_THE_APP = ("getDestinations", "createDestination", "deleteDestination", "deleteSubscriptionById")
"""Calls with the app's own token: all its accounts share them."""

MANIFEST = MarketplaceManifest(
    slug="amazon",
    label="Amazon",
    api_version="listings 2021-08-01, product types 2020-09-01, feeds 2021-06-30, orders 2026-01-01",
    docs="https://developer-docs.amazon.com/sp-api",
    capabilities=frozenset(
        {
            "publish",
            "variations",
            "revise",
            "full_revise",
            "end",
            "relist",
            "link",
            "consent",
            "queue_events",
            "orders",
            "fulfillment",
        }
    ),
    traits=MarketplaceTraits(
        # An ASIN, as the settings of a creation profile take it.
        catalogue_id=r"[A-Z0-9]{10}",
        # No source says how soon a look shows what was applied. Half a minute is our choice.
        settle_s=30.0,
        late_s=APPLIED_WITHIN_S,
        # A SKU on all sites of its region.
        revise_batch=25,
        revise_rate=5.0,
        max_sku_length=MAX_SKU_LENGTH,
        # One search.
        read_back_batch=20,
        read_back_at_once=2,
        # Half of the day's searches: the other half is for a look in between. What changed meanwhile, ORDER_CHANGE tells.
        # How long an order may stay PENDING for want of a payment no source says: 30 days are the safe side.
        orders=OrderTraits(
            overlap_s=600.0,
            look_back_s=14 * _DAY_S,
            budget="searchOrders",
            calls_per_day=_SEARCHES * _DAY_S / 2,
            settle_s=60.0,
            unpaid_expires_s=30 * _DAY_S,
            buyers_by_role=True,
        ),
        shares_stock=True,
        # A search of 20 at a time up to a thousand, above that one report.
        lists_all=True,
    ),
    # Amazon documents no bounds that hold for every product type: the upper ones are ours, and what it refuses all the same
    # is shown to the seller.
    sites={
        site.id: Bounds(
            currency=site.currency,
            min_price=site.smallest_price,
            max_price=Decimal("99999999.99"),
            max_quantity=999_999,
        )
        for site in SITES.values()
    },
    budgets=(
        *(BudgetSpec(name, "account", (name,), rate=rate, burst=burst) for name, rate, burst in _PLANS),
        *(BudgetSpec(name, "account", (name,), rate=1, burst=5) for name in ("getSubscription", "createSubscription")),
        *(BudgetSpec(name, "app", (name,), rate=1, burst=5) for name in _OF_THE_APP),
        # "5 submissions per 5 minutes" and region for feeds of listings (developer-docs.amazon.com/sp-api, "Listings feed").
        # Three at once and two within the five minutes are no more than five in any; an answer's rate header is about the operation's own.
        BudgetSpec("listings feeds", "account", ("createFeed",), rate=2 / 300, burst=5, told=False),
        # Documents lie at presigned addresses outside of the API, which name no limit.
        BudgetSpec("documents", "account", ("uploadDocument", "downloadDocument"), rate=5, burst=10),
    ),
    action_words={
        "send": "Send to Amazon",
        "revise_quantity": "Update quantity",
        "revise_price": "Update price",
        "revise": "Update quantity and price",
        "full_revise": "Update everything",
        "set_catalogue_id": "Add ASIN",
    },
)
