"""A carrier of the shop in a marketplace's spelling, and tracking numbers without spaces and other separators. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

_SIGNS = re.compile(r"[^a-z0-9]")
_NOT_IN_NUMBERS = re.compile(r"[^A-Za-z0-9]")


class Carriers:
    """A marketplace's names of carriers.

    `codes` read like the carrier's own name, and are compared without blanks, signs, accents and case. `names` are other names by
    which shops and people call carriers, written so already, with the code of each. `other` is the marketplace's word for a carrier
    that it does not list.
    """

    def __init__(self, codes: Iterable[str], names: Mapping[str, str], other: str) -> None:
        self._by_name = {_plain(code): code for code in codes} | dict(names)
        self._other = other

    def code(self, name: str) -> str:
        """The marketplace's code of a carrier; its word for others where the table has none."""
        return self._by_name.get(_plain(name), self._other)


def letters_and_digits(tracking: str) -> str:
    """A tracking number for a marketplace that takes nothing else in it."""
    return _NOT_IN_NUMBERS.sub("", tracking)


def _plain(name: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKD", name).casefold())
