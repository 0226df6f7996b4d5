"""Shopify's orders in our words, and whose order one is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.orders.orders import Refund
from listbridge.domain.orders.shop_orders import OrderMark, Parcel, Tracking
from listbridge.shops.shopify.orders import wire
from listbridge.shops.shopify.orders.mapping import search_for, shop_order, whose
from tests.fakes.order_drafts import MARK, money

ID = "12-34567-89012"
SENT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def traces(**told: Any) -> wire.OrderTraces:
    return wire.OrderTraces.model_validate({"id": "gid://shopify/Order/5", "name": "#1001"} | told)


def ours(told: wire.OrderTraces, mark: OrderMark = MARK) -> bool | None:
    found = whose(told, mark)
    assert found is None or (found.id, found.name) == ("5", told.name)
    return found.ours if found is not None else None


# Whose


def test_the_search_asks_for_the_id_wherever_tools_put_it():
    assert search_for(MARK) == f'source_identifier:"{ID}" OR tag:"{ID}" OR name:"{ID}" OR "{ID}"'


def test_an_id_cannot_break_out_of_the_search():
    assert search_for(OrderMark("x", RemoteOrderId('1" OR "2\\'))).count('"') == 8


@pytest.mark.parametrize(
    "told",
    [
        {"metafield": {"value": f"ebay:{ID}"}},
        {"customAttributes": [{"key": "listbridge_order", "value": f"ebay:{ID}"}]},
    ],
    ids=["the metafield", "the attribute, where the metafield is gone"],
)
def test_our_mark_makes_an_order_ours(told: dict[str, Any]):
    assert ours(traces(**told)) is True


def test_our_mark_of_another_marketplaces_order_with_the_same_id_makes_it_another_order():
    assert ours(traces(metafield={"value": f"etsy:{ID}"}, sourceIdentifier=ID)) is None


@pytest.mark.parametrize(
    "told",
    [
        {"sourceIdentifier": ID},
        {"tags": ["x", ID]},
        {"tags": [f"ebay_{ID}"]},
        {"name": ID},
        {"name": f"#{ID}"},
        {"name": f"EBAY-{ID}-A"},
        {"note": f"eBay order {ID}, paid"},
        {"customAttributes": [{"key": "eBay Order Id", "value": ID}]},
    ],
    ids=lambda told: str(told),
)
def test_an_order_that_carries_the_id_is_another_tools(told: dict[str, Any]):
    assert ours(traces(**told)) is False


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"sourceIdentifier": f"{ID}3"},
        {"sourceIdentifier": f"2{ID}"},
        {"tags": [f"{ID}-1"]},
        {"name": f"#1{ID}"},
        {"note": f"see 9-{ID}"},
        {"note": "12 34567 89012"},
        {"customAttributes": [{"key": ID, "value": None}]},
    ],
    ids=lambda told: str(told),
)
def test_an_order_that_only_looks_like_it_is_not_it(told: dict[str, Any]):
    assert ours(traces(**told)) is None


def test_a_short_id_says_nothing_inside_the_shops_own_order_name():
    mark = OrderMark("etsy", RemoteOrderId("1001"))
    assert ours(traces(name="#1001", note="bag 1001"), mark) is None
    assert ours(traces(sourceIdentifier="1001"), mark) is False


# What became of it


def line(number: int, remote: str | None, units: int, *, unsent: int | None = None) -> wire.Line:
    properties = [{"key": "_listbridge_line", "value": remote}] if remote else [{"key": "Size", "value": "S"}]
    told = {
        "id": f"gid://shopify/LineItem/{number}",
        "currentQuantity": units,
        "unfulfilledQuantity": units if unsent is None else unsent,
        "customAttributes": properties,
    }
    return wire.Line.model_validate(told)


def parcel(number: int, status: str = "SUCCESS", tracking: list[Any] | None = None) -> wire.Fulfillment:
    return wire.Fulfillment.model_validate(
        {
            "id": f"gid://shopify/Fulfillment/{number}",
            "status": status,
            "createdAt": "2026-11-01T08:00:00Z",
            "trackingInfo": tracking or [],
            "fulfillmentLineItems": {"nodes": []},
        }
    )


def packed(number: int, units: int | None) -> wire.PackedLine:
    return wire.PackedLine.model_validate({"quantity": units, "lineItem": {"id": f"gid://shopify/LineItem/{number}"}})


def order(**told: Any) -> wire.Order:
    plain = {
        "id": "gid://shopify/Order/9007199254740993",
        "name": "#1001",
        "cancelledAt": None,
        "displayFulfillmentStatus": "UNFULFILLED",
        "totalRefundedSet": {"shopMoney": {"amount": "0.0", "currencyCode": "EUR"}},
        "lineItems": {"nodes": []},
        "fulfillments": [],
    }
    return wire.Order.model_validate(plain | told)


def test_an_order_nobody_touched():
    read = shop_order(order(), [line(1, "10001", 2)], [])
    assert (read.id, read.name) == ("9007199254740993", "#1001")
    assert (read.cancelled_at, read.fulfilled, read.parcels, read.refunded) == (None, False, (), None)
    assert read.lines == {"10001": 2}


def test_a_cancelled_and_refunded_order():
    told = {
        "cancelledAt": "2026-11-02T08:00:00Z",
        "totalRefundedSet": {"shopMoney": {"amount": "4.5", "currencyCode": "EUR"}},
    }
    read = shop_order(order(**told), [line(1, "10001", 0)], [])
    assert read.cancelled_at == datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    assert read.refunded == money("4.5")
    assert read.lines == {"10001": 0}


def test_two_shop_lines_of_one_marketplace_line_are_one_again():
    lines = [line(1, "10001", 2), line(2, "10001", 1), line(3, None, 5)]
    parcels = [(parcel(8), [packed(1, 2), packed(2, 1), packed(3, 5)])]
    read = shop_order(order(displayFulfillmentStatus="FULFILLED"), lines, parcels)
    assert read.lines == {"10001": 3}
    assert read.parcels == (Parcel(id="8", shipped_at=SENT, lines={"10001": 3}),)  # type: ignore[arg-type]
    assert read.fulfilled is True


def test_every_tracking_number_of_a_fulfilment_is_told_and_the_first_is_its_own():
    tracking = [
        {"company": "UPS", "number": None},
        {"company": "DHL", "number": "JJD1"},
        {"company": None, "number": "JJD2"},
    ]
    (sent,) = shop_order(order(), [line(1, "1", 1)], [(parcel(8, tracking=tracking), [packed(1, 1)])]).parcels
    assert (sent.carrier, sent.tracking, sent.further) == ("DHL", "JJD1", (Tracking("JJD2", ""),))


def test_a_carrier_without_a_number_is_still_told():
    tracking = [{"company": "DHL", "number": None}]
    (sent,) = shop_order(order(), [line(1, "1", 1)], [(parcel(8, tracking=tracking), [packed(1, 1)])]).parcels
    assert (sent.carrier, sent.tracking, sent.further) == ("DHL", "", ())


@pytest.mark.parametrize(
    ("status", "cancelled", "current", "unfulfilled", "unsent"),
    [
        ("UNFULFILLED", None, 2, 2, 2),
        ("PARTIALLY_FULFILLED", None, 2, 1, 1),
        ("UNFULFILLED", None, 1, 2, 1),  # one was removed, and may still count as not fulfilled
        ("FULFILLED", None, 1, 1, 0),  # the same, and the other one is sent
        ("PARTIALLY_FULFILLED", None, 1, 1, 1),  # one was sent and came back
        ("UNFULFILLED", "2026-11-02T08:00:00Z", 2, 2, 0),
    ],
)
def test_units_are_unsent_while_the_order_still_has_them_and_nobody_sent_them(
    status: str, cancelled: str | None, current: int, unfulfilled: int, unsent: int
):
    told = order(displayFulfillmentStatus=status, cancelledAt=cancelled)
    read = shop_order(told, [line(1, "10001", current, unsent=unfulfilled)], [])
    assert (read.lines, read.unsent) == ({"10001": current}, {"10001": unsent})


def test_refunds_have_their_ids_and_amounts_and_those_without_an_amount_are_none():
    refunds = [
        {
            "id": "gid://shopify/Refund/9007199254740995",
            "createdAt": "2026-11-02T08:00:00Z",
            "totalRefundedSet": {"shopMoney": {"amount": "4.5", "currencyCode": "EUR"}},
        },
        {
            "id": "gid://shopify/Refund/2",
            "createdAt": None,
            "totalRefundedSet": {"shopMoney": {"amount": "0.0", "currencyCode": "EUR"}},
        },
    ]
    read = shop_order(order(refunds=refunds), [line(1, "10001", 2)], [])
    at = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    assert read.refunds == (Refund("9007199254740995", money("4.5"), at=at),)


@pytest.mark.parametrize("status", ["PENDING", "OPEN", "ERROR", "FAILURE", "SOMETHING_NEW"])
def test_what_was_not_sent_is_no_parcel(status: str):
    read = shop_order(order(), [line(1, "1", 1)], [(parcel(8, status), [packed(1, 1)])])
    assert (read.parcels, read.cancelled_parcels) == ((), ())


def test_a_parcel_that_was_taken_back_is_told_as_that():
    read = shop_order(order(), [line(1, "1", 1)], [(parcel(8, "CANCELLED"), [packed(1, 1)])])
    assert (read.parcels, read.cancelled_parcels) == ((), ("8",))


def test_a_parcel_with_nothing_of_the_marketplaces_is_none():
    lines = [line(1, "1", 1), line(2, None, 1)]
    assert shop_order(order(), lines, [(parcel(8), [packed(2, 1), packed(1, None)])]).parcels == ()
