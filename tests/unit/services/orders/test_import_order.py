"""One message for one order: whatever it is next, and nothing when there is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.ids import AccountId, OrderKey, RemoteOrderId
from listbridge.domain.orders.orders import Cancellation, ImportState, Payment
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited, RetryLater, Unauthorized
from listbridge.domain.work import ImportOrder, Lane, RelayOrder
from listbridge.services.orders.import_order import import_order
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT, SHOP, sold, variant_key

KEY = OrderKey(ACCOUNT, RemoteOrderId("12-1"))
MESSAGE = ImportOrder(account=ACCOUNT, order=RemoteOrderId("12-1"))


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG")
    world.list_up("MUG")
    return world


def not_asked(world: OrderWorld) -> bool:
    calls = set(world.here.calls) - {"read_products"}
    return not calls and not world.there.calls


# ---- an order that only the message knows ----


def test_an_order_left_to_itself_is_read_and_taken_in(world: OrderWorld) -> None:
    world.sell()
    order = world.do_import()
    assert (order.state, world.reserved()) == (ImportState.READY, {"12-1#line-MUG": (1, None)})
    assert world.queued(Lane.ORDERS) == [(MESSAGE, 0.0)]


def test_an_order_that_the_marketplace_does_not_have_is_forgotten(world: OrderWorld) -> None:
    import_order(world.deps, MESSAGE)
    assert world.stores.orders.find(KEY) is None
    assert world.queued(Lane.ORDERS) == []


@pytest.mark.parametrize("state", [ConnectionState.EXPIRED, ConnectionState.DISCONNECTED])
def test_an_order_that_cannot_be_read_now_stays_in_the_queue(world: OrderWorld, state: ConnectionState) -> None:
    world.sell()
    account = world.set_account(state=state)
    with pytest.raises(RetryLater) as kept:
        import_order(world.deps, MESSAGE)
    assert kept.value.problem == Problem(f"account_{state}", {"account": account.name})
    assert not_asked(world)


@pytest.mark.parametrize(
    ("error", "attempt", "wait"),
    [
        (RetryLater(Problem("no_answer")), 0, 15),
        (RetryLater(Problem("no_answer")), 3, 120),
        (RetryLater(Problem("no_answer"), after_s=40), 0, 40),
        (RateLimited(Problem("budget_spent"), after_s=1), 0, 15),
        (RateLimited(Problem("budget_spent"), after_s=178), 2, 178),
        (RateLimited(Problem("day_quota_spent"), after_s=5000), 0, 900),
        (RateLimited(Problem("budget_spent"), after_s=2), 40, 900),
    ],
)
def test_a_marketplace_that_cannot_answer_is_asked_again_when_it_wants_that(
    world: OrderWorld, error: RetryLater, attempt: int, wait: float
) -> None:
    world.sell()
    world.there.refuse("read_order", error)
    import_order(world.deps, MESSAGE.model_copy(update={"anew": True, "attempt": attempt}))
    assert world.stores.orders.find(KEY) is None
    again = MESSAGE.model_copy(update={"anew": True, "attempt": attempt + 1})
    assert world.queued(Lane.ORDERS) == [(again, wait)]
    import_order(world.deps, again)
    assert world.stores.orders.find(KEY) is not None


def test_an_order_that_cannot_be_read_ten_times_in_a_row_fails_and_stays_in_the_queue(world: OrderWorld) -> None:
    world.sell()
    world.there.refuse("read_order", RetryLater(Problem("no_answer")))
    with pytest.raises(RetryLater):
        import_order(world.deps, MESSAGE.model_copy(update={"attempt": 10}))
    assert world.queued(Lane.ORDERS) == []
    assert world.stores.orders.find(KEY) is None


def test_credentials_that_are_refused_expire_the_account_and_keep_the_order_in_the_queue(world: OrderWorld) -> None:
    world.sell()
    world.there.refuse("read_order", Unauthorized(Problem("token_revoked")))
    with pytest.raises(Unauthorized):
        import_order(world.deps, MESSAGE)
    assert world.account.state is ConnectionState.EXPIRED


@pytest.mark.parametrize("gone", ["account", "shop"])
def test_what_was_taken_off_meanwhile_leaves_its_orders_as_they_are(world: OrderWorld, gone: str) -> None:
    world.sell()
    before = world.take_in()
    shop = world.stores.configuration.get(Shop, SHOP)
    world.stores.configuration.delete(world.account if gone == "account" else shop)
    assert world.do_import() == before
    assert not_asked(world)


def test_a_message_for_an_account_that_never_was_does_nothing(world: OrderWorld) -> None:
    import_order(world.deps, ImportOrder(account=AccountId("acc_9"), order=RemoteOrderId("12-1")))
    assert not_asked(world)


# ---- an order that we know ----


@pytest.mark.parametrize("side", ["account", "shop"])
def test_while_either_side_is_not_connected_nothing_is_created(world: OrderWorld, side: str) -> None:
    world.sell()
    world.take_in()
    (world.set_account if side == "account" else world.set_shop)(state=ConnectionState.EXPIRED)
    assert world.do_import(due=True).state is ImportState.READY
    assert not_asked(world)
    assert world.reserved() == {"12-1#line-MUG": (1, None)}


def test_an_order_that_waits_is_not_touched_before_its_time(world: OrderWorld) -> None:
    world.sell(payment=Payment.PENDING)
    before = world.take_in()
    world.later(days=7, hours=23)
    assert world.do_import() == before
    assert not_asked(world)


def test_a_failed_order_is_not_tried_before_its_time(world: OrderWorld) -> None:
    world.sell(sold("GONE"))
    world.take_in()
    world.do_import()
    tries = world.here.count("products_with_skus")
    world.later(seconds=14)
    world.do_import()
    assert world.here.count("products_with_skus") == tries
    world.later(seconds=1)
    world.do_import()
    assert world.here.count("products_with_skus") == tries + 1


@pytest.mark.parametrize(
    "facts", [{"cancellation": Cancellation.CANCELLED}, {"fulfilled_by_marketplace": True}], ids=str
)
def test_an_order_that_is_skipped_is_left_alone(world: OrderWorld, facts: dict[str, object]) -> None:
    world.sell(**facts)  # type: ignore[arg-type]
    before = world.take_in()
    assert world.do_import(due=True) == before
    assert not_asked(world)


def test_a_message_that_was_due_for_another_reason_asks_for_no_decision_before_a_day(world: OrderWorld) -> None:
    world.set_account(create_orders=False)
    world.sell()
    world.take_in()
    world.later(hours=23, minutes=59)
    world.do_import(due=True)
    assert world.notices() == []
    assert world.row().due_at == world.now + timedelta(minutes=1)
    world.later(minutes=1)
    world.do_import()
    assert world.notices() == ["needs_decision"]
    assert world.events().count("needs_decision") == 1


def test_an_order_whose_effects_are_not_in_place_has_them_put_in_place(world: OrderWorld) -> None:
    world.sell()
    order = world.take_in()
    # A worker died between the row and its reservation.
    world.stores.variants.hold(variant_key(), {"acc_1#12-1#line-MUG": None})
    world.stores.orders.save(replace(order, unsettled=True))
    world.set_account(state=ConnectionState.EXPIRED)
    assert not world.do_import().unsettled
    assert world.reserved() == {"12-1#line-MUG": (1, None)}


# ---- absorbing ----


def test_a_created_order_is_absorbed_only_when_a_read_is_certain_to_show_it(world: OrderWorld) -> None:
    world.sell()
    world.take_in()
    world.do_import()
    world.queued(Lane.ORDERS)
    world.later(seconds=1.5)
    assert world.do_import().absorbed_from is None
    assert world.queued(Lane.ORDERS) == [(MESSAGE, 1.0)]
    world.later(seconds=0.5)
    order = world.do_import()
    assert order.absorbed_from is not None
    assert world.reserved() == {"12-1#line-MUG": (1, order.absorbed_from)}
    assert world.queued(Lane.ORDERS) == []


def test_the_number_is_newer_than_every_read_that_began_before_it(world: OrderWorld) -> None:
    before = world.stores.counters.next(f"observation#{SHOP}")
    order = world.in_shop()
    after = world.stores.counters.next(f"observation#{SHOP}")
    assert order.absorbed_from is not None
    assert before < order.absorbed_from < after


def test_an_absorbed_order_keeps_its_number(world: OrderWorld) -> None:
    order = world.in_shop()
    world.later(hours=1)
    assert world.do_import(due=True).absorbed_from == order.absorbed_from


def test_an_order_cancelled_before_it_was_absorbed_is_compared_at_once(world: OrderWorld) -> None:
    world.sell()
    world.take_in()
    world.do_import()
    world.later(seconds=2)
    world.change("12-1", cancellation=Cancellation.CANCELLED)
    world.take_in()
    world.queued(Lane.FULFILLMENTS)
    world.do_import()
    relays = [message for message, _ in world.queued(Lane.FULFILLMENTS)]
    assert RelayOrder(account=ACCOUNT, order=RemoteOrderId("12-1")) in relays


# ---- what nobody foresaw ----


def test_an_order_that_fails_through_a_bug_of_ours_says_so_and_its_message_comes_back(
    world: OrderWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.sell()
    world.do_import()
    world.queued(Lane.ORDERS)

    def bug(*_: object) -> None:
        raise KeyError("never thought of")

    monkeypatch.setattr(type(world.shop), "look_for_order", bug)
    for _ in range(2):  # every delivery tries again, so that the message ends in the dead-letter queue
        with pytest.raises(KeyError):
            import_order(world.deps, MESSAGE)
        order = world.stores.orders.find(KEY)
        assert order is not None
        assert (order.state, order.reason) == (
            ImportState.FAILED,
            Problem("unforeseen_failure", fix="look_at_dead_letters"),
        )
        assert order.due_at == world.stores.clock.now() + timedelta(hours=6)
    monkeypatch.undo()
    assert world.do_import().state is ImportState.CREATED
