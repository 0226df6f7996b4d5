"""Who ships an order of Amazon's, where the region does not say it: an order taken for the seller's would be shipped twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.ports import OrderPage
from listbridge.domain.verdicts import RetryLater
from tests.contract.marketplaces.orders import MUG, poll
from tests.contract.marketplaces.staged_amazon import AmazonStage


@pytest.fixture
def stage() -> AmazonStage:
    made = AmazonStage()
    made.put_on_sale(MUG)
    return made


def of_amazon(stage: AmazonStage) -> RemoteOrderId:
    lines = [{"sku": "FBA", "quantity": 1, "by_hand": True}]
    return RemoteOrderId(stage.simulator.deeds.checkout(lines, seller="anna", fulfilled_by="AMAZON")["orderId"])


def refuse(stage: AmazonStage, *values: str) -> None:
    stage.simulator.deeds.refuse_data(stage.seller["region"], list(values))


def shipped_by_amazon(pages: list[OrderPage]) -> dict[RemoteOrderId, bool]:
    return {read.order.id: read.order.fulfilled_by_marketplace for page in pages for read in page.orders}


@pytest.mark.parametrize("wanted", [False, True])
def test_one_order_is_asked_for_by_the_filters_of_the_search(stage: AmazonStage, wanted: bool) -> None:
    theirs, ours = of_amazon(stage), stage.buy((MUG, 1))
    refuse(stage, "FULFILLMENT")
    adapter = stage.open(fba_orders=wanted)
    assert adapter.read_order(theirs).order.fulfilled_by_marketplace is True
    assert adapter.read_order(ours).order.fulfilled_by_marketplace is False


def test_what_one_search_has_told_is_not_asked_again(stage: AmazonStage) -> None:
    orders = [stage.buy((MUG, 1)) for _ in range(5)]
    refuse(stage, "FULFILLMENT")
    adapter = stage.open()
    assert [adapter.read_order(one).order.fulfilled_by_marketplace for one in orders] == [False] * 5
    assert stage.budget.spent["searchOrders"] == 1


def test_an_order_that_no_search_knows_yet_is_nobody_s_and_waits(stage: AmazonStage) -> None:
    stage.simulator.deeds.set_order_lag(300)
    theirs, ours = of_amazon(stage), stage.buy((MUG, 1))
    refuse(stage, "FULFILLMENT")
    adapter = stage.open()
    for order in (theirs, ours):
        with pytest.raises(RetryLater):
            adapter.read_order(order)
    stage.clock.advance(301)
    assert [adapter.read_order(one).order.fulfilled_by_marketplace for one in (theirs, ours)] == [True, False]


def test_while_the_region_says_who_fulfils_one_order_needs_no_search(stage: AmazonStage) -> None:
    adapter = stage.open()
    assert adapter.read_order(of_amazon(stage)).order.fulfilled_by_marketplace is True
    assert "searchOrders" not in stage.budget.spent


def test_a_search_for_all_orders_goes_by_each_party_s_page_after_page(stage: AmazonStage) -> None:
    ours, theirs = [stage.buy((MUG, 1)) for _ in range(120)], [of_amazon(stage) for _ in range(110)]
    refuse(stage, "FULFILLMENT")
    pages = poll(stage, stage.open(fba_orders=True), back=timedelta(hours=2))
    assert [len(page.orders) for page in pages] == [100, 20, 100, 10]
    assert shipped_by_amazon(pages) == {**dict.fromkeys(ours, False), **dict.fromkeys(theirs, True)}


def test_a_search_under_way_when_the_region_stops_saying_it_takes_in_no_order_of_unknown_hands(
    stage: AmazonStage,
) -> None:
    orders = {**{stage.buy((MUG, 1)): False for _ in range(90)}, **{of_amazon(stage): True for _ in range(20)}}
    adapter, since = stage.open(fba_orders=True), stage.clock.now() - timedelta(hours=2)
    first = adapter.orders_changed(since, None)
    refuse(stage, "FULFILLMENT")
    with pytest.raises(RetryLater):
        adapter.orders_changed(since, first.cursor)
    assert shipped_by_amazon(poll(stage, adapter, back=timedelta(hours=2))) == orders
