"""Countries and regions as Shopify spells them.

Shopify's own codes are not published as a list; those used here are the ones that both sides write alike, and Shopify
refuses an order's province that it does not know, which `errors.py` answers.
"""

from __future__ import annotations

from listbridge.infra.mapping.regions import Atlas
from listbridge.shops.shopify.orders.countries import COUNTRIES

US_TERRITORIES = frozenset({"AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"})
"""Countries of their own to ISO 3166-1 and to marketplaces, provinces of the US to Shopify."""
ATLAS = Atlas(
    COUNTRIES,
    # Where Google's data name no code of the post's.
    iso={"AR": "", "IE": "", "IN": "", "JP": "JP-"},
    within=dict.fromkeys(US_TERRITORIES, "US"),
)
