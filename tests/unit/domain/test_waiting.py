"""Waits: never shorter than what the other side asks, never beyond the slowest, and a message that is never too early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain import waiting
from listbridge.domain.ids import AccountId
from listbridge.domain.problem import Problem
from listbridge.domain.trace import MOST_IDLE_HOPS, Trace, followed, progressed
from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, Rejected, RemoteError, RetryLater
from listbridge.domain.waiting import Backoff, asked_s, delay_s, from_now, limit_is_back, wait_s
from listbridge.domain.work import Nudge

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
WHY = Problem("no_answer")
BACKOFFS = [
    waiting.REVISIONS,
    waiting.PUBLISHING,
    waiting.SHOP_READS,
    waiting.ORDERS,
    waiting.POLLS,
    waiting.COMPARISONS,
]
tries = st.integers(0, 100_000)
seconds = st.floats(0, 1e6, allow_nan=False)


@pytest.mark.parametrize(
    ("error", "settle_s", "expected"),
    [
        (RetryLater(WHY, after_s=5), 30, 8.0),
        (RetryLater(WHY, after_s=40), 30, 40.0),
        (RateLimited(WHY, after_s=1), 30, 1.0),
        (RateLimited(WHY, after_s=0.2), 30, 1.0),
        (RateLimited(WHY, until=NOW + timedelta(hours=3)), 30, 10_800.0),
        (RateLimited(WHY, until=NOW - timedelta(hours=3)), 30, 1.0),
        (OutcomeUnknown(WHY), 30, 30.0),
        (OutcomeUnknown(WHY), 3, 8.0),
        (Rejected(WHY), 30, 8.0),
    ],
)
def test_the_third_try_waits_for_what_is_longest(error: RemoteError, settle_s: float, expected: float) -> None:
    assert wait_s(error, 2, Backoff(2, 900), NOW, settle_s=settle_s) == expected


@given(st.sampled_from(BACKOFFS), tries)
def test_waits_double_up_to_the_slowest(backoff: Backoff, number: int) -> None:
    one, next_one = backoff.after(number), backoff.after(number + 1)
    assert backoff.first_s <= one <= next_one <= backoff.slowest_s
    assert next_one in (one * 2, backoff.slowest_s)


@given(st.sampled_from(BACKOFFS), tries, seconds)
def test_nobody_is_asked_again_sooner_than_they_ask(backoff: Backoff, number: int, after_s: float) -> None:
    for error in (RetryLater(WHY, after_s=after_s), RateLimited(WHY, after_s=after_s)):
        assert wait_s(error, number, backoff, NOW) >= asked_s(error, NOW)


@given(st.sampled_from(BACKOFFS), tries, seconds)
def test_a_spent_limit_does_not_grow_with_the_tries(backoff: Backoff, number: int, after_s: float) -> None:
    error = RateLimited(WHY, after_s=after_s)
    assert wait_s(error, number, backoff, NOW) == wait_s(error, 0, backoff, NOW)


@pytest.mark.parametrize(("idle", "waits_s"), [(0, 2.0), (7, 2.0), (24, 4.0), (48, 32.0), (120, 900.0)])
def test_who_meets_a_spent_limit_again_and_again_asks_ever_more_rarely(idle: int, waits_s: float) -> None:
    error = RateLimited(WHY, after_s=2.0)
    with followed([Nudge(account=AccountId("acc_1"), trace=Trace(id="t", reason="r", hops=idle, idle=idle))]):
        assert wait_s(error, 0, waiting.PUBLISHING, NOW) == waits_s
        assert limit_is_back(error, NOW) == NOW + timedelta(seconds=waits_s)
        soon = RateLimited(WHY, until=NOW + timedelta(seconds=2))
        assert limit_is_back(soon, NOW) == NOW + timedelta(seconds=waits_s)
        tomorrow = RateLimited(WHY, until=NOW + timedelta(hours=9))
        assert limit_is_back(tomorrow, NOW) == NOW + timedelta(hours=9)
        progressed()
        assert wait_s(error, 0, waiting.PUBLISHING, NOW) == 2.0


def test_a_chain_of_messages_outlasts_ten_hours_of_refusals() -> None:
    waited = 0.0
    for idle in range(MOST_IDLE_HOPS):
        with followed([Nudge(account=AccountId("acc_1"), trace=Trace(id="t", reason="r", hops=idle, idle=idle))]):
            waited += wait_s(RateLimited(WHY, after_s=1.0), 0, waiting.PUBLISHING, NOW)
    assert waited > 10 * 3600


@given(seconds, st.sampled_from([0, 1]))
def test_a_message_is_never_too_early_unless_a_queue_cannot_delay_it(wait: float, least: int) -> None:
    delay = delay_s(from_now(NOW, wait), NOW, least=least)
    assert least <= delay <= waiting.LONGEST_DELAY_S
    # A datetime counts whole microseconds.
    assert delay + 1e-6 >= min(wait, waiting.LONGEST_DELAY_S)
    assert delay < max(wait + 1, least + 1)


def test_an_instant_that_is_over_delays_nothing() -> None:
    assert delay_s(NOW - timedelta(minutes=5), NOW) == 0
