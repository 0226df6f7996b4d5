"""A poll that somebody waits for
(promises.md#p11): how far the account's orders are known, and how a poll is asked for out of turn."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from listbridge.domain.ids import OrderKey, RemoteOrderId
from listbridge.domain.orders.polling import PollState
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater
from listbridge.domain.work import Lane, PollAccount
from listbridge.infra.storage.documents import Json
from listbridge.services.orders.arrive.ask_for_orders import poll_after, send_poll
from listbridge.services.orders.arrive.poll_account import poll_account
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG")
    world.list_up("MUG")
    return world


def state(world: OrderWorld) -> PollState:
    found = world.stores.polls.find(ACCOUNT)
    assert found is not None
    return found


def polls(world: OrderWorld) -> list[PollAccount]:
    """What was queued since this was last asked."""
    return [one for one, _ in world.queued(Lane.ORDERS) if isinstance(one, PollAccount)]


def poll(world: OrderWorld) -> None:
    world.stores.polls.make_due(ACCOUNT, world.now)
    assert send_poll(world.deps, ACCOUNT)
    poll_account(world.deps, polls(world)[-1], remaining_s=60.0)


def ask(world: OrderWorld) -> None:
    poll_after(world.deps, world.account, world.now)


def test_a_complete_poll_says_from_when_on_every_sale_is_known(world: OrderWorld) -> None:
    world.market.book.page_takes_s = 5.0
    began = world.now
    poll(world)
    assert (state(world).taken_in, state(world).began, dict(state(world).left)) == (began, None, {})


def test_where_the_list_says_how_far_it_reaches_sales_are_known_up_to_there(world: OrderWorld) -> None:
    book = world.market.book
    book.tells_how_far, book.list_lag_s = True, 120.0
    began = world.now
    poll(world)
    assert (state(world).watermark, state(world).taken_in) == (began, began - timedelta(seconds=120))
    assert state(world).behind_s == 120.0
    book.tells_how_far = False
    world.later(seconds=30)
    poll(world)
    assert (state(world).taken_in, state(world).behind_s) == (began + timedelta(seconds=30), None)


def test_of_many_pages_the_first_says_how_far_the_list_reaches(world: OrderWorld) -> None:
    book = world.market.book
    book.tells_how_far, book.list_lag_s, book.page_size = True, 120.0, 1
    for _ in range(3):
        book.place(ACCOUNT, [("MUG", 1, "10.00")])
    world.later(seconds=300)
    book.page_takes_s = 10.0
    began = world.now
    poll(world)
    assert len(book.asked) == 3
    assert state(world).taken_in == began + timedelta(seconds=10 - 120)


def test_an_order_left_to_itself_keeps_the_orders_from_counting_as_known_for_an_hour(world: OrderWorld) -> None:
    poll(world)
    known = state(world).taken_in
    odd = RemoteOrderId("99-9")
    world.market.book.unreadable = {odd}
    world.later(seconds=30)
    left_at = world.now
    poll(world)
    world.market.book.unreadable = set()
    world.later(seconds=30)
    poll(world)
    assert (state(world).taken_in, dict(state(world).left)) == (known, {odd: left_at})
    assert world.stores.orders.find(OrderKey(ACCOUNT, odd)) is None
    world.later(hours=1)
    began = world.now
    poll(world)
    assert (state(world).taken_in, dict(state(world).left)) == (began, {})


def test_a_poll_that_fails_moves_nothing(world: OrderWorld) -> None:
    poll(world)
    known = state(world).taken_in
    world.there.refuse("orders_changed", RetryLater(Problem("away")))
    world.later(seconds=30)
    poll(world)
    assert (state(world).taken_in, state(world).failures, state(world).began) == (known, 1, None)


def test_who_asks_gets_a_poll_at_once_and_the_next_ones_not_before_twenty_seconds(world: OrderWorld) -> None:
    poll(world)
    polls(world)
    world.later(seconds=21)
    ask(world)
    ask(world)
    (asked,) = polls(world)
    assert asked.claim == state(world).claim
    world.later(seconds=21)
    ask(world)
    assert len(polls(world)) == 1


def test_a_poll_under_way_is_not_overtaken(world: OrderWorld) -> None:
    world.there.meanwhile("orders_changed", lambda: ask(world))
    poll(world)
    assert state(world).watermark == world.now
    assert polls(world) == []


def test_who_asks_for_what_is_known_by_now_asks_for_nothing(world: OrderWorld) -> None:
    at = world.now - timedelta(seconds=1)
    poll(world)
    polls(world)
    poll_after(world.deps, world.account, at)
    assert polls(world) == []


def test_a_state_of_the_version_before_knows_no_orders_yet(world: OrderWorld) -> None:
    states: Json[PollState] = Json(PollState, apart={"rev"})
    poll(world)
    text = states.write(state(world))
    old = {k: v for k, v in json.loads(text).items() if k not in ("began", "taken_in", "left")}
    assert states.read(json.dumps(old)).taken_in is None
