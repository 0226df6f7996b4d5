"""An order as the marketplace shows it becomes a row of ours, its buyer apart, its stock held at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.ids import LineId, OrderKey, RemoteOrderId, Site
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import Buyer, Cancellation, ImportState, Match, MatchedBy, Payment, Shipment
from listbridge.domain.problem import Problem
from listbridge.domain.work import ImportOrder, Lane, RelayOrder
from listbridge.services.orders.arrive.take_in_order import take_in_order
from listbridge.services.orders.order_rows import change_order, rules_of
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT, match, sold, variant_key

ADA, BOB = Buyer(name="Ada", email="ada@example.com"), Buyer(name="Bob")
KEY = OrderKey(ACCOUNT, RemoteOrderId("12-1"))
MUG = LineId("line-MUG")
NEXT = ImportOrder(account=ACCOUNT, order=RemoteOrderId("12-1"))
COMPARE = RelayOrder(account=ACCOUNT, order=RemoteOrderId("12-1"))


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG")
    world.list_up("MUG")
    return world


def test_a_new_order_is_ready_holds_its_stock_and_is_queued(world: OrderWorld) -> None:
    world.sell(sold("MUG", 2, "20.00"))
    order = world.take_in()
    assert order == world.row()
    assert (order.state, order.unsettled, order.first_seen_at) == (ImportState.READY, False, world.now)
    assert order.matches == {MUG: Match(variant_key(), MatchedBy.LISTING)}
    assert world.reserved() == {"12-1#line-MUG": (2, None)}
    assert world.queued(Lane.ORDERS) == [(NEXT, 0.0)]
    assert world.queued(Lane.FULFILLMENTS) == []


def test_the_first_sight_is_told_with_its_lines_and_its_total_and_without_its_buyer(world: OrderWorld) -> None:
    world.sell(buyer=ADA)
    world.take_in()
    (entry,) = [one for one in world.stores.activity.entries if one.subject == str(KEY)]
    assert (entry.event, entry.params) == ("order_seen", {"order": "12-1", "lines": "1", "total": "14.90 EUR"})
    assert "Ada" not in repr(world.row())


def test_the_buyer_is_kept_apart(world: OrderWorld) -> None:
    world.sell(buyer=ADA)
    world.take_in()
    assert world.stores.orders.buyers([KEY]) == {KEY: ADA}


def test_an_order_that_is_as_we_know_it_costs_nothing(world: OrderWorld) -> None:
    world.sell(buyer=ADA)
    world.take_in()
    world.queued(Lane.ORDERS)
    writes: list[str] = []
    world.stores.cut.hook = writes.append
    world.take_in()
    assert writes == []
    assert world.queued(Lane.ORDERS) == []


def test_a_change_is_told_and_the_newest_buyer_is_kept(world: OrderWorld) -> None:
    world.sell(buyer=ADA)
    world.take_in()
    world.later(seconds=10)
    world.market.book.put(ACCOUNT, world.change("12-1", shipment=Shipment.PARTLY), BOB)
    world.take_in()
    assert world.stores.orders.buyers([KEY]) == {KEY: BOB}
    entry = world.stores.activity.entries[-1]
    assert (entry.event, entry.params) == (
        "order_changed",
        {"order": "12-1", "payment": "paid", "cancellation": "none", "shipment": "partly"},
    )


def test_an_erased_buyer_does_not_come_back_with_the_next_read(world: OrderWorld) -> None:
    world.sell(buyer=ADA)
    world.take_in()
    world.stores.orders.erase_buyer(KEY)
    change_order(world.deps, KEY, lambda row: replace(row, buyer_erased_at=world.now))
    world.later(seconds=10)
    world.change("12-1", shipment=Shipment.SHIPPED)
    world.take_in()
    assert world.row().facts.shipment is Shipment.SHIPPED
    assert world.stores.orders.buyers([KEY]) == {}


def test_an_older_read_takes_nothing_back(world: OrderWorld) -> None:
    world.sell(buyer=ADA)
    old = world.read()
    world.take_in()
    world.later(seconds=10)
    world.change("12-1", cancellation=Cancellation.CANCELLED)
    cancelled = world.take_in()
    assert take_in_order(world.deps, world.account, rules_of(world.deps, world.account), old) == cancelled
    assert world.reserved() == {}


def test_a_cancelled_order_lets_go_and_is_not_queued(world: OrderWorld) -> None:
    world.sell()
    world.take_in()
    world.queued(Lane.ORDERS)
    world.later(seconds=10)
    world.change("12-1", cancellation=Cancellation.CANCELLED)
    order = world.take_in()
    assert (order.state, order.reason) == (ImportState.SKIPPED, Problem("order_cancelled"))
    assert world.reserved() == {}
    assert world.queued(Lane.ORDERS) == []
    assert world.events()[-2:] == ["order_changed", "order_not_imported"]


def test_why_an_order_is_not_imported_is_told_once(world: OrderWorld) -> None:
    world.sell(payment=Payment.PENDING)
    world.take_in()
    world.later(seconds=10)
    world.change("12-1", shipment=Shipment.PARTLY)
    world.take_in()
    assert world.events() == ["order_seen", "order_not_imported", "order_changed"]
    assert world.queued(Lane.ORDERS) == []


def test_an_unpaid_order_holds_its_stock_before_it_is_paid(world: OrderWorld) -> None:
    world.sell(payment=Payment.PENDING)
    assert world.take_in().state is ImportState.WAITING
    assert world.reserved() == {"12-1#line-MUG": (1, None)}


def test_a_change_of_an_order_in_the_shop_has_it_compared(world: OrderWorld) -> None:
    world.in_shop()
    world.queued(Lane.FULFILLMENTS)
    world.queued(Lane.ORDERS)
    world.later(seconds=10)
    world.change("12-1", cancellation=Cancellation.CANCELLED)
    order = world.take_in()
    assert order.state is ImportState.CREATED
    assert world.queued(Lane.FULFILLMENTS) == [(COMPARE, 0.0)]
    assert world.queued(Lane.ORDERS) == []
    assert world.reserved() == {"12-1#line-MUG": (1, order.absorbed_from)}


def test_lines_that_no_listing_of_ours_sold_wait_for_the_look_into_the_shop(world: OrderWorld) -> None:
    world.stock_up("CUP")
    world.sell(sold("CUP"), sold(""))
    order = world.take_in()
    assert (order.state, dict(order.matches)) == (ImportState.READY, {})
    assert world.reserved("CUP") == {}


def test_a_listing_of_another_site_is_no_match(world: OrderWorld) -> None:
    world.sell(replace(sold("MUG"), site=Site("X_US")))
    assert dict(world.take_in().matches) == {}


def test_a_persons_word_outweighs_the_listing(world: OrderWorld) -> None:
    world.stock_up("CUP")
    world.sell()
    world.take_in()
    by_hand = {MUG: match("CUP", MatchedBy.PERSON)}
    rules = rules_of(world.deps, world.account)
    change_order(world.deps, KEY, lambda row: order_changes.matched(row, by_hand, rules, world.now))
    world.later(seconds=10)
    world.change("12-1", shipment=Shipment.PARTLY)
    assert world.take_in().matches == by_hand
    assert (world.reserved("MUG"), world.reserved("CUP")) == ({}, {"12-1#line-MUG": (1, None)})


def test_a_row_that_changes_between_reading_and_saving_is_read_again(world: OrderWorld) -> None:
    world.sell()
    stale = world.take_in()
    world.stores.orders.save(stale)
    world.later(seconds=10)
    world.change("12-1", shipment=Shipment.PARTLY)
    rules = rules_of(world.deps, world.account)
    order = take_in_order(world.deps, world.account, rules, world.read(), stale)
    assert order.facts.shipment is Shipment.PARTLY
    assert order.rev > stale.rev + 1


def test_an_order_of_before_the_connection_is_shown_and_nothing_else(world: OrderWorld) -> None:
    world.sell(placed_at=world.now - timedelta(days=2))
    order = world.take_in()
    assert (order.state, order.reason) == (ImportState.SKIPPED, Problem("before_connection", fix="export_order"))
    assert (order.moved_in, world.reserved()) == (True, {})
    assert world.queued(Lane.ORDERS) == []
