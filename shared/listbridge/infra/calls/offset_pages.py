"""Pages that are counted: the next one begins where this one ended, or a little before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from listbridge.infra.calls.error_row import Row

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


def all_rows(ask: Callable[[int], tuple[Sequence[R], int]]) -> list[R]:
    """Every row of a short list that does not move: `ask` gives the rows behind so many, and how many there are in all."""
    rows: list[R] = []
    while True:
        page, total = ask(len(rows))
        rows += page
        if not page or len(rows) >= total:
            return rows


def rows_with(
    ids: Sequence[str], most: int, ask: Callable[[Sequence[str]], tuple[Mapping[str, R], int]], unreadable: Row
) -> dict[str, R]:
    """The rows that have these ids, by id. What is absent from them is not there.

    `ask` gives the rows with some ids, and how many it counts of them. It is asked for no more than `most` at once, as many as
    a page holds: between two pages one row may go, and another be passed over. Raises the error of `unreadable` for an answer
    that counts more rows than it tells, for that proves nothing.
    """
    found: dict[str, R] = {}
    for start in range(0, len(ids), most):
        rows, counted = ask(ids[start : start + most])
        if len(rows) != counted:
            raise unreadable.error(detail=f"{len(rows)} rows of {counted}")
        found |= rows
    return found
