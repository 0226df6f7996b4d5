"""Every few minutes the shop is asked which orders changed, for what its lost deliveries would have said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.ids import ShopOrderId
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater, Unauthorized, Unsupported
from listbridge.domain.work import Check, CheckKind, Hint, HintKind, Lane, ShopEvent
from listbridge.services.timers.reconcile import Timer, reconcile
from listbridge.services.timers.run_check import run_check
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import SHOP, sold

LOOK = Check(what=CheckKind.SHOP_ORDERS, subject=SHOP)


@pytest.fixture
def world() -> OrderWorld:
    """An order that is in the shop and was compared a moment ago, with nothing queued."""
    world = OrderWorld()
    world.stock_up("MUG")
    world.in_shop(sold("MUG", 2, "20.00"))
    world.do_relay()
    for lane in Lane:
        world.queued(lane)
    return world


def changed(world: OrderWorld, **ago: float) -> ShopOrderId:
    """The shop shows our order as changed so long ago."""
    id = world.shop_order.shown.id
    world.shop.book.touch(id, world.now - timedelta(**ago))
    return id


def look(world: OrderWorld) -> list[ShopEvent]:
    run_check(world.deps, LOOK, remaining_s=30)
    return [event for event, _ in world.queued(Lane.SHOP_EVENTS) if isinstance(event, ShopEvent)]


def test_the_timer_asks_every_connected_shop(world: OrderWorld) -> None:
    assert reconcile(world.deps, Timer.SHOP_ORDERS) == 1
    assert world.queued(Lane.RECOMPUTE) == [(LOOK, 0.0)]
    world.set_shop(state=ConnectionState.EXPIRED)
    assert reconcile(world.deps, Timer.SHOP_ORDERS) == 0
    assert world.queued(Lane.RECOMPUTE) == []


def test_an_order_that_changed_after_it_was_compared_is_hinted_at(world: OrderWorld) -> None:
    world.later(minutes=5)
    id = changed(world, minutes=1)
    hints = (Hint(kind=HintKind.ORDER, id=id),)
    assert look(world) == [ShopEvent(shop=SHOP, hints=hints, confirm=True)]


def test_an_order_that_changed_just_before_it_was_compared_is_compared_again(world: OrderWorld) -> None:
    changed(world, seconds=30)
    assert len(look(world)) == 1


def test_an_order_that_was_compared_since_its_change_is_left_alone(world: OrderWorld) -> None:
    changed(world, minutes=2)
    assert look(world) == []


def test_an_order_that_is_done_is_left_alone(world: OrderWorld) -> None:
    world.send("T1", MUG=2)
    assert world.do_relay().completed_at is not None
    for lane in Lane:
        world.queued(lane)
    changed(world, minutes=0)
    assert look(world) == []


def test_an_order_of_the_shops_own_is_nobodys_business(world: OrderWorld) -> None:
    world.later(hours=2)
    world.shop.book.made_elsewhere("", {})
    assert look(world) == []


def test_a_change_of_more_than_an_hour_ago_is_not_asked_for(world: OrderWorld) -> None:
    world.later(hours=3)
    changed(world, minutes=61)
    assert look(world) == []


@pytest.mark.parametrize("error", [RetryLater(Problem("no_answer")), Unsupported(Problem("unsupported"))])
def test_a_shop_that_cannot_say_it_now_is_asked_at_the_next_tick(world: OrderWorld, error: Exception) -> None:
    world.later(minutes=5)
    changed(world, minutes=1)
    world.here.refuse("orders_changed", error)
    assert look(world) == []
    assert len(look(world)) == 1


def test_a_shop_that_refuses_our_credentials_expires(world: OrderWorld) -> None:
    world.here.refuse("orders_changed", Unauthorized(Problem("token_revoked")))
    assert look(world) == []
    assert world.stores.configuration.get(Shop, SHOP).state is ConnectionState.EXPIRED
    assert look(world) == []
    assert world.here.count("orders_changed") == 1
