"""How soon an account's orders are asked for again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.orders.polling import DAY_S, interval, retry_interval

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
PLENTY = 1e9


def seconds(quiet: timedelta | None, *, accounts: int = 1, calls_per_day: float = PLENTY) -> float:
    last = None if quiet is None else NOW - quiet
    return interval(NOW, last, accounts=accounts, calls_per_day=calls_per_day).total_seconds()


@pytest.mark.parametrize(
    ("quiet", "wait"),
    [
        (timedelta(0), 15.0),
        (timedelta(minutes=14, seconds=59), 15.0),
        (timedelta(minutes=15), 30.0),
        (timedelta(hours=23, minutes=59), 30.0),
        (timedelta(hours=24), 60.0),
        (timedelta(days=400), 60.0),
        (timedelta(minutes=-5), 15.0),  # the marketplace's clock is ahead of ours
        (None, 60.0),
    ],
)
def test_an_account_is_asked_by_how_lately_it_sold(quiet: timedelta | None, wait: float) -> None:
    assert seconds(quiet) == wait


def test_a_small_budget_slows_every_rhythm_down_to_what_it_allows() -> None:
    assert seconds(timedelta(0), calls_per_day=1_440) == 60.0
    assert seconds(None, calls_per_day=1_440) == 60.0
    assert seconds(None, calls_per_day=720) == 120.0
    assert seconds(timedelta(0), calls_per_day=DAY_S / 15) == 15.0


def test_accounts_share_the_budget_evenly() -> None:
    assert seconds(timedelta(0), accounts=10, calls_per_day=14_400) == 60.0
    assert seconds(timedelta(0), accounts=100, calls_per_day=14_400) == 600.0


def test_without_any_other_account_the_asking_one_counts_itself() -> None:
    assert seconds(timedelta(0), accounts=0, calls_per_day=2_880) == 30.0


@given(st.integers(1, 5_000), st.floats(1, 1e7), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_all_accounts_together_never_spend_more_than_the_day_has(accounts: int, calls: float, quiet: timedelta) -> None:
    wait = interval(NOW, NOW - quiet, accounts=accounts, calls_per_day=calls).total_seconds()
    assert accounts * DAY_S / wait <= calls * (1 + 1e-6) + 1e-6


@pytest.mark.parametrize(
    ("failures", "wait"),
    [(0, 15.0), (1, 30.0), (2, 60.0), (3, 120.0), (4, 240.0), (5, 480.0), (6, 900.0), (7, 900.0), (10_000, 900.0)],
)
def test_a_failing_poll_is_tried_ever_more_slowly_to_a_quarter_of_an_hour(failures: int, wait: float) -> None:
    assert retry_interval(failures).total_seconds() == wait


def test_what_the_marketplace_asks_for_outweighs_a_shorter_wait_and_no_longer_one() -> None:
    assert retry_interval(0, after_s=20.0) == timedelta(seconds=20)
    assert retry_interval(3, after_s=20.0) == timedelta(seconds=120)
    assert retry_interval(9, after_s=7_200.0) == timedelta(hours=2)
