"""Shop and marketplace come to the same state, as far as their APIs go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.orders.orders import Cancellation, Order, Shipment
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, Rejected, RetryLater, Unauthorized, Unsupported
from listbridge.domain.work import Lane, RelayOrder
from listbridge.services.orders.order_rows import lease_name
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import SHOP, sold
from tests.unit.services.orders.relay.test_tell_parcels import shown


@pytest.fixture
def world() -> OrderWorld:
    """An order for two mugs that is in the shop, and nothing queued."""
    world = OrderWorld()
    world.stock_up("MUG")
    world.in_shop(sold("MUG", 2, "20.00"))
    for lane in Lane:
        world.queued(lane)
    return world


def relays(world: OrderWorld) -> list[float]:
    return [wait for message, wait in world.queued(Lane.FULFILLMENTS) if isinstance(message, RelayOrder)]


def withdrawn(world: OrderWorld) -> Order:
    world.change("12-1", cancellation=Cancellation.CANCELLED)
    return world.take_in()


def sent(world: OrderWorld, tracking: str = "T1", units: int = 2, *, id: str = "f1") -> None:
    world.send(tracking, id=id, MUG=units)


# ---- nothing to do ----


def test_where_both_sides_agree_nothing_is_told_and_the_order_is_compared_in_six_hours(world: OrderWorld) -> None:
    order = world.do_relay()
    assert order.due_at == world.now + timedelta(hours=6)
    assert (order.notices, order.completed_at) == ((), None)
    assert world.market.book.told == []
    assert world.here.count("cancel_order") == 0


def test_an_order_that_is_not_in_the_shop_is_not_compared() -> None:
    world = OrderWorld()
    world.sell()
    world.take_in()
    world.do_relay()
    assert world.here.calls == []


@pytest.mark.parametrize("state", [ConnectionState.EXPIRED, ConnectionState.DISCONNECTED])
@pytest.mark.parametrize("side", ["account", "shop"])
def test_while_either_side_is_not_connected_neither_is_asked(
    world: OrderWorld, side: str, state: ConnectionState
) -> None:
    (world.set_account if side == "account" else world.set_shop)(state=state)
    sent(world)
    world.do_relay()
    assert world.here.count("read_orders") == 0
    assert world.market.book.told == []


def test_while_another_worker_has_the_order_it_is_compared_a_little_later(world: OrderWorld) -> None:
    sent(world)
    lease = world.stores.leases.acquire(lease_name(world.row().key), "other", seconds=60)
    assert lease is not None
    world.do_relay()
    assert relays(world) == [5.0]
    assert world.market.book.told == []
    world.stores.leases.release(lease)
    world.do_relay()
    assert len(world.market.book.told) == 1


# ---- cancelled on the marketplace ----


def test_an_order_cancelled_on_the_marketplace_is_cancelled_in_the_shop_and_then_done(world: OrderWorld) -> None:
    withdrawn(world)
    world.queued(Lane.FULFILLMENTS)
    world.do_relay()
    assert world.here.count("cancel_order") == 1
    assert world.events()[-1] == "shop_order_cancelled"
    assert relays(world) == [10.0]
    order = world.do_relay()
    assert order.completed_at == world.now
    assert world.events()[-1] == "order_done"
    assert world.here.count("cancel_order") == 1


def test_goods_that_are_out_are_not_cancelled_but_the_seller_is_told(world: OrderWorld) -> None:
    sent(world, units=1)
    withdrawn(world)
    order = world.do_relay()
    assert order.notices == (Problem("cannot_cancel_in_shop", {"shop_order": "#1001"}, "goods_are_out"),)
    assert world.here.count("cancel_order") == 0
    assert world.market.book.told == []
    assert order.completed_at == world.now  # nothing is left that we could do


def test_an_order_that_another_tool_made_is_not_ours_to_cancel() -> None:
    world = OrderWorld()
    world.stock_up("MUG")
    world.made_elsewhere("12-1")
    world.in_shop()
    withdrawn(world)
    order = world.do_relay()
    assert world.here.count("cancel_order") == 0
    assert order.notices == (Problem("cannot_cancel_in_shop", {"shop_order": "#1001"}, "cancel_in_shop"),)
    assert order.completed_at is None


def test_a_cancellation_that_the_shop_refuses_is_the_sellers(world: OrderWorld) -> None:
    withdrawn(world)
    world.here.refuse("cancel_order", Rejected(Problem("already_fulfilled")))
    order = world.do_relay()
    assert order.notices == (
        Problem("cannot_cancel_in_shop", {"shop_order": "#1001", "reason": "already_fulfilled"}, "cancel_in_shop"),
    )
    assert "shop_order_cancelled" not in world.events()
    assert order.completed_at is None


def test_the_notice_goes_away_when_the_seller_has_cancelled_it_himself(world: OrderWorld) -> None:
    withdrawn(world)
    world.here.refuse("cancel_order", Rejected(Problem("already_fulfilled")))
    world.do_relay()
    world.shop.book.cancel(world.shop_order.shown.id)
    order = world.do_relay()
    assert (order.notices, order.completed_at) == ((), world.now)


def test_a_cancellation_whose_outcome_is_unknown_is_asked_for_again(world: OrderWorld) -> None:
    withdrawn(world)
    world.queued(Lane.FULFILLMENTS)
    world.here.refuse("cancel_order", OutcomeUnknown(Problem("no_answer")))
    order = world.do_relay()
    assert order.completed_at is None
    assert relays(world) == [30.0]
    world.do_relay()
    assert world.here.count("cancel_order") == 2


# ---- cancelled in the shop ----


def test_an_order_cancelled_in_the_shop_is_the_sellers_to_cancel_on_the_marketplace(world: OrderWorld) -> None:
    world.shop.book.cancel(world.shop_order.shown.id)
    for _ in range(2):
        order = world.do_relay()
    assert order.notices == (Problem("cancel_on_marketplace", {"shop_order": "#1001"}, "cancel_on_marketplace"),)
    assert world.events().count("cancel_on_marketplace") == 1
    assert order.completed_at is None
    withdrawn(world)
    order = world.do_relay()
    assert (order.notices, order.completed_at) == ((), world.now)


def test_an_order_that_the_shop_no_longer_has_is_said_once(world: OrderWorld) -> None:
    world.shop.book.delete(world.shop_order.shown.id)
    for _ in range(2):
        order = world.do_relay()
    assert order.notices == (Problem("shop_order_gone", {"shop_order": "#1001"}, "settle_and_leave"),)
    assert world.events().count("shop_order_gone") == 1
    assert order.completed_at is None
    withdrawn(world)
    assert world.do_relay().completed_at == world.now


def test_a_shop_order_that_may_not_be_seen_is_not_gone_and_says_what_is_missing(world: OrderWorld) -> None:
    world.here.refuse("read_orders", Unsupported(Problem("order_not_shown")))
    order = world.do_relay()
    assert order.notices == (Problem("relay_refused", {"reason": "order_not_shown"}, "look_on_marketplace"),)
    assert order.completed_at is None
    assert world.do_relay().notices == ()


# ---- shipped ----


def test_an_order_sent_on_the_marketplace_alone_is_to_be_fulfilled_in_the_shop(world: OrderWorld) -> None:
    shown(world, "HAND", MUG=2)
    world.change("12-1", shipment=Shipment.SHIPPED)
    world.take_in()
    order = world.do_relay()
    assert order.notices == (Problem("shipped_on_marketplace", {"shop_order": "#1001"}, "fulfil_in_shop"),)
    assert order.completed_at is None
    world.shop.book.fulfil(world.shop_order.shown.id)
    order = world.do_relay()
    assert (order.notices, order.completed_at) == ((), world.now)
    assert world.market.book.told == []


def test_an_order_is_done_when_all_was_sent_and_told(world: OrderWorld) -> None:
    sent(world, "T1", 1, id="f1")
    assert world.do_relay().completed_at is None
    sent(world, "T2", 1, id="f2")
    order = world.do_relay()
    assert [parcel.tracking for _, parcel in world.market.book.told] == ["T1", "T2"]
    assert order.completed_at == world.now
    world.do_relay()
    assert len(world.market.book.told) == 2


def test_a_parcel_of_goods_that_the_marketplace_did_not_sell_keeps_no_order_open(world: OrderWorld) -> None:
    sent(world, "T1", 2)
    world.send("T9", id="gift")  # all that was sold is in the first
    order = world.do_relay()
    assert [parcel.tracking for _, parcel in world.market.book.told] == ["T1"]
    assert order.completed_at == world.now


def test_a_done_order_lets_go_of_its_stock_once_the_shop_was_read(world: OrderWorld) -> None:
    sent(world)
    order = world.do_relay()
    assert order.unsettled
    assert world.reserved() == {"12-1#line-MUG": (2, order.absorbed_from)}
    world.observe("p-MUG")
    order = world.do_relay()
    assert (order.unsettled, order.due_at, order.reserved) == (False, None, frozenset())
    assert world.reserved() == {}


def test_where_another_tool_tells_the_marketplace_nothing_is_told_and_the_order_is_done(world: OrderWorld) -> None:
    world.set_account(relay_fulfillments=False)
    sent(world)
    order = world.do_relay()
    assert world.there.count("ship") == world.there.count("shipments") == 0
    assert order.completed_at == world.now


def test_while_the_account_observes_the_order_says_which_parcels_would_be_told_and_stays_open(
    world: OrderWorld,
) -> None:
    world.set_account(observe=True)
    sent(world)
    order = world.do_relay()
    assert order.completed_at is None
    assert [(one.code, one.fix) for one in order.notices] == [("would_tell_parcels", "leave_observe_mode")]
    assert "T1" in order.notices[0].params["parcels"]
    assert world.do_relay().notices == order.notices
    assert world.events().count("would_tell_parcels") == 1
    assert world.there.count("ship") == 0
    world.set_account(observe=False)
    order = world.do_relay()
    assert (order.completed_at, order.notices) == (world.now, ())
    assert len(world.market.book.told) == 1


def test_while_the_account_observes_an_order_is_not_cancelled_in_the_shop_but_would_be(world: OrderWorld) -> None:
    withdrawn(world)
    world.set_account(observe=True)
    order = world.do_relay()
    assert order.notices == (Problem("would_cancel_in_shop", {"shop_order": "#1001"}, "leave_observe_mode"),)
    assert world.here.count("cancel_order") == 0
    world.set_account(observe=False)
    assert world.do_relay().notices == ()
    assert world.here.count("cancel_order") == 1


# ---- the shop cannot be asked ----


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RetryLater(Problem("no_answer"), after_s=5), 30.0),
        (RetryLater(Problem("no_answer"), after_s=120), 120.0),
        (RateLimited(Problem("budget_spent"), after_s=1), 30.0),
        (RetryLater(Problem("no_answer"), after_s=5000), 900.0),
    ],
)
def test_a_shop_that_cannot_be_asked_is_asked_again(world: OrderWorld, error: Exception, wait: float) -> None:
    sent(world)
    world.here.refuse("read_orders", error)
    order = world.do_relay()
    assert relays(world) == [wait]
    assert world.events()[-1] == "relay_postponed"
    assert (order.notices, order.completed_at) == ((), None)
    assert world.market.book.told == []


def test_a_shop_that_refuses_our_credentials_expires(world: OrderWorld) -> None:
    world.here.refuse("read_orders", Unauthorized(Problem("token_revoked")))
    world.do_relay()
    assert world.stores.configuration.get(Shop, SHOP).state is ConnectionState.EXPIRED
