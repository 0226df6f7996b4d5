"""Pages that are not counted: each says where the next begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")


class CursorPage(Protocol[R_co]):
    """One page, whatever the platform calls its parts."""

    @property
    def nodes(self) -> Sequence[R_co]:
        """The rows."""

    @property
    def more(self) -> str | None:
        """The cursor of the page behind; None behind the last."""


def all_rows(page: CursorPage[R], ask: Callable[[str], CursorPage[R]]) -> Iterator[R]:
    """The rows of a page and of all behind it. No page is asked for before its first row is wanted."""
    yield from page.nodes
    while page.more is not None:
        page = ask(page.more)
        yield from page.nodes
