"""Budgets of a day that slides: each hour comes back a day after it was used."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.manifest import SLIDING
from listbridge.domain.ports import Share
from listbridge.infra.coordination.budgets import BudgetPool
from tests.contract.repositories.call_budgets import opened, refusal, spec, spent
from tests.contract.repositories.conftest import OurPorts
from tests.fakes.clock import START

SLIDING_DAY = spec(rate=1000, burst=1000, day_quota=100, day_zone=SLIDING)


def test_a_sliding_day_forgets_each_hour_s_calls_when_they_lie_a_day_back(
    pool: BudgetPool, store: OurPorts, name: str
) -> None:
    """The test's day begins on the hour. 40 calls, and three hours later the other 20 that ordinary calls may make."""
    budget = opened(pool, name, SLIDING_DAY)
    assert spent(budget, limit=40) == 40
    store.clock.advance(3 * 3600)
    assert spent(budget) == 20
    refused = refusal(lambda: budget.spend("revise"))
    assert (refused.problem.code, refused.until) == ("day_quota_spent", START + timedelta(hours=25))
    store.clock.advance(22 * 3600 - 1)
    assert spent(budget) == 0
    store.clock.advance(1)
    fresh = opened(BudgetPool(store.buckets, store.leases, store.clock), name, SLIDING_DAY)
    assert spent(fresh) == 40
    store.clock.advance(3 * 3600)
    assert spent(fresh) == 20


def test_midnight_begins_no_sliding_day(pool: BudgetPool, store: OurPorts, name: str) -> None:
    budget = opened(pool, name, SLIDING_DAY)
    spent(budget)
    store.clock.advance(13 * 3600)
    assert spent(budget) == 0


def test_zeros_and_orders_have_their_fifth_of_a_sliding_day(pool: BudgetPool, name: str) -> None:
    assert spent(opened(pool, name, SLIDING_DAY)) == 60
    assert spent(opened(pool, name, SLIDING_DAY, share=Share.ZERO)) == 20
    assert spent(opened(pool, name, SLIDING_DAY, share=Share.ORDER)) == 20


@pytest.mark.parametrize(("told", "left"), [(50, 10), (300, 260)])
def test_what_is_left_of_a_sliding_day_is_learned_down_and_up(
    pool: BudgetPool, store: OurPorts, name: str, told: int, left: int
) -> None:
    budget = opened(pool, name, spec(rate=1, burst=1000, day_quota=100, day_zone=SLIDING))
    budget.spend("revise")
    budget.learn("revise", remaining_today=told)
    assert spent(budget) == left
    store.clock.advance(25 * 3600)
    assert spent(opened(BudgetPool(store.buckets, store.leases, store.clock), name, SLIDING_DAY)) == 60


@pytest.mark.parametrize(("quota", "ordinary", "fifth"), [(200, 119, 40), (50, 29, 10)])
def test_a_quota_that_is_told_is_believed_with_its_fifths_by_all_processes_and_the_next_day(
    pool: BudgetPool, store: OurPorts, name: str, quota: int, ordinary: int, fifth: int
) -> None:
    """100 calls were declared; one is made, whose answer tells the real quota."""
    budget = opened(pool, name, SLIDING_DAY)
    budget.spend("revise")
    budget.learn("revise", limit_today=quota, remaining_today=quota - 1)
    another = BudgetPool(store.buckets, store.leases, store.clock)
    assert spent(opened(another, name, SLIDING_DAY)) == ordinary
    assert spent(opened(another, name, SLIDING_DAY, share=Share.ZERO)) == fifth
    assert spent(opened(another, name, SLIDING_DAY, share=Share.ORDER)) == fifth
    store.clock.advance(25 * 3600)
    assert spent(opened(another, name, SLIDING_DAY)) == ordinary + 1


def test_a_quota_is_not_learned_by_a_budget_that_counts_no_day(pool: BudgetPool, name: str) -> None:
    budget = opened(pool, name, spec(rate=1, burst=10))
    budget.learn("revise", limit_today=3)
    assert spent(budget, limit=10) == 6  # the burst without the two fifths


def test_what_others_left_of_a_sliding_day_is_shared_by_zeros_and_orders(pool: BudgetPool, name: str) -> None:
    budget = opened(pool, name, SLIDING_DAY)
    budget.spend("revise")
    budget.learn("revise", remaining_today=14)  # less than the two fifths of 20 each
    assert spent(budget) == 0
    assert spent(opened(pool, name, SLIDING_DAY, share=Share.ZERO)) == 7
    assert spent(opened(pool, name, SLIDING_DAY, share=Share.ORDER)) == 7


def test_a_day_that_others_used_up_is_asked_for_again_after_two_hours(
    pool: BudgetPool, store: OurPorts, name: str
) -> None:
    budget = opened(pool, name, SLIDING_DAY, share=Share.ORDER)
    budget.spend("revise")
    budget.learn("revise", remaining_today=0)
    assert refusal(lambda: budget.spend("revise")).until == START + timedelta(hours=2)
    store.clock.advance(2 * 3600)
    budget.spend("revise")
    budget.learn("revise", remaining_today=0)  # they still do
    assert spent(budget) == 0
