"""Pages that are not counted."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from listbridge.infra.calls.cursor_pages import all_rows, cursor_in


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


@pytest.mark.parametrize(
    ("url", "cursor"),
    [
        (None, None),
        ("", None),
        ("https://elsewhere.example/v1/items?limit=5&after=a%2Bb%3D", "a+b="),
        ("/v1/items?after=c", "c"),
        ("?after=first&after=last", "last"),
    ],
)
def test_of_the_address_of_the_next_page_only_its_cursor_is_taken(url: str | None, cursor: str | None) -> None:
    assert cursor_in(url, "after") == cursor


@pytest.mark.parametrize("url", ["https://far.example/v1/items", "/items?page=2", "/items?after="])
def test_an_address_without_the_cursor_does_not_end_the_list(url: str) -> None:
    with pytest.raises(ValueError, match=r"^no after in the address of the next page$"):
        cursor_in(url, "after")
