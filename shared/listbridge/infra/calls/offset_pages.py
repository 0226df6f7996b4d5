"""Pages that are counted: the next one begins where this one ended, or a little before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

R = TypeVar("R")


def following(offset: int, rows: int, total: int, *, overlap: int = 0) -> str | None:
    """The cursor behind a page of so many rows that began at `offset`; None behind the last.

    While a list is read it may lose rows that were read already, and all others move up: `overlap` rows are read once more,
    so that as many may go between two pages and none is passed over. A page without rows is the last, whatever the count says.
    """
    end = offset + rows
    if rows == 0 or end >= total:
        return None
    return str(max(offset + 1, end - overlap))


def page_at(cursor: str | None, ask: Callable[[int], tuple[Sequence[R], int]]) -> tuple[Sequence[R], str | None, int]:
    """The rows of one page, the cursor behind it and how many rows there are in all: `ask` gives the rows behind so many, and
    that number. Without a cursor the first page."""
    offset = int(cursor or 0)
    rows, total = ask(offset)
    return rows, following(offset, len(rows), total), total


def counted_rows(ask: Callable[[int], tuple[Sequence[R], int]]) -> list[R]:
    """Every row of a short list that does not move: `ask` gives the rows behind so many, and how many there are in all."""
    rows: list[R] = []
    while True:
        page, total = ask(len(rows))
        rows += page
        if not page or len(rows) >= total:
            return rows
