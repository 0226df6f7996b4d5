"""One order becomes one shop order, exactly as it was sold; what cannot be is said and tried again
(protocol.md#creating-orders)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from listbridge.domain.ids import LineId, ShopOrderId, Sku
from listbridge.domain.money import Money
from listbridge.domain.orders import creating as order_creating
from listbridge.domain.orders.orders import Buyer, Cancellation, ImportState, ShopOrderRef, Tax
from listbridge.domain.orders.shop_orders import DraftLine, OrderMark
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, Rejected
from listbridge.services.orders.order_rows import change_order, lease_name
from tests.fakes.order_world import OrderWorld, imports, taken_in
from tests.fakes.remote_orders import euros, sold, variant_key

ADA = Buyer(name="Ada", email="ada@example.com")


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG", "CUP")
    return world


# ---- as it was sold ----


def test_the_shop_order_is_what_was_sold_to_the_cent(world: OrderWorld) -> None:
    tax = Tax("VAT", euros("3.19"), Decimal("0.19"))
    mugs, cup = sold("MUG", 2, "20.00", taxes=(tax,)), sold("CUP", 1, "0.05")
    world.sell(mugs, cup, buyer=ADA, adjustment=euros("-0.05"), total=euros("24.90"), tax_included=False)
    world.take_in()
    order = world.do_import()
    assert order.state is ImportState.CREATED
    draft = world.shop_order.draft
    assert draft is not None
    assert draft.mark == OrderMark("scripted", order.key.remote)
    assert draft.lines == (
        DraftLine(LineId("line-MUG"), variant_key("MUG").variant, Sku("MUG"), "A mug", 2, euros("20.00"), (tax,)),
        DraftLine(LineId("line-CUP"), variant_key("CUP").variant, Sku("CUP"), "A cup", 1, euros("0.05")),
    )
    assert (draft.shipping, draft.adjustment) == (order.facts.shipping, euros("-0.05"))
    assert (draft.total, draft.tax_included) == (euros("24.90"), False)
    assert (draft.buyer, draft.placed_at) == (ADA, order.facts.placed_at)
    assert (draft.marketplace_label, draft.tags) == ("Scripted", ("Scripted",))
    assert (world.shop.stock("MUG"), world.shop.stock("CUP")) == (3, 4)


def test_an_order_without_a_buyer_is_created_without_one(world: OrderWorld) -> None:
    taken_in(world)
    world.do_import()
    draft = world.shop_order.draft
    assert draft is not None
    assert draft.buyer is None


def test_an_order_in_another_currency_keeps_it(world: OrderWorld) -> None:
    line = replace(sold("MUG"), amount=Money(Decimal("1000"), "JPY"))
    world.sell(line, total=Money(Decimal("1000"), "JPY"))
    world.take_in()
    world.do_import()
    draft = world.shop_order.draft
    assert draft is not None
    assert (draft.total, draft.lines[0].amount) == (Money(Decimal("1000"), "JPY"), Money(Decimal("1000"), "JPY"))


def test_an_order_of_200_lines_is_created_whole(world: OrderWorld) -> None:
    skus = [f"S{number}" for number in range(200)]
    world.stock_up(*skus)
    world.sell(*(sold(sku) for sku in skus))
    world.take_in()
    world.do_import()
    draft = world.shop_order.draft
    assert draft is not None
    assert [line.sku for line in draft.lines] == skus
    assert {world.shop.stock(sku) for sku in skus} == {4}


def test_what_was_created_is_noted_told_and_looked_at_when_its_effect_can_be_seen(world: OrderWorld) -> None:
    taken_in(world)
    order = world.do_import()
    assert order.shop_order == ShopOrderRef(ShopOrderId("1001"), "#1001")
    assert (order.confirmed_at, order.attempt, order.absorbed_from) == (world.now, None, None)
    assert world.events()[-1] == "order_created"
    assert imports(world) == [2.0]


def test_asked_any_number_of_times_one_order_is_made(world: OrderWorld) -> None:
    taken_in(world)
    for _ in range(5):
        world.do_import(due=True)
        world.later(seconds=30)
    assert len(world.shop_orders) == 1
    assert world.here.count("create_order") == 1
    assert world.shop.stock("MUG") == 4


# ---- before the create ----


def test_the_order_is_read_again_and_a_cancelled_one_is_not_created(world: OrderWorld) -> None:
    taken_in(world)
    world.change("12-1", cancellation=Cancellation.CANCELLED)
    order = world.do_import()
    assert (order.state, order.reason) == (ImportState.SKIPPED, Problem("order_cancelled"))
    assert world.here.count("look_for_order") == 0
    assert world.shop_orders == []


def test_what_changed_since_the_list_was_read_is_what_is_created(world: OrderWorld) -> None:
    taken_in(world)
    world.change("12-1", lines=(sold("MUG", 3, "30.00"),), total=euros("34.90"))
    world.do_import()
    draft = world.shop_order.draft
    assert draft is not None
    assert (draft.lines[0].quantity, draft.total) == (3, euros("34.90"))


@pytest.mark.parametrize("operation", ["products_with_skus", "look_for_order"])
def test_an_order_cancelled_while_the_shop_is_asked_is_not_created(world: OrderWorld, operation: str) -> None:
    taken_in(world)

    def cancelled() -> None:
        world.change("12-1", cancellation=Cancellation.CANCELLED)
        world.take_in()

    world.here.meanwhile(operation, cancelled)
    order = world.do_import()
    assert world.here.count("create_order") == 0
    assert (order.state, order.reason) == (ImportState.SKIPPED, Problem("order_cancelled"))
    world.do_import(due=True)
    assert world.shop_orders == []


def test_an_order_cancelled_while_its_product_is_looked_for_in_vain_stays_cancelled(world: OrderWorld) -> None:
    world.sell(sold("UNKNOWN"))
    world.take_in()

    def cancelled() -> None:
        world.change("12-1", cancellation=Cancellation.CANCELLED)
        world.take_in()

    world.here.meanwhile("products_with_skus", cancelled)
    order = world.do_import()
    assert (order.state, order.reason) == (ImportState.SKIPPED, Problem("order_cancelled"))
    assert "order_failed" not in world.events()


def test_an_order_cancelled_while_its_create_was_under_way_is_not_created_again(world: OrderWorld) -> None:
    taken_in(world)
    world.here.refuse("create_order", Rejected(Problem("no_stock")))

    def cancelled() -> None:
        world.change("12-1", cancellation=Cancellation.CANCELLED)
        world.take_in()

    world.here.meanwhile("create_order", cancelled)
    assert world.do_import().state is ImportState.FAILED
    order = world.do_import(due=True)
    assert (order.state, order.reason) == (ImportState.SKIPPED, Problem("order_cancelled"))
    assert world.shop_orders == []
    assert world.reserved() == {}


def test_a_failed_order_is_not_created_once_the_account_observes(world: OrderWorld) -> None:
    taken_in(world)
    world.here.refuse("create_order", Rejected(Problem("no_stock")))
    world.do_import()
    world.set_account(observe=True)
    order = world.do_import(due=True)
    assert order.state is ImportState.WAITING
    assert order.reason == Problem("account_observes", fix="leave_observe_mode")
    assert world.shop_orders == []


def test_an_order_the_marketplace_no_longer_knows_is_not_created(world: OrderWorld) -> None:
    taken_in(world)
    world.there.refuse("read_order", NotFound(Problem("scripted_no_such_order")))
    order = world.do_import()
    assert (order.state, order.reason) == (ImportState.FAILED, Problem("order_gone", fix="look_on_marketplace"))
    assert world.shop_orders == []


def test_while_another_worker_has_the_order_nothing_is_asked(world: OrderWorld) -> None:
    order = taken_in(world)
    assert world.stores.leases.acquire(lease_name(order.key), "other", seconds=60) is not None
    assert world.do_import() == order
    assert world.there.calls == []
    assert world.here.count("look_for_order") == world.here.count("create_order") == 0


def test_a_lease_too_short_for_the_longest_create_begins_none(world: OrderWorld) -> None:
    taken_in(world)
    world.here.meanwhile("look_for_order", lambda: world.later(seconds=28.1))
    order = world.do_import()
    assert order.state is ImportState.READY
    assert world.here.count("create_order") == 0
    assert imports(world) == [5.0]
    assert world.do_import().state is ImportState.CREATED


def test_a_create_begins_while_the_lease_is_just_long_enough(world: OrderWorld) -> None:
    taken_in(world)
    world.here.meanwhile("look_for_order", lambda: world.later(seconds=28))
    seen = []
    world.here.meanwhile("create_order", lambda: seen.append(world.row()))
    assert world.do_import().state is ImportState.CREATED
    begun = seen[0]
    assert begun.state is ImportState.CREATING
    assert begun.attempt is not None
    assert begun.attempt.deadline == begun.attempt.next_look_at == world.now + timedelta(seconds=32)


# ---- the shop has it already ----


def test_an_order_that_another_tool_made_is_taken_for_the_shops_order(world: OrderWorld) -> None:
    taken_in(world)
    theirs = world.made_elsewhere("12-1")
    order = world.do_import()
    assert order.shop_order == ShopOrderRef(theirs.shown.id, theirs.shown.name, ours=False)
    assert world.events()[-1] == "order_in_shop_already"
    assert world.here.count("create_order") == 0


def test_of_several_found_ours_is_the_one_and_the_seller_hears_of_the_others(world: OrderWorld) -> None:
    taken_in(world)
    world.shop.book.look_lag_s = 3600
    world.do_import()
    row = world.row()
    world.stores.orders.save(replace(row, state=ImportState.READY, shop_order=None, confirmed_at=None))
    world.shop.book.look_lag_s = 0
    theirs = world.made_elsewhere("12-1")
    order = world.do_import()
    assert order.shop_order == row.shop_order
    assert order.notices == (Problem("twins_in_shop", {"orders": f"#1001, {theirs.shown.name}"}, "cancel_one_in_shop"),)
    assert len(world.shop_orders) == 2


def test_a_create_that_another_worker_had_made_already_is_called_a_twin(world: OrderWorld) -> None:
    order = taken_in(world)
    theirs = ShopOrderRef(ShopOrderId("77"), "#77")

    def found() -> None:
        change_order(world.deps, order.key, lambda row: order_creating.created(row, theirs, world.now))

    world.here.meanwhile("create_order", found)
    order = world.do_import()
    assert order.shop_order == theirs
    assert order.notices == (Problem("twins_in_shop", {"orders": "#77, #1001"}, "cancel_one_in_shop"),)
