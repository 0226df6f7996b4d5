"""More zeros and last units than Amazon takes one by one in five minutes, under its documented limits and with our real budgets
(protocol.md#submissions)."""

from __future__ import annotations

from collections import Counter

import pytest

from listbridge.domain.configuration import Account, QuantityRule, Rules, SalesList
from listbridge.domain.ids import ListingKey
from listbridge.services.catalog.nudge import nudge
from listbridge.services.catalog.recompute import Recompute
from tests.fakes.world import ACCOUNT, LIST
from tests.faults.amazon_region import PATCH, Region, region

pytestmark = pytest.mark.timeout(900)
IN_FIVE_MINUTES = 1504
"""patchListingsItem: five a second, and four at once (manifest)."""


def all_at(r: Region, keys: list[ListingKey], quantity: int) -> None:
    """Every listing shows so many from now on, whatever the shop has."""
    store = r.p.world.stores.configuration
    rules = Rules(quantity=QuantityRule(mode="fixed", value=quantity))  # type: ignore[arg-type]
    store.save(store.get(SalesList, LIST).model_copy(update={"rules": rules}))
    Recompute(r.p.world.deps).listings(keys)
    nudge(r.p.world.deps, ACCOUNT)


def ways(r: Region) -> Counter[str]:
    return Counter(row["via"] for row in r.amazon.world.listings.writes)


def refused(r: Region) -> int:
    return sum(entry.status == 429 for entry in r.amazon.world.journal)


def test_what_goes_one_by_one_in_five_minutes_follows_from_the_budget() -> None:
    r = region(limits=True)
    account = r.p.world.stores.configuration.get(Account, ACCOUNT)
    bulk = r.p.world.marketplaces.open(account).bulk()
    assert bulk is not None
    assert bulk.urgent_most is not None
    assert IN_FIVE_MINUTES - 5 <= bulk.urgent_most <= IN_FIVE_MINUTES


@pytest.mark.parametrize("quantity", [0, 5])
def test_a_hundred_of_them_go_one_by_one_although_a_feed_would_take_as_many(quantity: int) -> None:
    r = region(limits=True)
    keys = r.seed(100)
    all_at(r, keys, quantity)
    r.p.run(60)
    assert {r.stock(key.sku) for key in keys} == {quantity}
    assert (ways(r), r.calls()["createFeed"], refused(r)) == ({PATCH: 100}, 0, 0)


@pytest.mark.full
@pytest.mark.parametrize("quantity", [0, 5])
def test_more_than_go_one_by_one_in_five_minutes_ride_in_a_feed_and_are_there_long_before(quantity: int) -> None:
    r = region(limits=True)
    keys = r.seed(1600)
    all_at(r, keys, quantity)
    r.p.run(120)
    assert {r.stock(key.sku) for key in keys} == {quantity}
    assert ways(r)["feed"] > 1500
    assert r.calls()["createFeed"] <= 2
    r.p.run(900)
    assert {r.p.world.row(key).accepted.quantity for key in keys} == {quantity}
    assert refused(r) == 0
    r.in_step()
