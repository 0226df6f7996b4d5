"""Does an order stand in the shop twice? No shop can promise that it never does, so a timer looks
(protocol.md#creating-orders)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater, Unauthorized
from listbridge.domain.work import Check, CheckKind, Lane
from listbridge.services.deps import Deps
from listbridge.services.orders.create import find_twins as find_twins_module
from listbridge.services.timers.reconcile import Timer, reconcile
from listbridge.services.timers.run_check import run_check
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import SHOP


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG")
    world.in_shop()
    world.here.calls.clear()
    return world


def find_twins(deps: Deps) -> int:
    """The hour's look, from the timer to the end of its last page."""
    reconcile(deps, Timer.ORDERS)
    found = 0
    while received := deps.queues.receive(Lane.RECOMPUTE):  # type: ignore[attr-defined]
        for one in received:
            found += run_check(deps, one.message, remaining_s=60)
        deps.queues.delete(Lane.RECOMPUTE, *received)  # type: ignore[attr-defined]
    return found


def twin(world: OrderWorld) -> None:
    """A create that was taken for lost has landed after all."""
    draft = world.shop_order.draft
    assert draft is not None
    world.shop.book.create(draft)


def test_an_order_that_stands_once_says_nothing(world: OrderWorld) -> None:
    assert find_twins(world.deps) == 0
    assert world.notices() == []
    assert world.here.calls == ["look_for_order"]


def test_an_order_that_stands_twice_is_told_once_with_both_names(world: OrderWorld) -> None:
    twin(world)
    assert find_twins(world.deps) == 1
    assert find_twins(world.deps) == 1
    assert world.row().notices == (Problem("twins_in_shop", {"orders": "#1001, #1002"}, "cancel_one_in_shop"),)
    assert world.events().count("twins_in_shop") == 1


def test_another_tools_order_for_the_same_sale_is_a_twin_too(world: OrderWorld) -> None:
    theirs = world.made_elsewhere("12-1")
    assert find_twins(world.deps) == 1
    assert world.row().notices[0].params == {"orders": f"#1001, {theirs.shown.name}"}


def test_each_order_is_looked_at_for_three_hours(world: OrderWorld) -> None:
    confirmed = world.row().confirmed_at
    assert confirmed is not None
    world.later(seconds=(confirmed + timedelta(hours=3) - world.now).total_seconds())
    find_twins(world.deps)
    assert world.here.count("look_for_order") == 1
    world.later(microseconds=1)
    find_twins(world.deps)
    assert world.here.count("look_for_order") == 1


def test_orders_that_are_not_in_the_shop_are_not_looked_for(world: OrderWorld) -> None:
    world.sell(id="12-2")
    world.take_in("12-2")
    find_twins(world.deps)
    assert world.here.count("look_for_order") == 1


def test_every_page_of_lately_created_orders_is_looked_at(world: OrderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_twins_module, "_PAGE", 2)
    for number in range(4):
        world.in_shop(id=f"13-{number}")
    world.here.calls.clear()
    assert find_twins(world.deps) == 0
    assert world.here.count("look_for_order") == 5


@pytest.mark.parametrize("side", ["account", "shop"])
def test_where_one_side_is_not_connected_nothing_is_asked(world: OrderWorld, side: str) -> None:
    (world.set_account if side == "account" else world.set_shop)(state=ConnectionState.EXPIRED)
    twin(world)
    assert find_twins(world.deps) == 0
    assert world.here.calls == []


def test_a_shop_that_cannot_be_asked_is_asked_at_the_next_run(world: OrderWorld) -> None:
    twin(world)
    world.here.refuse("look_for_order", RetryLater(Problem("no_answer")))
    assert find_twins(world.deps) == 0
    assert (world.notices(), world.events()[-1]) == ([], "twins_not_looked_for")
    assert find_twins(world.deps) == 1


def test_a_shop_that_refuses_our_credentials_expires(world: OrderWorld) -> None:
    world.in_shop(id="12-2")
    world.here.calls.clear()
    world.here.refuse("look_for_order", Unauthorized(Problem("token_revoked")))
    assert find_twins(world.deps) == 0
    assert world.stores.configuration.get(Shop, SHOP).state is ConnectionState.EXPIRED
    assert world.here.count("look_for_order") == 1


def test_an_account_whose_shop_was_taken_off_stops_no_other(world: OrderWorld) -> None:
    twin(world)
    orphan = world.account.model_copy(update={"id": "acc_0", "name": "Orphan", "shop": "shop_9", "rev": 0})
    world.stores.configuration.save(orphan)
    assert find_twins(world.deps) == 1


def test_a_look_that_takes_long_goes_on_where_it_stopped(world: OrderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_twins_module, "_PAGE", 100)
    for number in range(499):
        world.in_shop(id=f"14-{number}")
    world.here.calls.clear()
    look = world.shop.look_for_order

    def slow(*args: object) -> object:
        world.stores.clock.advance(0.3)
        return look(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(world.shop, "look_for_order", slow)
    first = Check(what=CheckKind.TWINS, subject=world.account.id)
    run_check(world.deps, first, remaining_s=60)
    assert world.here.count("look_for_order") == 100  # 30 s, which is more than a run may take
    (rest,) = [message for message, _ in world.queued(Lane.RECOMPUTE)]
    assert isinstance(rest, Check)
    assert rest.cursor is not None
    while rest is not None:
        run_check(world.deps, rest, remaining_s=60)
        rest = next((message for message, _ in world.queued(Lane.RECOMPUTE)), None)  # type: ignore[assignment]
    assert world.here.count("look_for_order") == 500


def test_a_shop_that_hangs_starves_no_other(world: OrderWorld) -> None:
    twin(world)
    hanging = world.account.model_copy(update={"id": "acc_0", "name": "Hangs", "rev": 0})
    world.stores.configuration.save(hanging)
    reconcile(world.deps, Timer.ORDERS)
    messages = [message for message, _ in world.queued(Lane.RECOMPUTE)]
    assert messages == [
        Check(what=CheckKind.TWINS, subject="acc_0"),
        Check(what=CheckKind.TWINS, subject=world.account.id),
    ]
    # The first one's worker never comes back: its message is another's than the second one's.
    assert run_check(world.deps, messages[1], remaining_s=60) == 1  # type: ignore[arg-type]
