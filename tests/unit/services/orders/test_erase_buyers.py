"""A buyer's data go when nobody needs them any more, for as long as the seller's setting says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.configuration import Deployment
from listbridge.domain.ids import OrderKey, RemoteOrderId
from listbridge.domain.orders.orders import Buyer, Cancellation, ImportState
from listbridge.services.orders import erase_buyers as erase_buyers_module
from listbridge.services.orders.erase_buyers import done_at, erase_buyers
from listbridge.services.orders.order_rows import change_order
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT, NOW, order_row

ADA = Buyer(name="Ada", email="ada@example.com")
KEY = OrderKey(ACCOUNT, RemoteOrderId("12-1"))


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.sell(buyer=ADA)
    world.take_in()
    return world


def kept(world: OrderWorld) -> bool:
    return world.stores.orders.buyers([KEY]) == {KEY: ADA}


def done(world: OrderWorld) -> None:
    change_order(world.deps, KEY, lambda row: replace(row, completed_at=world.now))


def test_a_buyer_is_erased_60_days_after_his_order_was_done(world: OrderWorld) -> None:
    done(world)
    world.later(days=60, microseconds=-1)
    assert erase_buyers(world.deps) == 0
    assert kept(world)
    world.later(microseconds=1)
    assert erase_buyers(world.deps) == 1
    assert not kept(world)
    assert world.row().buyer_erased_at == world.now
    assert world.events()[-1] == "buyer_erased"


def test_the_buyer_of_an_order_that_is_not_done_is_kept(world: OrderWorld) -> None:
    world.later(days=4000)
    assert erase_buyers(world.deps) == 0
    assert kept(world)


def test_the_sellers_setting_counts_as_it_is_now(world: OrderWorld) -> None:
    done(world)
    world.later(days=8)
    setting = world.stores.configuration.save(Deployment(buyer_retention_days=9))
    assert erase_buyers(world.deps) == 0
    world.stores.configuration.save(setting.model_copy(update={"buyer_retention_days": 7}))
    assert erase_buyers(world.deps) == 1


def test_with_a_setting_of_no_days_a_buyer_goes_as_soon_as_his_order_is_done(world: OrderWorld) -> None:
    world.stores.configuration.save(Deployment(buyer_retention_days=0))
    assert erase_buyers(world.deps) == 0
    done(world)
    assert erase_buyers(world.deps) == 1


def test_what_was_erased_is_not_erased_again(world: OrderWorld) -> None:
    done(world)
    world.later(days=60)
    erase_buyers(world.deps)
    assert erase_buyers(world.deps) == 0
    assert world.events().count("buyer_erased") == 1


def test_a_buyer_without_an_order_is_nobodys_and_goes_at_once(world: OrderWorld) -> None:
    orphan = OrderKey(ACCOUNT, RemoteOrderId("99-9"))
    world.stores.orders.put_buyer(orphan, ADA)
    assert erase_buyers(world.deps) == 1
    assert world.stores.orders.buyers([orphan]) == {}
    assert kept(world)


def test_every_page_of_buyers_is_looked_at(world: OrderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase_buyers_module, "_PAGE", 2)
    for number in range(5):
        world.sell(id=f"13-{number}", buyer=ADA, cancellation=Cancellation.CANCELLED)
        world.take_in(f"13-{number}")
    world.later(days=60)
    assert erase_buyers(world.deps) == 5
    assert kept(world)


def test_since_when_nobody_needs_the_buyer() -> None:
    assert done_at(order_row()) is None
    assert done_at(order_row(completed_at=NOW)) == NOW
    seen, changed = NOW, NOW + timedelta(days=3)
    skipped = order_row(state=ImportState.SKIPPED, first_seen_at=seen)
    assert done_at(skipped) == seen
    assert done_at(replace(skipped, facts=replace(skipped.facts, changed_at=changed))) == changed
    for state in (ImportState.FAILED, ImportState.WAITING, ImportState.UNCLEAR, ImportState.CREATED):
        assert done_at(order_row(state=state)) is None
