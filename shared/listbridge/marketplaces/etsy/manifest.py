"""What Etsy can do, how many calls it allows, and what it accepts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from listbridge.domain.configuration import Account
from listbridge.domain.listings.listing import Zero
from listbridge.domain.manifest import SLIDING, BudgetSpec, MarketplaceManifest
from listbridge.domain.money import Money
from listbridge.domain.ports import MarketplaceTraits, OrderTraits
from listbridge.domain.rules.bounds import Bounds
from listbridge.marketplaces.etsy.sites import CURRENCY, SITE

MAX_SKU_LENGTH = 32
"""Etsy's help for sellers ("SKUs"); the OpenAPI document names no limit (not verified)."""
MAX_PRODUCTS = 400
"""Products of one listing (not verified)."""
PER_CALL = 100
"""The most rows of a page, and the most ids of a batch (getListingsByShop, getListingsInventoryByListingIds)."""
LISTING_FEE = Money(Decimal("0.20"), "USD")
"""For four months, or until it sells out (etsy.com/legal/fees, "Listing fees"; not verified). Etsy charges it in US dollars, or their
worth in the seller's own currency."""
_DAY_S = 86_400.0
_CALLS_PER_DAY, _CALLS_PER_S = 5_000, 5
"""Until Etsy says more: it publishes no numbers any more, and these are the smallest that were seen (screenshots of personal
apps). Each answer tells the real ones in `x-limit-per-day` and `x-limit-per-second`."""
_OPERATIONS = (
    "getMe",
    "getShop",
    "getSellerTaxonomyNodes",
    "getPropertiesByTaxonomyId",
    "getShopShippingProfiles",
    "getShopReadinessStateDefinitions",
    "getShopReturnPolicies",
    "getShopSections",
    "getShopProductionPartners",
    "createDraftListing",
    "getListing",
    "getListingsByShop",
    "getListingsByListingIds",
    "updateListing",
    "deleteListing",
    "getListingImages",
    "uploadListingImage",
    "deleteListingImage",
    "getListingInventory",
    "updateListingInventory",
    "getListingsInventoryByListingIds",
    "getListingVariationImages",
    "updateVariationImages",
    "getListingProperties",
    "updateListingProperty",
    "deleteListingProperty",
    "getListingPersonalization",
    "updateListingPersonalization",
    "deleteListingPersonalization",
    "getShopReceipts",
    "getShopReceipt",
    "createReceiptShipment",
)


def _bounds_of(bounds: Bounds, account: Account) -> Bounds:
    """In the shop's currency."""
    return replace(bounds, currency=account.facts.get("currency", bounds.currency))


def _traits_of(traits: MarketplaceTraits, account: Account) -> MarketplaceTraits:
    """An inventory is written as a whole (updateListingInventory): quantity and price go together unless the seller chose otherwise."""
    return replace(traits, joint_updates=account.settings.get("separate_updates") is not True)


MANIFEST = MarketplaceManifest(
    slug="etsy",
    label="Etsy",
    api_version="Open API v3 (OAS 3.0.2 of August 2026)",
    docs="https://developers.etsy.com/documentation/",
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
            "orders",
            "fulfillment",
            "events",
            "signed_events",
        }
    ),
    traits=MarketplaceTraits(
        # No source says how late a write that was lost on its way is still applied, or shown: half a minute is our choice.
        settle_s=30.0,
        # The whole listing goes in one write.
        revise_batch=MAX_PRODUCTS,
        # A read and a write each, at the ten calls a second that every app once had: it decides how many are under way, the budget how
        # many go.
        revise_rate=5.0,
        max_sku_length=MAX_SKU_LENGTH,
        finds_by_sku=False,
        # One call for the states, one for the inventories.
        read_back_batch=PER_CALL,
        orders=OrderTraits(
            overlap_s=600.0,
            look_back_s=14 * _DAY_S,
            # Orders have a fifth of the day; a list tells each order in whole, so a quarter of that is for parcels and single orders.
            budget="calls",
            calls_per_day=_CALLS_PER_DAY * 0.15,
            settle_s=60.0,
            # How long a receipt may stay unpaid no source says: 30 days are the safe side.
            unpaid_expires_s=30 * _DAY_S,
            # In some regions the address is told to partners alone (getShopReceipt).
            buyers_by_role=True,
        ),
        zero=Zero.PAUSES,
        listing_fee=LISTING_FEE,
        joint_updates=True,
        exports_a_day=20,
    ),
    # The document says "positive" and no more. Etsy's help for sellers has 0.20 as the lowest price, 50,000 as the highest, in
    # US dollars, and 999 pieces (not verified).
    sites={SITE: Bounds(currency=CURRENCY, min_price=Decimal("0.20"), max_price=Decimal("50000.00"), max_quantity=999)},
    budgets=(
        BudgetSpec(
            "calls",
            "app",
            _OPERATIONS,
            rate=_CALLS_PER_S,
            burst=_CALLS_PER_S,
            day_quota=_CALLS_PER_DAY,
            day_zone=SLIDING,
            window_s=1.0,
        ),
    ),
    traits_of=_traits_of,
    bounds_of=_bounds_of,
    app_key="keystring",
    action_words={"send": "Send to Etsy", "revise": "Update quantity and price", "full_revise": "Update"},
)
