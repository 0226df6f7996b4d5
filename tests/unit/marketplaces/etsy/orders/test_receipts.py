"""A receipt in our words: amounts that add up, states, and what buyers write."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import LineId, RemoteOrderId, Sku
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Cancellation, Delivery, Gift, OrderRead, Payment, RemoteOrder, Shipment
from listbridge.infra.mapping.order_reading import Unmappable
from listbridge.marketplaces.etsy.orders.mapping import READER

AT = 1_795_000_000


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def told(amount: str, currency: str = "USD") -> dict[str, Any]:
    return {"amount": int(Decimal(amount) * 100), "divisor": 100, "currency_code": currency}


def line(id: int, sku: str, quantity: int, price: str, **more: Any) -> dict[str, Any]:
    return {
        "transaction_id": id,
        "sku": sku,
        "title": sku.title(),
        "quantity": quantity,
        "price": told(price),
        "listing_id": 77,
        "is_digital": False,
        "shipped_timestamp": None,
        "shipping_method": "Standard",
        "shipping_upgrade": None,
        "variations": [],
        **more,
    }


def receipt(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "receipt_id": 31,
        "status": "paid",
        "is_paid": True,
        "is_shipped": False,
        "created_timestamp": AT,
        "updated_timestamp": AT + 60,
        "name": "Ada Buyer",
        "buyer_email": None,
        "first_line": "9 Secret Lane",
        "second_line": None,
        "city": "Leeds",
        "state": None,
        "zip": "LS1",
        "country_iso": "GB",
        "message_from_buyer": None,
        "is_gift": False,
        "gift_message": "",
        "gift_sender": "",
        "transactions": list(lines) or [line(1, "MUG", 2, "10.05")],
        "shipments": [],
        "refunds": [],
        **more,
    }


def read(*lines: dict[str, Any], **more: Any) -> OrderRead:
    return READER.read(receipt(*lines, **more), strict=True)


def order(*lines: dict[str, Any], **more: Any) -> RemoteOrder:
    return read(*lines, **more).order


def test_a_plain_receipt_is_its_lines_and_its_shipping() -> None:
    shown = order(grandtotal=told("25.00"), total_shipping_cost=told("4.90"))
    assert (shown.id, shown.placed_at) == (RemoteOrderId("31"), datetime.fromtimestamp(AT, UTC))
    assert shown.changed_at == datetime.fromtimestamp(AT + 60, UTC)
    [mug] = shown.lines
    assert (mug.id, mug.sku, mug.quantity, mug.amount, mug.listing) == (LineId("1"), "MUG", 2, usd("20.10"), "77")
    assert (shown.shipping.amount, shown.shipping.service) == (usd("4.90"), "Standard")
    assert (shown.total, shown.adjustment, shown.tax_included) == (usd("25.00"), usd("0.00"), True)


def test_a_coupon_is_dealt_out_to_the_lines_and_no_cent_is_lost() -> None:
    lines = (line(1, "MUG", 1, "10.00"), line(2, "PLATE", 1, "10.00"), line(3, "CUP", 1, "10.00"))
    shown = order(*lines, discount_amt=told("10.00"), grandtotal=told("20.00"))
    assert [one.amount for one in shown.lines] == [usd("6.67"), usd("6.66"), usd("6.67")]
    assert (shown.total, shown.adjustment) == (usd("20.00"), usd("0.00"))


def test_a_coupon_of_more_than_the_goods_cost_takes_no_line_below_zero() -> None:
    shown = order(line(1, "MUG", 1, "5.00"), discount_amt=told("9.00"), grandtotal=told("0.00"))
    assert (shown.lines[0].amount, shown.total) == (usd("0.00"), usd("0.00"))


def test_sales_tax_is_paid_by_etsy_and_in_no_amount_of_the_order() -> None:
    lines = (line(1, "MUG", 1, "30.00"), line(2, "PLATE", 1, "10.00"))
    shown = order(*lines, total_tax_cost=told("3.21"), total_shipping_cost=told("5.00"), grandtotal=told("48.21"))
    assert [(tax.amount, tax.remitted) for one in shown.lines for tax in one.taxes] == [
        (usd("2.41"), True),
        (usd("0.80"), True),
    ]
    assert (shown.total, shown.adjustment, shown.tax_included) == (usd("45.00"), usd("0.00"), True)


def test_vat_that_was_added_is_paid_by_etsy_and_vat_within_the_prices_is_the_seller_s() -> None:
    added = order(line(1, "MUG", 1, "10.00"), total_vat_cost=told("2.00"), grandtotal=told("12.00"))
    assert (added.total, added.lines[0].taxes[0].remitted) == (usd("10.00"), True)
    within = order(line(1, "MUG", 1, "12.00"), total_vat_cost=told("2.00"), grandtotal=told("12.00"))
    assert (within.total, within.tax_included, within.adjustment) == (usd("12.00"), True, usd("0.00"))
    assert [(tax.title, tax.amount, tax.remitted) for tax in within.lines[0].taxes] == [("VAT", usd("2.00"), False)]


def test_gift_wrap_is_an_amount_that_no_line_explains() -> None:
    shown = order(line(1, "MUG", 1, "10.00"), gift_wrap_price=told("3.00"), grandtotal=told("13.00"))
    assert (shown.total, shown.adjustment) == (usd("13.00"), usd("3.00"))


@pytest.mark.parametrize(
    ("status", "is_paid", "payment", "cancellation", "committed"),
    [
        ("paid", True, Payment.PAID, Cancellation.NONE, True),
        ("completed", True, Payment.PAID, Cancellation.NONE, True),
        ("open", False, Payment.PENDING, Cancellation.NONE, True),
        ("payment processing", False, Payment.PENDING, Cancellation.NONE, True),
        ("partially refunded", True, Payment.PARTLY_REFUNDED, Cancellation.NONE, True),
        ("fully refunded", True, Payment.REFUNDED, Cancellation.NONE, False),
        ("canceled", True, Payment.PAID, Cancellation.CANCELLED, False),
        ("something new", False, Payment.PENDING, Cancellation.NONE, True),
    ],
)
def test_each_state_is_understood(
    status: str, is_paid: bool, payment: Payment, cancellation: Cancellation, committed: bool
) -> None:
    shown = order(status=status, is_paid=is_paid)
    assert (shown.payment, shown.cancellation, shown.committed) == (payment, cancellation, committed)


def test_two_equal_refunds_are_two_and_each_keeps_its_name() -> None:
    row = {"amount": told("5.00"), "created_timestamp": AT + 9, "status": "success"}
    rows = [row, row, {**row, "status": "failed"}, {**row, "amount": None}]
    first, second = order(status="partially refunded", refunds=rows).refunds
    assert (first.amount, first.line, first.at) == (usd("5.00"), None, datetime.fromtimestamp(AT + 9, UTC))
    assert first.id != second.id
    assert [one.id for one in order(status="partially refunded", refunds=rows).refunds] == [first.id, second.id]


def test_a_receipt_is_shipped_in_part_when_some_lines_are() -> None:
    lines = (line(1, "MUG", 1, "10.00", shipped_timestamp=AT), line(2, "PLATE", 1, "10.00"))
    shown = order(*lines)
    assert (shown.shipment, [one.shipped for one in shown.lines]) == (
        Shipment.PARTLY,
        [Shipment.SHIPPED, Shipment.NOTHING],
    )
    assert order(*lines, is_shipped=True).shipment is Shipment.SHIPPED
    assert order().shipment is Shipment.NOTHING


def test_only_an_order_that_is_digital_as_a_whole_needs_no_parcel() -> None:
    code, mug = line(1, "CODE", 1, "10.00", is_digital=True), line(2, "MUG", 1, "10.00")
    assert (order(code).delivery, order(code, mug).delivery) == (Delivery.DIGITAL, Delivery.SHIP)


def test_what_the_buyer_wrote_is_kept_for_packing_and_in_no_permanent_field() -> None:
    variations = [
        {"property_id": 200, "formatted_name": "Color", "formatted_value": "Red"},
        {"property_id": 54, "question_id": 5, "formatted_name": "Engraving", "formatted_value": "For Grace"},
    ]
    shown = read(
        line(1, "MUG", 1, "10.00", variations=variations),
        message_from_buyer=" Ring twice ",
        is_gift=True,
        gift_message="Happy birthday",
        gift_sender="Ada",
    )
    assert shown.order.lines[0].options == {"Color": "Red"}
    assert shown.buyer is not None
    assert shown.buyer.note == "Ring twice\nMUG: Engraving: For Grace"
    assert shown.buyer.gifts == (Gift(LineId("1"), sender="Ada", message="Happy birthday"),)


def test_an_address_that_etsy_keeps_to_itself_is_not_guessed() -> None:
    empty = dict.fromkeys(("first_line", "second_line", "city", "state", "zip"))
    shown = read(**empty, formatted_address="Ada Buyer\n9 Secret Lane\nLeeds").buyer
    assert shown is not None
    assert (shown.name, shown.shipping) == ("Ada Buyer", None)


def test_a_sku_that_is_not_told_leaves_the_listing_to_tell_what_was_bought() -> None:
    [mug] = order(line(1, "", 1, "10.00")).lines
    assert (mug.sku, mug.listing) == (Sku(""), "77")


@pytest.mark.parametrize(
    "odd",
    [
        {"transactions": []},
        {"created_timestamp": None, "updated_timestamp": None},
        {"grandtotal": told("25.00", "EUR")},
    ],
)
def test_a_receipt_that_cannot_be_understood_says_so(odd: dict[str, Any]) -> None:
    with pytest.raises(Unmappable):
        READER.read(receipt(**odd))
    assert READER.each([receipt(**odd), receipt()])[1] == [RemoteOrderId("31")]
