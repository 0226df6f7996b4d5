"""eBay's single orders against its simulator, every exchange held against the official documents."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.orders.orders import Cancellation, Payment, Shipment
from listbridge.domain.verdicts import NotFound
from listbridge.marketplaces.ebay.manifest import MANIFEST
from tests.contract.marketplaces.ebay_acts import watch
from tests.contract.marketplaces.ebay_orders import LIST, SHIP, buy, cents, parcel, with_goods
from tests.contract.marketplaces.orders import poll, seen
from tests.contract.marketplaces.staged_ebay import EbayStage


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return with_goods(ebay)


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


def test_a_parcel_that_goes_through_ebays_hub_is_addressed_to_the_hub_with_its_reference(stage: EbayStage) -> None:
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
    assert (asked.payment, asked.cancellation, asked.committed) == (Payment.PAID, Cancellation.REQUESTED, True)
    deeds.cancel_order(order)
    gone = adapter.read_order(order).order
    assert (gone.payment, gone.cancellation, gone.committed) == (Payment.REFUNDED, Cancellation.CANCELLED, False)


def test_an_order_id_of_any_signs_stays_one_segment_of_the_address(stage: EbayStage) -> None:
    sent = watch(stage)
    with pytest.raises(NotFound):
        stage.open().read_order(RemoteOrderId("1/2?a=b#c"))
    assert str(sent[-1].url).endswith("/sell/fulfillment/v1/order/1%2F2%3Fa%3Db%23c")


def test_the_sellers_page_of_an_order_is_known_for_the_real_ebay_alone(stage: EbayStage) -> None:
    order = RemoteOrderId("12-34567-89012")
    assert stage.open().order_url(order) == "https://www.ebay.com/sh/ord/details?orderid=12-34567-89012"
    assert stage.open(environment="sandbox").order_url(order) == ""


# ---- personal data ----


# ---- when eBay fails ----


def test_every_call_draws_on_the_budget_of_orders(stage: EbayStage) -> None:
    order = buy(stage)
    told = parcel(stage, order)
    adapter = stage.open()
    poll(stage, adapter)
    adapter.read_order(order)
    adapter.shipments(order)
    adapter.ship(order, told, 1)
    assert stage.budget.spent == dict.fromkeys([LIST, "getOrder", "getShippingFulfillments", SHIP], 1)
    [bucket] = [one for one in MANIFEST.budgets if one.name == "fulfillment"]
    assert set(bucket.operations) == set(stage.budget.spent)
    assert stage.spec is None or stage.checked == set(bucket.operations)
