from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.manifest import BudgetSpec
from listbridge.domain.ports import Share
from listbridge.infra.coordination import buckets
from listbridge.infra.coordination.buckets import Spent

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def spec(rate: float, burst: int, **changes: object) -> BudgetSpec:
    return BudgetSpec("calls", "app", ("*",), rate, burst, **changes)  # type: ignore[arg-type]


@given(
    rate=st.floats(0.01, 200),
    burst=st.integers(1, 500),
    steps=st.lists(st.tuples(st.floats(0, 5), st.sampled_from(Share), st.integers(1, 50)), max_size=60),
)
def test_no_order_of_draws_exceeds_burst_and_rate(
    rate: float, burst: int, steps: list[tuple[float, Share, int]]
) -> None:
    limit = spec(rate, burst)
    now, granted = NOON, 0
    bucket = buckets.full(limit, now)
    for seconds, share, wanted in steps:
        now += timedelta(seconds=seconds)
        bucket = buckets.refreshed(limit, bucket, now)
        outcome = buckets.drawn(limit, bucket, share, wanted, now)
        if not isinstance(outcome, Spent):
            bucket, count = outcome
            granted += count
        assert granted <= burst + rate * (now - NOON).total_seconds() + 1e-3
        assert all(tokens >= -1e-9 for tokens in bucket.tokens.values())


@given(quota=st.integers(1, 300), steps=st.lists(st.tuples(st.sampled_from(Share), st.integers(1, 40)), max_size=40))
def test_no_order_of_draws_exceeds_the_day_or_takes_another_s_share(quota: int, steps: list[tuple[Share, int]]) -> None:
    limit = spec(1000, 10_000, day_quota=quota)
    bucket = buckets.full(limit, NOON)
    used = dict.fromkeys(Share, 0)
    for share, wanted in steps:
        outcome = buckets.drawn(limit, bucket, share, wanted, NOON)
        if not isinstance(outcome, Spent):
            bucket, count = outcome
            used[share] += count
    kept = int(0.2 * quota)
    assert sum(used.values()) <= quota
    for mine, theirs in ((Share.ZERO, Share.ORDER), (Share.ORDER, Share.ZERO)):
        assert used[Share.ORDINARY] + used[theirs] + max(kept, used[mine]) <= quota


@given(burst=st.integers(1, 100), share=st.sampled_from(Share))
def test_a_full_bucket_lets_everybody_make_at_least_one_call(burst: int, share: Share) -> None:
    limit = spec(1, burst)
    assert not isinstance(buckets.drawn(limit, buckets.full(limit, NOON), share, 1, NOON), Spent)


def test_time_that_goes_back_between_workers_gains_nothing() -> None:
    limit = spec(10, 10)
    bucket, _ = buckets.drawn(limit, buckets.full(limit, NOON), Share.ORDINARY, 6, NOON)  # type: ignore[misc]
    assert buckets.refreshed(limit, bucket, NOON - timedelta(seconds=5)) == bucket


@pytest.mark.parametrize(
    ("zone", "now", "reset"),
    [
        ("UTC", "2026-11-01T23:59:59+00:00", "2026-11-02T00:00:00+00:00"),
        ("UTC", "2026-11-02T00:00:00+00:00", "2026-11-03T00:00:00+00:00"),
        ("America/Los_Angeles", "2026-11-01T06:59:00+00:00", "2026-11-01T07:00:00+00:00"),  # summer time
        ("America/Los_Angeles", "2026-11-01T12:00:00+00:00", "2026-11-02T08:00:00+00:00"),  # a day of 25 hours
        ("America/Los_Angeles", "2026-03-08T08:00:00+00:00", "2026-03-09T07:00:00+00:00"),  # a day of 23 hours
        ("Asia/Tokyo", "2026-11-01T12:00:00+00:00", "2026-11-01T15:00:00+00:00"),
    ],
)
def test_the_day_ends_at_the_zone_s_midnight(zone: str, now: str, reset: str) -> None:
    limit = spec(1, 1, day_quota=5, day_zone=zone)
    assert buckets.next_day(limit, datetime.fromisoformat(now)) == datetime.fromisoformat(reset)


def test_an_unknown_zone_is_a_mistake_of_a_manifest_and_no_other_zone_is_taken_for_it() -> None:
    limit = spec(1, 1, day_quota=5, day_zone="Nowhere/Land")
    with pytest.raises(ZoneInfoNotFoundError):
        buckets.next_day(limit, NOON)


def test_a_chunk_is_at_most_a_second_s_worth_and_a_sliver_of_the_day() -> None:
    assert buckets.largest_chunk(spec(0.2, 5)) == 1
    assert buckets.largest_chunk(spec(12.5, 50)) == 12
    assert buckets.largest_chunk(spec(12.5, 50, day_quota=1000)) == 2


def test_the_same_news_again_is_no_news() -> None:
    limit = spec(10, 100, day_quota=1000)
    bucket = buckets.full(limit, NOON)
    until, reset = NOON + timedelta(minutes=1), NOON + timedelta(hours=3)
    new = buckets.told(limit, bucket, remaining=500, resets_at=reset, blocked_until=until, now=NOON)
    assert (new.blocked_until, new.resets_at) == (until, reset)
    assert buckets.left_of_day(limit, new, Share.ORDINARY) == 100
    assert buckets.told(limit, new, remaining=500, resets_at=reset, blocked_until=until, now=NOON) is new


def test_a_count_that_is_used_up_blocks_until_it_begins_anew() -> None:
    limit = spec(10, 100)
    reset = NOON + timedelta(seconds=40)
    new = buckets.told(limit, buckets.full(limit, NOON), remaining=0, resets_at=reset, blocked_until=None, now=NOON)
    assert new.blocked_until == reset
