"""A shop that sells from chosen locations takes an order's stock where it likes: the unit must not be on sale twice."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import LocationId
from listbridge.domain.orders.orders import ImportState
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater, Unauthorized, Unsupported
from listbridge.domain.work import Lane, RelayOrder
from listbridge.services.catalog.recompute import Recompute
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT, sold
from tests.fakes.scripted_shop import HERE

STORE = LocationId("store")
ELSEWHERE = Problem("stock_taken_elsewhere", {"shop_order": "#1001", "skus": "MUG"}, "move_to_counted_location")


@pytest.fixture
def world() -> OrderWorld:
    """A shop with 5 mugs in the warehouse, which are sold, and as many in a store, which are not."""
    world = OrderWorld()
    world.stock_up("MUG", stock=5)
    put_in_store(world, 5)
    world.set_shop(locations=(HERE,))
    world.list_up("MUG")
    return world


def put_in_store(world: OrderWorld, units: int) -> None:
    world.observe(world.shop.set("MUG", stock=units, place=STORE))


def created(world: OrderWorld) -> None:
    """An order that stands in the shop, with reads that show its stock by now."""
    world.sell()
    world.take_in()
    world.do_import()
    world.later(seconds=2)


def on_sale(world: OrderWorld) -> int | None:
    """What the listing has to show, after a read of the shop."""
    world.observe("p-MUG")
    (row,) = world.stores.listings.of_account(ACCOUNT, None, 9)[0]
    Recompute(world.deps).listings([row.key])
    return world.stores.listings.get(row.key).computed.quantity


def test_stock_taken_where_it_is_counted_lets_the_reservation_go(world: OrderWorld) -> None:
    created(world)
    order = world.do_import()
    assert order.absorbed_from is not None
    assert world.notices() == []
    assert on_sale(world) == 4


def test_stock_taken_elsewhere_keeps_the_reservation_and_says_so(world: OrderWorld) -> None:
    world.shop.book.ships_from = STORE
    created(world)
    order = world.do_import()
    assert (order.state, order.absorbed_from) == (ImportState.CREATED, None)
    assert order.notices == (ELSEWHERE,)
    assert world.reserved() == {"12-1#line-MUG": (1, None)}
    assert on_sale(world) == 4  # the counted location still has 5


def test_a_line_of_several_units_counts_only_with_all_of_them(world: OrderWorld) -> None:
    created(world)
    world.shop.book.ships_from = STORE
    world.sell(sold("MUG", 2, "20.00"), id="12-2")
    world.take_in("12-2")
    world.do_import("12-2")
    world.later(seconds=2)
    assert world.do_import("12-2").absorbed_from is None
    assert world.do_import("12-1").absorbed_from is not None
    assert on_sale(world) == 2  # 4 in the warehouse, 2 of them sold


def test_it_is_looked_at_again_each_hour_and_compared_meanwhile(world: OrderWorld) -> None:
    world.shop.book.ships_from = STORE
    created(world)
    world.queued(Lane.FULFILLMENTS)
    order = world.do_import(due=True)
    assert order.due_at is not None
    assert (order.due_at - world.now).total_seconds() == 3600
    relay = RelayOrder(account=ACCOUNT, order=order.key.remote)
    assert [message for message, _ in world.queued(Lane.FULFILLMENTS)] == [relay]


def test_an_order_moved_to_the_counted_location_is_counted_once_reads_are_sure_to_show_it(world: OrderWorld) -> None:
    world.shop.book.ships_from = STORE
    created(world)
    world.do_import()
    world.shop.book.move(world.shop_order.shown.id, HERE)
    order = world.do_import()
    assert (order.absorbed_from, order.notices) == (None, ())
    assert world.reserved() == {"12-1#line-MUG": (1, None)}
    world.later(seconds=2)
    order = world.do_import()
    assert order.absorbed_from is not None
    assert on_sale(world) == 4


def test_an_order_that_is_sent_lets_go_wherever_it_was_taken(world: OrderWorld) -> None:
    world.shop.book.ships_from = STORE
    created(world)
    world.do_import()
    world.send("1Z1", MUG=1)
    world.do_relay()
    order = world.do_import(due=True)
    assert order.completed_at is not None
    assert order.absorbed_from is not None
    assert world.notices() == []
    world.observe("p-MUG")
    world.do_import(due=True)
    assert world.reserved() == {}
    assert on_sale(world) == 5  # the store sent it


def test_a_shop_that_cannot_tell_keeps_the_reservation_and_names_the_permission(world: OrderWorld) -> None:
    denied = Problem("scope_missing", {"scopes": "read_things"}, "grant")
    world.here.refuse("stock_taken", Unsupported(denied))
    created(world)
    order = world.do_import()
    params = {"shop_order": "#1001", "reason": "scope_missing", "scopes": "read_things"}
    assert order.notices == (Problem("stock_location_unseen", params, "let_see_stock_location"),)
    assert order.absorbed_from is None
    assert on_sale(world) == 3  # one too few, and never one too many


@pytest.mark.parametrize("error", [RetryLater, Unauthorized])
def test_a_shop_that_cannot_be_asked_now_is_asked_again_and_nothing_let_go(
    world: OrderWorld, error: type[RetryLater]
) -> None:
    created(world)
    world.here.refuse("stock_taken", error(Problem("no_answer")))
    order = world.do_import()
    assert (order.absorbed_from, order.notices) == (None, ())
    assert order.due_at is not None
    assert "stock_not_looked_up" in world.events()
    assert world.reserved() == {"12-1#line-MUG": (1, None)}


def test_a_shop_that_sells_from_all_its_locations_is_not_asked(world: OrderWorld) -> None:
    world.set_shop(locations=())
    world.shop.book.ships_from = STORE
    created(world)
    assert world.do_import().absorbed_from is not None
    assert world.here.count("stock_taken") == 0
    assert on_sale(world) == 9


def test_what_the_shop_does_not_count_needs_no_proof(world: OrderWorld) -> None:
    world.observe(world.shop.set("MUG", tracked=False))
    world.shop.book.ships_from = STORE
    created(world)
    assert world.do_import().absorbed_from is not None
    assert world.here.count("stock_taken") == 0
