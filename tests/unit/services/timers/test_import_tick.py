"""The minute's tick: accounts whose poll is due, and orders whose time has come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.configuration import ConnectionState
from listbridge.domain.ids import OrderKey, RemoteOrderId
from listbridge.domain.orders.orders import ImportState, Payment
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.domain.work import ImportOrder, Lane, PollAccount, RelayOrder
from listbridge.services.timers.import_tick import import_tick
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT


@pytest.fixture
def world() -> OrderWorld:
    return OrderWorld()


@pytest.fixture
def at_rest(world: OrderWorld) -> OrderWorld:
    """No poll is due for a long time."""
    state = world.stores.polls.find(ACCOUNT)
    assert state is not None
    world.stores.polls.make_due(ACCOUNT, world.now + timedelta(days=365))
    return world


ORDER = RemoteOrderId("12-1")


# ---- accounts ----


def test_a_due_account_is_claimed_and_its_message_carries_the_claim(world: OrderWorld) -> None:
    assert import_tick(world.deps) == 1
    state = world.stores.polls.find(ACCOUNT)
    assert state is not None
    assert state.claim
    assert state.next_poll_at == world.now + timedelta(seconds=120)
    until = world.now + timedelta(seconds=60)
    message = PollAccount(account=ACCOUNT, claim=state.claim, until=until)
    assert world.queued(Lane.ORDERS) == [(message, 0.0)]


def test_an_account_that_is_due_before_the_next_tick_is_queued_for_then(world: OrderWorld) -> None:
    world.stores.polls.make_due(ACCOUNT, world.now + timedelta(seconds=40))
    assert import_tick(world.deps) == 1
    state = world.stores.polls.find(ACCOUNT)
    assert state is not None
    ((message, wait),) = world.queued(Lane.ORDERS)
    assert isinstance(message, PollAccount)
    assert (message.claim, wait) == (state.claim, 40.0)
    assert state.next_poll_at == world.now + timedelta(seconds=40 + 120)
    assert import_tick(world.deps) == 0


def test_an_account_that_is_due_after_the_next_tick_waits_for_that(world: OrderWorld) -> None:
    world.stores.polls.make_due(ACCOUNT, world.now + timedelta(seconds=60))
    assert import_tick(world.deps) == 0
    assert world.queued(Lane.ORDERS) == []


def test_an_account_somebody_asks_already_is_left_alone_until_the_claim_is_over(world: OrderWorld) -> None:
    import_tick(world.deps)
    world.later(seconds=119)
    assert import_tick(world.deps) == 0
    world.later(seconds=1)
    assert import_tick(world.deps) == 1


def test_an_account_that_was_never_asked_is_asked_at_once_and_reads_from_now_on() -> None:
    world = OrderWorld(polled=False)
    assert import_tick(world.deps) == 1
    state = world.stores.polls.find(ACCOUNT)
    assert state is not None
    assert (state.since, state.watermark) == (world.now, None)


@pytest.mark.parametrize("state", [ConnectionState.EXPIRED, ConnectionState.DISCONNECTED])
def test_an_account_that_is_not_connected_is_not_asked(world: OrderWorld, state: ConnectionState) -> None:
    world.set_account(state=state)
    assert import_tick(world.deps) == 0
    assert world.queued(Lane.ORDERS) == []


def test_a_marketplace_without_orders_is_not_asked() -> None:
    world = OrderWorld(polled=False)
    world.market.order_traits = None
    assert import_tick(world.deps) == 0
    assert world.stores.polls.find(ACCOUNT) is None


# ---- orders ----


def test_an_order_whose_time_has_come_is_queued_once_in_ten_minutes(at_rest: OrderWorld) -> None:
    world = at_rest
    world.sell()
    world.take_in()
    world.queued(Lane.ORDERS)
    world.later(seconds=59)
    assert import_tick(world.deps) == 0
    world.later(seconds=1)
    assert import_tick(world.deps) == 1
    assert world.queued(Lane.ORDERS) == [(ImportOrder(account=ACCOUNT, order=ORDER, due=True), 0.0)]
    assert world.row().due_at == world.now + timedelta(minutes=10)
    world.later(seconds=599)
    assert import_tick(world.deps) == 0
    world.later(seconds=1)
    assert import_tick(world.deps) == 1


def test_an_order_in_the_shop_is_compared_when_its_time_has_come(at_rest: OrderWorld) -> None:
    world = at_rest
    world.stock_up("MUG")
    world.in_shop()
    world.queued(Lane.FULFILLMENTS)
    world.later(hours=6)
    assert import_tick(world.deps) == 1
    assert world.queued(Lane.FULFILLMENTS) == [(RelayOrder(account=ACCOUNT, order=ORDER), 0.0)]


def test_an_order_whose_effect_in_the_shop_is_not_proven_is_not_compared_but_proven(at_rest: OrderWorld) -> None:
    world = at_rest
    world.stock_up("MUG")
    world.sell()
    world.take_in()
    world.do_import()
    world.queued(Lane.ORDERS)
    world.queued(Lane.FULFILLMENTS)
    world.later(seconds=60)
    assert import_tick(world.deps) == 1
    assert world.queued(Lane.FULFILLMENTS) == []
    assert world.queued(Lane.ORDERS) == [(ImportOrder(account=ACCOUNT, order=ORDER, due=True), 0.0)]


def test_an_order_that_changes_meanwhile_is_left_to_whoever_changes_it(at_rest: OrderWorld) -> None:
    world = at_rest
    world.sell()
    world.take_in()
    world.later(seconds=60)
    world.queued(Lane.ORDERS)
    stale = world.row()
    world.stores.orders.save(stale)
    repository = world.stores.orders
    repository.get_many = lambda keys: {stale.key: stale}  # type: ignore[method-assign]
    assert import_tick(world.deps) == 0
    assert world.queued(Lane.ORDERS) == []


def test_an_index_that_lags_brings_up_nothing_before_its_time(at_rest: OrderWorld) -> None:
    world = at_rest
    world.sell()
    world.take_in()
    world.queued(Lane.ORDERS)
    key = OrderKey(ACCOUNT, ORDER)
    world.stores.orders.due = lambda at, limit: [key]  # type: ignore[method-assign]
    assert import_tick(world.deps) == 0
    assert world.queued(Lane.ORDERS) == []


# ---- what becomes of what the tick has queued ----


def after_the_tick(world: OrderWorld) -> None:
    """The tick runs, and each message that it queued is done."""
    assert import_tick(world.deps) == 1
    for message, _ in world.queued(Lane.ORDERS):
        assert isinstance(message, ImportOrder)
        world.do_import(message.order, due=message.due)


def test_an_unpaid_order_lets_go_at_the_tick_after_it_expired(at_rest: OrderWorld) -> None:
    world = at_rest
    world.stock_up("MUG")
    world.list_up("MUG")
    world.sell(payment=Payment.PENDING)
    world.take_in()
    assert world.reserved() == {"12-1#line-MUG": (1, None)}
    world.later(days=8)
    after_the_tick(world)
    order = world.row()
    assert (order.state, order.reason) == (ImportState.SKIPPED, Problem("unpaid_expired"))
    assert world.reserved() == {}
    assert world.shop_orders == []


def test_an_order_nobody_decides_about_asks_for_it_after_a_day(at_rest: OrderWorld) -> None:
    world = at_rest
    world.set_account(create_orders=False)
    world.stock_up("MUG")
    world.list_up("MUG")
    world.sell()
    world.take_in()
    world.later(hours=24)
    after_the_tick(world)
    assert world.notices() == ["needs_decision"]
    assert world.events()[-1] == "needs_decision"
    assert world.reserved() == {"12-1#line-MUG": (1, None)}
    assert import_tick(world.deps) == 0
    assert world.shop_orders == []


def test_a_failed_order_is_tried_again_at_the_tick_however_long_it_had_to_wait(at_rest: OrderWorld) -> None:
    world = at_rest
    world.stock_up("MUG")
    world.sell()
    world.take_in()
    world.here.refuse("create_order", *(Rejected(Problem("no_stock")) for _ in range(9)))
    for _ in range(9):
        world.do_import(due=True)
    assert (world.row().tries, world.row().due_at) == (9, world.now + timedelta(hours=1))
    world.queued(Lane.ORDERS)
    world.later(hours=1)
    after_the_tick(world)
    assert world.row().state is ImportState.CREATED
    assert len(world.shop_orders) == 1
