"""Spans of time that are read whole: no order falls between two pages, however the list moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.change_windows import CountedPage, Windows, milliseconds, moment_text

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
REACH = timedelta(days=729)
T0 = milliseconds(NOW)


def since(moment: datetime) -> Windows:
    return Windows.since(moment, NOW, REACH)


def test_the_first_span_is_open() -> None:
    windows = since(NOW - timedelta(milliseconds=1500))
    assert (windows.start, windows.end) == (T0 - 1500, None)
    assert windows.done(NOW) is None


def test_nothing_is_asked_from_the_future_or_from_beyond_two_years() -> None:
    assert since(NOW + SECOND).start == milliseconds(NOW)
    assert since(NOW - timedelta(days=5000)).start == milliseconds(NOW - timedelta(days=729))


def test_a_span_that_is_too_full_is_read_in_two_parts_the_open_one_last() -> None:
    windows = since(NOW - 10 * SECOND).cut([NOW - 8 * SECOND, NOW - 4 * SECOND], NOW)
    assert (windows.start, windows.end) == (T0 - 10_000, T0 - 4_001)
    rest = windows.done(NOW)
    assert rest is not None
    assert (rest.start, rest.end) == (T0 - 4_000, None)


def test_orders_of_one_and_the_same_millisecond_become_a_span_of_their_own() -> None:
    windows = since(NOW - SECOND).cut([NOW - SECOND] * 3, NOW)
    assert windows.instant
    assert (windows.start, windows.end) == (T0 - 1_000, T0 - 1_000)


def test_a_span_without_readable_dates_is_cut_in_the_middle() -> None:
    windows = since(NOW - 10 * SECOND).cut([], NOW)
    assert windows.starts == (milliseconds(NOW - 10 * SECOND), milliseconds(NOW - 5 * SECOND))


def test_a_span_whose_orders_show_later_changes_than_the_list_knows_is_cut_in_the_middle() -> None:
    start, end = milliseconds(NOW - 10 * SECOND), milliseconds(NOW - 5 * SECOND)
    windows = Windows((start, end)).cut([NOW] * 200, NOW)
    assert windows.starts == (start, (start + end - 1) // 2, end)


def test_what_has_not_happened_yet_is_left_to_the_next_poll() -> None:
    windows = since(NOW).cut([NOW], NOW)
    assert windows.done(NOW) is None
    assert windows.done(NOW + SECOND) is not None


def test_a_cursor_brings_back_where_it_was() -> None:
    windows = Windows((5, 7, 900), 400, 450)
    assert Windows.parse(windows.cursor) == windows


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        (CountedPage(3, None, 5, more=False), "no total"),
        (CountedPage(4, 12, 5, more=True), "4 rows where 5 are due"),
        (CountedPage(1, 2, 5, more=False), "1 rows where 2 are due"),
        (CountedPage(0, 0, 5, more=True), "an empty page that is not the last"),
        (CountedPage(5, 12, 5, more=True), ""),
    ],
)
def test_a_page_that_does_not_agree_with_what_is_told_of_it_is_torn(page: CountedPage, wrong: str) -> None:
    assert Windows((T0 - 1_000,)).torn(page) == wrong


def test_a_list_that_grows_between_two_pages_of_one_millisecond_is_torn() -> None:
    assert Windows((5, 6), 5, 12).torn(CountedPage(5, 13, 5, more=True)) == "the list changed while it was read"


MOMENTS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=60)


@given(MOMENTS, st.integers(1, 7), st.sampled_from(["oldest", "newest", "any"]), st.booleans(), st.randoms())
def test_whatever_the_lists_order_and_its_lag_every_moment_is_read(
    moments: list[tuple[int, int]], page: int, run: str, lags: bool, random: Random
) -> None:
    start = NOW - timedelta(milliseconds=60)
    rows = [(start + timedelta(milliseconds=known), timedelta(milliseconds=late)) for known, late in moments]
    if run == "any":
        random.shuffle(rows)
    else:
        rows.sort(reverse=run == "newest")
    windows: Windows | None = since(start)
    read: set[int] = set()
    for _ in range(1000):
        if windows is None:
            break
        end = windows.end if windows.end is not None else milliseconds(NOW)
        inside = [index for index, (known, _) in enumerate(rows) if windows.start <= milliseconds(known) <= end]
        told = inside[windows.offset : windows.offset + page]
        read |= set(told)
        dates = [known + late if lags else known for known, late in (rows[index] for index in told)]
        more = windows.offset + len(told) < len(inside)
        shown = CountedPage(len(told), len(inside), page, more, dates)
        assert windows.torn(shown) == ""
        windows = windows.following(shown, NOW)
    assert windows is None
    assert read == set(range(len(rows)))


@pytest.mark.parametrize("moment", ["2015-08-04T19:09:02.768Z", "2026-11-01T00:00:00.000Z"])
def test_a_moment_is_written_as_it_is_read(moment: str) -> None:
    assert moment_text(milliseconds(datetime.fromisoformat(moment))) == moment
