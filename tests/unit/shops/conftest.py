"""An opened Shopify store at the end of a scripted wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.shops.shopify.adapter import ShopifyAdapter, open_adapter
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import VirtualClock
from tests.fakes.coordination import FakeCounters
from tests.fakes.grants import NoGrants
from tests.unit.shops.shopify_line import SECRET, Line


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def budget(clock: VirtualClock) -> FakeBudget:
    return FakeBudget(clock)


@pytest.fixture
def open_with(line: Line, clock: VirtualClock, budget: FakeBudget) -> Callable[..., ShopifyAdapter]:
    tokens = TokenCache()

    def opened(observe: bool = False, **secret: str) -> ShopifyAdapter:
        return open_adapter(
            Connection(
                id="shop_1",
                settings={"domain": "demo.myshopify.com"},
                secret=secret or {"client_id": "id", "client_secret": SECRET},
                base_url=None,
                session=HttpSession(transport=line, budget=budget, observe=observe),
                budget=budget,
                tokens=tokens,
                clock=clock,
                grants=NoGrants(),
                counters=FakeCounters(),
            )
        )

    return opened
