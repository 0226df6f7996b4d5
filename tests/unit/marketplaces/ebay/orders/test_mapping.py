"""An eBay order in our words: what was sold, safe states, and a buyer who is nowhere else."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from listbridge.domain.ids import LineId, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.orders.orders import Address, Cancellation, Payment, Shipment
from listbridge.infra.mapping.order_reading import Unmappable
from listbridge.marketplaces.ebay.orders.mapping import READER, changed_at_of, order_id_of
from tests.unit.marketplaces.ebay.orders.told_orders import SENT, STEP, dollars, line, mapped, order, usd

# ---- what was sold ----


def test_an_order_says_what_was_sold_where_and_when() -> None:
    aspects = [{"name": "Colour", "value": "Red"}, {"name": "Size", "value": "S"}]
    found = mapped(
        order(
            line(cost="119.46", quantity=2, variationAspects=aspects),
            pricing={"deliveryCost": usd("0.0"), "total": usd("119.46")},
        )
    )
    [sold] = found.lines
    assert (found.id, found.site) == (RemoteOrderId("12-34567-89012"), Site("EBAY_US"))
    assert found.placed_at == datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert found.changed_at == datetime(2026, 11, 1, 12, 30, 0, 250_000, tzinfo=UTC)
    assert (sold.id, sold.sku, sold.quantity) == (LineId("10065005456101"), Sku("HB-1"), 2)
    assert sold.amount == dollars("119.46")
    assert sold.listing == RemoteId("355590382026")
    assert sold.options == {"Colour": "Red", "Size": "S"}


def test_a_combined_order_has_a_line_for_each_thing_bought_and_each_lines_own_site() -> None:
    body = order(
        line(1, "10.00"),
        line(2, "5.05", listingMarketplaceId="EBAY_GB"),
        line(3, "0.95"),
        pricing={"deliveryCost": usd("4.00"), "total": usd("20.00")},
    )
    found = mapped(body)
    assert [(one.sku, str(one.amount)) for one in found.lines] == [
        ("HB-1", "10.00 USD"),
        ("HB-2", "5.05 USD"),
        ("HB-3", "0.95 USD"),
    ]
    assert [one.site for one in found.lines] == ["EBAY_US", "EBAY_GB", "EBAY_US"]
    assert (found.site, found.total, found.adjustment) == ("EBAY_US", dollars("20.00"), dollars("0.00"))


def test_a_line_sold_on_ebay_motors_belongs_to_the_site_that_its_offer_was_made_for() -> None:
    assert mapped(order(line(listingMarketplaceId="EBAY_MOTORS_US"))).site == "EBAY_US"


def test_a_line_without_a_sku_or_a_title_is_still_a_line() -> None:
    body = order(line())
    del body["lineItems"][0]["sku"], body["lineItems"][0]["title"]
    [sold] = mapped(body).lines
    assert (sold.sku, sold.title, sold.quantity) == ("", "", 1)


# ---- states ----


@pytest.mark.parametrize(
    ("told", "payment"),
    [
        ("PENDING", Payment.PENDING),
        ("FAILED", Payment.FAILED),
        ("PAID", Payment.PAID),
        ("PARTIALLY_REFUNDED", Payment.PARTLY_REFUNDED),
        ("FULLY_REFUNDED", Payment.REFUNDED),
        ("SOMETHING_NEW", Payment.PENDING),
        (None, Payment.PENDING),
    ],
)
def test_an_unknown_payment_counts_as_unpaid(told: str | None, payment: Payment) -> None:
    assert mapped(order(orderPaymentStatus=told)).payment is payment


@pytest.mark.parametrize("told", ["PENDING", "FAILED"])
def test_a_refund_that_is_pending_or_failed_leaves_a_paid_order_paid(told: str) -> None:
    body = order(orderPaymentStatus=told, paymentSummary={"payments": [{"paymentStatus": "PAID"}]})
    assert mapped(body).payment is Payment.PAID
    body["paymentSummary"]["payments"].append({"paymentStatus": "FAILED"})
    assert mapped(body).payment is Payment(told.lower())


@pytest.mark.parametrize(
    ("told", "cancellation"),
    [
        ({"cancelState": "NONE_REQUESTED"}, Cancellation.NONE),
        ({"cancelState": "IN_PROGRESS"}, Cancellation.REQUESTED),
        ({"cancelState": "CANCELED"}, Cancellation.CANCELLED),
        ({"cancelState": "SOMETHING_NEW"}, Cancellation.REQUESTED),
        ({}, Cancellation.NONE),
        (None, Cancellation.NONE),
    ],
)
def test_an_unknown_cancellation_counts_as_a_request(told: Any, cancellation: Cancellation) -> None:
    assert mapped(order(cancelStatus=told)).cancellation is cancellation


@pytest.mark.parametrize(
    ("told", "shipment"),
    [
        ("NOT_STARTED", Shipment.NOTHING),
        ("IN_PROGRESS", Shipment.PARTLY),
        ("FULFILLED", Shipment.SHIPPED),
        ("SOMETHING_NEW", Shipment.NOTHING),
        (None, Shipment.NOTHING),
    ],
)
def test_an_unknown_shipment_counts_as_none(told: str | None, shipment: Shipment) -> None:
    found = mapped(order(line(lineItemFulfillmentStatus=told), orderFulfillmentStatus=told))
    assert (found.shipment, found.lines[0].shipped) == (shipment, shipment)


@pytest.mark.parametrize(
    ("more", "ours"),
    [
        ({"fulfillmentStartInstructions": [{"fulfillmentInstructionsType": "FULFILLED_BY_EBAY"}]}, True),
        ({"program": {"fulfillmentProgram": {"fulfilledBy": "EBAY"}}}, True),
        (
            {
                "fulfillmentStartInstructions": [
                    {"fulfillmentInstructionsType": "SHIP_TO", "ebaySupportedFulfillment": True}
                ]
            },
            False,
        ),
    ],
)
def test_only_what_ebay_itself_packs_is_fulfilled_by_ebay(more: dict[str, Any], ours: bool) -> None:
    assert mapped(order(**more)).fulfilled_by_marketplace is ours


# ---- the buyer ----


def test_a_buyer_has_a_name_an_address_and_a_tax_number_and_no_user_name() -> None:
    buyer = {"username": "U1A2B3", "taxIdentifier": {"taxpayerId": "IT123", "taxIdentifierType": "VATIN"}}
    read = READER.read(order(fulfillmentStartInstructions=SENT, buyer=buyer))
    found = read.buyer
    assert found is not None
    assert (found.name, found.email, found.phone, found.tax_id) == (
        "Ada Buyer",
        "ada@members.example",
        "5550100",
        "IT123",
    )
    assert found.shipping == Address(
        "Ada Buyer", "Buyer & Co", ("1 Example Street", "Flat 2"), "Exampleton", "NY", "10001", "US", "5550100"
    )
    assert found.billing is None
    assert read.order.shipping.service == "USPSPriority"


def test_nothing_of_the_buyer_stands_in_the_order_or_in_what_is_shown_of_him() -> None:
    read = READER.read(order(fulfillmentStartInstructions=SENT, buyer={"username": "U1A2B3"}))
    for private in ("Ada", "Example Street", "5550100", "ada@", "U1A2B3"):
        assert private not in repr(read)


def test_the_registered_address_is_the_one_to_bill() -> None:
    home = deepcopy(STEP["shipTo"]) | {"fullName": "Ada Lovelace Buyer"}  # type: ignore[operator]
    found = READER.read(order(fulfillmentStartInstructions=SENT, buyer={"buyerRegistrationAddress": home})).buyer
    assert found is not None
    assert found.billing is not None
    assert (found.name, found.billing.name) == ("Ada Lovelace Buyer", "Ada Lovelace Buyer")


def test_a_parcel_to_ebays_hub_carries_its_reference_above_the_street() -> None:
    step = {**STEP, "shipToReferenceId": "1234567890123456"}
    found = READER.read(order(fulfillmentStartInstructions=[{"shippingStep": step}])).buyer
    assert found is not None
    assert found.shipping is not None
    assert found.shipping.lines == ("Reference #1234567890123456", "1 Example Street", "Flat 2")


@pytest.mark.parametrize(
    "instructions", [None, [], [{"fulfillmentInstructionsType": "DIGITAL"}], [{"shippingStep": {"shipTo": {}}}]]
)
def test_an_order_without_an_address_is_an_order_without_a_buyer(instructions: Any) -> None:
    read = READER.read(order(fulfillmentStartInstructions=instructions, buyer={"username": "U1A2B3"}))
    assert read.buyer is None
    assert read.order.lines[0].quantity == 1


def test_an_old_order_of_which_only_the_place_is_left_has_an_address_without_a_street() -> None:
    step = {"shipTo": {"contactAddress": {"city": "Exampleton", "countryCode": "US"}}}
    found = READER.read(order(fulfillmentStartInstructions=[{"shippingStep": step}])).buyer
    assert found is not None
    assert found.shipping == Address(city="Exampleton", country="US")


# ---- what cannot be understood ----


def test_odd_personal_data_hide_no_sale_but_stop_the_order_from_being_made() -> None:
    body = order(fulfillmentStartInstructions=[{"shippingStep": {"shipTo": {"fullName": ["Ada"]}}}])
    read = READER.read(body)
    assert (read.order.lines[0].sku, read.buyer) == ("HB-1", None)
    with pytest.raises(Unmappable) as refused:
        READER.read(body, strict=True)
    assert "Ada" not in str(refused.value)


@pytest.mark.parametrize("missing", ["orderId", "creationDate", "lineItems"])
def test_without_an_id_a_date_and_lines_there_is_no_order(missing: str) -> None:
    body = order()
    del body[missing]
    with pytest.raises(Unmappable) as refused:
        READER.read(body)
    assert str(refused.value) == missing


@pytest.mark.parametrize("missing", ["lineItemId", "quantity", "lineItemCost"])
def test_a_line_without_an_id_a_quantity_and_a_cost_makes_no_order(missing: str) -> None:
    body = order()
    del body["lineItems"][0][missing]
    with pytest.raises(Unmappable):
        READER.read(body)


@pytest.mark.parametrize("body", [None, [], "12-34567-89012", {}, {"orderId": 5}])
def test_what_is_no_order_has_no_id_and_no_date(body: Any) -> None:
    assert order_id_of(body) is None
    assert changed_at_of(body) is None
    with pytest.raises(Unmappable):
        READER.read(body)


def test_numbers_where_texts_are_meant_cost_no_order() -> None:
    body = order(line(lineItemCost={"value": 59.73, "currency": "USD"}, legacyItemId=355590382026))
    [sold] = mapped(body).lines
    assert (sold.amount, sold.listing) == (dollars("59.73"), "355590382026")
