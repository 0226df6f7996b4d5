"""What cannot be created now is said, with its reason, and tried again automatically."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.ids import LineId, ProductId, VariantId, VariantKey
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import ImportState, Match, MatchedBy, Payment
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited, Rejected, RetryLater, Unauthorized
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from listbridge.services.orders.order_rows import change_order
from tests.fakes.order_world import OrderWorld, imports, taken_in
from tests.fakes.remote_orders import ACCOUNT, RULES, SHOP, match, sold


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG", "CUP")
    return world


def test_a_missing_product_fails_the_order_with_its_sku_and_tries_it_again(world: OrderWorld) -> None:
    world.sell(sold("MUG"), sold("GONE"), sold("LOST"))
    world.take_in()
    world.queued(Lane.ORDERS)
    order = world.do_import()
    assert (order.state, order.tries) == (ImportState.FAILED, 1)
    assert order.reason == Problem("products_missing", {"skus": "GONE, LOST"}, "add_sku_or_choose_product")
    assert order.due_at == world.now + timedelta(seconds=15)
    assert imports(world) == [15.0]
    assert world.here.count("look_for_order") == 0
    assert world.reserved("MUG") == {"12-1#line-MUG": (1, None)}  # what was found is held all the same


def test_the_same_failure_again_is_told_once_and_waits_longer(world: OrderWorld) -> None:
    world.sell(sold("GONE"))
    world.take_in()
    world.queued(Lane.ORDERS)
    for _ in range(3):
        world.do_import(due=True)
    assert world.events().count("order_failed") == 1
    assert imports(world) == [15.0, 30.0, 60.0]
    assert world.row().tries == 3


def test_a_product_that_appears_lets_the_order_through(world: OrderWorld) -> None:
    world.sell(sold("NEW"))
    world.take_in()
    world.do_import()
    world.shop.put("p-NEW", "NEW")
    world.later(seconds=15)
    order = world.do_import()
    assert order.state is ImportState.CREATED
    assert order.matches[LineId("line-NEW")] == match("NEW", MatchedBy.SKU)
    assert world.reserved("NEW") == {"12-1#line-NEW": (1, None)}


def test_what_the_shop_refused_is_the_reason_with_its_numbers(world: OrderWorld) -> None:
    taken_in(world)
    problem = Problem("country_unknown", {"country": "XX"}, "correct_there")
    world.here.refuse("create_order", Rejected(problem))
    order = world.do_import()
    assert (order.state, order.reason, order.attempt) == (ImportState.FAILED, problem, None)
    assert imports(world) == [15.0]
    told = world.stores.activity.entries[-1]
    assert (told.event, told.params) == (
        "order_failed",
        {"order": "12-1", "country": "XX", "reason": "country_unknown"},
    )
    assert world.shop_orders == []


def test_a_reason_whose_blanks_are_named_as_ours_is_told_all_the_same(world: OrderWorld) -> None:
    taken_in(world)
    world.here.refuse("look_for_order", RetryLater(Problem("strange", {"order": "5", "event": "x"})))
    assert world.do_import().state is ImportState.FAILED
    assert world.stores.activity.entries[-1].params == {"order": "12-1", "event": "x", "reason": "strange"}


def test_a_deleted_product_is_read_again_and_its_line_looked_up_anew_by_its_sku(world: OrderWorld) -> None:
    world.list_up("MUG")
    taken_in(world)
    assert world.row().matches[LineId("line-MUG")].by is MatchedBy.LISTING
    del world.shop.products[ProductId("p-MUG")]
    world.shop.put("p-again", "MUG")
    world.here.refuse("create_order", Rejected(Problem("variant_gone")))
    world.queued(Lane.SHOP_EVENTS)
    order = world.do_import()
    assert (order.state, dict(order.matches)) == (ImportState.FAILED, {})
    assert order.due_at == world.now + timedelta(seconds=15)
    hint = Hint(kind=HintKind.PRODUCT, id="p-MUG")
    assert world.queued(Lane.SHOP_EVENTS) == [(ShopEvent(shop=SHOP, hints=(hint,), confirm=True), 0.0)]

    world.observe("p-MUG")
    world.later(seconds=15)
    again = VariantKey(SHOP, ProductId("p-again"), VariantId("p-againv0"))
    order = world.do_import()
    assert (order.state, order.matches[LineId("line-MUG")]) == (ImportState.CREATED, Match(again, MatchedBy.SKU))
    assert world.stores.variants.get_many([again])[again].reserved() == 1
    assert world.reserved("MUG") == {}


def test_a_variant_that_a_person_chose_is_not_chosen_anew(world: OrderWorld) -> None:
    order = taken_in(world)
    chosen = {LineId("line-MUG"): match("CUP", MatchedBy.PERSON)}
    change_order(world.deps, order.key, lambda row: order_changes.matched(row, chosen, RULES, world.now))
    world.here.refuse("create_order", Rejected(Problem("variant_gone")))
    assert world.do_import().matches == chosen


def test_a_spent_limit_is_waited_for_and_no_longer(world: OrderWorld) -> None:
    taken_in(world)
    back = world.now + timedelta(seconds=90)
    world.here.refuse("create_order", RateLimited(Problem("budget_spent"), until=back))
    assert world.do_import().due_at == back
    world.here.refuse("create_order", RateLimited(Problem("budget_spent"), after_s=0.1))
    assert world.do_import(due=True).due_at == world.now + timedelta(seconds=1)
    assert world.shop_orders == []


def test_a_wait_that_the_shop_asks_for_is_kept(world: OrderWorld) -> None:
    taken_in(world)
    world.here.refuse("create_order", RetryLater(Problem("no_answer"), after_s=300))
    assert world.do_import().due_at == world.now + timedelta(seconds=300)


def test_a_wait_longer_than_a_queue_can_delay_sends_no_message(world: OrderWorld) -> None:
    taken_in(world)
    world.here.refuse("look_for_order", RetryLater(Problem("no_answer"), after_s=901))
    assert world.do_import().due_at == world.now + timedelta(seconds=901)
    assert imports(world) == []


@pytest.mark.parametrize("operation", ["look_for_order", "create_order"])
def test_a_shop_that_refuses_our_credentials_expires_and_the_order_waits(world: OrderWorld, operation: str) -> None:
    taken_in(world)
    world.here.refuse(operation, Unauthorized(Problem("token_revoked")))
    order = world.do_import()
    assert (order.state, order.reason) == (ImportState.FAILED, Problem("token_revoked"))
    assert world.stores.configuration.get(Shop, SHOP).state is ConnectionState.EXPIRED
    calls = list(world.here.calls)
    world.do_import(due=True)
    assert world.here.calls == calls  # nobody asks a shop that refuses us


def test_a_marketplace_that_refuses_our_credentials_expires_and_nothing_is_created(world: OrderWorld) -> None:
    taken_in(world)
    world.there.refuse("read_order", Unauthorized(Problem("token_revoked")))
    assert world.do_import().state is ImportState.FAILED
    assert world.stores.configuration.get(Account, ACCOUNT).state is ConnectionState.EXPIRED
    assert world.here.count("look_for_order") == world.here.count("create_order") == 0


def test_an_unpaid_order_is_created_when_it_is_paid(world: OrderWorld) -> None:
    taken_in(world, payment=Payment.PENDING)
    assert world.do_import(due=True).state is ImportState.WAITING
    world.change("12-1", payment=Payment.PAID)
    world.take_in()
    assert imports(world) == [0.0]
    assert world.do_import().state is ImportState.CREATED
