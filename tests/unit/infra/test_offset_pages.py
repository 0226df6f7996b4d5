from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.infra.offset_pages import following


@pytest.mark.parametrize(
    ("offset", "rows", "total", "cursor"),
    [(0, 50, 120, "50"), (100, 20, 120, None), (0, 0, 120, None), (0, 50, 50, None), (0, 0, 0, None)],
)
def test_the_next_page_begins_where_this_one_ended(
    offset: int, rows: int, total: int, cursor: str | None
) -> None:
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
