"""Countries and regions as Shopify spells them: a code for each, whatever the marketplace wrote.

Shopify's own codes are not published as a list; those used here are the ones that both sides write alike, and Shopify
refuses an order's province that it does not know, which `order_errors.py` answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from listbridge.infra.regions import codes_of, is_code, is_told, plain
from listbridge.shops.shopify.countries import COUNTRIES

US_TERRITORIES = frozenset({"AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"})
"""Countries of their own to ISO 3166-1 and to marketplaces, provinces of the US to Shopify."""
_BY_ISO = {"AR": "", "IE": "", "IN": "", "JP": "JP-"}
"""Where Google's data name no code of the post's, the ISO 3166-2 one, behind what Shopify puts before it."""


@dataclass(frozen=True, slots=True)
class Place:
    """`country` and `province` are Shopify's codes, empty where there is none; `words` is a region without a code."""

    country: str
    province: str = ""
    words: str = ""


def place_of(country: str, region: str) -> Place:
    """Where an address lies. A country that Shopify does not know is empty, and its region stays as words."""
    country = country.strip().upper()
    if country in US_TERRITORIES:
        return Place("US", country)
    known = country if country in COUNTRIES else ""
    codes = codes_of(country, _BY_ISO.get(country))
    code = codes.get(plain(region), "")
    if code:
        return Place(known, code)
    if not is_told(region):
        return Place(known)
    if not codes and is_code(region):
        return Place(known, region)
    return Place(known, words=region)
