"""Parcels told to eBay, each exchange held against the official documents."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import LineId, ParcelId, RemoteOrderId
from listbridge.domain.orders.orders import Shipment
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import RemoteShipment
from listbridge.domain.verdicts import Rejected
from tests.contract.marketplaces.ebay_acts import bodies, watch
from tests.contract.marketplaces.ebay_orders import SHIP, buy, parcel, with_goods
from tests.contract.marketplaces.orders import HOUR
from tests.contract.marketplaces.staged_ebay import EbayStage


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return with_goods(ebay)


def test_a_parcel_is_told_with_its_carrier_and_a_clean_number_and_is_then_to_be_seen(stage: EbayStage) -> None:
    order, adapter = buy(stage, quantity=2), stage.open()
    sent = watch(stage)
    told = parcel(stage, order, tracking="1Z 999-AA1/0123", carrier="Royal Mail")
    shipment = adapter.ship(order, told, 1)
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
def test_without_a_number_neither_carrier_nor_number_is_told(stage: EbayStage, tracking: str, carrier: str) -> None:
    order, adapter = buy(stage), stage.open()
    sent = watch(stage)
    shipment = adapter.ship(order, parcel(stage, order, tracking=tracking, carrier=carrier), 1)
    assert set(bodies(stage, sent, SHIP)[0]) == {"lineItems", "shippedDate"}
    assert [one.id for one in adapter.shipments(order)] == [shipment]
    assert shipment == "999"


@pytest.mark.parametrize("carrier", ["", "Two Men and a Van"])
def test_a_number_of_an_unknown_carrier_goes_as_other(stage: EbayStage, carrier: str) -> None:
    order, sent = buy(stage), watch(stage)
    stage.open().ship(order, parcel(stage, order, tracking="VAN1", carrier=carrier), 1)
    assert bodies(stage, sent, SHIP)[0]["shippingCarrierCode"] == "Other"


def test_a_parcel_dated_ahead_of_our_clock_is_told_as_sent_now(stage: EbayStage) -> None:
    order, sent = buy(stage), watch(stage)
    told = parcel(stage, order)
    stage.open().ship(order, Parcel(told.id, stage.clock.now() + HOUR, told.lines), 1)
    assert bodies(stage, sent, SHIP)[0]["shippedDate"] == "2026-11-01T12:00:00.000Z"


def test_an_order_goes_out_in_parts(stage: EbayStage) -> None:
    lines = [{"sku": "MUG", "quantity": 3}, {"sku": "PLATE", "quantity": 1}]
    order = RemoteOrderId(stage.simulator.deeds.checkout(lines)["orderId"])
    adapter = stage.open()
    adapter.ship(order, parcel(stage, order, [2, 0], tracking="A1", carrier="DHL"), 1)
    half = adapter.read_order(order).order
    assert half.shipment is Shipment.PARTLY
    assert [line.shipped for line in half.lines] == [Shipment.PARTLY, Shipment.NOTHING]
    adapter.ship(order, parcel(stage, order, [1, 1], tracking="A2", carrier="DHL"), 1)
    whole = adapter.read_order(order).order
    assert [line.shipped for line in whole.lines] == [Shipment.SHIPPED, Shipment.SHIPPED]
    assert [(one.tracking, sorted(one.lines.values())) for one in adapter.shipments(order)] == [
        ("A1", [2]),
        ("A2", [1, 1]),
    ]


def test_a_line_of_another_order_is_refused_and_nothing_is_told(stage: EbayStage) -> None:
    order, adapter = buy(stage), stage.open()
    with pytest.raises(Rejected) as refused:
        adapter.ship(order, Parcel(ParcelId("p1"), stage.clock.now(), {LineId("1"): 1}), 1)
    assert (refused.value.problem.code, refused.value.problem.fix) == ("ebay_parcel_refused", "mark_sent_on_ebay")
    assert adapter.shipments(order) == ()
