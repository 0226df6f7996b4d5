"""Rows that are asked for by their ids, from a list that counts what it has of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from listbridge.infra.calls.error_row import Row

R = TypeVar("R")


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
