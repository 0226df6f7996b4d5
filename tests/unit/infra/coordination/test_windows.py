"""A platform that counts the calls of its last second is sent no more than it takes, however the calls were drawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.manifest import BudgetSpec
from listbridge.domain.ports import Share
from listbridge.domain.verdicts import RateLimited
from listbridge.infra.coordination.budgets import BudgetPool, PooledBudget
from tests.fakes.buckets import FakeBuckets
from tests.fakes.clock import VirtualClock
from tests.fakes.coordination import FakeLeases

PAIR = ("read", "write")


def budget(clock: VirtualClock, *, window_s: float | None = 1.0) -> PooledBudget:
    spec = BudgetSpec("calls", "app", ("*",), rate=5, burst=5, window_s=window_s)
    return BudgetPool(FakeBuckets(), FakeLeases(clock), clock).open([spec], {"app": "app"}, Share.ORDINARY)


def most_in_a_second(calls: PooledBudget, clock: VirtualClock, pairs: int) -> int:
    """Reads with their writes, set aside together and made as fast as they may be."""
    left = []
    for _ in range(pairs):
        for operation in PAIR:
            calls.prepay(operation, 1, wait_s=5)
        for operation in PAIR:
            calls.spend(operation)
            left.append(clock.now())
    second = timedelta(seconds=1)
    return max(sum(at <= other < at + second for other in left) for at in left)


def test_pairs_that_were_drawn_together_leave_within_the_window() -> None:
    clock = VirtualClock()
    assert most_in_a_second(budget(clock), clock, 40) == 5


def test_without_a_window_they_leave_as_they_were_drawn() -> None:
    clock = VirtualClock()
    assert most_in_a_second(budget(clock, window_s=None), clock, 40) > 5


@pytest.mark.parametrize("late_s", [0.05, 0.15, 0.6])
def test_a_call_that_leaves_late_counts_from_when_it_left(late_s: float) -> None:
    """A thread is woken when a processor is free for it."""
    clock = VirtualClock()
    sleeps: list[float] = []

    def late(seconds: float) -> None:
        sleeps.append(seconds)
        if len(sleeps) % 7 == 0:
            clock.advance(late_s)

    clock.on_sleep = late
    assert most_in_a_second(budget(clock), clock, 40) == 5


def test_a_window_costs_a_twentieth_of_the_rate() -> None:
    clock = VirtualClock()
    began = clock.now()
    most_in_a_second(budget(clock), clock, 50)
    assert (clock.now() - began).total_seconds() <= 1.05 * 100 / 5


def test_what_the_platform_says_of_its_rate_widens_the_window() -> None:
    clock = VirtualClock()
    calls = budget(clock)
    calls.learn("read", rate=10.0)
    assert 5 < most_in_a_second(calls, clock, 60) <= 10


def test_a_call_that_is_not_there_is_not_waited_for() -> None:
    clock = VirtualClock()
    calls = budget(clock)
    calls.learn("read", rate=0.01)
    calls.prepay("read", 3, wait_s=0)
    began = clock.now()
    with pytest.raises(RateLimited):
        calls.prepay("write", 1, wait_s=0)
    assert clock.now() == began
