"""Titles, tags and property values as Etsy takes them: pure.

Characters by the patterns of createDraftListing (OpenAPI document of August 2026), in Unicode's own classes: a pattern names what is
refused, so combining marks are, and all emoji (class So).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from listbridge.domain.listings import texts
from listbridge.domain.listings.texts import distinct
from listbridge.marketplaces.etsy import errors

MAX_TITLE = 140
MAX_TAGS, MAX_TAG = 13, 20
_ONCE = "%:&+"
_SIGNS = "™©®"


def title_of(title: str, *, truncate: bool) -> str:
    """The title on one line. Raises Rejected where Etsy would not take it."""
    text = texts.title_of(unicodedata.normalize("NFC", title), MAX_TITLE, truncate=truncate)
    wrong = _others(text, "L", "Nd", "P", "Sm", "Zs", also=_SIGNS)
    if wrong:
        raise errors.TITLE_CHARACTERS.error(params={"characters": wrong})
    twice = [sign for sign in _ONCE if text.count(sign) > 1]
    if twice:
        raise errors.TITLE_SIGN_TWICE.error(params={"sign": twice[0]})
    return text


def tags_of(tags: Iterable[str]) -> tuple[str, ...]:
    """Each once. Raises Rejected for one that Etsy would not take, or for too many."""
    told = distinct(" ".join(unicodedata.normalize("NFC", tag).split()) for tag in tags)
    seen = {tag.casefold(): tag for tag in reversed(told)}
    kept = tuple(tag for tag in told if seen[tag.casefold()] == tag)
    for tag in kept:
        if len(tag) > MAX_TAG or _others(tag, "L", "Nd", "Zs", also="-'" + _SIGNS):
            raise errors.TAG_REFUSED.error(params={"tag": tag, "max": str(MAX_TAG)})
    if len(kept) > MAX_TAGS:
        raise errors.TOO_MANY_TAGS.error(params={"count": str(len(kept)), "max": str(MAX_TAGS)})
    return kept


def refuse_brackets(value: str) -> None:
    """Raises Rejected for a name or value of a property that holds a parenthesis."""
    if "(" in value or ")" in value:
        raise errors.BRACKETS.error(params={"value": value})


def _others(text: str, *classes: str, also: str = "") -> str:
    """The characters of a text that are of none of these classes, each once."""
    return "".join(
        dict.fromkeys(one for one in text if one not in also and not unicodedata.category(one).startswith(classes))
    )
