"""A listing that the marketplace sends out from its own warehouse: its quantity is the marketplace's, its price is ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.holds import STOCK_KEPT
from listbridge.domain.listings.listing import BOTH, LedgerField, Status
from listbridge.domain.work import PublishKind
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.listings.action_rules import computable
from listbridge.services.timers.reconcile import Timer, reconcile
from tests.fakes.scripted import Scripted, scripted_world
from tests.faults.seeded import seed
from tests.faults.test_shared_and_kept_stock import on_two_sites


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def told(s: Scripted, sku: str, **changes: object) -> None:
    s.world.hint(s.shop.set(sku, **changes))  # type: ignore[arg-type]
    s.world.run(30)


def check_drift(s: Scripted) -> None:
    s.world.stores.clock.advance(86_400)
    reconcile(s.world.deps, Timer.DRIFT)
    s.world.run(20)


def in_their_warehouse(s: Scripted) -> ListingKey:
    """A listing of 5 in our shop, of which the marketplace keeps 40; a look has shown it."""
    (key,) = seed(s, 1)
    s.market.fulfilled_here.add(key.sku)
    s.market.live(key)[0].quantity = 40
    check_drift(s)
    return key


def quantities(s: Scripted) -> list[int | None]:
    return [sent.values.quantity for sent in s.market.sent]


def prices(s: Scripted) -> list[str]:
    return [str(sent.values.price.amount) for sent in s.market.sent if sent.values.price is not None]


def test_what_is_linked_says_at_once_whose_stock_it_is(s: Scripted) -> None:
    product = s.shop.put("p1", "A").product
    (key,) = s.world.add(product)
    row = s.world.row(key)
    assert row.computed.price is not None
    s.market.sell_elsewhere(key, 40, row.computed.price)
    s.market.fulfilled_here.add(key.sku)
    s.world.action(PublishKind.LINK, product)
    told(s, "A", stock=0)
    assert (s.world.row(key).fulfilled_by_marketplace, s.market.shown(key)) == (True, (40, "10.00"))
    assert s.market.sent == []


def test_stock_that_sells_there_is_no_unseen_sale_and_is_not_put_back(s: Scripted) -> None:
    key = in_their_warehouse(s)
    s.market.live(key)[0].quantity = 31
    check_drift(s)
    assert (s.world.row(key).unseen_sale, quantities(s), s.market.shown(key)) == (None, [], (31, "10.00"))


def test_its_orders_hold_nothing_of_the_shops_stock(s: Scripted) -> None:
    key = in_their_warehouse(s)
    s.market.buy("S0", 2, fulfilled_by_marketplace=True)
    s.world.run(120)
    variant = s.world.stores.variants.get_many([s.world.row(key).variant])[s.world.row(key).variant]
    assert (dict(variant.reservations), s.shop.stock("S0")) == ({}, 5)
    assert (quantities(s), s.market.shown(key)) == ([], (38, "10.00"))


def test_a_full_revise_sends_the_price_and_leaves_the_quantity(s: Scripted) -> None:
    product = s.shop.put("p1", "A").product
    (key,) = s.world.add(product)
    s.world.action(PublishKind.SEND, product)
    s.market.fulfilled_here.add(key.sku)
    s.market.live(key)[0].quantity = 40
    check_drift(s)
    s.market.sent.clear()
    s.world.action(PublishKind.FULL_REVISE, product)
    s.world.run(30)
    assert (quantities(s), prices(s), s.market.shown(key)) == ([None], ["10.00"], (40, "10.00"))


def test_sold_out_in_the_shop_neither_zeroes_nor_ends_it(s: Scripted) -> None:
    key = in_their_warehouse(s)
    told(s, "S0", stock=0)
    assert (s.world.row(key).status, s.market.shown(key)) == (Status.ACTIVE, (40, "10.00"))
    assert s.fate.calls.count("remote.end") == 0


def test_the_stock_of_a_listing_that_the_seller_takes_back_is_no_sale(s: Scripted) -> None:
    key = in_their_warehouse(s)
    s.market.fulfilled_here.clear()
    s.market.live(key)[0].quantity = 0
    check_drift(s)
    assert (s.world.row(key).unseen_sale, s.market.shown(key)) == (None, (5, "10.00"))


def test_asked_for_by_hand_its_quantity_is_left_out_with_the_reason(s: Scripted) -> None:
    key = in_their_warehouse(s)
    ready, why = computable(s.world.row(key), BOTH)
    assert (ready, why) == ({LedgerField.PRICE}, STOCK_KEPT)


def test_its_absence_from_the_shop_moves_nothing_and_is_not_counted(s: Scripted) -> None:
    key = in_their_warehouse(s)
    assert s.world.row(key).computed.quantity == 5
    assert s.world.row(key).would_fall is False


def test_of_several_sites_the_one_whose_stock_is_kept_decides_nothing() -> None:
    s = scripted_world()
    s.market.shares_stock = True
    here, there = on_two_sites(s, cap=2)
    s.world.stores.listings.change(there, lambda row: replace(row, fulfilled_by_marketplace=True))
    Recompute(s.world.deps).listings([here])
    assert s.world.row(here).computed.quantity == 5
