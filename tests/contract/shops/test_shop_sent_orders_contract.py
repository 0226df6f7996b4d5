"""What services rely on when a shop ships, changes or cancels an order, proven for every platform that takes one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from listbridge.domain.ids import LineId, ShopOrderId
from listbridge.domain.orders.shop_orders import Parcel, Tracking
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.verdicts import Rejected
from listbridge.domain.work import Hint, HintKind
from tests.contract.shops.created_orders import CREATED, read
from tests.contract.shops.staging import HOOK_URL, StagedShop, posted
from tests.fakes.order_drafts import money, refs

A, B = LineId("10001"), LineId("10002")

pytestmark = pytest.mark.usefixtures("takes_orders")


# What the shop ships


def test_an_order_that_nobody_sent_has_no_parcel(shop: StagedShop, order: ShopOrderId):
    there = read(shop, order)
    assert (there.parcels, there.fulfilled, there.cancelled_at, there.refunded) == ((), False, None, None)
    assert there.lines == {A: 3, B: 1}


def test_a_parcel_says_what_is_in_it_and_how_it_goes(shop: StagedShop, order: ShopOrderId):
    at = shop.clock.now()
    parcel = shop.ship(order, {A: 3, B: 1}, carrier="DHL", tracking="JJD0001")
    there = read(shop, order)
    assert there.parcels == (Parcel(id=parcel, shipped_at=at, lines={A: 3, B: 1}, tracking="JJD0001", carrier="DHL"),)
    assert there.fulfilled is True


def test_parts_of_an_order_go_in_parcels_of_their_own(shop: StagedShop, order: ShopOrderId):
    first = shop.ship(order, {A: 1}, carrier="DHL", tracking="JJD0001")
    there = read(shop, order)
    assert (there.parcels[0].lines, there.fulfilled) == ({A: 1}, False)
    second = shop.ship(order, {A: 2, B: 1})
    there = read(shop, order)
    assert [one.id for one in there.parcels] == [first, second]
    assert [one.lines for one in there.parcels] == [{A: 1}, {A: 2, B: 1}]
    assert (there.parcels[1].tracking, there.parcels[1].carrier, there.fulfilled) == ("", "", True)


def test_a_parcel_taken_back_is_none_any_more(shop: StagedShop, order: ShopOrderId):
    first = shop.ship(order, {A: 3})
    shop.take_back(order, first)
    again = shop.ship(order, {A: 3})
    there = read(shop, order)
    assert [one.id for one in there.parcels] == [again]
    assert there.cancelled_parcels == (first,)


def test_every_refund_is_told_with_an_id_that_stays_and_all_together(shop: StagedShop, order: ShopOrderId):
    shop.refund_in_shop(order, "2.50")
    (first,) = read(shop, order).refunds
    shop.refund_in_shop(order, "2.50")
    there = read(shop, order)
    assert there.refunded == money("5.00")
    assert [one.amount for one in there.refunds] == [money("2.50"), money("2.50")]
    assert there.refunds[0] == first != there.refunds[1]


def test_units_are_unsent_until_they_are_sent_or_taken_off(shop: StagedShop, order: ShopOrderId):
    assert read(shop, order).unsent == {A: 3, B: 1}
    parcel = shop.ship(order, {A: 1})
    assert read(shop, order).unsent == {A: 2, B: 1}
    shop.take_off(order, {A: 1})
    there = read(shop, order)
    assert (there.lines, there.unsent) == ({A: 2, B: 1}, {A: 1, B: 1})
    shop.take_back(order, parcel)
    assert read(shop, order).unsent == {A: 2, B: 1}
    shop.ship(order, {A: 2, B: 1})
    there = read(shop, order)
    assert (there.fulfilled, set(there.unsent.values())) == (True, {0})


def test_a_cancelled_order_has_nothing_to_send(shop: StagedShop, adapter: ShopAdapter, order: ShopOrderId):
    adapter.cancel_order(order)
    shop.clock.sleep(60)
    assert set(read(shop, order).unsent.values()) == {0}


def test_every_tracking_number_of_a_parcel_is_told(shop: StagedShop, order: ShopOrderId):
    shop.ship_in_boxes(order, "DHL", ["JJD1", "JJD2", "JJD3"])
    (parcel,) = read(shop, order).parcels
    assert (parcel.tracking, parcel.carrier) == ("JJD1", "DHL")
    assert parcel.further == (Tracking("JJD2", "DHL"), Tracking("JJD3", "DHL"))


# Which orders changed


def changed(shop: StagedShop, since: datetime) -> dict[ShopOrderId, datetime]:
    adapter = shop.open()
    cursor: str | None = None
    found: dict[ShopOrderId, datetime] = {}
    while True:
        page = adapter.orders_changed(since, cursor)
        found |= page.orders
        cursor = page.cursor
        if cursor is None:
            return found


def test_orders_that_changed_since_then_are_named_with_when(shop: StagedShop, order: ShopOrderId):
    shop.clock.sleep(600)
    begun = shop.clock.now()
    assert order not in changed(shop, begun)
    shop.ship(order, {A: 1})
    shop.clock.sleep(120)
    assert changed(shop, begun) == {order: begun}
    shop.refund_in_shop(order, "1.00")
    shop.clock.sleep(120)
    assert changed(shop, begun) == {order: begun + timedelta(seconds=120)}
    assert changed(shop, begun + timedelta(seconds=121)) == {}


def test_an_order_that_the_shop_never_had_is_absent(shop: StagedShop, adapter: ShopAdapter, order: ShopOrderId):
    assert set(adapter.read_orders([CREATED[order], *refs(ShopOrderId("999999"))])) == {order}


# Cancelling


def test_a_cancelled_order_gives_its_stock_back_once(shop: StagedShop, adapter: ShopAdapter, order: ShopOrderId):
    assert shop.stock_of("MUG") == 46
    adapter.cancel_order(order)
    shop.clock.sleep(60)
    adapter.cancel_order(order)
    assert read(shop, order).cancelled_at is not None
    assert shop.stock_of("MUG") == 50
    assert [one.cancelled for one in shop.orders()] == [True]


def test_an_order_that_was_sent_is_not_cancelled(shop: StagedShop, adapter: ShopAdapter, order: ShopOrderId):
    shop.ship(order)
    with pytest.raises(Rejected) as refused:
        adapter.cancel_order(order)
    assert refused.value.problem.code == "shop_refused_cancel"
    assert (read(shop, order).cancelled_at, shop.stock_of("MUG")) == (None, 46)


# Webhooks


def hinted(shop: StagedShop) -> set[Hint]:
    parsed = [shop.scheme().parse(RawRequest("POST", "", body=body, headers=headers)) for body, headers in posted(shop)]
    return {hint for delivery in parsed for hint in delivery.hints if hint.kind is HintKind.ORDER}


@pytest.mark.parametrize("what", ["ship", "take_back", "cancel", "refund"])
def test_what_happens_to_an_order_is_told_by_a_webhook(
    shop: StagedShop, adapter: ShopAdapter, order: ShopOrderId, what: str
):
    adapter.ensure_webhooks(HOOK_URL)
    if what == "take_back":
        shop.take_back(order, shop.ship(order))
    elif what == "ship":
        shop.ship(order)
    elif what == "cancel":
        shop.cancel_in_shop(order)
    else:
        shop.refund_in_shop(order, "1.00")
    told = Hint(kind=HintKind.ORDER, id=order)
    assert hinted(shop) == {told}
    assert adapter.products_of([told]) == ()
