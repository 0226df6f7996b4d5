"""Orders that the shop or the marketplace is in trouble about; where no simulator can play it, with fakes that keep state."""

from __future__ import annotations

import pytest

from listbridge.domain.orders.orders import ImportState, Payment
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Unsupported
from listbridge.services.desk import messages
from listbridge.services.orders.export_order import export_order, leave_order
from simulators.faults import Fault
from tests.fakes.order_world import OrderWorld
from tests.fakes.scripted_shop import HERE
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.remedies.order_words import compared, created, notice, noticed, shop_id, why
from tests.unit.remedies.walks import EBAY, SHOPIFY, walks
from tests.unit.services.orders.hold.test_stock_effect import created as stands_in_the_shop
from tests.unit.services.orders.hold.test_stock_effect import put_in_store


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG")
    return world


def told(problem: Problem | None, code: str, fix: str) -> None:
    assert problem is not None, f"no problem, {code} was expected"
    assert (problem.code, problem.fix) == (code, fix)
    assert messages.text(problem) != code
    assert bool(messages.fix_text(problem)) == bool(fix)


# ---- creating ----


@walks("create_outcome_unclear")
@pytest.mark.parametrize("there", [False, True])
def test_an_unclear_create_is_looked_for_in_the_shop_and_exported_or_left(world: OrderWorld, there: bool) -> None:
    """Shopify's look misses nothing, so it is a shop whose look may miss."""
    world.shop.strict_look = False
    key = world.sell()
    world.take_in()
    world.here.refuse("create_order", OutcomeUnknown(Problem("no_answer")))
    world.do_import()
    for wait in (5, 30, 30, 3600, 86_400):
        world.later(seconds=wait)
        world.do_import(due=True)
    told(world.row().reason, "create_outcome_unclear", "look_in_shop")
    if there:
        leave_order(world.deps, key, "anna")
        assert world.row().state is ImportState.SKIPPED
        return
    export_order(world.deps, key, "anna")
    assert world.do_import(due=True).state is ImportState.CREATED
    assert len(world.shop_orders) == 1


@walks("order_gone")
def test_an_order_that_the_marketplace_does_not_know_is_looked_up_there_and_created_when_it_does(
    world: OrderWorld,
) -> None:
    key = world.sell()
    world.take_in()
    world.there.refuse("read_order", NotFound(Problem("scripted_no_such_order")))
    told(world.do_import().reason, "order_gone", "look_on_marketplace")
    assert world.shop_orders == []
    export_order(world.deps, key, "anna")
    assert world.do_import(due=True).state is ImportState.CREATED


@walks("unforeseen_failure")
def test_a_fault_of_ours_is_mended_and_its_message_redriven(world: OrderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object, **__: object) -> None:
        raise KeyError("never thought of")

    world.sell()
    world.take_in()
    with monkeypatch.context() as broken:
        broken.setattr(type(world.shop), "look_for_order", bug)
        with pytest.raises(KeyError):
            world.do_import()
    told(world.row().reason, "unforeseen_failure", "look_at_dead_letters")
    world.later(seconds=7200)
    assert world.do_import(due=True).state is ImportState.CREATED


@walks("fulfilled_by_marketplace", on=EBAY)
def test_what_ebay_sends_itself_needs_nothing(desk: OrderDesk) -> None:
    remote = desk.buy(instructions="FULFILLED_BY_EBAY")
    desk.look()
    why(desk, remote, "fulfilled_by_marketplace", "")
    assert desk.shop_orders(remote) == []


# ---- money ----


@walks("refund_amount_unknown")
def test_a_refund_of_an_unknown_amount_is_looked_up_and_refunded_in_the_shop(world: OrderWorld) -> None:
    """eBay always tells amounts: it is a marketplace that does not."""
    world.in_shop()
    world.later(seconds=1)
    world.change("12-1", payment=Payment.PARTLY_REFUNDED)
    world.take_in()
    (found,) = world.do_relay().notices
    told(found, "refund_amount_unknown", "look_on_marketplace")
    world.refund("3.00")
    assert world.do_relay().notices == ()


# ---- stock at another location ----


@walks("stock_location_unseen", on=SHOPIFY)
def test_a_permission_to_see_where_stock_was_taken_is_given(world: OrderWorld) -> None:
    put_in_store(world, 5)
    world.set_shop(locations=(HERE,))
    world.list_up("MUG")
    denied = Problem("shopify_scope_missing", {"scopes": "read_fulfillments"}, "grant_scopes")
    world.here.refuse("stock_taken", Unsupported(denied))
    stands_in_the_shop(world)
    (found,) = world.do_import().notices
    told(found, "stock_location_unseen", "let_see_stock_location")
    for _ in range(2):
        world.later(hours=2)
        order = world.do_import(due=True)
    assert (order.notices, order.absorbed_from is not None) == ((), True)


@walks("stock_taken_elsewhere", on=SHOPIFY)
@pytest.mark.parametrize("way", ["move", "send"])
def test_an_order_is_moved_to_the_location_that_counts_or_sent_from_where_it_is(desk: OrderDesk, way: str) -> None:
    deeds, world = desk.its.shopify.deeds, desk.its.shopify.world
    store = str(deeds.add_location("Store")["location_id"])
    deeds.set_stock(2, store, sku="MUG")
    deeds.set_stock(5, world.first_location, sku="MUG")
    desk.its.patch(f"/shops/{desk.shop}", {"locations": [store]})
    desk.wait(60)
    remote = desk.buy()
    desk.look(120)
    notice(desk, remote, "stock_taken_elsewhere", "move_to_counted_location")
    if way == "move":
        deeds.move_order(shop_id(desk, remote), store)
    else:
        deeds.fulfill(shop_id(desk, remote), company="DHL", tracking_number="1")
    desk.wait(2 * 3600)
    assert noticed(desk, remote) == []


# ---- cancelling ----


@walks("shop_refused_cancel", on=SHOPIFY)
def test_the_shops_words_for_a_refused_cancellation_are_told_and_it_is_cancelled_by_hand(desk: OrderDesk) -> None:
    remote = desk.buy()
    desk.look()
    assert created(desk, remote)
    refused = {"field": None, "code": "INVALID", "message": "Cannot cancel."}
    desk.its.shopify.faults.add(Fault("orderCancel", "vendor", name="user_error", body=refused))
    desk.its.ebay.deeds.cancel_order(remote)
    desk.look(60)
    found = notice(desk, remote, "cannot_cancel_in_shop", "cancel_in_shop")
    assert found["params"]["reason"] == "Cannot cancel."  # what shop_refused_cancel is told with
    desk.its.shopify.deeds.cancel(shop_id(desk, remote))
    compared(desk)
    assert noticed(desk, remote) == []


# ---- reading orders ----


@walks("orders_incomplete", on=EBAY)
def test_a_page_of_orders_that_was_not_whole_is_read_again(desk: OrderDesk) -> None:
    remotes = [desk.buy() for _ in range(3)]
    desk.its.ebay.faults.add(Fault("getOrders", "vendor", name="total_moves", body={"by": 5}, times=2))
    desk.look(300)
    told_of = [one for one in desk.its.stores.activity.entries if one.event == "orders_not_read"]
    assert {one.params["reason"] for one in told_of} == {"orders_incomplete"}
    assert all(created(desk, remote) for remote in remotes)
