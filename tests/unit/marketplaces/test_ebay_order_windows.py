"""Spans of time that are read whole: no order falls between two pages, however the list moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.marketplaces.ebay.carriers import carrier_code, tracking_number
from listbridge.marketplaces.ebay.order_windows import Windows, milliseconds, moment_text

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_first_span_is_open_and_written_as_ebay_writes_dates() -> None:
    windows = Windows.since(NOW - timedelta(milliseconds=1500), NOW)
    assert windows.filter == "lastmodifieddate:[2026-11-01T11:59:58.500Z..]"
    assert windows.done(NOW) is None


def test_nothing_is_asked_from_the_future_or_from_beyond_two_years() -> None:
    assert Windows.since(NOW + SECOND, NOW).start == milliseconds(NOW)
    assert Windows.since(NOW - timedelta(days=5000), NOW).start == milliseconds(NOW - timedelta(days=729))


def test_a_span_that_is_too_full_is_read_in_two_parts_the_open_one_last() -> None:
    windows = Windows.since(NOW - 10 * SECOND, NOW).cut([NOW - 8 * SECOND, NOW - 4 * SECOND], NOW)
    assert windows.filter == "lastmodifieddate:[2026-11-01T11:59:50.000Z..2026-11-01T11:59:55.999Z]"
    rest = windows.done(NOW)
    assert rest is not None
    assert rest.filter == "lastmodifieddate:[2026-11-01T11:59:56.000Z..]"


def test_orders_of_one_and_the_same_millisecond_become_a_span_of_their_own() -> None:
    windows = Windows.since(NOW - SECOND, NOW).cut([NOW - SECOND] * 3, NOW)
    assert windows.instant
    assert windows.filter == "lastmodifieddate:[2026-11-01T11:59:59.000Z..2026-11-01T11:59:59.000Z]"


def test_a_span_without_readable_dates_is_cut_in_the_middle() -> None:
    windows = Windows.since(NOW - 10 * SECOND, NOW).cut([], NOW)
    assert windows.starts == (milliseconds(NOW - 10 * SECOND), milliseconds(NOW - 5 * SECOND))


def test_a_span_whose_orders_show_later_changes_than_the_list_knows_is_cut_in_the_middle() -> None:
    start, end = milliseconds(NOW - 10 * SECOND), milliseconds(NOW - 5 * SECOND)
    windows = Windows((start, end)).cut([NOW] * 200, NOW)
    assert windows.starts == (start, (start + end - 1) // 2, end)


def test_what_has_not_happened_yet_is_left_to_the_next_poll() -> None:
    windows = Windows.since(NOW, NOW).cut([NOW], NOW)
    assert windows.done(NOW) is None
    assert windows.done(NOW + SECOND) is not None


def test_a_cursor_brings_back_where_it_was() -> None:
    windows = Windows((5, 7, 900), 400, 450)
    assert Windows.parse(windows.cursor) == windows


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
    windows: Windows | None = Windows.since(start, NOW)
    read: set[int] = set()
    for _ in range(1000):
        if windows is None:
            break
        end = windows.end if windows.end is not None else milliseconds(NOW)
        inside = [
            index for index, (known, _) in enumerate(rows) if windows.start <= milliseconds(known) <= end
        ]
        told = inside[windows.offset : windows.offset + page]
        read |= set(told)
        if windows.offset + len(told) == len(inside):
            windows = windows.done(NOW)
        elif windows.instant:
            windows = windows.further(len(told), len(inside))
        else:
            dates = [known + late if lags else known for known, late in (rows[index] for index in told)]
            windows = windows.cut(dates, NOW)
    assert windows is None
    assert read == set(range(len(rows)))


@pytest.mark.parametrize("moment", ["2015-08-04T19:09:02.768Z", "2026-11-01T00:00:00.000Z"])
def test_a_moment_is_written_as_it_is_read(moment: str) -> None:
    assert moment_text(milliseconds(datetime.fromisoformat(moment))) == moment


@pytest.mark.parametrize(
    ("shop", "ebay"),
    [
        ("DHL", "DHL"), ("DHL Paket", "DHL"), ("DHL eCommerce", "DHLGlobalMail"), ("ups", "UPS"), ("U.S.P.S.", "USPS"),
        ("FedEx", "FedEx"), ("DPD", "DPD"), ("GLS", "GLS"), ("Hermes", "Hermes"), ("Evri", "Hermes"),
        ("Royal Mail", "RoyalMail"), ("Deutsche Post", "DeutschePost"), ("Österreichische Post", "OsterreichischePostAG"),
        ("La Poste", "LAPOSTE"), ("Australia Post", "AustraliaPost"), ("Two Men and a Van", "Other"), ("", "Other"),
    ],
)  # fmt: skip
def test_a_carrier_is_told_in_ebays_spelling_and_an_unknown_one_as_other(shop: str, ebay: str) -> None:
    assert carrier_code(shop) == ebay


def test_a_tracking_number_keeps_letters_and_digits_alone() -> None:
    assert tracking_number(" 1Z 999-AA1/0123 ") == "1Z999AA10123"
    assert tracking_number(" - ") == ""
