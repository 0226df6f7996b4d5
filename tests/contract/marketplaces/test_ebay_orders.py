"""eBay's orders and parcels against its simulator, every exchange held against the official documents."""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import LineId, ParcelId, RemoteOrderId
from listbridge.domain.money import Money
from listbridge.domain.orders import Cancellation, OrderRead, Payment, Shipment
from listbridge.domain.ports import MarketplaceAdapter, OrderPage, RemoteShipment
from listbridge.domain.shop_orders import Parcel
from listbridge.domain.verdicts import (
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
    Unauthorized,
)
from listbridge.marketplaces.ebay.manifest import MANIFEST
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import bodies, watch
from tests.contract.marketplaces.stages import EbayStage

LIST = "getOrders"
SHIP = "createShippingFulfillment"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    ebay.simulator.deeds.seed_listings("anna", ["MUG", "PLATE", "BOWL"], quantity=3000, price="10.05")
    return ebay


def buy(stage: EbayStage, sku: str = "MUG", **more: Any) -> RemoteOrderId:
    return RemoteOrderId(stage.simulator.deeds.buy(sku, **more)["orderId"])


def spread(stage: EbayStage, count: int, *, every_s: float = 1.0) -> list[RemoteOrderId]:
    """Orders one after the other."""
    found = []
    for _ in range(count):
        found.append(buy(stage))
        stage.clock.advance(every_s)
    return found


def poll(stage: EbayStage, adapter: MarketplaceAdapter, back: timedelta = HOUR) -> list[OrderPage]:
    since = stage.clock.now() - back
    pages = [adapter.orders_changed(since, None)]
    while pages[-1].cursor is not None:
        assert len(pages) < 100
        pages.append(adapter.orders_changed(since, pages[-1].cursor))
    return pages


def seen(pages: list[OrderPage]) -> dict[RemoteOrderId, OrderRead]:
    """Each order as it was last shown."""
    return {read.order.id: read for page in pages for read in page.orders}


def parcel(stage: EbayStage, order: RemoteOrderId, counts: list[int] | None = None, **more: Any) -> Parcel:
    lines = stage.open().read_order(order).order.lines
    told = {line.id: count for line, count in zip(lines, counts or [line.quantity for line in lines], strict=True)}  # fmt: skip
    return Parcel(
        ParcelId("p1"), stage.clock.now(), {line: count for line, count in told.items() if count}, **more
    )


def cents(value: str, currency: str = "USD") -> Money:
    return Money(Decimal(value), currency)


# ---- one order ----


def test_an_order_comes_with_its_lines_its_amounts_and_its_buyer(stage: EbayStage) -> None:
    order = buy(stage, quantity=2, delivery_cost="4.90", delivery_discount="1.00", discount="0.10")
    [page] = poll(stage, stage.open())
    [read] = page.orders
    [line] = read.order.lines
    assert (read.order.id, read.order.site, line.sku, line.quantity) == (order, "EBAY_US", "MUG", 2)
    assert (line.amount, read.order.shipping.amount) == (cents("20.00"), cents("3.90"))
    assert (read.order.total, read.order.adjustment) == (cents("23.90"), cents("0.00"))
    assert (read.order.payment, read.order.shipment) == (Payment.PAID, Shipment.NOTHING)
    assert read.buyer is not None
    assert read.buyer.shipping is not None
    assert (read.buyer.shipping.lines, read.buyer.shipping.country) == (("1 Example Street",), "US")


def test_a_combined_order_with_every_kind_of_amount_comes_to_its_total(stage: EbayStage) -> None:
    lines = [
        {"sku": "MUG", "quantity": 3, "discount": "0.05", "remitted_tax": "2.41"},
        {"sku": "PLATE", "quantity": 1, "delivery_cost": "5.55", "delivery_discount": "0.56"},
        {"sku": "BOWL", "quantity": 2, "delivery_cost": "1.00"},
    ]
    order = stage.simulator.deeds.checkout(lines, adjustment="-0.42")["orderId"]
    found = stage.open().read_order(RemoteOrderId(order)).order
    assert [line.amount for line in found.lines] == [cents("30.10"), cents("10.05"), cents("20.10")]
    assert found.shipping.amount == cents("5.99")
    assert (found.total, found.adjustment, found.tax_included) == (cents("65.82"), cents("-0.42"), True)
    [tax] = found.lines[0].taxes
    assert (tax.title, tax.amount, tax.remitted) == ("STATE_SALES_TAX", cents("2.41"), True)


def test_the_sellers_own_tax_comes_on_top(stage: EbayStage) -> None:
    found = stage.open().read_order(buy(stage, tax="0.83")).order
    assert (found.total, found.adjustment, found.tax_included) == (cents("10.88"), cents("0.00"), False)
    assert [(tax.amount, tax.remitted) for tax in found.lines[0].taxes] == [(cents("0.83"), False)]


def test_an_order_that_was_paid_in_another_currency_keeps_the_sites(stage: EbayStage) -> None:
    found = stage.open().read_order(buy(stage, buyer_currency="CAD", rate="1.37")).order
    assert (found.total, found.lines[0].amount) == (cents("10.05"), cents("10.05"))


def test_only_the_single_order_tells_the_buyers_tax_number(stage: EbayStage) -> None:
    order = buy(stage, tax_id="IT123")
    adapter = stage.open()
    listed, whole = seen(poll(stage, adapter))[order].buyer, adapter.read_order(order).buyer
    assert listed is not None
    assert whole is not None
    assert (listed.tax_id, whole.tax_id) == ("", "IT123")


def test_an_order_without_an_address_is_read_all_the_same(stage: EbayStage) -> None:
    read = stage.open().read_order(buy(stage, instructions="DIGITAL"))
    assert (read.buyer, read.order.lines[0].sku) == (None, "MUG")


def test_a_parcel_that_goes_through_ebays_hub_is_addressed_to_the_hub_with_its_reference(
    stage: EbayStage,
) -> None:
    read = stage.open().read_order(buy(stage, global_shipping=True))
    assert read.buyer is not None
    assert read.buyer.shipping is not None
    reference, street = read.buyer.shipping.lines
    assert reference.startswith("Reference #UPAAA")
    assert (street, read.buyer.shipping.city) == ("1 Hub Road", "Hubville")
    assert read.order.fulfilled_by_marketplace is False


def test_what_ebay_packs_itself_is_not_the_sellers_to_send(stage: EbayStage) -> None:
    read = stage.open().read_order(buy(stage, instructions="FULFILLED_BY_EBAY"))
    assert (read.order.fulfilled_by_marketplace, read.buyer) == (True, None)


def test_payment_and_cancellation_are_followed(stage: EbayStage) -> None:
    deeds, adapter = stage.simulator.deeds, stage.open()
    order = buy(stage, paid=False)
    assert adapter.read_order(order).order.payment is Payment.PENDING
    deeds.pay_order(order)
    deeds.request_cancel(order)
    asked = adapter.read_order(order).order
    assert (asked.payment, asked.cancellation, asked.committed) == (Payment.PAID, Cancellation.REQUESTED, True)  # fmt: skip
    deeds.cancel_order(order)
    gone = adapter.read_order(order).order
    assert (gone.payment, gone.cancellation, gone.committed) == (Payment.REFUNDED, Cancellation.CANCELLED, False)  # fmt: skip


def test_an_order_that_ebay_does_not_have_is_not_found(stage: EbayStage) -> None:
    with pytest.raises(NotFound) as missing:
        stage.open().read_order(RemoteOrderId("12-34567-89012"))
    assert missing.value.problem.code == "ebay_order_gone"


def test_an_order_id_of_any_signs_stays_one_segment_of_the_address(stage: EbayStage) -> None:
    sent = watch(stage)
    with pytest.raises(NotFound):
        stage.open().read_order(RemoteOrderId("1/2?a=b#c"))
    assert str(sent[-1].url).endswith("/sell/fulfillment/v1/order/1%2F2%3Fa%3Db%23c")


def test_the_sellers_page_of_an_order_is_known_for_the_real_ebay_alone(stage: EbayStage) -> None:
    order = RemoteOrderId("12-34567-89012")
    assert stage.open().order_url(order) == "https://www.ebay.com/sh/ord/details?orderid=12-34567-89012"
    assert stage.open(environment="sandbox").order_url(order) == ""


# ---- the list ----


def test_nobody_bought_and_the_list_is_empty(stage: EbayStage) -> None:
    assert poll(stage, stage.open()) == [OrderPage(())]


def test_the_list_is_asked_for_by_change_with_every_sign_encoded(stage: EbayStage) -> None:
    sent = watch(stage)
    poll(stage, stage.open())
    assert str(sent[-1].url).endswith(
        "/order?filter=lastmodifieddate%3A%5B2026-11-01T11%3A00%3A00.000Z..%5D&limit=200&offset=0"
    )


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("every_s", [0.0, 0.001, 1.0])
def test_more_orders_than_fit_on_a_page_come_all(
    stage: EbayStage, newest_first: bool, every_s: float
) -> None:
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


def test_an_order_placed_while_the_pages_are_read_comes_now_or_with_the_next_poll(stage: EbayStage) -> None:
    spread(stage, 250)
    adapter, began = stage.open(), stage.clock.now()
    first = adapter.orders_changed(began - HOUR, None)
    assert first.cursor is not None
    stage.clock.advance(1)
    late = buy(stage)
    stage.clock.advance(1)
    pages = [first]
    while pages[-1].cursor is not None:
        pages.append(adapter.orders_changed(began - HOUR, pages[-1].cursor))
    again = poll(stage, adapter, back=stage.clock.now() - began + 5 * MINUTE)
    assert late in seen(again)
    assert len(seen(pages)) >= 250


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


def test_nothing_is_asked_from_the_future_or_from_beyond_two_years(stage: EbayStage) -> None:
    order, adapter = buy(stage), stage.open()
    for back in (-HOUR, timedelta(days=4000)):
        assert set(seen(poll(stage, adapter, back=back))) == {order}


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
    assert incomplete.value.detail == "getOrders: 2 orders where 3 are due"
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


# ---- parcels ----


def test_a_parcel_is_told_with_its_carrier_and_a_clean_number_and_is_then_to_be_seen(
    stage: EbayStage,
) -> None:
    order, adapter = buy(stage, quantity=2), stage.open()
    sent = watch(stage)
    told = parcel(stage, order, tracking="1Z 999-AA1/0123", carrier="Royal Mail")
    shipment = adapter.ship(order, told)
    [line] = told.lines
    assert bodies(stage, sent, SHIP) == [
        {
            "lineItems": [{"lineItemId": line, "quantity": 2}],
            "shippedDate": "2026-11-01T12:00:00.000Z",
            "shippingCarrierCode": "RoyalMail",
            "trackingNumber": "1Z999AA10123",
        }
    ]
    assert adapter.shipments(order) == (RemoteShipment(shipment, {line: 2}, "1Z999AA10123"),)
    assert adapter.tracking_as_told("1Z 999-AA1/0123") == "1Z999AA10123"
    assert adapter.read_order(order).order.shipment is Shipment.SHIPPED


@pytest.mark.parametrize(("tracking", "carrier"), [("", ""), ("", "DHL"), (" - ", "DHL")])
def test_without_a_number_neither_carrier_nor_number_is_told(
    stage: EbayStage, tracking: str, carrier: str
) -> None:
    order, adapter = buy(stage), stage.open()
    sent = watch(stage)
    shipment = adapter.ship(order, parcel(stage, order, tracking=tracking, carrier=carrier))
    assert set(bodies(stage, sent, SHIP)[0]) == {"lineItems", "shippedDate"}
    assert [one.id for one in adapter.shipments(order)] == [shipment]
    assert shipment == "999"


@pytest.mark.parametrize("carrier", ["", "Two Men and a Van"])
def test_a_number_of_an_unknown_carrier_goes_as_other(stage: EbayStage, carrier: str) -> None:
    order, sent = buy(stage), watch(stage)
    stage.open().ship(order, parcel(stage, order, tracking="VAN1", carrier=carrier))
    assert bodies(stage, sent, SHIP)[0]["shippingCarrierCode"] == "Other"


def test_a_parcel_dated_ahead_of_our_clock_is_told_as_sent_now(stage: EbayStage) -> None:
    order, sent = buy(stage), watch(stage)
    told = parcel(stage, order)
    stage.open().ship(order, Parcel(told.id, stage.clock.now() + HOUR, told.lines))
    assert bodies(stage, sent, SHIP)[0]["shippedDate"] == "2026-11-01T12:00:00.000Z"


def test_an_order_goes_out_in_parts(stage: EbayStage) -> None:
    lines = [{"sku": "MUG", "quantity": 3}, {"sku": "PLATE", "quantity": 1}]
    order = RemoteOrderId(stage.simulator.deeds.checkout(lines)["orderId"])
    adapter = stage.open()
    adapter.ship(order, parcel(stage, order, [2, 0], tracking="A1", carrier="DHL"))
    half = adapter.read_order(order).order
    assert half.shipment is Shipment.PARTLY
    assert [line.shipped for line in half.lines] == [Shipment.PARTLY, Shipment.NOTHING]
    adapter.ship(order, parcel(stage, order, [1, 1], tracking="A2", carrier="DHL"))
    whole = adapter.read_order(order).order
    assert [line.shipped for line in whole.lines] == [Shipment.SHIPPED, Shipment.SHIPPED]
    assert [(one.tracking, sorted(one.lines.values())) for one in adapter.shipments(order)] == [("A1", [2]), ("A2", [1, 1])]  # fmt: skip


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_parcel_whose_answer_is_lost_is_looked_for_before_it_is_told_again(
    stage: EbayStage, kind: Any
) -> None:
    order, adapter = buy(stage), stage.open()
    told = parcel(stage, order, tracking="1Z-999", carrier="UPS")
    stage.add_faults(Fault(SHIP, kind))
    with pytest.raises(OutcomeUnknown):
        adapter.ship(order, told)
    if not [one for one in adapter.shipments(order) if one.tracking == adapter.tracking_as_told("1Z-999")]:
        adapter.ship(order, told)
    assert [one.tracking for one in adapter.shipments(order)] == ["1Z999"]


def test_a_parcel_that_the_seller_told_on_the_site_is_to_be_seen(stage: EbayStage) -> None:
    order = buy(stage)
    stage.simulator.deeds.ship_order(order, carrier="DHL", tracking="HAND1")
    assert [one.tracking for one in stage.open().shipments(order)] == ["HAND1"]


def test_a_cancelled_order_takes_no_parcel(stage: EbayStage) -> None:
    order, adapter = buy(stage), stage.open()
    told = parcel(stage, order, tracking="A1", carrier="DHL")
    stage.simulator.deeds.cancel_order(order)
    with pytest.raises(Rejected) as refused:
        adapter.ship(order, told)
    assert refused.value.problem.code == "ebay_parcel_refused"
    assert adapter.shipments(order) == ()


def test_a_line_of_another_order_is_refused_and_nothing_is_told(stage: EbayStage) -> None:
    order, adapter = buy(stage), stage.open()
    with pytest.raises(Rejected) as refused:
        adapter.ship(order, Parcel(ParcelId("p1"), stage.clock.now(), {LineId("1"): 1}))
    assert (refused.value.problem.code, refused.value.problem.fix) == ("ebay_parcel_refused", "mark_sent_on_ebay")  # fmt: skip
    assert adapter.shipments(order) == ()


def test_a_parcel_of_an_order_that_ebay_does_not_have_is_not_found(stage: EbayStage) -> None:
    missing = RemoteOrderId("12-34567-89012")
    with pytest.raises(NotFound):
        stage.open().ship(missing, Parcel(ParcelId("p1"), stage.clock.now(), {LineId("1"): 1}))
    with pytest.raises(NotFound):
        stage.open().shipments(missing)


# ---- personal data ----


def test_nothing_of_a_buyer_is_logged(stage: EbayStage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    buyer = {"name": "Ada Buyer", "email": "ada@members.example", "phone": "5550199", "line1": "9 Secret Lane"}  # fmt: skip
    order, adapter = buy(stage, buyer=buyer, tax_id="IT123"), stage.open()
    poll(stage, adapter)
    assert adapter.read_order(order).buyer is not None
    adapter.ship(order, parcel(stage, order, tracking="A1", carrier="DHL"))
    assert caplog.records
    logged = "".join(f"{record.getMessage()}{vars(record)}" for record in caplog.records)
    assert [private for private in (*buyer.values(), "IT123") if private in logged] == []


# ---- when eBay fails ----


@pytest.mark.parametrize(("status", "verdict"), [(500, OutcomeUnknown), (503, OutcomeUnknown), (409, OutcomeUnknown), (429, RateLimited)])  # fmt: skip
def test_a_parcel_that_may_have_been_taken_is_told_apart_from_one_that_certainly_was_not(
    stage: EbayStage, status: int, verdict: type[Exception]
) -> None:
    order, adapter = buy(stage), stage.open()
    told = parcel(stage, order)
    stage.spec = None  # a bare answer of the edge is in no document
    stage.add_faults(Fault(SHIP, "status", status=status))
    with pytest.raises(verdict):
        adapter.ship(order, told)
    stage.clock.advance(2)  # a spent second is over
    assert adapter.shipments(order) == ()


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_list_or_an_order_that_ebay_cannot_show_now_is_asked_for_later(
    stage: EbayStage, status: int
) -> None:
    order, adapter = buy(stage), stage.open()
    stage.spec = None
    stage.add_faults(Fault(LIST, "html", status=status), Fault("getOrder", "html", status=status))
    with pytest.raises(RetryLater):
        poll(stage, adapter)
    with pytest.raises(RetryLater):
        adapter.read_order(order)
    assert set(seen(poll(stage, adapter))) == {order}


def test_a_seller_who_took_his_consent_back_is_told(stage: EbayStage) -> None:
    stage.revoke()
    with pytest.raises(Unauthorized):
        poll(stage, stage.open())


def test_every_call_draws_on_the_budget_of_orders(stage: EbayStage) -> None:
    order = buy(stage)
    told = parcel(stage, order)
    adapter = stage.open()
    poll(stage, adapter)
    adapter.read_order(order)
    adapter.shipments(order)
    adapter.ship(order, told)
    assert stage.budget.spent == dict.fromkeys([LIST, "getOrder", "getShippingFulfillments", SHIP], 1)
    [bucket] = [one for one in MANIFEST.budgets if one.name == "fulfillment"]
    assert set(bucket.operations) == set(stage.budget.spent)
    assert stage.spec is None or stage.checked == set(bucket.operations)
