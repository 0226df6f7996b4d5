"""Lists that are told page by page, by counting: which rows a call asks for, and how many there are.

A platform counts rows (leave out 40) or pages (page 2, of which the first is 0 or 1), names the two numbers as it likes, and
refuses what is no page in its own words. What it says of a page beside the rows (links, totals, headers) is its own too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

R = TypeVar("R")
_MOST_DIGITS = 12  # more than any list has rows, and few enough to be read


@dataclass(frozen=True, slots=True)
class Window:
    """Up to `size` rows from the row `start` on, counted from 0. `first_page` is None where calls count rows."""

    size: int
    start: int = 0
    first_page: int | None = None

    @property
    def place(self) -> int:
        """What a call says to get this window: how many rows come before it, or the number of its page."""
        return self.start if self.first_page is None else self.first_page + self.start // self.size

    def page(self, rows: Sequence[R]) -> Page[R]:
        """What is seen of all rows through this window; nothing where it lies behind the last."""
        return Page(list(rows[self.start : self.start + self.size]), len(rows), self)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Some rows of `total`. `next` and `previous` are None where there is no such page."""

    rows: list[R]
    total: int
    window: Window

    @property
    def next(self) -> Window | None:
        start = self.window.start + self.window.size
        return replace(self.window, start=start) if start < self.total else None

    @property
    def previous(self) -> Window | None:
        start = max(0, self.window.start - self.window.size)
        return replace(self.window, start=start) if self.window.start else None

    @property
    def pages(self) -> int:
        """How many pages of this size all rows fill."""
        return -(-self.total // self.window.size)


@dataclass(frozen=True, slots=True)
class Paging:
    """How a list is asked for: `default` rows a page, at the most `most`, under these names of parameters.

    `refuse` is told the name and the text of a parameter that makes no page, and returns the refusal to raise.
    """

    default: int
    most: int
    refuse: Callable[[str, str], Exception]
    first_page: int | None = None
    size_name: str = "limit"
    place_name: str = "offset"

    def window(self, query: Mapping[str, str]) -> Window:
        """The rows that a call asks for. Raises the refusal, for the size first."""
        size = number_in(query, self.size_name, self.default, 1, self.most, self.refuse)
        first = self.first_page or 0
        place = number_in(query, self.place_name, first, first, 10**_MOST_DIGITS, self.refuse) - first
        return Window(size, place if self.first_page is None else place * size, self.first_page)


def number_in(
    query: Mapping[str, str], name: str, default: int, least: int, most: int, refuse: Callable[[str, str], Exception]
) -> int:
    """The whole number of a parameter, within its bounds. Raises what `refuse` makes of any other text."""
    text = query.get(name, str(default))
    readable = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    if not readable or not least <= int(text) <= most:
        raise refuse(name, text)
    return int(text)
