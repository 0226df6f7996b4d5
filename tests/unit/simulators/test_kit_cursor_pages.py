"""Pages that are not counted: each says behind which row the next one begins."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from simulators.kit.cursor_pages import CursorPage, CursorPaging


class NoPage(Exception):
    """The refusal of some platform."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}={text}")


PAGING = CursorPaging(3, 5, NoPage)
ROWS = list("gabcdef")


def seen(rows: list[str] = ROWS, **query: str) -> CursorPage[str]:
    return PAGING.page(rows, lambda one: (one,), query)


def all_pages(rows: list[str], **query: str) -> list[list[str]]:
    page = seen(rows, **query)
    pages = [page.rows]
    while page.cursor is not None:
        page = seen(rows, **query, after=page.cursor)
        pages.append(page.rows)
    return pages


@pytest.mark.parametrize(
    ("query", "pages"),
    [({}, ["abc", "def", "g"]), ({"limit": "5"}, ["abcde", "fg"]), ({"limit": "1"}, list("abcdefg"))],
)
def test_the_pages_hold_every_row_once_in_the_order_of_their_keys(query: dict[str, str], pages: list[str]) -> None:
    assert ["".join(page) for page in all_pages(ROWS, **query)] == pages


@pytest.mark.parametrize("rows", [[], ["a"], ["a", "b", "c"]])
def test_behind_the_last_page_there_is_none(rows: list[str]) -> None:
    assert seen(rows) == CursorPage(rows, None)


def test_a_row_that_goes_moves_no_other_and_one_that_comes_before_the_cursor_is_not_told() -> None:
    first = seen()
    assert first.cursor is not None
    moved = [one for one in ROWS if one not in "abc"] + ["aa"]
    assert seen(moved, after=first.cursor).rows == ["d", "e", "f"]


def test_the_address_of_the_next_page_asks_for_all_that_this_one_did() -> None:
    query = {"limit": "5", "sku": "a&b"}
    page = seen(**query)
    address = PAGING.address("https://far.example/items", query, page)
    assert address is not None
    assert address.startswith("https://far.example/items?")
    assert parse_qs(urlsplit(address).query) == {"limit": ["5"], "sku": ["a&b"], "after": [page.cursor]}
    assert PAGING.address("https://far.example/items", query, seen(["a"])) is None


@pytest.mark.parametrize(
    "text", ["", "!", "é", "YQ", *(base64.b64encode(one).decode() for one in (b"[]", b"{}", b"[1]", b'"a"', b"["))]
)
def test_a_cursor_that_no_page_told_is_refused(text: str) -> None:
    with pytest.raises(NoPage, match=r"^after="):
        seen(after=text)


@pytest.mark.parametrize("limit", ["0", "6", "x", "-1", ""])
def test_a_size_beyond_the_bounds_is_refused(limit: str) -> None:
    with pytest.raises(NoPage, match=r"^limit="):
        seen(limit=limit)
