"""What an eBay order tells beside its amounts: notes, gifts, places to fetch it, numbers for customs, and tax by the whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import LineId
from listbridge.domain.orders.orders import Buyer, Delivery, Gift, Tax
from listbridge.marketplaces.ebay.orders.mapping import READER
from tests.unit.marketplaces.ebay.orders.test_mapping import dollars, line, order, usd


def instruction(kind: str, **more: Any) -> list[dict[str, Any]]:
    return [{"fulfillmentInstructionsType": kind, **more}]


def test_a_note_at_the_checkout_is_the_buyer_s_and_not_the_order_s() -> None:
    read = READER.read(order(buyerCheckoutNotes=" Please ring at the back door "))
    assert read.buyer == Buyer(note="Please ring at the back door")
    assert "back door" not in repr(read.order)
    assert "back door" not in repr(read.buyer)


def test_a_digital_gift_names_who_gets_it() -> None:
    given = {"message": "Happy birthday", "recipientEmail": "friend@members.example", "senderName": "Alex"}
    read = READER.read(order(line(giftDetails=given), fulfillmentStartInstructions=instruction("DIGITAL")))
    assert read.order.delivery is Delivery.DIGITAL
    assert read.buyer is not None
    assert read.buyer.gifts == (Gift(LineId("10065005456101"), "friend@members.example", "Alex", "Happy birthday"),)
    assert "friend" not in repr(read)


def test_an_order_that_is_fetched_names_the_store() -> None:
    step = {"merchantLocationKey": "store-7"}
    told = READER.read(order(fulfillmentStartInstructions=instruction("PREPARE_FOR_PICKUP", pickupStep=step))).order
    assert (told.delivery, told.pickup_at) == (Delivery.PICKUP, "store-7")


@pytest.mark.parametrize("kinds", [["SHIP_TO"], ["SHIP_TO", "DIGITAL"], [], ["SOMETHING_NEW"]])
def test_anything_that_may_have_to_be_sent_is_sent(kinds: list[str]) -> None:
    rows = [row for kind in kinds for row in instruction(kind)]
    assert READER.read(order(fulfillmentStartInstructions=rows)).order.delivery is Delivery.SHIP


def test_the_number_under_which_ebay_paid_the_tax_is_kept_with_it() -> None:
    row = {
        "taxType": "VAT",
        "amount": usd("5.0"),
        "collectionMethod": "NET",
        "ebayReference": {"name": "IOSS", "value": "IM0000000000"},
    }
    (sold,) = READER.read(order(line(ebayCollectAndRemitTaxes=[row]))).order.lines
    assert sold.taxes == (Tax("VAT", dollars("5.00"), remitted=True, scheme="IOSS", reference="IM0000000000"),)


def test_tax_that_no_line_tells_is_the_shipping_s() -> None:
    taxed = line(taxes=[{"amount": usd("4.0")}])
    pricing = {"deliveryCost": usd("10.0"), "tax": usd("4.7"), "total": usd("74.43")}
    told = READER.read(order(taxed, pricing=pricing)).order
    assert told.shipping.taxes == (Tax("Tax", dollars("0.70")),)
    assert (told.total, told.adjustment, told.tax_included) == (dollars("74.43"), dollars("0.00"), False)


def test_an_order_level_tax_that_the_lines_explain_is_not_told_twice() -> None:
    taxed = line(taxes=[{"amount": usd("4.0")}])
    pricing = {"deliveryCost": usd("10.0"), "tax": usd("4.0"), "total": usd("73.73")}
    told = READER.read(order(taxed, pricing=pricing)).order
    assert (told.shipping.taxes, told.adjustment) == ((), dollars("0.00"))


@pytest.mark.parametrize(
    ("total", "owed"), [("119.46", "119.46"), ("123.46", "119.46"), ("121.46", "119.46"), ("125.46", "119.46")]
)
def test_remitted_tax_may_stand_in_the_total_for_some_lines_only(total: str, owed: str) -> None:
    first = line(1, ebayCollectAndRemitTaxes=[{"taxType": "GST", "amount": usd("4.0")}])
    second = line(2, ebayCollectAndRemitTaxes=[{"taxType": "VAT", "amount": usd("2.0")}])
    told = READER.read(order(first, second, pricing={"deliveryCost": usd("0"), "total": usd(total)})).order
    assert (told.total, told.adjustment.amount) == (dollars(owed), Decimal(0))
