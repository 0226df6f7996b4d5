"""Budgets as tests open and spend them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from listbridge.domain.manifest import BudgetSpec
from listbridge.domain.ports import Budget, Share
from listbridge.domain.verdicts import RateLimited
from listbridge.infra.coordination.budgets import BudgetPool


def spec(name: str = "calls", *, rate: float = 5, burst: int = 20, **changes: object) -> BudgetSpec:
    return BudgetSpec(name, "app", ("revise", "read*"), rate, burst, **changes)  # type: ignore[arg-type]


def opened(pool: BudgetPool, name: str, *specs: BudgetSpec, share: Share = Share.ORDINARY) -> Budget:
    scopes = {"app": name, "account": f"{name}/1"}
    return pool.open(specs or (spec(),), scopes, share)


def spent(budget: Budget, operation: str = "revise", limit: int = 10_000) -> int:
    """Calls made until the budget refused one."""
    for count in range(limit):
        try:
            budget.spend(operation)
        except RateLimited:
            return count
    return limit


def refusal(act: Callable[[], object]) -> RateLimited:
    with pytest.raises(RateLimited) as refused:
        act()
    return refused.value
