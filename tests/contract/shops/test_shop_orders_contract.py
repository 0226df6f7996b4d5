"""What services rely on when a marketplace's order comes into a shop, proven for every platform that can take one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listbridge.domain.ids import LineId, RemoteOrderId, ShopOrderId, Sku
from listbridge.domain.orders.orders import Address
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, Rejected, RemoteError
from tests.contract.shops.created_orders import CREATED, created
from tests.contract.shops.staging import StagedShop
from tests.fakes.order_drafts import BUYER, MARK, draft, line, money, shipping, tax

A, B = LineId("10001"), LineId("10002")

pytestmark = pytest.mark.usefixtures("takes_orders")


# Totals


CASES: dict[str, Any] = {
    "plain": lambda v: draft(line(variant=v)),
    "taxes in the price": lambda v: draft(
        line(variant=v, taxes=(tax("1.60", "0.19"),)), shipping=shipping("4.90", (tax("0.78", "0.19"),))
    ),
    "taxes on top": lambda v: draft(
        line(variant=v, taxes=(tax("0.83"),)), shipping=shipping("4.90", (tax("0.41"),)), tax_included=False
    ),
    "taxes the marketplace pays": lambda v: draft(
        line(variant=v, taxes=(tax("0.83", remitted=True),)), tax_included=False
    ),
    "some taxes of each kind": lambda v: draft(
        line(variant=v, quantity=3, taxes=(tax("0.83", remitted=True), tax("0.10"))), tax_included=False
    ),
    "more than the parts": lambda v: draft(line(variant=v), adjustment="0.37"),
    "less than the parts": lambda v: draft(line(variant=v), adjustment="-1.03"),
    "less than the lines": lambda v: draft(line(variant=v), adjustment="-12.50"),
    "for nothing": lambda v: draft(line("0.00", variant=v), shipping=shipping("0.00")),
    "units of different cents": lambda v: draft(line("10.00", variant=v, quantity=3)),
    "different cents with tax": lambda v: draft(
        line("20.00", variant=v, quantity=7, taxes=(tax("3.19"),)), tax_included=False
    ),
    "two lines of one variant": lambda v: draft(line("5.00", variant=v), line("5.01", id="10002", variant=v)),
    "a line of text only": lambda v: draft(line(variant=v), line("3.00", id="10002", variant=None, sku="GONE")),
    "no buyer": lambda v: draft(line(variant=v), buyer=None),
    "no address": lambda v: draft(line(variant=v), buyer=replace(BUYER, shipping=None)),
    "an address nobody knows": lambda v: draft(
        line(variant=v), buyer=replace(BUYER, shipping=Address(name="X", country="QQ", region="?"))
    ),
    "another currency": lambda v: draft(
        line("10.00", variant=v, taxes=(tax("1.67", currency="GBP"),), currency="GBP"),
        shipping=shipping("3.00", currency="GBP"),
    ),
    "a currency without cents": lambda v: draft(
        line("1000", variant=v, quantity=3, currency="JPY"), shipping=shipping("500", currency="JPY")
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_shops_order_comes_to_exactly_the_marketplaces_total(
    shop: StagedShop, adapter: ShopAdapter, mug: str, case: str
):
    of = CASES[case](mug)
    made = created(shop, adapter, of)
    assert made.total.amount == of.total.amount
    assert (made.total.currency, made.paid, made.cancelled) == (of.total.currency, True, False)
    sold = sum(one.quantity for one in of.lines if one.variant is not None)
    assert made.units["MUG"] == sold
    assert shop.stock_of("MUG") == 50 - sold


def test_an_order_of_two_hundred_lines_is_made_whole_and_read_whole(shop: StagedShop, adapter: ShopAdapter):
    made = shop.add_product(*(f"S{number}" for number in range(100)), stock=20)
    lines = [
        line("1.01", id=str(number), variant=str(made.variants[number % 100]), sku=f"S{number % 100}", quantity=3)
        for number in range(200)
    ]
    order = created(shop, adapter, draft(*lines))
    assert order.total == money("206.90")
    assert [shop.stock_of(f"S{number}") for number in range(100)] == [14] * 100
    parcel = shop.ship(order.id)
    (read,) = shop.open().read_orders([CREATED[order.id]]).values()
    assert read.lines == {LineId(str(number)): 3 for number in range(200)}
    assert read.parcels[0].id == parcel
    assert read.parcels[0].lines == read.lines
    assert read.fulfilled is True


def test_an_order_carries_the_marketplaces_date_and_tags(shop: StagedShop, adapter: ShopAdapter, mug: str):
    of = draft(line(variant=mug), tags=("urgent",))
    made = created(shop, adapter, of)
    assert made.placed_at == of.placed_at
    assert set(made.tags) == {"eBay", "Listbridge", "urgent"}


@pytest.mark.parametrize("taxed", [False, True], ids=["untaxed", "taxes in the price"])
def test_what_was_paid_for_each_line_and_for_shipping_stands_in_the_order(
    shop: StagedShop, adapter: ShopAdapter, mug: str, taxed: bool
):
    cup = str(shop.add_product("CUP").variants[0])
    of = draft(
        line("20.00", variant=mug, quantity=2, taxes=(tax("3.19", "0.19"),) if taxed else ()),
        line("4.01", id="10002", variant=cup, sku="CUP"),
        shipping=shipping("4.90", (tax("0.78", "0.19"),) if taxed else ()),
    )
    made = created(shop, adapter, of)
    assert made.amounts == {"MUG": money("20.00"), "CUP": money("4.01")}
    assert made.shipping == money("4.90")


def test_an_order_says_where_it_goes(shop: StagedShop, adapter: ShopAdapter, mug: str):
    made = created(shop, adapter, draft(line(variant=mug)))
    assert {"1 Analytical Way", "Leeds", "LS1 4AP", "Engines Ltd"} <= made.ship_to
    assert any(part.startswith("Flat 2") for part in made.ship_to)


def test_an_order_without_an_address_goes_nowhere(shop: StagedShop, adapter: ShopAdapter, mug: str):
    made = created(shop, adapter, draft(line(variant=mug), buyer=replace(BUYER, shipping=None)))
    assert made.ship_to == frozenset()


def test_stock_goes_below_zero_rather_than_lose_an_order(shop: StagedShop, adapter: ShopAdapter):
    variant = str(shop.add_product("LAST", stock=1).variants[0])
    created(shop, adapter, draft(line(variant=variant, sku="LAST", quantity=2)))
    assert shop.stock_of("LAST") == -1


# At most once


def test_an_order_is_found_the_moment_it_stands(shop: StagedShop, adapter: ShopAdapter, mug: str):
    made = created(shop, adapter, draft(line(variant=mug)))
    (found,) = shop.open().look_for_order(MARK)
    assert (found.id, found.name, found.ours) == (made.id, made.name, True)


def test_a_look_finds_no_other_order(shop: StagedShop, adapter: ShopAdapter, mug: str):
    created(shop, adapter, draft(line(variant=mug)))
    shop.clock.sleep(60)
    for other in (OrderMark("etsy", MARK.remote), OrderMark("ebay", RemoteOrderId("2-34567-89012"))):
        assert adapter.look_for_order(other) == ()


def test_a_second_create_leads_to_the_first_order(shop: StagedShop, adapter: ShopAdapter, mug: str):
    made = created(shop, adapter, draft(line(variant=mug)))
    assert adapter.create_order(draft(line(variant=mug))).id == made.id
    assert shop.open().create_order(draft(line(variant=mug))).id == made.id
    assert len(shop.orders()) == 1
    assert shop.stock_of("MUG") == 49


@pytest.mark.parametrize("applied", [True, False], ids=["carried out", "never arrived"])
def test_a_create_without_an_answer_is_told_by_a_look(shop: StagedShop, adapter: ShopAdapter, mug: str, applied: bool):
    adapter.create_order(replace(draft(line(variant=mug)), mark=OrderMark("ebay", RemoteOrderId("first"))))
    adapter.look_for_order(MARK)
    shop.cut(0, applied=applied)
    with pytest.raises(OutcomeUnknown):
        adapter.create_order(draft(line(variant=mug)))
    shop.recover()
    assert len(shop.open().look_for_order(MARK)) == applied
    assert len(shop.orders()) == 1 + applied
    assert shop.stock_of("MUG") == 49 - applied


@pytest.mark.parametrize("call", range(4))
@pytest.mark.parametrize("applied", [True, False], ids=["carried out", "never arrived"])
def test_an_import_cut_off_at_any_call_and_begun_again_makes_one_order(
    shop: StagedShop, mug: str, call: int, applied: bool
):
    of = draft(line(variant=mug))

    def bring() -> ShopOrderId:
        adapter = shop.open()
        found = adapter.look_for_order(of.mark)
        return found[0].id if found else adapter.create_order(of).id

    shop.cut(call, applied=applied)
    try:
        first = bring()
    except RemoteError:
        first = None
    shop.recover()
    assert bring() == (first or shop.orders()[0].id)
    assert len(shop.orders()) == 1
    assert shop.stock_of("MUG") == 49


def test_another_tools_order_is_found_and_not_taken_for_ours(shop: StagedShop, adapter: ShopAdapter):
    theirs = shop.order_by_another_tool(MARK)
    shop.clock.sleep(60)
    (found,) = adapter.look_for_order(MARK)
    assert (found.id, found.ours) == (theirs, False)


def test_of_our_order_and_another_tools_ours_comes_first(shop: StagedShop, adapter: ShopAdapter, mug: str):
    theirs = shop.order_by_another_tool(MARK)
    ours = adapter.create_order(draft(line(variant=mug))).id
    shop.clock.sleep(60)
    assert [(one.id, one.ours) for one in adapter.look_for_order(MARK)] == [(ours, True), (theirs, False)]


def test_a_limit_that_is_spent_makes_nothing(shop: StagedShop, adapter: ShopAdapter, mug: str):
    adapter.look_for_order(MARK)
    told = shop.throttle()
    with pytest.raises(RateLimited) as limited:
        adapter.create_order(draft(line(variant=mug)))
    assert told is None or limited.value.after_s == told
    assert (len(shop.orders()), shop.stock_of("MUG")) == (0, 50)


def test_a_variant_that_is_gone_is_named_and_nothing_is_made(shop: StagedShop, adapter: ShopAdapter, mug: str):
    gone = str(shop.add_product("GONE", "STAYS").variants[0])
    shop.delete_variant("GONE")
    of = draft(line(variant=mug, quantity=3), line(id="10002", variant=gone, sku="GONE"))
    with pytest.raises(Rejected) as refused:
        adapter.create_order(of)
    assert (refused.value.problem.code, refused.value.problem.params) == ("variant_gone", {"sku": "GONE"})
    assert (len(shop.orders()), shop.stock_of("MUG")) == (0, 50)


# SKUs


def test_products_are_found_by_exactly_their_skus(shop: StagedShop, adapter: ShopAdapter):
    mug, shirt = shop.add_product("MUG"), shop.add_product("SHIRT-S", "SHIRT-M")
    shop.add_product("MUG-2")
    twin = shop.add_product("MUG")
    shop.clock.sleep(60)
    found = adapter.products_with_skus([Sku("MUG"), Sku("SHIRT-M"), Sku("NONE")])
    assert sorted(found) == sorted((mug.product, shirt.product, twin.product))
    assert adapter.products_with_skus([Sku("NONE")]) == ()


def test_the_merchant_can_open_the_order(adapter: ShopAdapter, order: ShopOrderId):
    assert adapter.order_url(order).startswith("https://")
    assert order in adapter.order_url(order)


def test_an_order_from_the_future_is_taken_all_the_same(shop: StagedShop, adapter: ShopAdapter, mug: str):
    ahead = shop.clock.now() + timedelta(seconds=30)
    assert adapter.create_order(draft(line(variant=mug), placed_at=ahead)).ours is True
