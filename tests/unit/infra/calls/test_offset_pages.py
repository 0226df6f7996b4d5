from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.verdicts import RetryLater
from listbridge.infra.calls.error_row import Row
from listbridge.infra.calls.offset_pages import counted_rows, following, page_at

UNREADABLE = Row(RetryLater, "unreadable")


@pytest.mark.parametrize(
    ("offset", "rows", "total", "cursor"),
    [(0, 50, 120, "50"), (100, 20, 120, None), (0, 0, 120, None), (0, 50, 50, None), (0, 0, 0, None)],
)
def test_the_next_page_begins_where_this_one_ended(offset: int, rows: int, total: int, cursor: str | None) -> None:
    assert following(offset, rows, total) == cursor


@given(st.lists(st.integers(0, 3), max_size=8), st.integers(4, 30), st.integers(0, 60))
def test_what_goes_between_two_pages_hides_no_row_as_long_as_the_overlap_covers_it(
    gone: list[int], size: int, count: int
) -> None:
    """Before each page some of the rows that were read already are deleted, at most as many as overlap."""
    there, seen, cursor, losses = list(range(count)), set[int](), "0", iter(gone)
    while cursor is not None:
        offset = int(cursor)
        page = there[offset : offset + size]
        seen |= set(page)
        cursor = following(offset, len(page), len(there), overlap=3)
        lost = min(next(losses, 0), offset)
        del there[:lost]
    assert seen == set(range(count))


@pytest.mark.parametrize(("count", "asked"), [(0, [0]), (2, [0]), (4, [0, 2]), (5, [0, 2, 4])])
def test_all_rows_are_asked_for_until_as_many_are_there_as_are_counted(count: int, asked: list[int]) -> None:
    there, offsets = list(range(count)), []

    def ask(offset: int) -> tuple[list[int], int]:
        offsets.append(offset)
        return there[offset : offset + 2], count

    assert counted_rows(ask) == there
    assert offsets == asked


def test_a_list_that_counts_more_than_it_shows_ends_at_its_first_empty_page() -> None:
    offsets = []

    def ask(offset: int) -> tuple[list[str], int]:
        offsets.append(offset)
        return ["a"] if offset < 2 else [], 9

    assert counted_rows(ask) == ["a", "a"]
    assert offsets == [0, 1, 2]


@pytest.mark.parametrize(
    ("cursor", "rows", "behind"), [(None, "ab", "2"), ("2", "cd", "4"), ("4", "e", None), ("9", "", None)]
)
def test_a_page_comes_with_the_cursor_behind_it_and_the_count(
    cursor: str | None, rows: str, behind: str | None
) -> None:
    def ask(offset: int) -> tuple[Sequence[str], int]:
        return "abcde"[offset : offset + 2], 5

    assert page_at(cursor, ask) == (rows, behind, 5)
