"""A create was begun, and nobody knows how it ended: it is looked for, and never made twice (protocol.md#creating-orders)."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import ShopOrderId
from listbridge.domain.orders import creating as order_creating
from listbridge.domain.orders.orders import Cancellation, ImportState, Order, ShopOrderRef
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RetryLater
from listbridge.domain.work import ImportOrder, Lane
from listbridge.services.orders.order_rows import change_order
from tests.fakes.order_world import OrderWorld


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG")
    return world


def taken_in(world: OrderWorld) -> Order:
    world.sell()
    order = world.take_in()
    world.queued(Lane.ORDERS)
    return order


def imports(world: OrderWorld) -> list[float]:
    """In how many seconds the order is looked at again, once for each message."""
    return [wait for message, wait in world.queued(Lane.ORDERS) if isinstance(message, ImportOrder)]


def test_a_create_whose_answer_is_lost_is_only_looked_for_and_found(world: OrderWorld) -> None:
    taken_in(world)
    world.here.lose("create_order", OutcomeUnknown(Problem("no_answer")))
    order = world.do_import()
    assert order.state is ImportState.CREATING
    assert world.events()[-1] == "order_create_unknown"
    assert imports(world) == [5.0]
    world.later(seconds=5)
    order = world.do_import()
    assert order.shop_order == ShopOrderRef(ShopOrderId("1001"), "#1001")
    assert world.here.count("create_order") == 1
    assert world.shop.stock("MUG") == 4


def test_a_lost_create_is_made_again_only_after_three_empty_looks(world: OrderWorld) -> None:
    taken_in(world)
    world.here.refuse("create_order", OutcomeUnknown(Problem("no_answer")))
    world.do_import()
    waits = [5.0, 30.0, 30.0]
    for wait in waits:
        assert imports(world) == [wait]
        assert world.row().state is ImportState.CREATING
        world.later(seconds=wait)
        world.do_import()
    order = world.row()
    assert (order.state, order.attempt) == (ImportState.READY, None)
    assert world.here.count("look_for_order") == 4
    assert world.here.count("create_order") == 1
    assert imports(world) == [0.0]
    assert world.do_import().state is ImportState.CREATED
    assert len(world.shop_orders) == 1


def test_where_a_look_may_miss_an_order_it_is_never_made_again_by_itself(world: OrderWorld) -> None:
    world.shop.strict_look = False
    taken_in(world)
    world.here.refuse("create_order", OutcomeUnknown(Problem("no_answer")))
    world.do_import()
    for wait in (5, 30, 30, 3600, 86_400):
        world.later(seconds=wait)
        world.do_import(due=True)
    order = world.row()
    assert (order.state, order.due_at) == (ImportState.UNCLEAR, None)
    assert order.reason == Problem("create_outcome_unclear", fix="look_in_shop")
    assert world.here.count("create_order") == 1
    assert world.reserved() == {"12-1#line-MUG": (1, None)}


def test_an_order_cancelled_while_it_was_looked_for_is_not_made_again(world: OrderWorld) -> None:
    taken_in(world)
    world.here.refuse("create_order", OutcomeUnknown(Problem("no_answer")))
    world.do_import()
    world.change("12-1", cancellation=Cancellation.CANCELLED)
    world.take_in()
    for wait in (5, 30, 30, 60):
        world.later(seconds=wait)
        world.do_import(due=True)
    order = world.row()
    assert (order.state, order.reason) == (ImportState.SKIPPED, Problem("order_cancelled"))
    assert world.here.count("create_order") == 1
    assert world.reserved() == {}


def test_a_look_that_fails_is_made_again_and_counts_for_nothing(world: OrderWorld) -> None:
    taken_in(world)
    world.here.refuse("create_order", OutcomeUnknown(Problem("no_answer")))
    world.do_import()
    world.later(seconds=5)
    imports(world)
    world.here.refuse("look_for_order", RetryLater(Problem("no_answer"), after_s=7))
    order = world.do_import()
    assert order.attempt is not None
    assert (order.state, order.attempt.looks) == (ImportState.CREATING, 0)
    assert imports(world) == [7.0]


def test_a_look_before_its_time_is_not_made(world: OrderWorld) -> None:
    taken_in(world)
    world.here.refuse("create_order", OutcomeUnknown(Problem("no_answer")))
    world.do_import()
    world.later(seconds=4.9)
    order = world.do_import(due=True)
    assert order.attempt is not None
    assert order.attempt.looks == 0
    assert world.here.count("look_for_order") == 1


@pytest.mark.parametrize(
    "answer", [OutcomeUnknown(Problem("no_answer")), Rejected(Problem("no_stock"))], ids=["unknown", "refused"]
)
def test_an_answer_after_another_worker_has_found_the_order_changes_nothing(
    world: OrderWorld, answer: Exception
) -> None:
    order = taken_in(world)
    theirs = ShopOrderRef(ShopOrderId("77"), "#77")

    def found() -> None:
        change_order(world.deps, order.key, lambda row: order_creating.created(row, theirs, world.now))

    world.here.meanwhile("create_order", found)
    world.here.refuse("create_order", answer)
    order = world.do_import()
    assert (order.state, order.shop_order) == (ImportState.CREATED, theirs)
    assert world.events()[-1] not in ("order_failed", "order_create_unknown")


def test_an_empty_look_after_another_worker_has_found_the_order_changes_nothing(world: OrderWorld) -> None:
    order = taken_in(world)
    theirs = ShopOrderRef(ShopOrderId("77"), "#77")
    world.here.refuse("create_order", OutcomeUnknown(Problem("no_answer")))
    world.do_import()
    world.later(seconds=5)
    world.here.meanwhile(
        "look_for_order",
        lambda: change_order(world.deps, order.key, lambda row: order_creating.created(row, theirs, world.now)),
    )
    assert world.do_import().shop_order == theirs
    assert "order_looked_for" not in world.events()
