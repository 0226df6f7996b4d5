"""A shop that sells from one of its two locations: Shopify takes an order's stock at either."""

from __future__ import annotations

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import LocationId
from tests.fakes.world import SHOP
from tests.faults.pair_sales import Sales, sales


def sells_from_the_store_only(warehouse: int, store: int) -> tuple[Sales, LocationId]:
    """Two locations with stock of A. Shopify takes it at the warehouse first; only the store's is sold on eBay."""
    s = sales(stock=store)
    world = s.p.shopify.world
    place = LocationId(str(s.p.shopify.deeds.add_location("Store")["location_id"]))
    s.p.shopify.deeds.set_stock(store, place, sku="A")
    s.p.shopify.deeds.set_stock(warehouse, world.first_location, sku="A")
    configuration = s.p.world.stores.configuration
    configuration.save(configuration.get(Shop, SHOP).model_copy(update={"locations": (place,)}))
    s.run(30)
    shown = s.p.shown("A")
    assert shown is not None
    assert shown[0] == store
    return s, place


def on_ebay(s: Sales) -> int:
    shown = s.p.shown("A")
    assert shown is not None
    return shown[0]


def test_a_unit_taken_at_a_location_that_is_not_counted_is_not_sold_twice() -> None:
    s, _ = sells_from_the_store_only(warehouse=5, store=2)
    remote = s.buy("A")
    s.run(120)
    row = s.row(remote)
    assert row.shop_order is not None
    assert [notice.code for notice in row.notices] == ["stock_taken_elsewhere"]
    assert on_ebay(s) == 1
    s.buy("A")
    s.run(120)
    assert on_ebay(s) == 0
    assert s.try_to_buy("A") is None


def test_moved_to_the_location_that_sells_it_counts_there_and_once() -> None:
    s, place = sells_from_the_store_only(warehouse=5, store=3)
    remote = s.buy("A")
    s.run(120)
    s.p.shopify.deeds.move_order(s.one(remote)["id"], place)
    s.run(2 * 3600)
    assert s.row(remote).absorbed_from is not None
    assert s.row(remote).notices == ()
    assert on_ebay(s) == 2


def test_sent_from_where_it_was_taken_leaves_the_store_all_it_has() -> None:
    s, _ = sells_from_the_store_only(warehouse=5, store=3)
    remote = s.buy("A")
    s.run(120)
    assert on_ebay(s) == 2
    s.ship(remote)
    s.run(1200)
    assert s.row(remote).completed_at is not None
    assert s.row(remote).notices == ()
    assert on_ebay(s) == 3


def test_a_line_given_back_before_the_create_keeps_no_stock_from_counting() -> None:
    """The shop's order is made without the line, so that the shop takes no stock for it, at any location."""
    s = sales()
    configuration = s.p.world.stores.configuration
    place = LocationId(str(s.p.shopify.world.first_location))
    configuration.save(configuration.get(Shop, SHOP).model_copy(update={"locations": (place,)}))
    s.run(30)
    lines = [{"sku": sku, "quantity": 1, "price": "10.00"} for sku in ("A", "B")]
    remote = str(s.p.ebay.deeds.checkout(lines, marketplace="EBAY_US")["orderId"])
    s.bought.append(remote)
    s.p.ebay.deeds.refund_order(remote, line="B")
    s.run(120)
    assert [line["sku"] for line in s.one(remote)["line_items"]] == ["A"]
    assert (s.row(remote).absorbed_from is not None, s.row(remote).notices) == (True, ())
    assert on_ebay(s) == 4
