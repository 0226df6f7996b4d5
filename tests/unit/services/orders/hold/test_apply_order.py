"""An order's effects are put in place: reservations, listings that follow, and the word when more is sold than there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from listbridge.domain.ids import LineId, OrderKey, RemoteOrderId, VariantKey
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import Cause
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import Cancellation, ImportState, MatchedBy, Order
from listbridge.domain.ports import Conflict
from listbridge.domain.problem import Problem
from listbridge.domain.work import Hint, HintKind, Lane, Nudge, ShopEvent
from listbridge.services.orders.hold.apply_order import apply_order
from listbridge.services.orders.order_rows import change_order, rules_of
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT, RULES, SHOP, match, sold

KEY = OrderKey(ACCOUNT, RemoteOrderId("12-1"))
MUG = LineId("line-MUG")
READ_MUG = ShopEvent(shop=SHOP, hints=(Hint(kind=HintKind.PRODUCT, id="p-MUG"),), confirm=True)


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG", stock=5)
    world.list_up("MUG")
    return world


def settle(world: OrderWorld, order: Order | None = None) -> Order:
    return apply_order(world.deps, order or world.row(), rules_of(world.deps, world.account))


def nudged(world: OrderWorld) -> list[tuple[str, ...]]:
    return [one.listings for one, _ in world.queued(Lane.REVISE) if isinstance(one, Nudge)]


def oversold(sku: str, orders: str) -> Problem:
    return Problem("oversold", {"sku": sku, "orders": orders}, "decide_oversold")


# ---- listings ----


def test_the_listing_follows_the_sale_at_once_and_its_drainer_is_woken(world: OrderWorld) -> None:
    (key,) = [row.key for row in world.stores.listings.of_account(ACCOUNT, None, 9)[0]]
    world.sell(sold("MUG", 2, "20.00"))
    world.take_in()
    row = world.stores.listings.get(key)
    assert (row.computed.quantity, row.computed.cause) == (3, Cause.ORDER)
    assert row.accepted.quantity is None  # the marketplace has counted it already
    assert row.accepted.price == row.computed.price
    assert row.due_band is Band.DOWN
    assert nudged(world) == [(str(key),)]


def test_the_last_units_sale_sends_a_zero_and_names_it_twice(world: OrderWorld) -> None:
    world.sell(sold("MUG", 5, "50.00"))
    world.take_in()
    (row,) = world.stores.listings.of_account(ACCOUNT, None, 9)[0]
    assert (row.computed.quantity, row.due_band) == (0, Band.ZERO)
    assert nudged(world) == [(str(row.key),), (str(row.key),)]


def test_the_listing_is_told_of_each_sale_once(world: OrderWorld) -> None:
    world.sell()
    order = world.take_in()
    assert order.listings_told
    (row,) = world.stores.listings.of_account(ACCOUNT, None, 9)[0]
    shown = world.stores.listings.save(replace(row, accepted=replace(row.accepted, quantity=4)))
    settle(world, world.stores.orders.save(replace(order, unsettled=True)))
    assert world.stores.listings.get(row.key) == shown


def test_an_order_of_before_the_connection_leaves_the_listings_alone(world: OrderWorld) -> None:
    (before,) = world.stores.listings.of_account(ACCOUNT, None, 9)[0]
    world.sell(placed_at=RULES.connected_at.replace(year=2020))
    world.take_in()
    assert world.stores.listings.of_account(ACCOUNT, None, 9)[0] == [before]


def test_a_cancellation_gives_the_stock_back_to_the_listing(world: OrderWorld) -> None:
    world.sell(sold("MUG", 2, "20.00"))
    world.take_in()
    world.later(seconds=10)
    world.change("12-1", cancellation=Cancellation.CANCELLED)
    world.take_in()
    (row,) = world.stores.listings.of_account(ACCOUNT, None, 9)[0]
    assert (row.computed.quantity, row.accepted.quantity) == (5, None)


# ---- safe at any time ----


def test_what_is_settled_already_writes_nothing(world: OrderWorld) -> None:
    world.sell()
    order = world.take_in()
    writes: list[str] = []
    world.stores.cut.hook = writes.append
    assert settle(world, order) is order
    assert writes == []


def test_a_row_that_moves_on_meanwhile_leaves_nothing_of_the_older_one_behind(world: OrderWorld) -> None:
    world.stock_up("CUP")
    world.sell()
    order = world.take_in()
    stale = world.stores.orders.save(replace(order, unsettled=True))
    chosen = {MUG: match("CUP", MatchedBy.PERSON)}
    rules = rules_of(world.deps, world.account)
    change_order(world.deps, KEY, lambda row: order_changes.matched(row, chosen, rules, world.now))
    settled = settle(world, stale)
    assert (settled.matches, settled.unsettled) == (chosen, False)
    assert (world.reserved("MUG"), world.reserved("CUP")) == ({}, {"12-1#line-MUG": (1, None)})
    assert settled.reserved == {(MUG, chosen[MUG].variant)}


def test_a_row_that_never_holds_still_is_given_back_to_the_queue(world: OrderWorld) -> None:
    world.sell()
    order = world.stores.orders.save(replace(world.take_in(), unsettled=True))

    def taken_over(row: Order, changes: Mapping[VariantKey, object]) -> None:
        raise Conflict(str(row.key))

    world.stores.orders.reserve = taken_over  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        settle(world, order)


# ---- absorbed and done ----


def test_an_absorbed_reservation_carries_its_number_and_the_product_is_read_again(world: OrderWorld) -> None:
    order = world.in_shop()
    assert world.reserved() == {"12-1#line-MUG": (1, order.absorbed_from)}
    assert READ_MUG in [message for message, _ in world.queued(Lane.SHOP_EVENTS)]


def test_the_stock_is_never_counted_twice_nor_given_back_before_the_shop_was_read(world: OrderWorld) -> None:
    key = world.stores.listings.of_account(ACCOUNT, None, 9)[0][0].key
    order = world.in_shop(sold("MUG", 2, "20.00"))
    assert world.stores.listings.get(key).computed.quantity == 3
    change_order(world.deps, KEY, lambda row: order_changes.completed(row, world.now))
    world.queued(Lane.SHOP_EVENTS)
    waiting = settle(world)
    assert waiting.unsettled
    assert world.reserved() == {"12-1#line-MUG": (2, order.absorbed_from)}
    assert world.queued(Lane.SHOP_EVENTS) == [(READ_MUG, 0.0)]
    world.observe("p-MUG")
    done = settle(world)
    assert (done.unsettled, world.reserved()) == (False, {})
    assert world.stores.listings.get(key).computed.quantity == 3  # by the shop's own number now


# ---- more sold than there is ----


def test_orders_that_fit_the_stock_say_nothing(world: OrderWorld) -> None:
    world.sell(sold("MUG", 2, "20.00"), id="12-1")
    world.sell(sold("MUG", 3, "30.00"), id="12-2")
    world.take_in("12-1")
    world.take_in("12-2")
    assert world.notices("12-1") == world.notices("12-2") == []


def test_two_orders_for_the_last_unit_both_say_so(world: OrderWorld) -> None:
    world.stock_up("MUG", stock=1)
    world.sell(id="12-1")
    world.sell(id="12-2")
    world.take_in("12-1")
    assert world.notices("12-1") == []
    world.take_in("12-2")
    both = oversold("MUG", "12-1, 12-2")
    assert world.row("12-1").notices == world.row("12-2").notices == (both,)


def test_of_many_orders_that_share_a_missing_unit_ten_are_named(world: OrderWorld) -> None:
    world.stock_up("MUG", stock=1)
    ids = [f"12-{number:02}" for number in range(12)]
    for id in ids:
        world.sell(id=id)
        world.take_in(id)
    assert world.row("12-11").notices == (oversold("MUG", ", ".join(ids[:10])),)


def test_an_order_that_is_cancelled_says_so_no_longer(world: OrderWorld) -> None:
    world.stock_up("MUG", stock=1)
    for id in ("12-1", "12-2"):
        world.sell(id=id)
        world.take_in(id)
    world.later(seconds=10)
    world.change("12-2", cancellation=Cancellation.CANCELLED)
    world.take_in("12-2")
    assert world.notices("12-2") == []


def test_stock_that_the_shop_may_have_counted_already_is_not_called_missing(world: OrderWorld) -> None:
    world.stock_up("MUG", stock=2)
    world.sell(id="12-1")
    world.take_in("12-1")
    assert world.do_import("12-1").state is ImportState.CREATED
    world.observe("p-MUG")  # the shop shows 1 now, and the first order's unit is still reserved
    world.sell(id="12-2")
    world.take_in("12-2")
    assert world.notices("12-2") == []


def test_an_item_that_may_be_oversold_says_nothing(world: OrderWorld) -> None:
    world.shop.set("MUG", stock=0, oversell=True)
    world.observe("p-MUG")
    world.sell()
    world.take_in()
    assert world.notices() == []
