"""What the shop's own number says about units that were sold more often than there are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain import order_changes
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import LocationId, OrderKey, RemoteOrderId
from listbridge.domain.problem import Problem
from listbridge.services.order_rows import change_order
from listbridge.services.oversold import note_shortages, shortage_of
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


def read(world: OrderWorld) -> None:
    """The shop is read, and what its number says is noted."""
    world.observe("p-MUG")
    note_shortages(world.deps, world.stores.configuration.get(Shop, SHOP), [variant_key()])


def test_while_one_order_is_being_counted_nobody_is_told_of_a_shortage(world: OrderWorld) -> None:
    assert world.notices("12-1") == world.notices("12-2") == []
    assert shortage_of(world.deps, world.row("12-2"), [variant_key()]) is None


def test_when_the_shop_has_counted_it_both_orders_are_told(world: OrderWorld) -> None:
    world.later(seconds=2)
    world.do_import("12-1")
    read(world)
    assert world.row("12-1").notices == world.row("12-2").notices == (BOTH,)


def test_told_again_the_same_shortage_writes_nothing(world: OrderWorld) -> None:
    world.later(seconds=2)
    world.do_import("12-1")
    read(world)
    before = world.row("12-1"), world.row("12-2")
    read(world)
    assert (world.row("12-1"), world.row("12-2")) == before


def test_enough_stock_at_the_read_is_no_shortage(world: OrderWorld) -> None:
    world.later(seconds=2)
    world.do_import("12-1")
    world.shop.put("MUG", stock=1)
    read(world)
    assert world.notices("12-1") == world.notices("12-2") == []


def test_only_the_stock_of_the_chosen_locations_counts(world: OrderWorld) -> None:
    world.later(seconds=2)
    world.do_import("12-1")
    world.set_shop(locations=(LocationId("elsewhere"),))
    read(world)
    assert world.notices("12-2") == []  # the shop gives no number there


def test_a_variant_without_orders_and_one_that_nobody_knows_say_nothing(world: OrderWorld) -> None:
    world.stock_up("CUP", stock=0)
    shop = world.stores.configuration.get(Shop, SHOP)
    note_shortages(world.deps, shop, [variant_key("CUP"), variant_key("NOTHING")])
    assert world.notices("12-1") == world.notices("12-2") == []


def test_an_order_that_is_not_on_the_variant_has_no_part_in_its_shortage(world: OrderWorld) -> None:
    world.stock_up("CUP")
    world.sell(sold("CUP"), id="12-3")
    world.take_in("12-3")
    world.do_import("12-3")
    order = replace(world.row("12-3"), state=world.row("12-2").state)
    assert shortage_of(world.deps, order, [variant_key("MUG")]) is None


def test_an_order_that_was_taken_off_is_passed_over(world: OrderWorld) -> None:
    key = OrderKey(ACCOUNT, RemoteOrderId("12-2"))
    world.later(seconds=2)
    world.do_import("12-1")
    change_order(world.deps, key, lambda row: order_changes.with_notice(row, Problem("other")))
    stored = world.stores.orders.find
    world.stores.orders.find = lambda one: None if one == key else stored(one)  # type: ignore[method-assign]
    read(world)
    assert world.notices("12-1") == ["oversold"]
