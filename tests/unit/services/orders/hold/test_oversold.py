"""Who is told that more is sold than there is, and until when."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import LocationId, OrderKey, RemoteOrderId
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import Cancellation
from listbridge.domain.problem import Problem
from listbridge.services.orders.dismiss_notice import dismiss_notice
from listbridge.services.orders.hold.oversold import note_shortages
from listbridge.services.orders.order_rows import change_order
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT, SHOP, sold, variant_key

BOTH = Problem("oversold", {"sku": "MUG", "orders": "12-1, 12-2"}, "decide_oversold")


@pytest.fixture
def world() -> OrderWorld:
    """Two orders for the one mug that there is; the first is in the shop already, whose number nobody has read since."""
    world = OrderWorld()
    world.stock_up("MUG", stock=1)
    world.list_up("MUG")
    for id in ("12-1", "12-2"):
        world.sell(id=id)
    world.take_in("12-1")
    world.do_import("12-1")
    world.take_in("12-2")
    return world


def read(world: OrderWorld, *skus: str) -> None:
    """The shop is read, and what its number says is noted."""
    shop = world.stores.configuration.get(Shop, SHOP)
    for sku in skus or ("MUG",):
        world.observe(f"p-{sku}")
        note_shortages(world.deps, shop, [variant_key(sku)])


def told(world: OrderWorld) -> tuple[list[str], list[str]]:
    return world.notices("12-1"), world.notices("12-2")


def test_an_observation_from_before_the_create_began_proves_the_shortage_at_once(world: OrderWorld) -> None:
    assert world.row("12-1").notices == world.row("12-2").notices == (BOTH,)


def test_a_read_that_may_have_counted_one_of_them_changes_nothing(world: OrderWorld) -> None:
    read(world)  # shows 0: the first order's unit is gone, or another one
    assert world.row("12-1").notices == world.row("12-2").notices == (BOTH,)


def test_when_the_shop_has_counted_it_both_orders_still_know(world: OrderWorld) -> None:
    world.later(seconds=2)
    world.do_import("12-1")
    read(world)
    assert world.row("12-1").notices == world.row("12-2").notices == (BOTH,)


def test_told_again_the_same_shortage_writes_nothing(world: OrderWorld) -> None:
    before = world.row("12-1"), world.row("12-2")
    read(world)
    assert (world.row("12-1"), world.row("12-2")) == before


def test_a_restock_takes_the_notice_back_from_both(world: OrderWorld) -> None:
    world.shop.set("MUG", stock=2)
    read(world)
    assert told(world) == ([], [])


def test_a_cancellation_of_one_takes_the_notice_back_from_both(world: OrderWorld) -> None:
    world.later(seconds=10)
    world.change("12-2", cancellation=Cancellation.CANCELLED)
    world.take_in("12-2")
    assert told(world) == ([], [])


def test_one_buyer_of_the_last_unit_is_told_nothing_while_his_order_comes_home() -> None:
    world = OrderWorld()
    world.stock_up("MUG", stock=1)
    world.sell()
    world.take_in()
    world.do_import()
    read(world)
    assert world.notices() == []
    world.later(seconds=2)
    world.do_import()
    read(world)
    assert (world.notices(), world.reserved()) == ([], {"12-1#line-MUG": (1, world.row().absorbed_from)})


def test_an_order_that_is_done_is_not_accused_of_what_a_later_one_lacks() -> None:
    world = OrderWorld()
    world.stock_up("MUG", stock=1)
    world.list_up("MUG")
    world.in_shop(id="12-1")
    read(world)
    change_order(world.deps, world.row("12-1").key, lambda row: order_changes.completed(row, world.now))
    world.later(minutes=1)
    world.sell(id="12-2")
    world.take_in("12-2")
    alone = Problem("oversold", {"sku": "MUG", "orders": "12-2"}, "decide_oversold")
    assert (world.notices("12-1"), world.row("12-2").notices) == ([], (alone,))


def test_an_order_that_lacks_two_products_names_both_and_then_the_one_that_is_left() -> None:
    world = OrderWorld()
    world.stock_up("MUG", "CUP", stock=0)
    world.sell(sold("MUG"), sold("CUP"))
    world.take_in()  # the listings name no variant: nothing is matched before the import
    world.do_import()
    world.later(seconds=2)
    world.do_import()
    read(world, "MUG", "CUP")
    assert [notice.params["sku"] for notice in world.row().notices] == ["CUP, MUG"]
    world.shop.set("CUP", stock=3)
    read(world, "CUP")
    assert [notice.params["sku"] for notice in world.row().notices] == ["MUG"]


def test_an_order_that_says_so_is_asked_again_by_its_own_time(world: OrderWorld) -> None:
    """The read that would have taken the notice back was lost."""
    world.shop.set("MUG", stock=5)
    world.observe("p-MUG")
    due = world.row("12-2").due_at
    assert due is not None
    assert (due - world.now).total_seconds() <= 300
    world.do_import("12-2", due=True)
    assert world.notices("12-2") == []


def test_a_notice_that_was_dismissed_comes_back_when_the_shortage_is_found_again(world: OrderWorld) -> None:
    dismiss_notice(world.deps, world.row("12-2").key, "oversold", "ada")
    assert world.notices("12-2") == []
    read(world)
    assert world.notices("12-2") == ["oversold"]


def test_beyond_hundreds_of_open_lines_each_order_that_comes_speaks_for_itself(
    world: OrderWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listbridge.services.orders.hold.oversold._TOO_MANY", 1)
    world.shop.set("MUG", stock=-1)
    world.observe("p-MUG")
    world.sell(id="12-3")
    world.take_in("12-3")
    alone = Problem("oversold", {"sku": "MUG", "orders": "12-3"}, "decide_oversold")
    assert world.row("12-3").notices == (alone,)
    assert world.row("12-1").notices == (BOTH,)  # nobody looked at it
    world.shop.set("MUG", stock=9)
    read(world)
    world.do_import("12-3", due=True)
    assert world.notices("12-3") == []


def test_only_the_stock_of_the_chosen_locations_counts(world: OrderWorld) -> None:
    world.set_shop(locations=(LocationId("elsewhere"),))
    read(world)
    assert told(world) == ([], [])  # the shop gives no number there


def test_a_variant_without_orders_and_one_that_nobody_knows_say_nothing() -> None:
    world = OrderWorld()
    world.stock_up("CUP", stock=0)
    shop = world.stores.configuration.get(Shop, SHOP)
    note_shortages(world.deps, shop, [variant_key("CUP"), variant_key("NOTHING")])
    assert world.stores.activity.entries == []


def test_an_order_that_was_taken_off_is_passed_over(world: OrderWorld) -> None:
    key = OrderKey(ACCOUNT, RemoteOrderId("12-2"))
    change_order(world.deps, key, lambda row: order_changes.without_notice(row, "oversold"))
    stored = world.stores.orders.find
    world.stores.orders.find = lambda one: None if one == key else stored(one)  # type: ignore[method-assign]
    read(world)
    assert world.notices("12-1") == ["oversold"]
