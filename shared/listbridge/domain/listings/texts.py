"""A product's texts and pictures as marketplaces accept them: shortened to a length, each picture once, by HTTPS.
Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected

_BLANK = re.compile(r"\{(\w+)\}")


def shortened(text: str, most: int) -> str:
    """At most `most` characters, cut at the end of a word where there is one in the last third."""
    if len(text) <= most:
        return text
    cut = text[:most]
    end = max(cut.rfind(" "), cut.rfind("\n")) if not text[most].isspace() else most
    return cut[: end if end >= most * 2 // 3 else most].rstrip()


def title_of(title: str, most: int, *, truncate: bool) -> str:
    """The title on one line. Raises Rejected where there is none, or where it is longer than `most` and must stay whole."""
    text = " ".join(title.split())
    if not text:
        raise Rejected(Problem("title_missing", fix="edit_product_in_shop"))
    if len(text) <= most:
        return text
    if not truncate:
        params = {"max": str(most), "length": str(len(text))}
        raise Rejected(Problem("title_too_long", params, "shorten_title"))
    return shortened(text, most)


def filled_in(template: str, blanks: Mapping[str, str], most: int) -> str:
    """The seller's template with `{name}` filled in; names without a blank stay as they are written.

    Raises Rejected when that is longer than `most`.
    """
    text = _BLANK.sub(lambda blank: blanks.get(blank[1], blank[0]), template)
    if len(text) > most:
        params = {"max": str(most), "length": str(len(text))}
        raise Rejected(Problem("description_too_long", params, "edit_product_in_shop"))
    return text


def distinct(values: Iterable[str]) -> list[str]:
    """Each once, in their order, without the empty ones."""
    return list(dict.fromkeys(value for value in values if value))


def by_https(images: Iterable[str]) -> list[str]:
    """Addresses that a marketplace may fetch; one without a scheme gets HTTPS, one by plain HTTP is left out."""
    whole = (f"https:{image}" if image.startswith("//") else image for image in (i.strip() for i in images))
    return distinct(image for image in whole if image.lower().startswith("https://"))
