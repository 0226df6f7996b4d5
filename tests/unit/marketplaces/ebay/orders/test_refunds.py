"""What eBay says was refunded: each refund once, exact, and none that costs the order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from listbridge.domain.ids import LineId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Payment, Refund
from tests.unit.marketplaces.ebay.orders.test_mapping import dollars, line, mapped, order, usd

WHEN = "2026-11-21T09:00:00.000Z"
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
FIRST, SECOND = LineId("10065005456101"), LineId("10065005456102")


def refund(value: str = "20.0", **more: Any) -> dict[str, Any]:
    return {"refundDate": WHEN, "amount": usd(value), **more}


def of_order(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return order(paymentSummary={"payments": [], "refunds": list(rows)}, **more)


def two_lines(*rows: dict[str, Any]) -> dict[str, Any]:
    return order(
        line(1, "10.00"),
        line(2, "10.00", refunds=list(rows)),
        pricing={"deliveryCost": usd("0.0"), "total": usd("20.00")},
        orderPaymentStatus="PARTIALLY_REFUNDED",
    )


def test_a_refund_of_the_order_has_ebays_reference_as_its_id() -> None:
    found = mapped(of_order(refund(refundStatus="REFUNDED", refundReferenceId="5000000001")))
    assert found.refunds == (Refund("5000000001", dollars("20.00"), None, AT),)


def test_a_refund_of_a_line_without_any_id_is_known_by_its_line_time_and_amount() -> None:
    found = mapped(two_lines(refund("10.0")))
    assert found.refunds == (Refund(f"{SECOND}@{WHEN}:10.00 USD", dollars("10.00"), SECOND, AT),)
    assert found.refunded_lines == {SECOND}
    assert found.payment is Payment.PARTLY_REFUNDED
    assert not found.refunded


def test_two_refunds_alike_are_two_and_keep_their_ids_in_every_read() -> None:
    found = mapped(two_lines(refund("2.0"), refund("2.0")))
    again = mapped(two_lines(refund("2.0"), refund("2.0"), refund("3.0")))
    ids = [one.id for one in found.refunds]
    assert len(set(ids)) == 2
    assert [one.id for one in again.refunds][:2] == ids


def test_a_refund_that_stands_at_its_line_and_at_the_order_is_one_of_the_line() -> None:
    row = refund("10.0", refundId="77")
    body = two_lines(row) | {"paymentSummary": {"refunds": [row | {"refundStatus": "PENDING"}]}}
    assert mapped(body).refunds == (Refund("77", dollars("10.00"), SECOND, AT),)


@pytest.mark.parametrize(
    "row",
    [
        refund(refundStatus="FAILED", refundId="1"),
        refund("0.0", refundId="1"),
        refund("-5.0", refundId="1"),
        refund("NaN", refundId="1"),
        refund("a lot", refundId="1"),
        {"refundDate": WHEN, "refundId": "1"},
    ],
)
def test_a_refund_that_failed_or_cannot_be_read_is_none_and_costs_no_order(row: dict[str, Any]) -> None:
    found = mapped(of_order(row, orderPaymentStatus="PARTIALLY_REFUNDED"))
    assert (found.refunds, found.payment) == ((), Payment.PARTLY_REFUNDED)


def test_a_refund_in_another_currency_keeps_it() -> None:
    row = {"refundDate": "not a date", "amount": {"value": "7.5", "currency": "EUR"}, "refundId": "1"}
    (found,) = mapped(of_order(row)).refunds
    assert (found.amount, found.at) == (Money(dollars("7.50").amount, "EUR"), None)


@pytest.mark.parametrize(
    ("rows", "whole"),
    [
        ([refund("9.99", refundId="1")], False),
        ([refund("4.0", refundId="1"), refund("6.0", refundId="2")], True),
        ([refund("99.0", refundId="1")], True),
        ([{"amount": {"value": "10.0", "currency": "EUR"}, "refundId": "1"}], False),
    ],
)
def test_a_line_is_paid_back_when_its_price_is_in_its_currency(rows: list[dict[str, Any]], whole: bool) -> None:
    assert (SECOND in mapped(two_lines(*rows)).refunded_lines) is whole


def test_an_order_whose_every_line_is_paid_back_is_paid_back() -> None:
    body = order(
        line(1, "10.00", refunds=[refund("10.0", refundId="1")]),
        line(2, "10.00", refunds=[refund("10.0", refundId="2")]),
        pricing={"deliveryCost": usd("5.0"), "total": usd("25.00")},
        orderPaymentStatus="PARTIALLY_REFUNDED",
    )
    assert (mapped(body).refunded, mapped(body).committed) == (True, False)


def test_a_gift_that_cost_nothing_is_not_paid_back() -> None:
    body = order(line(1, "0.0"), pricing={"deliveryCost": usd("0.0"), "total": usd("0.0")})
    assert mapped(body).refunded_lines == frozenset()
