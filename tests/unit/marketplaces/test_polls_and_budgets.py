"""Every marketplace says which of its budgets the polls draw from, and the budget says who shares it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Literal

import pytest

from listbridge import platforms, registry
from listbridge.domain.manifest import BudgetSpec
from listbridge.domain.ports import MarketplaceTraits, OrderTraits
from listbridge.platforms import OpenedMarketplaces

ORDERS = OrderTraits(overlap_s=60, look_back_s=60, calls_per_day=100, settle_s=1, unpaid_expires_s=60, budget="orders")


@pytest.mark.parametrize("slug", registry.slugs("marketplaces"))
def test_the_budget_of_the_polls_is_one_of_the_manifests(slug: str) -> None:
    manifest = registry.marketplace(slug)
    orders = manifest.traits.orders
    assert orders is not None
    (spec,) = [one for one in manifest.budgets if one.name == orders.budget]
    assert spec.day_quota is None or orders.calls_per_day <= spec.day_quota


@pytest.mark.parametrize(
    ("named", "scope", "shared"), [("orders", "app", True), ("orders", "account", False), ("nobody's", "account", True)]
)
def test_polls_are_shared_as_their_budget_is(
    named: str, scope: Literal["app", "account"], shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    traits = MarketplaceTraits(
        settle_s=1, revise_batch=1, revise_rate=1, max_sku_length=1, orders=replace(ORDERS, budget=named)
    )
    other: Literal["app", "account"] = "account" if scope == "app" else "app"
    budgets = (
        BudgetSpec("listings", other, ("*",), rate=1, burst=1),
        BudgetSpec("orders", scope, ("read",), rate=1, burst=1),
    )
    card = SimpleNamespace(traits=traits, traits_of=lambda traits, account: traits, budgets=budgets)
    monkeypatch.setattr(platforms.registry, "marketplace", lambda slug: card)
    account: Any = SimpleNamespace(marketplace="any")
    assert OpenedMarketplaces(opener=Any).polls_are_shared(account) is shared  # type: ignore[arg-type]
