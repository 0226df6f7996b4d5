"""When a set of changes waits for approval: by how many listings are live, and how many of them would change."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.configuration import Account, GuardLimits
from listbridge.domain.listings.guarded_changes import set_waits, stream_waits

LIMITS = GuardLimits()


@pytest.mark.parametrize(
    ("live", "most_unasked"),
    [
        (1, 0),  # fewer than three: one is every one of them
        (2, 1),
        (3, 2),
        (5, 2),
        (8, 2),
        (10, 2),
        (20, 2),
        (29, 2),
        (30, 3),  # three are exactly the tenth
        (31, 3),
        (39, 3),
        (40, 4),
        (51, 5),
        (100, 10),
        (250, 25),
        (259, 25),
        (260, 26),
        (1_000, 100),
        (1_000_000, 100_000),
    ],
)
def test_by_default_more_than_a_tenth_and_at_least_three_wait_or_all_of_fewer(live: int, most_unasked: int) -> None:
    assert set_waits(LIMITS, most_unasked, live) is False
    assert set_waits(LIMITS, most_unasked + 1, live) is True
    assert set_waits(LIMITS, live, live) is True


@pytest.mark.parametrize(
    ("share", "waiting"), [("0.01", 3), ("0.10", 3), ("0.25", 6), ("0.50", 11), ("0.99", 20), ("1", None)]
)
def test_of_twenty_live_listings_each_share_lets_its_own_number_pass(share: str, waiting: int | None) -> None:
    limits = GuardLimits(share=Decimal(share))
    first = next((changes for changes in range(21) if set_waits(limits, changes, 20)), None)
    assert first == waiting


def test_nothing_waits_where_nothing_changes_or_nothing_is_live() -> None:
    assert set_waits(LIMITS, 0, 0) is False
    assert set_waits(LIMITS, 0, 2) is False
    assert set_waits(LIMITS, 5, 0) is False


@pytest.mark.parametrize(
    ("live", "most_unasked"), [(1, 25), (8, 25), (26, 25), (250, 25), (259, 25), (260, 26), (1_000, 100)]
)
def test_new_prices_that_the_shop_says_one_by_one_wait_above_a_tenth_and_25(live: int, most_unasked: int) -> None:
    assert stream_waits(LIMITS, most_unasked, live) is False
    assert stream_waits(LIMITS, most_unasked + 1, live) is True


def test_a_higher_count_of_the_seller_lets_more_new_prices_pass() -> None:
    assert stream_waits(GuardLimits(count=40), 39, 60) is False
    assert stream_waits(GuardLimits(count=40), 40, 60) is True


SHARES = st.decimals(min_value=Decimal("0.01"), max_value=1, places=2)


@given(share=SHARES, count=st.integers(1, 50), live=st.integers(1, 500), changes=st.integers(0, 500))
def test_more_changes_never_wait_less_and_all_of_an_account_waits_under_any_share_but_the_whole(
    share: Decimal, count: int, live: int, changes: int
) -> None:
    limits = GuardLimits(share=share, count=count)
    if set_waits(limits, changes, live):
        assert set_waits(limits, changes + 1, live)
    assert set_waits(limits, live, live) is (share < 1 or live < count)


@given(live=st.integers(0, 10_000), changes=st.integers(0, 20_000))
def test_a_share_of_one_and_a_count_of_one_never_ask(live: int, changes: int) -> None:
    assert set_waits(GuardLimits(share=Decimal(1), count=1), changes, live) is False


# ---- accounts that were stored under the older rule ----

STORED = {"id": "acc_1", "name": "anna", "marketplace": "ebay", "shop": "shp_1"}


def _stored(count: int, **more: object) -> Account:
    guard = {"share": "0.10", "count": count, "window_s": 3600, "zero_limit": None}
    return Account.model_validate_json(json.dumps({**STORED, "guard": guard, **more}))


def test_an_account_stored_with_the_old_default_of_25_is_guarded_from_three() -> None:
    assert _stored(25).guard == GuardLimits(count=3)


def test_a_count_that_a_seller_chose_before_stays() -> None:
    assert _stored(10).guard == GuardLimits(count=10)


def test_a_25_that_a_seller_chooses_today_stays_when_it_is_stored_and_read() -> None:
    chosen = Account(**STORED, guard=GuardLimits(count=25))  # type: ignore[arg-type]
    assert Account.model_validate_json(chosen.model_dump_json()).guard.count == 25


def test_the_version_before_reads_what_this_one_writes() -> None:
    written = json.loads(Account(**STORED).model_dump_json())  # type: ignore[arg-type]
    assert set(written["guard"]) == {"share", "count", "window_s", "zero_limit"}
