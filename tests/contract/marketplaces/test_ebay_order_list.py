"""The list of eBay's orders: no order slips between two pages, whatever the list does meanwhile."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.verdicts import RetryLater
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import watch
from tests.contract.marketplaces.ebay_orders import LIST, buy, spread, with_goods
from tests.contract.marketplaces.orders import HOUR, MINUTE, poll, seen
from tests.contract.marketplaces.staged_ebay import EbayStage


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return with_goods(ebay)


def test_the_list_is_asked_for_by_change_with_every_sign_encoded(stage: EbayStage) -> None:
    sent = watch(stage)
    poll(stage, stage.open())
    assert str(sent[-1].url).endswith(
        "/order?filter=lastmodifieddate%3A%5B2026-11-01T11%3A00%3A00.000Z..%5D&limit=200&offset=0"
    )


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("every_s", [0.0, 0.001, 1.0])
def test_more_orders_than_fit_on_a_page_come_all(stage: EbayStage, newest_first: bool, every_s: float) -> None:
    stage.simulator.deeds.set_order_sort(newest_first=newest_first)
    orders = spread(stage, 450, every_s=every_s)
    pages = poll(stage, stage.open())
    assert set(seen(pages)) == set(orders)
    assert 3 <= len(pages) <= 12


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("change", ["cancel", "ship", "request_cancel"])
def test_orders_that_change_behind_every_page_make_no_other_slip_through(
    stage: EbayStage, newest_first: bool, change: str
) -> None:
    stage.simulator.deeds.set_order_sort(newest_first=newest_first)
    orders = spread(stage, 450)
    stage.add_faults(Fault(LIST, "vendor", name="changed_after_list", body={"change": change}, times=50))
    assert set(seen(poll(stage, stage.open()))) == set(orders)


def test_a_list_that_lags_shows_the_order_to_a_poll_that_reaches_back(stage: EbayStage) -> None:
    stage.simulator.deeds.set_order_lag(120)
    adapter, order = stage.open(), buy(stage)
    assert seen(poll(stage, adapter)) == {}
    stage.clock.advance(180)
    assert set(seen(poll(stage, adapter, back=5 * MINUTE))) == {order}


def test_a_list_that_lags_behind_its_own_orders_is_read_all_the_same(stage: EbayStage) -> None:
    orders = spread(stage, 410)
    stage.clock.advance(60)
    stage.simulator.deeds.set_order_lag(30)
    for order in orders[:300]:
        stage.simulator.deeds.cancel_order(order)
    assert set(seen(poll(stage, stage.open()))) == set(orders)


@pytest.mark.parametrize("count", [3, 450])
def test_a_page_with_orders_missing_ends_the_poll(stage: EbayStage, count: int) -> None:
    spread(stage, count)
    stage.add_faults(Fault(LIST, "vendor", name="page_lost", body={"lost": 1}))
    with pytest.raises(RetryLater) as incomplete:
        poll(stage, stage.open())
    assert incomplete.value.problem.code == "orders_incomplete"
    assert len(seen(poll(stage, stage.open()))) == count


def test_what_a_torn_page_shows_is_taken_in_before_the_poll_ends(stage: EbayStage) -> None:
    orders, adapter = spread(stage, 3), stage.open()
    stage.add_faults(Fault(LIST, "vendor", name="page_lost", body={"lost": 1}))
    since = stage.clock.now() - HOUR
    page = adapter.orders_changed(since, None)
    assert [read.order.id for read in page.orders] == [orders[0], orders[2]]
    assert page.cursor is not None
    with pytest.raises(RetryLater) as incomplete:
        adapter.orders_changed(since, page.cursor)
    assert incomplete.value.detail == "getOrders: 2 rows where 3 are due"
    assert stage.calls.count(LIST) == 1


def test_a_next_page_that_is_not_announced_is_read_all_the_same(stage: EbayStage) -> None:
    orders = spread(stage, 450)
    stage.add_faults(Fault(LIST, "vendor", name="next_lost", times=100))
    assert set(seen(poll(stage, stage.open()))) == set(orders)


def test_a_count_that_is_too_low_hides_no_page_while_more_is_announced(stage: EbayStage) -> None:
    orders = spread(stage, 450)
    stage.add_faults(Fault(LIST, "vendor", name="total_moves", body={"by": -300}))
    assert set(seen(poll(stage, stage.open()))) == set(orders)


def test_a_count_that_is_too_high_ends_the_poll(stage: EbayStage) -> None:
    spread(stage, 3)
    stage.add_faults(Fault(LIST, "vendor", name="total_moves", body={"by": 1}))
    with pytest.raises(RetryLater):
        poll(stage, stage.open())


@pytest.mark.parametrize("by", [-1, 1])
def test_orders_of_one_instant_whose_count_moves_end_the_poll(stage: EbayStage, by: int) -> None:
    spread(stage, 450, every_s=0.0)
    stage.add_faults(Fault(LIST, "vendor", name="total_moves", body={"by": by}, skip=4))
    with pytest.raises(RetryLater) as incomplete:
        poll(stage, stage.open())
    assert incomplete.value.problem.code == "orders_incomplete"


def spoiled(stage: EbayStage, order: RemoteOrderId) -> None:
    """eBay tells something of this order that nobody can understand."""
    seller = stage.simulator.world.sellers["anna"]
    seller.orders[order].data["lineItems"][0]["lineItemCost"]["value"] = "a lot"


def test_an_order_that_cannot_be_understood_stops_no_other(stage: EbayStage) -> None:
    good, bad, other = spread(stage, 3)
    spoiled(stage, bad)
    adapter = stage.open()
    [page] = poll(stage, adapter)
    assert [read.order.id for read in page.orders] == [good, other]
    assert (page.unreadable, page.cursor) == ((bad,), None)
    with pytest.raises(RetryLater) as unreadable:
        adapter.read_order(bad)
    assert "a lot" not in f"{unreadable.value}{unreadable.value.problem}"


def test_pages_full_of_orders_that_cannot_be_understood_are_still_read_to_their_end(stage: EbayStage) -> None:
    orders = spread(stage, 230)
    for order in orders:
        spoiled(stage, order)
    pages = poll(stage, stage.open())
    assert {one for page in pages for one in page.unreadable} == set(orders)
    assert len(pages) < 12


def test_a_buyer_who_cannot_be_understood_hides_no_sale(stage: EbayStage) -> None:
    order = buy(stage)
    data = stage.simulator.world.sellers["anna"].orders[order].data
    data["fulfillmentStartInstructions"][0]["shippingStep"]["shipTo"]["fullName"] = {"first": "Ada"}
    stage.spec = None  # the documents would not allow it
    [page] = poll(stage, stage.open())
    assert [(read.order.id, read.buyer) for read in page.orders] == [(order, None)]
    with pytest.raises(RetryLater) as unreadable:
        stage.open().read_order(order)
    assert "Ada" not in str(unreadable.value)
