"""A product is created again and its listings are linked to it while its orders are still open."""

from __future__ import annotations

from contextlib import suppress

import pytest

from listbridge.domain.configuration import Account, Shop
from listbridge.services.listings.act.relink import relink_product
from listbridge.services.refusal import Refused
from tests.fakes.cuts import WorkerDied
from tests.fakes.world import ACCOUNT, SHOP
from tests.faults.pair_sales import Sales, sales


@pytest.fixture
def s() -> Sales:
    """Orders wait for the seller's word."""
    return waiting()


def waiting() -> Sales:
    s = sales()
    configuration = s.p.world.stores.configuration
    configuration.save(configuration.get(Account, ACCOUNT).model_copy(update={"create_orders": False}))
    return s


def deleted(s: Sales, sku: str) -> None:
    s.p.shopify.deeds.delete_product(s.p.world.row(s.p.key(sku)).variant.product)
    s.run(600)
    assert s.p.shown(sku) is None


def made_anew(s: Sales, sku: str, stock: int) -> bool:
    """Whether the worker that relinks died, and the next one had to finish it."""
    died = False
    product = s.p.add_product(sku, title="Mug again", stock=stock)
    shop = s.p.world.stores.configuration.get(Shop, SHOP)
    try:
        done = relink_product(s.p.world.deps, shop, product, "seller")
        assert [one.problem for one in done] == [None]
    except WorkerDied:
        died = True
        s.p.fate.revive()
        s.run(60)
        with suppress(Refused):  # it died after the last step
            relink_product(s.p.world.deps, shop, product, "seller")
    s.run(600)
    return died


def quantity(s: Sales, sku: str) -> int | None:
    shown = s.p.shown(sku)
    return shown[0] if shown else None


def test_an_order_that_waited_holds_its_unit_of_the_new_product(s: Sales) -> None:
    remote = s.buy("A")
    s.run(75)
    deleted(s, "A")
    made_anew(s, "A", 5)
    assert quantity(s, "A") == 4
    new = s.p.world.row(s.p.key("A")).variant
    assert {variant for _, variant in s.row(remote).reserved} == {new}


def test_an_order_taken_in_while_the_product_was_gone_holds_its_unit_as_well(s: Sales) -> None:
    remote = s.buy("A")
    s.p.shopify.deeds.delete_product(s.p.world.row(s.p.key("A")).variant.product)
    s.p.pump()
    s.p.world.deliver_all()
    s.run(600)
    made_anew(s, "A", 5)
    assert quantity(s, "A") == 4
    new = s.p.world.row(s.p.key("A")).variant
    assert {variant for _, variant in s.row(remote).reserved} == {new}


@pytest.mark.parametrize(
    "dies_before",
    ["variants.bind", "orders.save", "orders.reserve", "listings.save", "variants.unbind", "publications.forget"],
)
def test_a_relinking_that_dies_on_the_way_leaves_no_unit_to_be_sold_twice(s: Sales, dies_before: str) -> None:
    remote = s.buy("A")
    s.run(75)
    deleted(s, "A")
    s.p.fate.die_before(dies_before)
    assert made_anew(s, "A", 5)
    assert quantity(s, "A") == 4
    new = s.p.world.row(s.p.key("A")).variant
    assert {variant for _, variant in s.row(remote).reserved} == {new}
