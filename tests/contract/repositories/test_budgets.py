from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from listbridge.domain.manifest import BudgetSpec
from listbridge.domain.ports import Share
from listbridge.domain.problem import Problem
from listbridge.infra.coordination.budgets import BudgetPool
from tests.contract.repositories.call_budgets import opened, refusal, spec, spent
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import at_once


def test_each_kind_of_call_stops_before_the_others_share(pool: BudgetPool, name: str) -> None:
    assert spent(opened(pool, name)) == 12
    assert spent(opened(pool, name, share=Share.ZERO)) == 4
    assert spent(opened(pool, name, share=Share.ORDER)) == 4
    assert spent(opened(pool, name, share=Share.ZERO)) == 0


def test_a_zero_may_use_everything_but_the_orders_share(pool: BudgetPool, name: str) -> None:
    assert spent(opened(pool, name, share=Share.ZERO)) == 16
    assert spent(opened(pool, name, share=Share.ORDER)) == 4


def test_processes_drawing_at_once_share_one_bucket(store: OurPorts, name: str) -> None:
    pools = [BudgetPool(store.buckets, store.leases, store.clock) for _ in range(4)]
    counts = at_once(8, lambda n: spent(opened(pools[n % 4], name)))
    assert sum(counts) == 12  # type: ignore[arg-type]


def test_over_time_processes_together_never_exceed_the_rate_and_reach_it(store: OurPorts, name: str) -> None:
    budgets = [opened(BudgetPool(store.buckets, store.leases, store.clock), name) for _ in range(3)]
    total, seconds = 0, 12.0
    for step in range(int(seconds * 4)):
        total += sum(at_once(3, lambda n: spent(budgets[n])))  # type: ignore[arg-type]
        assert total <= 20 + 5 * (step * 0.25)
        store.clock.advance(0.25)
    assert total >= 12 + 5 * (seconds - 1)


def test_ordinary_calls_reach_the_full_rate_while_no_other_kind_calls(
    store: OurPorts, pool: BudgetPool, name: str
) -> None:
    budget = opened(pool, name)
    spent(budget)
    calls = 0
    for _ in range(100):
        store.clock.advance(0.2)
        calls += spent(budget)
    assert calls == 100


def test_a_flood_of_ordinary_calls_leaves_zeros_and_orders_a_fifth_each(
    store: OurPorts, pool: BudgetPool, name: str
) -> None:
    budgets = {share: opened(pool, name, share=share) for share in (Share.ORDINARY, Share.ORDER, Share.ZERO)}
    for budget in budgets.values():
        spent(budget)
    calls = dict.fromkeys(budgets, 0)
    for _ in range(100):
        store.clock.advance(0.5)
        for share, budget in budgets.items():
            calls[share] += spent(budget)
    assert sum(calls.values()) <= 250
    assert sum(calls.values()) >= 245
    assert calls[Share.ZERO] >= 48
    assert calls[Share.ORDER] >= 48


def test_a_limit_of_one_at_a_time_is_open_to_everybody(pool: BudgetPool, name: str) -> None:
    single = spec(rate=1, burst=1)
    for share in Share:
        assert spent(opened(pool, f"{name}{share}", single, share=share)) == 1


def test_the_refusal_says_when_to_come_again(pool: BudgetPool, store: OurPorts, name: str) -> None:
    budget = opened(pool, name)
    spent(budget)
    refused = refusal(lambda: budget.spend("revise"))
    assert refused.problem == Problem("budget_spent", {"budget": "calls"})
    assert refused.until is None
    assert refused.after_s == pytest.approx(0.2)
    store.clock.advance(refused.after_s)
    budget.spend("revise")


def test_accounts_on_one_app_share_its_bucket_and_another_app_does_not(pool: BudgetPool, name: str) -> None:
    one = pool.open((spec(),), {"app": name, "account": "a1"})
    two = pool.open((spec(),), {"app": name, "account": "a2"})
    other = pool.open((spec(),), {"app": name + "x", "account": "a1"})
    assert (spent(one), spent(two), spent(other)) == (12, 0, 12)


def test_an_operation_draws_from_every_bucket_that_names_it(pool: BudgetPool, name: str) -> None:
    narrow = BudgetSpec("reads", "account", ("read*",), 1, 5)
    budget = opened(pool, name, spec(), narrow)
    assert spent(budget, "read_offers") == 3
    assert spent(budget, "revise") == 9
    assert spent(budget, "unlimited", limit=50) == 50


def test_what_one_bucket_refused_is_not_lost_to_the_other(pool: BudgetPool, name: str) -> None:
    narrow = BudgetSpec("reads", "account", ("read*",), 0.001, 1)
    budget = opened(pool, name, spec(), narrow)
    assert spent(budget, "read_offers") == 1
    for _ in range(5):
        assert spent(budget, "read_offers") == 0
    assert spent(budget, "revise") == 11


DAILY = spec(rate=1000, burst=1000, day_quota=100, day_zone="America/Los_Angeles")


def test_of_a_day_s_quota_two_fifths_are_kept(pool: BudgetPool, name: str) -> None:
    assert spent(opened(pool, name, DAILY)) == 60
    assert spent(opened(pool, name, DAILY, share=Share.ZERO)) == 20
    assert spent(opened(pool, name, DAILY, share=Share.ORDER)) == 20
    assert spent(opened(pool, name, DAILY, share=Share.ZERO)) == 0


def test_a_spent_day_comes_back_at_midnight_of_the_platform_s_zone(
    pool: BudgetPool, store: OurPorts, name: str
) -> None:
    """The test's day is 1 November 2026, when daylight saving ends there: midnight is at 08:00 UTC the next day."""
    budget = opened(pool, name, DAILY)
    spent(budget)
    refused = refusal(lambda: budget.spend("revise"))
    assert refused.problem == Problem("day_quota_spent", {"budget": "calls"})
    assert refused.until == datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    store.clock.advance((refused.until - store.clock.now()).total_seconds() - 1)
    assert spent(budget) == 0
    store.clock.advance(1)
    assert spent(opened(BudgetPool(store.buckets, store.leases, store.clock), name, DAILY)) == 60


def test_fewer_remaining_calls_are_believed_at_once(pool: BudgetPool, store: OurPorts, name: str) -> None:
    budget = opened(pool, name, DAILY)
    budget.spend("revise")
    budget.learn("revise", remaining=50, resets_at=store.clock.now() + timedelta(hours=3))
    assert spent(budget) == 10
    refused = refusal(lambda: budget.spend("revise"))
    assert refused.until == store.clock.now() + timedelta(hours=3)
    store.clock.advance(3 * 3600)
    assert spent(budget) == 60


def test_a_larger_quota_than_declared_is_learned(pool: BudgetPool, store: OurPorts, name: str) -> None:
    budget = opened(pool, name, spec(rate=1, burst=500, day_quota=100))
    budget.spend("revise")
    budget.learn("revise", remaining=300, resets_at=store.clock.now() + timedelta(hours=3))
    assert spent(budget) == 260


def test_a_few_more_remaining_calls_are_only_answers_that_overtook_each_other(
    pool: BudgetPool, store: OurPorts, name: str
) -> None:
    budget = opened(pool, name, DAILY)
    for _ in range(10):
        budget.spend("revise")
    budget.learn("revise", remaining=97, resets_at=datetime(2026, 11, 2, 8, 0, tzinfo=UTC))
    assert spent(budget) == 50


def test_fewer_tokens_than_thought_are_believed(pool: BudgetPool, name: str) -> None:
    budget = opened(pool, name)
    budget.spend("revise")
    budget.learn("revise", remaining=9)
    assert spent(budget) == 1
    assert spent(opened(pool, name, share=Share.ZERO)) == 4


def test_what_the_platform_blocks_is_blocked_for_every_process_and_share(
    pool: BudgetPool, store: OurPorts, name: str
) -> None:
    budget = opened(pool, name)
    budget.spend("revise")
    until = store.clock.now() + timedelta(seconds=30)
    budget.learn("revise", blocked_until=until)
    other = BudgetPool(store.buckets, store.leases, store.clock)
    for share in Share:
        blocked = opened(other, name, share=share)
        refused = refusal(lambda blocked=blocked: blocked.spend("revise"))  # type: ignore[misc]
        assert (refused.problem.code, refused.until) == ("blocked_by_platform", until)
    store.clock.advance(30)
    assert spent(opened(other, name)) > 0


def test_prepaying_waits_for_the_calls(pool: BudgetPool, store: OurPorts, name: str) -> None:
    budget = opened(pool, name)
    spent(budget)
    before = store.clock.now()
    budget.prepay("revise", 2, wait_s=1)
    assert store.clock.now() - before == pytest.approx(timedelta(seconds=0.4), abs=timedelta(milliseconds=30))
    budget.spend("revise")
    budget.spend("revise")
    assert spent(budget) == 0


def test_prepaying_does_not_wait_longer_than_it_may(pool: BudgetPool, store: OurPorts, name: str) -> None:
    budget = opened(pool, name)
    spent(budget)
    before = store.clock.now()
    refusal(lambda: budget.prepay("revise", 10, wait_s=1))
    assert store.clock.now() - before <= timedelta(seconds=1)


def test_what_is_set_aside_already_is_not_set_aside_again(pool: BudgetPool, name: str) -> None:
    budget = opened(pool, name)
    for _ in range(30):
        budget.prepay("revise", 1, wait_s=0)
    assert spent(budget) == 12


def test_calls_set_aside_by_one_thread_are_not_used_by_another(pool: BudgetPool, name: str) -> None:
    budget = opened(pool, name)
    budget.prepay("revise", 2, wait_s=0)
    others: list[int] = []
    thread = threading.Thread(target=lambda: others.append(spent(budget)))
    thread.start()
    thread.join()
    assert others == [10]
    assert spent(budget) == 2


def test_calls_set_aside_and_forgotten_lapse(pool: BudgetPool, store: OurPorts, name: str) -> None:
    budget = opened(pool, name, spec(rate=0.0001))
    budget.prepay("revise", 12, wait_s=0)
    store.clock.advance(11)
    assert spent(budget) == 0


def test_calls_that_are_needed_later_are_kept_so_long(pool: BudgetPool, store: OurPorts, name: str) -> None:
    """What is put together for longer than calls are usually set aside does not pay for them twice."""
    budget = opened(pool, name, spec(rate=0.0001))
    budget.prepay("revise", 12, wait_s=0, kept_s=30)
    store.clock.advance(25)
    for _ in range(12):
        budget.spend("revise")
    assert spent(budget) == 0


def test_a_process_sets_no_more_aside_than_it_uses(store: OurPorts, name: str) -> None:
    """One call now and then costs one token, not a chunk that lapses."""
    slow = spec(rate=0.0001)
    idle = opened(BudgetPool(store.buckets, store.leases, store.clock), name, slow)
    for _ in range(4):
        idle.spend("revise")
        store.clock.advance(5)
    assert spent(opened(BudgetPool(store.buckets, store.leases, store.clock), name, slow)) == 8


def test_a_patient_caller_gets_through_more_calls_than_come_at_once(
    pool: BudgetPool, store: OurPorts, name: str
) -> None:
    budget = opened(pool, name)
    before = store.clock.now()
    with budget.patient(2):
        for _ in range(22):
            budget.spend("revise")
    assert timedelta(seconds=2) <= store.clock.now() - before <= timedelta(seconds=4)
    refusal(lambda: budget.spend("revise"))  # patience ends with its block


def test_inside_of_an_impatient_block_nothing_waits(pool: BudgetPool, store: OurPorts, name: str) -> None:
    budget = opened(pool, name)
    spent(budget)
    before = store.clock.now()
    with budget.patient(60), budget.patient(0):
        refusal(lambda: budget.spend("revise"))
    assert store.clock.now() == before


def test_patience_has_an_end_and_is_its_own_threads_alone(pool: BudgetPool, store: OurPorts, name: str) -> None:
    budget = opened(pool, name, spec(rate=0.0001))
    spent(budget)
    before = store.clock.now()
    with budget.patient(5):
        refusal(lambda: budget.spend("revise"))
        thread = threading.Thread(target=lambda: refusal(lambda: budget.spend("revise")))
        thread.start()
        thread.join()
    assert store.clock.now() - before <= timedelta(seconds=5)


def test_who_waits_with_a_backlog_leaves_the_next_call_to_who_has_not_called_lately(store: OurPorts, name: str) -> None:
    busy, rare = (opened(BudgetPool(store.buckets, store.leases, store.clock), name) for _ in range(2))
    spent(busy)
    refusal(lambda: busy.prepay("revise", 1, wait_s=0.1))  # it can wait, but not as long as the next call takes
    store.clock.advance(0.2)
    refusal(lambda: busy.prepay("revise", 1, wait_s=0.1))
    rare.prepay("revise", 1, wait_s=0.1)
    store.clock.advance(0.2)
    busy.prepay("revise", 1, wait_s=0.1)


def test_a_rate_that_the_platform_tells_is_believed_by_every_process(
    pool: BudgetPool, store: OurPorts, name: str
) -> None:
    budget = opened(pool, name)
    spent(budget)
    budget.learn("revise", rate=2.0)
    other = opened(BudgetPool(store.buckets, store.leases, store.clock), name)
    assert refusal(lambda: other.spend("revise")).after_s == pytest.approx(0.5)
    calls = 0
    for _ in range(100):
        store.clock.advance(0.25)
        calls += spent(other)
    assert calls == 50
    other.learn("revise", rate=10.0)
    assert refusal(lambda: other.spend("revise")).after_s == pytest.approx(0.1)


def test_a_rate_that_is_told_of_another_limit_changes_only_that_one(
    pool: BudgetPool, store: OurPorts, name: str
) -> None:
    besides = spec("besides", rate=1, burst=1, told=False)
    budget = opened(pool, name, spec(), besides)
    budget.learn("revise", rate=0.5, remaining=0)
    assert refusal(lambda: budget.spend("revise")).after_s == pytest.approx(2.0)
    alone = opened(pool, name, besides)
    alone.spend("revise")
    assert refusal(lambda: alone.spend("revise")).after_s == pytest.approx(1.0)


@pytest.mark.parametrize("rate", [0.0, -1.0, 5.02])
def test_a_rate_of_nothing_or_the_known_one_changes_nothing(
    pool: BudgetPool, store: OurPorts, name: str, rate: float
) -> None:
    budget = opened(pool, name)
    spent(budget)
    budget.learn("revise", rate=rate)
    assert refusal(lambda: budget.spend("revise")).after_s == pytest.approx(0.2)
