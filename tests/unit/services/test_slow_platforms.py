"""A platform that answers slowly gets the time that it says it needs, and every lease is longer by as much."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from listbridge import platforms
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, ShopId
from listbridge.domain.ports import MarketplaceTraits
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.platforms import OpenedMarketplaces, Opener
from listbridge.services.deps import TimeLimits
from listbridge.services.listings.revise.attempts import leased
from tests.fakes.budget import FakeBudget
from tests.fakes.stores import Stores

LIMITS = TimeLimits(http_timeout_s=8, unit_lease_s=10, order_lease_s=60)
TRAITS = MarketplaceTraits(settle_s=1, revise_batch=1, revise_rate=1, max_sku_length=1)


@pytest.mark.parametrize(("says", "call", "unit", "order"), [(0, 8, 10, 60), (5, 8, 10, 60), (30, 30, 32, 225)])
def test_leases_grow_with_what_a_call_may_take(says: float, call: float, unit: float, order: float) -> None:
    told = (LIMITS.call_s(says), LIMITS.unit_lease_of(says), LIMITS.order_lease_of(says))
    assert told == (call, unit, order)


def test_a_unit_of_a_slow_marketplace_is_held_as_long_as_one_call_of_it_may_take() -> None:
    stores = Stores()
    deps: Any = SimpleNamespace(clock=stores.clock, leases=stores.leases, limits=LIMITS)
    with leased(deps, replace(TRAITS, longest_call_s=30), "unit#1", "me") as held:
        assert held is not None
        assert held.lease.until == stores.clock.now() + timedelta(seconds=32)
        stores.clock.advance(3)  # 29 s are left: too few for another call
        held.check()
        assert held.lease.until == stores.clock.now() + timedelta(seconds=32)


def test_its_calls_are_given_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    stores, asked = Stores(), []
    stores.secrets.put("accounts/acc_1", {"client_id": "app"})
    card = SimpleNamespace(slug="slow", app_key="client_id", budgets=(), traits=replace(TRAITS, longest_call_s=30))
    monkeypatch.setattr(platforms.registry, "marketplace", lambda slug: card)
    monkeypatch.setattr(platforms.registry, "open_marketplace", lambda slug, connection: connection)

    def session(observe: bool, budget: Any, longest_call_s: float) -> Any:
        asked.append(longest_call_s)
        return HttpSession(observe=observe, budget=budget)

    opener = Opener(
        stores.configuration,
        stores.secrets,
        stores.leases,
        stores.counters,
        stores.clock,
        TokenCache(),
        session,
        lambda *_: FakeBudget(stores.clock),
    )
    account = Account(id=AccountId("acc_1"), name="anna", marketplace="slow", shop=ShopId("shop_1"))
    connection: Any = OpenedMarketplaces(opener).open(account)
    assert asked == [30]
    assert connection.grants._lease_s == 34
