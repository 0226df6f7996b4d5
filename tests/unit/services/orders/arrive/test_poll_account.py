"""One account's orders are asked for: a claim, pages with overlap, and a watermark that moves last."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from listbridge.domain.configuration import ConnectionState
from listbridge.domain.ids import AccountId, RemoteOrderId
from listbridge.domain.orders.polling import PollState
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited, RetryLater, Unauthorized
from listbridge.domain.work import ImportOrder, Lane, PollAccount
from listbridge.services.orders.arrive.ask_for_orders import poll_now, send_poll
from listbridge.services.orders.arrive.poll_account import poll_account
from tests.fakes.order_world import ORDER_TRAITS, OrderWorld
from tests.fakes.remote_orders import ACCOUNT, CONNECTED

MINUTE = timedelta(minutes=1)


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


def polls(world: OrderWorld) -> list[tuple[PollAccount, float]]:
    return [(one, wait) for one, wait in world.queued(Lane.ORDERS) if isinstance(one, PollAccount)]


def claim(world: OrderWorld) -> PollAccount:
    """The account's poll, claimed as the tick does it."""
    world.stores.polls.make_due(ACCOUNT, world.now)
    assert send_poll(world.deps, ACCOUNT)
    return polls(world)[-1][0]  # what an earlier poll sent is overtaken


def poll(world: OrderWorld, message: PollAccount | None = None, *, remaining_s: float = 60.0) -> None:
    poll_account(world.deps, message or claim(world), remaining_s=remaining_s)


def known(world: OrderWorld) -> set[str]:
    keys = list(world.market.book.placed)
    return {key.remote for key in world.stores.orders.get_many(keys)}


# ---- from when on ----


def test_the_first_poll_reaches_back_behind_the_connection(world: OrderWorld) -> None:
    poll(world)
    assert world.market.book.asked == [(CONNECTED - timedelta(hours=1), None)]


def test_each_further_poll_reaches_back_behind_the_beginning_of_the_one_before(world: OrderWorld) -> None:
    world.market.book.page_takes_s = 5.0
    began = world.now
    poll(world)
    assert state(world).watermark == began
    world.later(seconds=30)
    poll(world)
    assert world.market.book.asked[-1] == (began - timedelta(seconds=120), None)


def test_every_order_of_every_page_is_taken_in_and_then_the_watermark_moves(world: OrderWorld) -> None:
    world.market.book.page_size = 2
    for number in range(5):
        world.sell(id=f"12-{number}")
    seen: list[Any] = []
    take = world.market.book.changed

    def page(account: AccountId, since: datetime, cursor: str | None) -> Any:
        seen.append((cursor, state(world).watermark, len(known(world))))
        return take(account, since, cursor)

    world.market.book.changed = page  # type: ignore[method-assign]
    poll(world)
    assert seen == [(None, None, 0), ("2|12-1", None, 2), ("4|12-3", None, 4)]
    assert state(world).watermark == world.now
    assert world.reserved() == {f"12-{number}#line-MUG": (1, None) for number in range(5)}


def test_an_order_placed_before_the_connection_is_shown_but_holds_nothing(world: OrderWorld) -> None:
    early = CONNECTED - timedelta(minutes=30)
    world.sell(placed_at=early, changed_at=early)
    poll(world)
    assert world.row().moved_in
    assert world.reserved() == {}


# ---- how soon again ----


def test_after_a_sale_the_account_is_asked_again_in_seconds_by_a_message_of_its_own(world: OrderWorld) -> None:
    world.sell()
    poll(world)
    after = state(world)
    assert (after.last_order_at, after.last_poll_at, after.failures) == (world.now, world.now, 0)
    ((message, wait),) = polls(world)
    until = world.now + MINUTE
    assert (message, wait) == (PollAccount(account=ACCOUNT, claim=after.claim, until=until), 15.0)
    assert after.next_poll_at == world.now + timedelta(seconds=75)  # should the message be lost


def test_the_polls_of_a_minute_queue_one_another_and_leave_the_next_minute_to_the_schedule(world: OrderWorld) -> None:
    world.sell()
    poll(world)
    waits = []
    while queued := polls(world):
        ((message, wait),) = queued
        waits.append(wait)
        world.later(seconds=wait)
        assert isinstance(message, PollAccount)
        poll_account(world.deps, message, remaining_s=60)
    assert waits == [15.0, 15.0, 15.0]
    assert (state(world).claim, state(world).next_poll_at) == ("", world.now + timedelta(seconds=15))


def test_an_account_without_a_sale_is_left_to_the_schedules_minute(world: OrderWorld) -> None:
    poll(world)
    assert polls(world) == []
    assert (state(world).claim, state(world).next_poll_at) == ("", world.now + MINUTE)


def test_a_wait_longer_than_a_minute_is_left_to_the_tick(world: OrderWorld) -> None:
    world.market.order_traits = replace(ORDER_TRAITS, calls_per_day=720)
    poll(world)
    assert polls(world) == []
    assert (state(world).claim, state(world).next_poll_at) == ("", world.now + 2 * MINUTE)


def test_accounts_of_one_marketplace_share_its_budget_and_those_not_connected_take_no_share(world: OrderWorld) -> None:
    world.market.order_traits = replace(ORDER_TRAITS, calls_per_day=720)
    for number, account_state in ((2, ConnectionState.ACTIVE), (3, ConnectionState.EXPIRED)):
        world.stores.configuration.save(
            world.account.model_copy(
                update={"id": f"acc_{number}", "name": f"A{number}", "state": account_state, "rev": 0}
            )
        )
    poll(world)
    assert state(world).next_poll_at == world.now + 4 * MINUTE


def test_accounts_whose_polls_are_counted_for_each_alone_do_not_slow_each_other_down(world: OrderWorld) -> None:
    world.market.order_traits = replace(ORDER_TRAITS, calls_per_day=720)
    world.market.shares_polls = False
    for number in (2, 3):
        world.stores.configuration.save(
            world.account.model_copy(update={"id": f"acc_{number}", "name": f"A{number}", "rev": 0})
        )
    poll(world)
    assert state(world).next_poll_at == world.now + 2 * MINUTE


# ---- time is up ----


def test_what_does_not_fit_goes_on_with_the_next_worker_under_a_new_claim(world: OrderWorld) -> None:
    world.market.book.page_size, world.market.book.page_takes_s = 1, 30.0
    for number in range(3):
        world.sell(id=f"12-{number}")
    began, message = world.now, claim(world)
    poll(world, message, remaining_s=60.0)  # two pages fit: 15 seconds are kept for the last
    assert known(world) == {"12-0", "12-1"}
    assert state(world).watermark is None
    ((rest, wait),) = polls(world)
    assert (rest.cursor, rest.since, rest.began, wait) == ("2|12-1", CONNECTED - timedelta(hours=1), began, 0.0)
    assert rest.claim == state(world).claim != message.claim
    poll(world, message)  # the old message is delivered once more
    assert known(world) == {"12-0", "12-1"}
    poll(world, rest)
    assert known(world) == {"12-0", "12-1", "12-2"}
    assert state(world).watermark == began


# ---- one order alone ----


def test_an_order_that_cannot_be_taken_in_stops_no_other_and_is_queued_alone(world: OrderWorld) -> None:
    for number in range(3):
        world.sell(id=f"12-{number}")
    save = world.stores.orders.save

    def poisoned(order: Any) -> Any:
        if order.key.remote == "12-1":
            raise RuntimeError("a bug")
        return save(order)

    world.stores.orders.save = poisoned  # type: ignore[method-assign]
    poll(world)
    assert known(world) == {"12-0", "12-2"}
    alone = [one.order for one, _ in world.queued(Lane.ORDERS) if isinstance(one, ImportOrder)]
    assert sorted(alone) == ["12-0", "12-1", "12-2"]  # the others are to be created
    assert state(world).watermark == world.now


def test_an_order_that_the_adapter_cannot_understand_is_queued_alone(world: OrderWorld) -> None:
    world.sell()
    world.market.book.unreadable = {RemoteOrderId("99-9")}
    poll(world)
    queued = [one.order for one, _ in world.queued(Lane.ORDERS) if isinstance(one, ImportOrder)]
    assert sorted(queued) == ["12-1", "99-9"]
    assert state(world).watermark == world.now


def test_an_order_read_twice_costs_nothing_the_second_time(world: OrderWorld) -> None:
    world.sell()
    poll(world)
    row, events = world.row(), world.events()
    world.queued(Lane.ORDERS)
    world.later(seconds=15)
    poll(world)
    assert (world.row().facts, world.events()) == (row.facts, events)
    assert world.reserved() == {"12-1#line-MUG": (1, None)}


# ---- it fails ----


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RetryLater(Problem("no_answer")), 15.0),
        (RetryLater(Problem("no_answer"), after_s=50), 50.0),
        (RateLimited(Problem("budget_spent", {"operation": "orders"}), after_s=1), 15.0),
    ],
)
def test_a_poll_that_fails_is_tried_again_from_where_it_began(world: OrderWorld, error: Exception, wait: float) -> None:
    poll(world)
    before = state(world)
    polls(world)
    world.later(seconds=60)
    world.there.refuse("orders_changed", error)
    poll(world)
    after = state(world)
    assert (after.watermark, after.failures) == (before.watermark, 1)
    assert [one_wait for _, one_wait in polls(world)] == [wait]
    entry = world.stores.activity.entries[-1]
    assert (entry.subject, entry.event) == (ACCOUNT, "orders_not_read")
    assert isinstance(error, RetryLater)
    assert entry.params == {**error.problem.params, "reason": error.problem.code, "failures": "1"}


def test_a_limit_that_comes_back_late_is_waited_for(world: OrderWorld) -> None:
    back = world.now + timedelta(hours=3)
    world.there.refuse("orders_changed", RateLimited(Problem("day_quota_spent"), until=back))
    poll(world)
    assert (state(world).next_poll_at, state(world).claim) == (back, "")
    assert polls(world) == []


def test_a_poll_that_fails_on_its_second_page_keeps_what_the_first_held(world: OrderWorld) -> None:
    world.market.book.page_size = 1
    world.sell(id="12-0")
    world.sell(id="12-1")
    asked = world.market.book.changed

    def second_is_lost(account: AccountId, since: datetime, cursor: str | None) -> Any:
        if cursor is not None:
            raise RetryLater(Problem("page_lost"))
        return asked(account, since, cursor)

    world.market.book.changed = second_is_lost  # type: ignore[method-assign]
    poll(world)
    assert known(world) == {"12-0"}
    assert world.reserved() == {"12-0#line-MUG": (1, None)}
    assert state(world).watermark is None
    world.market.book.changed = asked  # type: ignore[method-assign]
    poll(world)
    assert known(world) == {"12-0", "12-1"}
    assert (state(world).watermark, state(world).failures) == (world.now, 0)


def test_a_poll_of_more_pages_than_the_limit_allows_at_once_goes_on_where_it_stopped(world: OrderWorld) -> None:
    world.market.book.page_size = 1
    for n in range(5):
        world.sell(id=f"12-{n}")
    asked, left = world.market.book.changed, [2]

    def allowed(account: AccountId, since: datetime, cursor: str | None) -> Any:
        if not left[0]:
            raise RateLimited(Problem("budget_spent"), after_s=177.2)
        left[0] -= 1
        return asked(account, since, cursor)

    world.market.book.changed = allowed  # type: ignore[method-assign]
    began = world.now
    poll(world)
    for count in (2, 3, 4):
        assert len(known(world)) == count
        assert (state(world).watermark, state(world).failures, state(world).began) == (None, 0, began)
        [(message, wait)] = polls(world)
        assert wait == 178.0
        world.later(seconds=wait)
        assert not send_poll(world.deps, ACCOUNT)  # nobody else has it meanwhile
        left[0] = 1
        poll_account(world.deps, message, remaining_s=60.0)
    assert len(known(world)) == 5
    assert (state(world).watermark, state(world).began) == (began, None)
    assert [one for one in world.stores.activity.entries if one.event == "orders_not_read"] == []


def test_a_limit_that_is_back_sooner_than_the_tries_would_wait_is_waited_for_and_no_longer(world: OrderWorld) -> None:
    for wait in (178.0, 178.0, 178.0, 178.0, 178.0):
        world.there.refuse("orders_changed", RateLimited(Problem("budget_spent"), after_s=wait))
        poll(world)
        assert state(world).next_poll_at == world.now + timedelta(seconds=wait)


def test_a_poll_that_is_stuck_in_the_past_still_takes_in_what_sells_now(world: OrderWorld) -> None:
    world.market.book.page_size = 1
    poll(world)
    watermark = state(world).watermark
    world.sell(id="12-0")
    world.later(hours=1)
    world.sell(id="12-9")
    asked = world.market.book.changed

    def the_past_is_torn(account: AccountId, since: datetime, cursor: str | None) -> Any:
        if since < world.now - timedelta(minutes=30):
            raise RetryLater(Problem("page_lost"))
        return asked(account, since, cursor)

    world.market.book.changed = the_past_is_torn  # type: ignore[method-assign]
    for _ in range(2):
        poll(world)
    assert known(world) == set()
    poll(world)
    assert known(world) == {"12-9"}
    assert (state(world).watermark, state(world).failures) == (watermark, 3)


def test_credentials_that_are_refused_expire_the_account_and_nothing_more_is_asked(world: OrderWorld) -> None:
    world.there.refuse("orders_changed", Unauthorized(Problem("token_revoked")))
    poll(world)
    assert world.account.state is ConnectionState.EXPIRED
    assert state(world).watermark is None
    assert world.queued(Lane.ORDERS) == []


# ---- whose poll it is ----


@pytest.mark.parametrize("why", ["overtaken", "account gone", "account expired"])
def test_a_message_that_has_no_right_any_more_asks_nothing(world: OrderWorld, why: str) -> None:
    message = claim(world)
    if why == "overtaken":
        claim(world)
    elif why == "account gone":
        world.stores.configuration.delete(world.account)
    else:
        world.set_account(state=ConnectionState.EXPIRED)
    poll(world, message)
    assert world.market.book.asked == []


def test_a_check_that_comes_during_a_poll_is_not_lost_with_it(world: OrderWorld) -> None:
    message = claim(world)
    world.there.meanwhile("orders_changed", lambda: poll_now(world.deps, world.account))
    poll(world, message)
    assert state(world).watermark is None  # the poll was overtaken; the check reads it all again
    ((check, wait),) = polls(world)
    assert (check.claim, wait) == (state(world).claim, 0.0)
    poll(world, check)
    assert state(world).watermark == world.now


def test_a_person_can_have_an_account_asked_at_once_that_is_not_due(world: OrderWorld) -> None:
    poll(world)
    polls(world)
    assert not send_poll(world.deps, ACCOUNT)
    assert poll_now(world.deps, world.account)
    assert [wait for _, wait in polls(world)] == [0.0]


def test_an_account_that_was_never_asked_can_be_asked_at_once() -> None:
    world = OrderWorld(polled=False)
    assert not send_poll(world.deps, ACCOUNT)
    assert poll_now(world.deps, world.account)
    assert state(world).since == world.now


def test_a_marketplace_without_orders_cannot_be_asked(world: OrderWorld) -> None:
    world.market.order_traits = None
    assert not poll_now(world.deps, world.account)
    assert world.queued(Lane.ORDERS) == []
