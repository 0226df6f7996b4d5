"""Etsy is one market: a shop sells everywhere at once, in one currency of its own."""

from __future__ import annotations

from typing import Final

from listbridge.domain.ids import Site

SITE: Final = Site("ETSY")
"""The only site."""
CURRENCY: Final = "USD"
"""Of a shop that has not told its own yet. Each account's is a fact of it (`bounds_of`)."""
EU: Final = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
"""Countries whose shops need no return policy (updateListing, `return_policy_id`)."""
