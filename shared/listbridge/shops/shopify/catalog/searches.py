"""What Shopify's search is asked, in its own syntax."""

from __future__ import annotations

import re

from listbridge.domain.product_choice import ChosenBy, ProductChoice

_CONNECTIVES = {"AND", "OR", "NOT"}
_FIELDS = {ChosenBy.TAG: "tag", ChosenBy.VENDOR: "vendor"}


def search_query(text: str) -> str | None:
    """What a person typed, with everything taken out that would mean something to the search; None where nothing is left."""
    words = [word.strip("-*") for word in re.split(r"[\s:\\()\"'<>]+", text[:200])]
    words = [word for word in words if word and word not in _CONNECTIVES]
    if not words:
        return None
    if len(words) == 1:
        return f'{words[0]}* OR sku:"{words[0]}"'
    return " ".join(f"{word}*" for word in words)


def choice_query(choice: ProductChoice) -> str | None:
    """The search for what is chosen; None where it would find everything, as it does for any vendor at all (`*`)."""
    if choice.by is ChosenBy.SEARCH:
        return search_query(choice.value)
    if choice.by not in _FIELDS or not choice.value.strip("* "):
        return None
    return f"{_FIELDS[choice.by]}:{quoted(choice.value)}"


def quoted(value: str) -> str:
    """A value in which nothing means anything to the search."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
