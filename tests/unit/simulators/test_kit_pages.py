"""Pages that are counted, as platforms count them: by rows, or by pages from 0 or from 1."""

from __future__ import annotations

import pytest

from simulators.kit.pages import Page, Paging, Window

ROWS = list("abcdefg")
TOO_LONG = pytest.param("9" * 5000, id="5000 digits")


class NoPage(Exception):
    """The refusal of some platform."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}={text}")


BY_ROWS = Paging(3, 5, NoPage)
BY_PAGES_FROM_0 = Paging(3, 5, NoPage, first_page=0)
BY_PAGES_FROM_1 = Paging(3, 5, NoPage, first_page=1, size_name="per_page", place_name="page")


def seen(paging: Paging, **query: str) -> Page[str]:
    return paging.window(query).page(ROWS)


def test_a_call_that_asks_for_nothing_gets_the_first_page_of_the_usual_size() -> None:
    for paging, place in ((BY_ROWS, 0), (BY_PAGES_FROM_0, 0), (BY_PAGES_FROM_1, 1)):
        page = seen(paging)
        assert (page.rows, page.total, page.window.size, page.window.place) == (["a", "b", "c"], 7, 3, place)
        assert page.previous is None


def test_an_offset_of_rows_leaves_out_so_many() -> None:
    page = seen(BY_ROWS, limit="2", offset="3")
    assert (page.rows, page.window.place) == (["d", "e"], 3)
    assert (page.next, page.previous) == (Window(2, 5), Window(2, 1))


def test_the_row_before_the_first_is_the_first() -> None:
    page = seen(BY_ROWS, limit="3", offset="2")
    assert page.previous == Window(3, 0)


@pytest.mark.parametrize(
    ("paging", "query"),
    [(BY_PAGES_FROM_0, {"limit": "2", "offset": "2"}), (BY_PAGES_FROM_1, {"per_page": "2", "page": "3"})],
)
def test_a_number_of_a_page_counts_from_the_first(paging: Paging, query: dict[str, str]) -> None:
    page = seen(paging, **query)
    here = int(query[paging.place_name])
    assert (page.rows, page.window.place) == (["e", "f"], here)
    assert [around.place for around in (page.next, page.previous) if around] == [here + 1, here - 1]


@pytest.mark.parametrize(("query", "rows"), [({"offset": "6"}, ["g"]), ({"limit": "2", "offset": "5"}, ["f", "g"])])
def test_behind_the_last_row_there_is_no_page(query: dict[str, str], rows: list[str]) -> None:
    page = seen(BY_ROWS, **query)
    assert (page.rows, page.next) == (rows, None)


def test_a_page_behind_the_last_is_empty_and_tells_the_total_all_the_same() -> None:
    page = seen(BY_PAGES_FROM_1, page="4")
    assert (page.rows, page.total, page.next) == ([], 7, None)
    assert page.previous is not None
    assert page.previous.place == 3


@pytest.mark.parametrize(("size", "rows", "pages"), [(3, 7, 3), (3, 6, 2), (3, 0, 0), (5, 1, 1)])
def test_so_many_pages_of_a_size_hold_all_rows(size: int, rows: int, pages: int) -> None:
    assert Window(size).page(range(rows)).pages == pages


@pytest.mark.parametrize("text", ["0", "-1", "6", "1.5", "many", "", " 2", "+2", "1_0", "²", "٣", TOO_LONG])
def test_a_size_that_no_page_has_is_refused_in_the_words_of_the_platform(text: str) -> None:
    with pytest.raises(NoPage) as refused:
        BY_ROWS.window({"limit": text, "offset": "nonsense too"})
    assert str(refused.value) == f"limit={text}"


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "", TOO_LONG])
@pytest.mark.parametrize("paging", [BY_ROWS, BY_PAGES_FROM_0, BY_PAGES_FROM_1])
def test_a_place_that_no_page_has_is_refused(paging: Paging, text: str) -> None:
    with pytest.raises(NoPage) as refused:
        paging.window({paging.place_name: text})
    assert str(refused.value) == f"{paging.place_name}={text}"


def test_there_is_no_page_0_where_the_first_is_1() -> None:
    with pytest.raises(NoPage, match="page=0"):
        BY_PAGES_FROM_1.window({"page": "0"})


def test_the_largest_page_is_a_page() -> None:
    assert seen(BY_ROWS, limit="5").rows == ["a", "b", "c", "d", "e"]
