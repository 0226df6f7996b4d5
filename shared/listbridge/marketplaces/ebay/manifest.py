"""What eBay can do, how many calls it allows, and what its sites accept."""

from __future__ import annotations

from decimal import Decimal

from listbridge.domain.manifest import BudgetSpec, MarketplaceManifest
from listbridge.domain.ports import MarketplaceTraits, OrderTraits
from listbridge.domain.rules.bounds import Bounds
from listbridge.marketplaces.ebay.sites import SITES

MAX_SKU_LENGTH = 50
"""Offer and PriceQuantity, "Max Length: 50" (sell_inventory 1.18.4)."""
PACIFIC = "America/Los_Angeles"
"""Daily quotas begin again at midnight Pacific (developer.ebay.com, API call limits, read 2026-11-23)."""
_DAY_S = 86_400.0
_FULFILLMENT_CALLS = 100_000
"""Per day and app (unverified)."""

_NOTIFICATION = (
    "getPublicKey",
    "updateConfig",
    "getDestinations",
    "createDestination",
    "updateDestination",
    "getTopic",
    "getSubscriptions",
    "createSubscription",
    "updateSubscription",
)
_INVENTORY = (
    "getInventoryItem",
    "bulkGetInventoryItem",
    "createOrReplaceInventoryItem",
    "bulkCreateOrReplaceInventoryItem",
    "getInventoryItemGroup",
    "createOrReplaceInventoryItemGroup",
    "deleteInventoryItemGroup",
    "getOffers",
    "createOffer",
    "bulkCreateOffer",
    "updateOffer",
    "deleteOffer",
    "publishOffer",
    "bulkPublishOffer",
    "publishOfferByInventoryItemGroup",
    "withdrawOffer",
    "withdrawOfferByInventoryItemGroup",
    "bulkUpdatePriceQuantity",
    "getInventoryLocations",
    "getInventoryLocation",
    "bulkMigrateListing",
)
_FULFILLMENT = ("getOrders", "getOrder", "getShippingFulfillments", "createShippingFulfillment")

MANIFEST = MarketplaceManifest(
    slug="ebay",
    label="eBay",
    api_version="inventory 1.18.4, fulfillment 1.20.7, account 1.9.3, feed 1.3.1, identity 2.0.0, taxonomy 1.1.0, metadata 1.11.1",
    docs="https://developer.ebay.com/develop/api/sell/inventory_api",
    capabilities=frozenset(
        {
            "publish",
            "variations",
            "revise",
            "full_revise",
            "end",
            "relist",
            "link",
            "adopt",
            "consent",
            "notices",
            "sold_out_switch",
            "orders",
            "fulfillment",
        }
    ),
    traits=MarketplaceTraits(
        # No source says how late a call that timed out may still be applied. The clock of a read-back begins when we
        # gave up on the call, after the whole HTTP time limit; ten seconds more is our choice, drift checks stand behind.
        settle_s=10.0,
        # One SKU per call: the operation's text says one, its schema's text 25 (sell_inventory 1.18.4); the smaller holds.
        revise_batch=25,
        revise_rate=25.0,
        max_sku_length=MAX_SKU_LENGTH,
        publish_together=25,  # bulkCreateOrReplaceInventoryItem, bulkCreateOffer and bulkPublishOffer (sell_inventory 1.18.4)
        # One call for all items and one per SKU for its offers: eleven calls, within what ordinary callers may burst.
        read_back_batch=10,
        # 0.3 s a call, one after the other, are 3 of the 25 calls a second: four at a time leave half to everybody else.
        read_back_at_once=4,
        # No source says how far getOrders lags behind a sale, nor when a parcel is certain to be shown: five minutes and
        # one are our choice.
        orders=OrderTraits(
            overlap_s=300.0,
            look_back_s=14 * _DAY_S,
            # Half of the day's calls: the other half reads single orders and tells about parcels.
            budget="fulfillment",
            calls_per_day=_FULFILLMENT_CALLS / 2,
            settle_s=60.0,
            # An order can be paid until the seller cancels it, which eBay lets them do from the fourth day on and asks
            # them to do within 30 (ebay.co.uk, help 4137 "Resolving unpaid items", read 2026-11-24): one day more.
            unpaid_expires_s=31 * _DAY_S,
            # "The unique identifier of a 'non-immediate payment' order will change as it goes from an unpaid order to a
            # paid order" (Trading API, OrderIDType, read 2026-11-26), and orders can be paid together. A line's id is
            # there "as soon as there is a commitment to buy" (sell_fulfillment 1.20.7, LineItem.lineItemId).
            lines_keep_ids=True,
        ),
    ),
    # Prices: eBay documents a currency per site and no bounds; below a cent nothing can be asked, the upper bound is ours.
    # Quantity: no maximum is documented either, this one is ours. What eBay refuses all the same is shown to the seller.
    sites={
        site.id: Bounds(
            currency=site.currency, min_price=Decimal("0.01"), max_price=Decimal("99999999.99"), max_quantity=999_999
        )
        for site in SITES.values()
    },
    # Calls per second are not published: 25 is what the project plans with, for one app over all its accounts. Quotas
    # per day from developer.ebay.com, API call limits (account 25,000, notification 10,000, analytics 5,000); inventory's 2,000,000,
    # fulfillment's 100,000 and the 5,000 of identity, taxonomy, metadata and stores are not verified. What eBay really allows is read from getRateLimits after a 429.
    budgets=(
        BudgetSpec("inventory", "app", _INVENTORY, rate=25, burst=25, day_quota=2_000_000, day_zone=PACIFIC),
        BudgetSpec(
            "account",
            "app",
            (
                "getFulfillmentPolicies",
                "getPaymentPolicies",
                "getReturnPolicies",
                "getOptedInPrograms",
                "optInToProgram",
            ),
            rate=2,
            burst=6,
            day_quota=25_000,
            day_zone=PACIFIC,
        ),
        BudgetSpec(
            "fulfillment", "app", _FULFILLMENT, rate=10, burst=20, day_quota=_FULFILLMENT_CALLS, day_zone=PACIFIC
        ),
        # 400 tasks a feed type, seller and day (developer.ebay.com, Feed API); 100,000 calls are not verified.
        BudgetSpec(
            "feed_tasks", "account", ("createInventoryTask",), rate=0.2, burst=4, day_quota=400, day_zone=PACIFIC
        ),
        BudgetSpec(
            "feed", "app", ("getInventoryTask", "getResultFile"), rate=2, burst=6, day_quota=100_000, day_zone=PACIFIC
        ),
        BudgetSpec("identity", "app", ("getUser",), rate=1, burst=5, day_quota=5_000, day_zone=PACIFIC),
        BudgetSpec(
            "taxonomy",
            "app",
            ("getDefaultCategoryTreeId", "getCategorySuggestions", "getItemAspectsForCategory"),
            rate=5,
            burst=10,
            day_quota=5_000,
            day_zone=PACIFIC,
        ),
        BudgetSpec("notification", "app", _NOTIFICATION, rate=1, burst=10, day_quota=10_000, day_zone=PACIFIC),
        BudgetSpec(
            "metadata",
            "app",
            ("getItemConditionPolicies", "getCategoryPolicies", "getRegulatoryPolicies", "getProductSafetyLabels"),
            rate=5,
            burst=10,
            day_quota=5_000,
            day_zone=PACIFIC,
        ),
        BudgetSpec("stores", "app", ("getStoreCategories",), rate=1, burst=5, day_quota=5_000, day_zone=PACIFIC),
        BudgetSpec("analytics", "app", ("getRateLimits",), rate=1, burst=2, day_quota=5_000, day_zone=PACIFIC),
    ),
    action_words={"send": "Send to eBay", "revise": "Revise quantity and price"},
)
