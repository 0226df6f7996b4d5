"""Whole stories between any shop and any marketplace: the real ones, and two that are unlike them in all that a core might take
for granted. What is slow runs for one pair only, elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.listings.listing import Status
from listbridge.domain.orders.orders import ImportState
from simulators.faults import Fault
from tests.fakes.world import SHOP
from tests.faults.any_pair import PAIRS, AnyPair, any_pair
from tests.platforms_in_tests import installed

TEN = Decimal("10.00")


@pytest.fixture(params=PAIRS, ids=lambda pair: "-".join(pair))
def p(request: pytest.FixtureRequest) -> Iterator[AnyPair]:
    with installed():
        yield any_pair(*request.param)


def test_what_is_published_follows_the_shop_s_stock_and_price(p: AnyPair) -> None:
    p.sell("MUG-S", "MUG-M")
    assert (p.shown("MUG-S"), p.shown("MUG-M")) == ((5, TEN), (5, TEN))
    p.shop.set_stock("MUG-S", 3)
    p.shop.set_price("MUG-M", "12.00")
    p.run(120)
    assert (p.shown("MUG-S"), p.shown("MUG-M")) == ((3, TEN), (5, Decimal("12.00")))


def test_a_zero_takes_it_out_of_sale_and_a_restock_brings_it_back(p: AnyPair) -> None:
    [key] = p.sell("MUG")
    p.shop.set_stock("MUG", 0)
    p.run(180)
    shown = p.shown("MUG")
    assert shown is None or shown[0] == 0
    assert p.world.row(key).status is Status.ACTIVE
    p.shop.set_stock("MUG", 4)
    p.run(180)
    assert p.shown("MUG") == (4, TEN)
    assert p.market.ever_made() == 1


def test_a_stock_whose_delivery_was_lost_is_found_within_minutes(p: AnyPair) -> None:
    """Where the shop can say what changed, no sweep is needed."""
    p.sell("MUG")
    every_s = p.world.shops.traits(p.world.stores.configuration.get(Shop, SHOP)).changes_every_s
    assert every_s > 0
    p.deaf = True
    p.shop.set_stock("MUG", 2)
    p.run(every_s + 240)
    assert p.shown("MUG") == (2, TEN)


def sold_and_home(p: AnyPair) -> RemoteOrderId:
    p.sell("MUG")
    remote = p.buy("MUG", 2)
    p.run(15 * 60)
    assert p.order(remote).state is ImportState.CREATED, p.order(remote).reason
    return remote


def test_an_order_comes_into_the_shop_once_and_takes_its_stock_once(p: AnyPair) -> None:
    remote = sold_and_home(p)
    home = p.shop_order(remote)
    assert len(p.shop.orders()) == 1
    assert p.shop.stock_of("MUG") == 3
    assert p.shown("MUG") == (3, TEN)
    [order] = p.shop.orders()
    assert (order.id, order.total.currency, order.paid) == (home, "EUR", True)
    assert order.total.amount >= 20


def test_a_parcel_of_the_shop_is_told_to_the_marketplace_once(p: AnyPair) -> None:
    remote = sold_and_home(p)
    p.shop.ship(p.shop_order(remote), carrier="DHL", tracking="JJD0001")
    p.run(300)
    assert p.tracking(remote) == ["JJD0001"]
    p.run(3600)
    assert p.tracking(remote) == ["JJD0001"]


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_parcel_whose_answer_is_lost_is_told_once_all_the_same(p: AnyPair, kind: str) -> None:
    """Some marketplaces do not say what is in a parcel: it is known again by its number."""
    remote = sold_and_home(p)
    p.market.add_faults(Fault(p.market.ship_operation, kind))  # type: ignore[arg-type]
    p.shop.ship(p.shop_order(remote), carrier="DHL", tracking="JJD0001")
    p.run(3600)
    assert p.tracking(remote) == ["JJD0001"]


def test_an_order_that_the_marketplace_cancels_is_cancelled_in_the_shop(p: AnyPair) -> None:
    remote = sold_and_home(p)
    p.market.cancel(remote)
    p.run(15 * 60)
    assert [one.cancelled for one in p.shop.orders()] == [True]
    assert p.shop.stock_of("MUG") == 5


def test_nothing_is_left_undone_and_nothing_is_given_up(p: AnyPair) -> None:
    sold_and_home(p)
    p.world.settle(hours=8)
    assert (p.world.silent_rows(), p.world.dead_letters()) == ([], [])
