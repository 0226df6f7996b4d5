"""What the shop's events mean for orders: something was sent or cancelled, or a product that an order misses appeared."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import RemoteOrderId, ShopId
from listbridge.domain.orders.orders import ImportState
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.domain.work import Hint, HintKind, ImportOrder, Lane, RelayOrder, ShopEvent
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.observed import Observed
from listbridge.services.inbox.order_hints import relay_orders, retry_orders_missing_products
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT, SHOP, sold

NEXT = (ImportOrder(account=ACCOUNT, order=RemoteOrderId("12-1")), 0.0)


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG")
    return world


def shop_of(world: OrderWorld) -> Shop:
    return world.stores.configuration.get(Shop, SHOP)


def hint(id: str, kind: HintKind = HintKind.ORDER) -> Hint:
    return Hint(kind=kind, id=id)


def event(*hints: Hint) -> ShopEvent:
    return ShopEvent(shop=SHOP, hints=hints)


def appeared(world: OrderWorld, *skus: str) -> Observed:
    """The seller adds these products, and we read them."""
    products = [world.shop.put(f"p-{sku}", sku).product for sku in skus]
    return observe_products(world.deps, shop_of(world), world.shop, products)


# ---- the shop's orders ----


def test_an_event_of_an_order_of_ours_has_it_compared(world: OrderWorld) -> None:
    world.in_shop()
    world.queued(Lane.FULFILLMENTS)
    assert relay_orders(world.deps, shop_of(world), [event(hint("1001"))]) == 1
    compare = RelayOrder(account=ACCOUNT, order=RemoteOrderId("12-1"))
    assert world.queued(Lane.FULFILLMENTS) == [(compare, 0.0)]


@pytest.mark.parametrize("hints", [[], [hint("77")], [hint("1001", HintKind.PRODUCT)], [hint("12-1")]], ids=str)
def test_everything_else_in_the_shop_is_nobodys_business(world: OrderWorld, hints: list[Hint]) -> None:
    world.in_shop()
    world.queued(Lane.FULFILLMENTS)
    assert relay_orders(world.deps, shop_of(world), [event(*hints)]) == 0
    assert world.queued(Lane.FULFILLMENTS) == []


def test_the_same_id_in_another_shop_is_another_order(world: OrderWorld) -> None:
    world.in_shop()
    world.queued(Lane.FULFILLMENTS)
    other = shop_of(world).model_copy(update={"id": ShopId("shop_2")})
    assert relay_orders(world.deps, other, [event(hint("1001"))]) == 0
    assert world.queued(Lane.FULFILLMENTS) == []


# ---- products that appear ----


def failed(world: OrderWorld, *skus: str) -> None:
    world.sell(*(sold(sku) for sku in skus))
    world.take_in()
    assert world.do_import().state is ImportState.FAILED
    world.queued(Lane.ORDERS)


def test_a_sku_that_appears_has_the_orders_that_miss_it_tried_again_at_once(world: OrderWorld) -> None:
    failed(world, "HAT")
    observed = appeared(world, "HAT")
    assert retry_orders_missing_products(world.deps, shop_of(world), observed) == 1
    assert (world.row().state, world.row().tries) == (ImportState.READY, 0)
    assert world.queued(Lane.ORDERS) == [NEXT]
    assert world.do_import().state is ImportState.CREATED


def test_one_of_several_missing_skus_is_enough_to_try(world: OrderWorld) -> None:
    failed(world, "HAT", "BAG")
    assert retry_orders_missing_products(world.deps, shop_of(world), appeared(world, "HAT")) == 1
    order = world.do_import()
    assert order.reason == Problem("products_missing", {"skus": "BAG"}, "add_sku_or_choose_product")
    assert world.reserved("HAT") == {"12-1#line-HAT": (1, None)}


def test_other_products_try_nothing(world: OrderWorld) -> None:
    failed(world, "HAT", "MUG")
    before = world.row()
    for observed in (appeared(world, "BAG"), appeared(world, "MUG"), Observed()):
        assert retry_orders_missing_products(world.deps, shop_of(world), observed) == 0
    assert world.row() == before
    assert world.queued(Lane.ORDERS) == []


def test_orders_that_failed_for_another_reason_are_not_tried(world: OrderWorld) -> None:
    world.sell()
    world.take_in()
    world.here.refuse("create_order", Rejected(Problem("no_stock")))
    world.do_import()
    world.queued(Lane.ORDERS)
    assert retry_orders_missing_products(world.deps, shop_of(world), appeared(world, "MUG")) == 0
    assert world.queued(Lane.ORDERS) == []


def test_orders_of_an_account_that_was_taken_off_are_left_alone(world: OrderWorld) -> None:
    failed(world, "HAT")
    world.stores.configuration.delete(world.account)
    assert retry_orders_missing_products(world.deps, shop_of(world), appeared(world, "HAT")) == 0
    assert world.row().state is ImportState.FAILED
    assert world.queued(Lane.ORDERS) == []
