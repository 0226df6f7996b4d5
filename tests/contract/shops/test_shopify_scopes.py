"""Permissions that the app lacks: Shopify answers the rest, and what is left out must not be taken for what is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unauthorized
from listbridge.domain.work import Hint, HintKind
from simulators.shopify.world import SCOPES
from tests.contract.shops.staged_shopify import Staged
from tests.fakes.order_drafts import MARK, draft, line, refs

ORDERS = ("read_orders", "write_orders", "read_fulfillments", "read_merchant_managed_fulfillment_orders")


@pytest.fixture
def shop() -> Staged:
    return Staged()


def denied(call: Callable[[], Any]) -> Problem:
    with pytest.raises(Unauthorized) as refused:
        call()
    return refused.value.problem


def lacking(*scopes: str) -> Problem:
    return Problem("shopify_scope_missing", {"scopes": ", ".join(sorted(scopes))}, "grant_scopes")


# Connecting


def test_an_app_with_every_permission_lacks_nothing(shop: Staged) -> None:
    assert shop.open().identify().lacks is None


@pytest.mark.parametrize("scope", ["read_products", "read_inventory", "read_locations"])
def test_connecting_names_the_permission_that_products_and_stock_need(shop: Staged, scope: str) -> None:
    shop.withdraw(scope, scope.replace("read_", "write_"))
    assert denied(shop.open().identify) == lacking(scope)


def test_connecting_names_every_permission_at_once(shop: Staged) -> None:
    shop.withdraw("read_products", "read_locations", "read_inventory", "write_inventory", "read_orders", "write_orders")
    named = ("read_products", "read_locations", "read_inventory", "read_orders", "write_orders")
    assert denied(shop.open().identify) == lacking(*named)


@pytest.mark.parametrize("scope", ["write_orders", "read_fulfillments", ORDERS[3]])
def test_what_only_orders_need_is_told_and_does_not_keep_the_shop_from_being_connected(
    shop: Staged, scope: str
) -> None:
    shop.withdraw(scope)
    identity = shop.open().identify()
    assert identity.currency == "EUR"
    assert identity.lacks == Problem("shopify_order_scope_missing", {"scopes": scope}, "grant_scopes")


def test_the_right_to_write_includes_the_right_to_read(shop: Staged) -> None:
    shop.withdraw("read_orders")
    assert shop.open().identify().lacks is None


# Reading


def test_without_the_right_to_stock_nothing_is_read_of_a_product_and_nothing_is_taken_for_gone(shop: Staged) -> None:
    made = shop.add_product("MUG", stock=7)
    adapter = shop.open()
    shop.withdraw("read_inventory", "write_inventory")
    for call in (
        lambda: adapter.read_products([made.product]),
        lambda: adapter.sweep(None),
        lambda: adapter.search("mug", 5),
    ):
        assert denied(call) == lacking("read_inventory")


def test_without_the_right_to_products_none_is_taken_for_gone(shop: Staged) -> None:
    made = shop.add_product("MUG", stock=7)
    adapter = shop.open()
    shop.withdraw("read_products")
    assert denied(lambda: adapter.read_products([made.product])) == lacking("read_products")
    assert denied(lambda: adapter.sweep(None)) == lacking("read_products")
    assert denied(lambda: adapter.products_with_skus(["MUG"])) == lacking("read_products")
    hints = [Hint(kind=HintKind.VARIANT, id=made.variants[0])]
    assert denied(lambda: adapter.products_of(hints)) == lacking("read_products")


# Orders


def test_without_the_right_to_orders_none_is_taken_for_gone_nor_for_not_there(shop: Staged) -> None:
    made = shop.add_product("MUG", stock=7)
    adapter = shop.open()
    order = adapter.create_order(draft(line(variant=made.variants[0]))).id
    shop.withdraw(*ORDERS)
    assert denied(lambda: adapter.read_orders(refs(order))) == lacking("read_orders")
    assert denied(lambda: adapter.look_for_order(MARK)) == lacking("read_orders")


def test_a_create_without_the_right_to_it_is_certain_to_have_made_nothing(shop: Staged) -> None:
    made = shop.add_product("MUG", stock=7)
    shop.open().create_order(draft(line(variant=made.variants[0])))
    adapter = shop.open()
    adapter.look_for_order(MARK)
    shop.withdraw("write_orders")
    before = len(shop.orders())
    assert denied(lambda: adapter.create_order(draft(line(variant=made.variants[0])))) == lacking("write_orders")
    assert len(shop.orders()) == before


def test_the_simulated_app_has_every_permission_that_the_adapter_names() -> None:
    assert set(SCOPES) >= {"read_products", "read_inventory", "read_locations", *ORDERS}
