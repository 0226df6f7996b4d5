"""What an order costs and who it goes to: every amount adds up as eBay's texts say, every exchange fits the documents."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from simulators.clock import VirtualClock
from simulators.ebay import DeedRefused
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.simulators.ebay_seller import API, EbaySeller, virtual_simulator
from tests.contract.specs import specs_root

ORDERS = f"{API}/sell/fulfillment/v1/order"
DAY = 86_400


@pytest.fixture
def anna_and_clock() -> tuple[EbaySeller, VirtualClock]:
    simulator, clock = virtual_simulator()
    seller = EbaySeller(simulator, spec=EbaySpec.load() if specs_root() else None, marketplaces=["EBAY_US", "EBAY_GB"])
    simulator.deeds.seed_listings("anna", ["RED", "BLUE"], quantity=500, price="10.00")
    return seller, clock


@pytest.fixture
def anna(anna_and_clock: tuple[EbaySeller, VirtualClock]) -> EbaySeller:
    return anna_and_clock[0]


def placed(anna: EbaySeller, *lines: dict[str, Any], query: str = "", **more: Any) -> dict[str, Any]:
    order_id = anna.simulator.deeds.checkout(list(lines) or [{"sku": "RED"}], **more)["orderId"]
    return read(anna, order_id, query)


def read(anna: EbaySeller, order_id: str, query: str = "") -> dict[str, Any]:
    answer = anna.call("GET", f"{ORDERS}/{order_id}{query}")
    assert answer.status_code == 200, answer.text
    order: dict[str, Any] = answer.json()
    return order


def values(amounts: dict[str, Any]) -> dict[str, str]:
    return {name: amount["value"] for name, amount in amounts.items()}


def ship_to(order: dict[str, Any]) -> dict[str, Any]:
    contact: dict[str, Any] = order["fulfillmentStartInstructions"][0]["shippingStep"]["shipTo"]
    return contact


def test_an_amount_is_written_without_a_needless_zero(anna: EbaySeller) -> None:
    assert values(placed(anna, {"sku": "RED", "quantity": 2})["pricingSummary"]) == {
        "priceSubtotal": "20.0",
        "deliveryCost": "0.0",
        "total": "20.0",
    }


def test_the_summary_adds_up_over_discounts_delivery_adjustment_and_the_sellers_tax(anna: EbaySeller) -> None:
    order = placed(
        anna,
        {"sku": "RED", "quantity": 3, "discount": "1.50", "delivery_cost": "4.99", "tax": "2.35"},
        {"sku": "BLUE", "delivery_cost": "3.00", "delivery_discount": "2.00"},
        adjustment="-0.50",
    )
    assert values(order["pricingSummary"]) == {
        "priceSubtotal": "40.0",
        "priceDiscount": "-1.5",
        "deliveryCost": "7.99",
        "deliveryDiscount": "-2.0",
        "adjustment": "-0.5",
        "tax": "2.35",
        "total": "46.34",
    }
    red, blue = order["lineItems"]
    assert (red["lineItemCost"]["value"], red["discountedLineItemCost"]["value"]) == ("30.0", "28.5")
    assert (red["total"]["value"], blue["total"]["value"]) == ("35.84", "11.0")
    assert red["taxes"] == [{"amount": {"value": "2.35", "currency": "USD"}}]
    assert "discountedLineItemCost" not in blue
    assert values(blue["deliveryCost"]) == {"shippingCost": "1.0", "discountAmount": "2.0"}
    assert order["paymentSummary"]["payments"][0]["amount"]["value"] == "46.34"


def test_an_orders_delivery_is_spread_over_its_lines_to_the_cent(anna: EbaySeller) -> None:
    order = placed(anna, *[{"sku": "RED"}] * 3, delivery_cost="5.00", delivery_discount="1.00")
    assert [line["deliveryCost"]["shippingCost"]["value"] for line in order["lineItems"]] == ["1.33", "1.34", "1.33"]
    assert values(order["pricingSummary"])["total"] == "34.0"


def test_a_tax_that_ebay_collects_stands_in_no_total(anna: EbaySeller) -> None:
    order = placed(anna, {"sku": "RED", "remitted_tax": "0.83"})
    line = order["lineItems"][0]
    assert order["ebayCollectAndRemitTax"] is True
    assert line["ebayCollectAndRemitTaxes"] == [
        {"taxType": "STATE_SALES_TAX", "amount": {"value": "0.83", "currency": "USD"}, "collectionMethod": "NET"}
    ]
    assert line["taxes"] == []
    assert values(order["pricingSummary"]) == {"priceSubtotal": "10.0", "deliveryCost": "0.0", "total": "10.0"}
    assert (line["total"]["value"], order["paymentSummary"]["totalDueSeller"]["value"]) == ("10.0", "10.0")
    assert order["totalFeeBasisAmount"]["value"] == "10.83"


def test_the_tax_breakdown_puts_collected_taxes_and_fees_into_every_total(anna: EbaySeller) -> None:
    taxes = [{"type": "STATE_SALES_TAX", "amount": "0.83"}, {"type": "ELECTRONIC_RECYCLING_FEE", "amount": "6.00"}]
    lines = [{"sku": "RED", "tax": "0.10", "tax_type": "GST", "remitted_taxes": taxes}]
    order = placed(anna, *lines, query="?fieldGroups=TAX_BREAKDOWN")
    assert values(order["pricingSummary"]) == {
        "priceSubtotal": "10.0",
        "deliveryCost": "0.0",
        "tax": "0.93",
        "fee": "6.0",
        "total": "16.93",
    }
    line = order["lineItems"][0]
    assert [(row["taxType"], row["amount"]["value"]) for row in line["taxes"]] == [
        ("GST", "0.1"),
        ("STATE_SALES_TAX", "0.83"),
        ("ELECTRONIC_RECYCLING_FEE", "6.0"),
    ]
    assert line["total"]["value"] == order["paymentSummary"]["totalDueSeller"]["value"] == "16.93"
    assert read(anna, order["orderId"])["pricingSummary"]["total"]["value"] == "10.1"


def test_the_list_breaks_taxes_down_only_when_asked(anna: EbaySeller) -> None:
    placed(anna, {"sku": "RED", "remitted_tax": "0.83"})
    totals = [
        anna.call("GET", f"{ORDERS}{query}").json()["orders"][0]["pricingSummary"]["total"]["value"]
        for query in ("", "?fieldGroups=TAX_BREAKDOWN")
    ]
    assert totals == ["10.0", "10.83"]


def test_a_buyer_with_another_currency_leaves_the_amount_before_conversion(anna: EbaySeller) -> None:
    order = placed(anna, {"sku": "RED", "delivery_cost": "4.99"}, buyer_currency="CAD", rate="1.375")
    assert order["pricingSummary"]["total"] == {
        "value": "14.99",
        "currency": "USD",
        "convertedFromValue": "20.61",
        "convertedFromCurrency": "CAD",
    }


def test_an_order_of_another_site_is_in_its_currency(anna: EbaySeller) -> None:
    anna.simulator.deeds.seed_listings("anna", ["TEA"], marketplace="EBAY_GB", price="3.20")
    order = placed(anna, {"sku": "TEA"})
    assert order["pricingSummary"]["total"] == {"value": "3.2", "currency": "GBP"}
    assert order["lineItems"][0]["listingMarketplaceId"] == "EBAY_GB"


def test_one_sku_may_stand_on_two_lines_but_not_beyond_what_is_on_sale(anna: EbaySeller) -> None:
    anna.simulator.deeds.change_quantity("RED", 3)
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.checkout([{"sku": "RED", "quantity": 2}, {"sku": "RED", "quantity": 2}])
    untouched = anna.on_show("RED")
    assert untouched is not None
    assert untouched["quantity"] == 3
    order = placed(anna, {"sku": "RED", "quantity": 2}, {"sku": "RED"})
    assert [line["quantity"] for line in order["lineItems"]] == [2, 1]
    assert len({line["lineItemId"] for line in order["lineItems"]}) == 2
    sold_out = anna.on_show("RED")
    assert sold_out is not None
    assert sold_out["quantity"] == 0


def test_an_order_may_have_two_hundred_lines(anna: EbaySeller) -> None:
    order = placed(anna, *[{"sku": "RED", "price": "0.99"}] * 200)
    assert len({line["lineItemId"] for line in order["lineItems"]}) == 200
    assert order["pricingSummary"]["total"]["value"] == "198.0"


def test_a_listing_made_by_hand_sells_a_sku_that_no_program_knows(anna: EbaySeller) -> None:
    by_hand = {"sku": "OLD-LAMP", "by_hand": True, "price": "25.00", "title": "Old lamp"}
    order = placed(anna, {"sku": "RED"}, by_hand)
    line = order["lineItems"][1]
    assert (line["sku"], line["title"], line["lineItemCost"]["value"]) == ("OLD-LAMP", "Old lamp", "25.0")
    assert line["legacyItemId"] != order["lineItems"][0]["legacyItemId"]
    assert "OLD-LAMP" not in anna.state()["items"]


def test_a_listing_made_by_hand_may_have_no_sku_at_all(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.buy("", by_hand=True, price="1.00")["orderId"]
    assert "sku" not in read(anna, order_id)["lineItems"][0]


def test_a_buyer_has_the_name_and_address_that_he_was_given(anna: EbaySeller) -> None:
    buyer = {
        "username": "u-4711",
        "name": "Zora Quill",
        "company": "Quill Ltd",
        "email": "zora@mail.example",
        "phone": "5550177",
        "line1": "7 Mill Lane",
        "line2": "Flat 9",
        "city": "Leeds",
        "region": "West Yorkshire",
        "postal_code": "LS1 4AP",
        "country": "GB",
    }
    order = placed(anna, buyer=buyer, notes="Ring twice")
    assert ship_to(order) == {
        "fullName": "Zora Quill",
        "companyName": "Quill Ltd",
        "email": "zora@mail.example",
        "contactAddress": {
            "addressLine1": "7 Mill Lane",
            "addressLine2": "Flat 9",
            "city": "Leeds",
            "stateOrProvince": "West Yorkshire",
            "postalCode": "LS1 4AP",
            "countryCode": "GB",
        },
        "primaryPhone": {"phoneNumber": "5550177"},
    }
    assert (order["buyer"]["username"], order["buyerCheckoutNotes"]) == ("u-4711", "Ring twice")


def test_an_order_may_come_without_an_address(anna: EbaySeller) -> None:
    without = placed(anna, address=False)["fulfillmentStartInstructions"][0]
    digital = placed(anna, instructions="DIGITAL")["fulfillmentStartInstructions"][0]
    by_ebay = placed(anna, instructions="FULFILLED_BY_EBAY")["fulfillmentStartInstructions"][0]
    pickup = placed(anna, instructions="PREPARE_FOR_PICKUP")["fulfillmentStartInstructions"][0]
    assert "shipTo" not in without["shippingStep"]
    assert "shippingStep" not in digital
    assert "shipTo" not in by_ebay["shippingStep"]
    assert pickup["pickupStep"] == {"merchantLocationKey": "main"}


def test_global_shipping_sends_the_parcel_to_the_hub(anna: EbaySeller) -> None:
    order = placed(anna, global_shipping=True, buyer={"country": "FR", "city": "Lyon"})
    instruction = order["fulfillmentStartInstructions"][0]
    assert instruction["ebaySupportedFulfillment"] is True
    assert ship_to(order)["contactAddress"]["city"] == "Hubville"
    assert instruction["finalDestinationAddress"]["city"] == "Lyon"


def test_ebay_forgets_the_email_after_two_weeks_and_the_name_after_ninety_days(
    anna_and_clock: tuple[EbaySeller, VirtualClock],
) -> None:
    anna, clock = anna_and_clock
    order_id = anna.simulator.deeds.buy("RED")["orderId"]
    clock.advance(15 * DAY)
    anna.sign_in()
    contact = ship_to(read(anna, order_id))
    assert "email" not in contact
    assert contact["fullName"] == "Test Buyer 1"
    clock.advance(76 * DAY)
    anna.sign_in()
    contact = ship_to(read(anna, order_id))
    assert set(contact) == {"contactAddress"}
    assert "addressLine1" not in contact["contactAddress"]
    assert contact["contactAddress"]["city"] == "Exampleton"


WRONG_CHECKOUTS: list[dict[str, Any]] = [
    {"lines": []},
    {"lines": [{"sku": "RED", "colour": "red"}]},
    {"lines": [{"sku": "RED", "quantity": 0}]},
    {"lines": [{"sku": "RED", "discount": "10.01"}]},
    {"lines": [{"sku": "RED", "delivery_discount": "1.00"}]},
    {"lines": [{"sku": "RED", "tax": "-1.00"}]},
    {"lines": [{"sku": "RED", "tax": "0.001"}]},
    {"lines": [{"sku": "RED", "delivery_cost": "1.00"}], "delivery_cost": "2.00"},
    {"lines": [{"sku": "RED"}], "buyer": {"shoe_size": "44"}},
    {"lines": [{"sku": "RED"}], "instructions": "BY_PIGEON"},
    {"lines": [{"sku": "RED"}], "rate": "0"},
    {"lines": [{"sku": "NOT-ON-SALE"}]},
]


@pytest.mark.parametrize("checkout", WRONG_CHECKOUTS)
def test_a_checkout_that_cannot_be_is_refused_and_sells_nothing(anna: EbaySeller, checkout: dict[str, Any]) -> None:
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.checkout(**checkout)
    shown = anna.on_show("RED")
    assert shown is not None
    assert (anna.state()["orders"], shown["quantity"]) == ([], 500)


def test_many_orders_are_placed_at_once_or_not_at_all(anna: EbaySeller) -> None:
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.seed_orders(["BLUE"] * 501)
    assert anna.state()["orders"] == []
    ids = anna.simulator.deeds.seed_orders(["RED", "BLUE", "RED"], delivery_cost="1.00")["orderIds"]
    assert anna.state()["orders"] == ids
    total = sum(Decimal(read(anna, order_id)["pricingSummary"]["total"]["value"]) for order_id in ids)
    assert total == Decimal("33.00")
