"""Budgets whose platform can handle few calls at once: each call takes a place, and releases it."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from datetime import timedelta

import pytest

from listbridge.domain.ports import Budget, Share
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited
from listbridge.infra.coordination.budgets import BudgetPool
from tests.contract.repositories.call_budgets import opened, refusal, spec
from tests.contract.repositories.conftest import OurPorts
from tests.fakes.clock import START

TWO_AT_ONCE = spec(in_flight=2)


def under_way(budget: Budget, operation: str = "revise") -> ExitStack:
    """Calls that are not over: as many as get a place, until the first that does not."""
    calls = ExitStack()
    with suppress(RateLimited):
        while True:
            calls.enter_context(budget.flight(operation))
    return calls


def test_ordinary_calls_leave_one_place_to_zeros_and_orders(pool: BudgetPool, name: str) -> None:
    with under_way(opened(pool, name, TWO_AT_ONCE)):
        refused = refusal(lambda: opened(pool, name, TWO_AT_ONCE).flight("revise").__enter__())
        assert (refused.problem, refused.after_s) == (Problem("budget_spent", {"budget": "calls"}), 1.0)
        with opened(pool, name, TWO_AT_ONCE, share=Share.ZERO).flight("revise"):
            refusal(lambda: opened(pool, name, TWO_AT_ONCE, share=Share.ORDER).flight("revise").__enter__())


def test_the_only_place_is_open_to_everybody(pool: BudgetPool, name: str) -> None:
    for share in Share:
        with opened(pool, name, spec(in_flight=1), share=share).flight("revise"):
            refusal(lambda: opened(pool, name, spec(in_flight=1)).flight("revise").__enter__())


def test_places_are_the_same_for_all_processes(store: OurPorts, name: str) -> None:
    one, two = (opened(BudgetPool(store.buckets, store.leases, store.clock), name, TWO_AT_ONCE) for _ in range(2))
    with one.flight("revise"):
        refusal(lambda: two.flight("revise").__enter__())
    with two.flight("revise"):
        pass


def test_a_call_that_fails_gives_its_place_back(pool: BudgetPool, name: str) -> None:
    budget = opened(pool, name, spec(in_flight=1))
    with pytest.raises(ZeroDivisionError), budget.flight("revise"):
        raise ZeroDivisionError
    with budget.flight("revise"):
        pass


def test_who_waits_gets_the_place_when_it_is_free(store: OurPorts, pool: BudgetPool, name: str) -> None:
    """The test's clock moves when somebody sleeps: the place lapses while the other waits."""
    dead = opened(BudgetPool(store.buckets, store.leases, store.clock), name, spec(in_flight=1))
    never_over = dead.flight("revise")
    never_over.__enter__()
    store.clock.advance(59)
    with opened(pool, name, spec(in_flight=1)).flight("revise"):
        assert store.clock.now() >= START + timedelta(seconds=60)


def test_operations_without_such_a_limit_need_no_place(pool: BudgetPool, name: str) -> None:
    budget = opened(pool, name, TWO_AT_ONCE)
    with under_way(budget), budget.flight("unlimited"):
        pass
