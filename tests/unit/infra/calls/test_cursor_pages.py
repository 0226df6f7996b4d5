"""Pages that are not counted."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from listbridge.infra.calls.cursor_pages import all_rows


@dataclass(frozen=True)
class Leaf:
    nodes: tuple[int, ...]
    more: str | None = None


BOOK = {"b": Leaf((3,), "c"), "c": Leaf((), "d"), "d": Leaf((4, 5))}


@pytest.mark.parametrize(
    ("first", "rows", "asked"),
    [
        (Leaf((1, 2)), [1, 2], []),
        (Leaf(()), [], []),
        (Leaf((1,), "d"), [1, 4, 5], ["d"]),
        (Leaf((1, 2), "b"), [1, 2, 3, 4, 5], ["b", "c", "d"]),
    ],
    ids=["one page", "an empty list", "two pages", "an empty page between others"],
)
def test_rows_are_read_until_a_page_names_none_behind_it(first: Leaf, rows: list[int], asked: list[str]) -> None:
    cursors: list[str] = []

    def ask(cursor: str) -> Leaf:
        cursors.append(cursor)
        return BOOK[cursor]

    assert list(all_rows(first, ask)) == rows
    assert cursors == asked


def test_a_page_is_asked_for_when_its_first_row_is_wanted() -> None:
    cursors: list[str] = []

    def ask(cursor: str) -> Leaf:
        cursors.append(cursor)
        return BOOK[cursor]

    rows = all_rows(Leaf((1,), "b"), ask)
    assert (next(rows), cursors) == (1, [])
    assert (next(rows), cursors) == (3, ["b"])
