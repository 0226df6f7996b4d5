"""Pages that are not counted: each says where the next begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")


class CursorPage(Protocol[R_co]):
    """One page, whatever the platform calls its parts."""

    @property
    def nodes(self) -> Sequence[R_co]:
        """The rows."""

    @property
    def more(self) -> str | None:
        """The cursor of the page behind; None behind the last. Never an address to follow, for the call would take our token
        wherever it leads: of an address, take `cursor_in`."""


def cursor_in(url: str | None, name: str) -> str | None:
    """The cursor that the address of the page behind holds as its parameter `name`; None where there is no such page.

    Raises ValueError for an address without it: the list would seem to end here.
    """
    if not url:
        return None
    found = parse_qs(urlsplit(url).query).get(name)
    if not found:
        raise ValueError(f"no {name} in the address of the next page")
    return found[-1]


def all_rows(page: CursorPage[R], ask: Callable[[str], CursorPage[R]]) -> Iterator[R]:
    """The rows of a page and of all behind it. No page is asked for before its first row is wanted."""
    yield from page.nodes
    while page.more is not None:
        page = ask(page.more)
        yield from page.nodes
