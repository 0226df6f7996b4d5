"""Importing an order through the simulated API: what it comes to, what it keeps, what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.simulators.shopify_simulator_client import Shop
from tests.contract.simulators.shopify_simulator_orders import (
    bag,
    create,
    define_mark,
    line,
    marked,
    refused,
    stock,
    tax,
    totals,
    variant_line,
)

PAID = {"transactions": [{"kind": "SALE", "status": "SUCCESS", "gateway": "eBay", "amountSet": bag("30.00")}]}
SHIPPING = [{"title": "DHL", "code": "DHL", "priceSet": bag("5.00"), "taxLines": [tax("0.80")]}]


def made(*lines: dict[str, Any], **order: Any) -> dict[str, str]:
    shop = Shop()
    return totals(shop, create(shop, *lines, **order))


# Totals


def test_taxes_come_on_top_where_prices_do_not_include_them() -> None:
    told = made(line("10.00", 2, taxLines=[tax("3.80")]), shippingLines=SHIPPING, taxesIncluded=False)
    assert (told["subtotal"], told["shipping"], told["tax"]) == ("20.00", "5.00", "4.60")
    assert (told["total"], told["outstanding"], told["status"]) == ("29.60", "29.60", "PENDING")


def test_taxes_are_in_the_total_already_where_prices_include_them() -> None:
    told = made(line("10.00", 2, taxLines=[tax("3.19")]), shippingLines=SHIPPING, taxesIncluded=True)
    assert (told["subtotal"], told["tax"], told["total"]) == ("20.00", "3.99", "25.00")


def test_a_tax_that_the_channel_pays_to_the_state_counts_like_any_other() -> None:
    told = made(line("10.00", taxLines=[tax("0.83", "0.083", channelLiable=True)]))
    assert (told["tax"], told["total"]) == ("0.83", "10.83")


def test_a_tax_line_without_an_amount_is_its_rate_of_the_line() -> None:
    on_top = made(line("10.00", 3, taxLines=[tax(None)]))
    inside = made(line("10.00", 3, taxLines=[tax(None)]), taxesIncluded=True)
    assert (on_top["tax"], on_top["total"]) == ("5.70", "35.70")
    assert (inside["tax"], inside["total"]) == ("4.79", "30.00")


def test_taxes_of_the_order_are_split_over_its_taxable_lines_to_the_cent() -> None:
    shop = Shop()
    lines = [line("10.00"), line("10.00"), line("10.00"), line("70.00", taxable=False)]
    order = create(shop, *lines, taxLines=[tax("1.00")])
    assert (totals(shop, order)["tax"], totals(shop, order)["total"]) == ("1.00", "101.00")
    read = shop.data(
        "query L($id: ID!) { order(id: $id) { taxLines { title rate priceSet { shopMoney { amount } } } "
        "lineItems(first: 9) { nodes { taxLines { priceSet { shopMoney { amount } } } } } } }",
        id=order,
    )["order"]
    parts = [
        [one["priceSet"]["shopMoney"]["amount"] for one in node["taxLines"]] for node in read["lineItems"]["nodes"]
    ]
    assert parts == [["0.33"], ["0.34"], ["0.33"], []]
    assert read["taxLines"] == [{"title": "VAT", "rate": 0.19, "priceSet": {"shopMoney": {"amount": "1.00"}}}]


@pytest.mark.parametrize(
    ("code", "discounts", "total"),
    [
        ({"itemFixedDiscountCode": {"code": "X", "amountSet": bag("1.00")}}, "1.00", "34.00"),
        ({"itemFixedDiscountCode": {"code": "X", "amountSet": bag("99.00")}}, "30.00", "5.00"),
        ({"itemPercentageDiscountCode": {"code": "X", "percentage": 12.5}}, "3.75", "31.25"),
        ({"freeShippingDiscountCode": {"code": "X"}}, "5.00", "30.00"),
    ],
)
def test_a_discount_code_takes_off_what_it_says_but_never_more_than_there_is(
    code: dict[str, Any], discounts: str, total: str
) -> None:
    shipping = [{"title": "DHL", "priceSet": bag("5.00")}]
    told = made(line("10.00"), line("20.00"), discountCode=code, shippingLines=shipping)
    assert (told["discounts"], told["total"]) == (discounts, total)


def test_a_discount_is_spread_over_the_lines_to_the_cent() -> None:
    shop = Shop()
    code = {"itemFixedDiscountCode": {"code": "X", "amountSet": bag("1.00")}}
    order = create(shop, line("1.00"), line("1.00"), line("1.00"), discountCode=code)
    state = shop.session.get("https://demo.myshopify.com/_sim/state").json()["orders"][0]
    spread = [one["discount_allocations"][0]["amount"] for one in state["line_items"]]
    assert spread == ["0.33", "0.34", "0.33"]
    assert state["discount_codes"] == [{"code": "X", "amount": "1.00", "type": "fixed_amount"}]
    assert totals(shop, order)["total"] == "2.00"


def test_an_order_in_another_currency_counts_in_that_one() -> None:
    shop = Shop()
    thing = {"title": "Mug", "quantity": 2, "priceSet": bag("8.50", "GBP")}
    order = create(shop, thing, currency="GBP")
    read = shop.data(
        "query O($id: ID!) { order(id: $id) { currencyCode presentmentCurrencyCode totalPriceSet "
        "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } } } }",
        id=order,
    )["order"]
    pounds = {"amount": "17.00", "currencyCode": "GBP"}
    assert (read["currencyCode"], read["presentmentCurrencyCode"]) == ("GBP", "GBP")
    assert read["totalPriceSet"] == {"shopMoney": pounds, "presentmentMoney": pounds}


def test_the_buyers_currency_stands_beside_the_shops() -> None:
    shop = Shop()
    thing = {"title": "Mug", "quantity": 2, "priceSet": bag("10.00", shown=("8.50", "GBP"))}
    order = create(shop, thing, presentmentCurrency="GBP")
    read = shop.data(
        "query O($id: ID!) { order(id: $id) { totalPriceSet { shopMoney { amount currencyCode } "
        "presentmentMoney { amount currencyCode } } } }",
        id=order,
    )["order"]["totalPriceSet"]
    assert read["shopMoney"] == {"amount": "20.00", "currencyCode": "EUR"}
    assert read["presentmentMoney"] == {"amount": "17.00", "currencyCode": "GBP"}


# Payment


@pytest.mark.parametrize(
    ("transactions", "told", "status", "outstanding"),
    [
        ([("SALE", "SUCCESS", "30.00")], None, "PAID", "0.00"),
        ([("SALE", "SUCCESS", "10.00")], None, "PARTIALLY_PAID", "20.00"),
        ([("SALE", "FAILURE", "30.00")], None, "PENDING", "30.00"),
        ([("AUTHORIZATION", "SUCCESS", "30.00")], None, "AUTHORIZED", "30.00"),
        ([], None, "PENDING", "30.00"),
        ([], "PAID", "PAID", "30.00"),
    ],
)
def test_the_financial_status_is_as_told_or_follows_from_the_payments(
    transactions: list[tuple[str, str, str]], told: str | None, status: str, outstanding: str
) -> None:
    payments = [{"kind": k, "status": s, "gateway": "eBay", "amountSet": bag(a)} for k, s, a in transactions]
    read = made(line("30.00"), transactions=payments, financialStatus=told)
    assert (read["status"], read["outstanding"]) == (status, outstanding)


# What it keeps


def test_all_that_was_told_of_an_order_can_be_read_back() -> None:
    shop = Shop()
    address = {
        "firstName": "Ada",
        "lastName": "King",
        "address1": "1 Row",
        "city": "Rye",
        "zip": "TN31 7AA",
        "countryCode": "GB",
        "phone": "+441632960000",
    }
    order = create(
        shop,
        line("30.00", sku="T-1", requiresShipping=True, properties=[{"name": "_line", "value": "77"}]),
        name="EB-1",
        email="ada@example.com",
        note="gift",
        tags=["eBay", "Listbridge"],
        customAttributes=[{"key": "site", "value": "DE"}],
        sourceIdentifier="12-34567-89012",
        sourceName="ebay",
        processedAt="2026-10-30T10:00:00Z",
        shippingAddress=address,
        test=True,
        fulfillmentStatus="PARTIAL",
        **PAID,
    )
    read = shop.data(
        """query O($id: ID!) { order(id: $id) { name email note tags sourceIdentifier sourceName processedAt test
          customAttributes { key value } displayFulfillmentStatus paymentGatewayNames
          shippingAddress { name address1 zip countryCodeV2 phone } billingAddress { name }
          lineItems(first: 1) { nodes { sku requiresShipping customAttributes { key value } variant { id } } } } }""",
        id=order,
    )["order"]
    assert read == {
        "name": "EB-1",
        "email": "ada@example.com",
        "note": "gift",
        "tags": ["eBay", "Listbridge"],
        "sourceIdentifier": "12-34567-89012",
        "sourceName": "ebay",
        "processedAt": "2026-10-30T10:00:00Z",
        "test": True,
        "customAttributes": [{"key": "site", "value": "DE"}],
        "displayFulfillmentStatus": "PARTIALLY_FULFILLED",
        "paymentGatewayNames": ["eBay"],
        "shippingAddress": {
            "name": "Ada King",
            "address1": "1 Row",
            "zip": "TN31 7AA",
            "countryCodeV2": "GB",
            "phone": "+441632960000",
        },
        "billingAddress": None,
        "lineItems": {
            "nodes": [
                {
                    "sku": "T-1",
                    "requiresShipping": True,
                    "customAttributes": [{"key": "_line", "value": "77"}],
                    "variant": None,
                }
            ]
        },
    }
    state = shop.session.get("https://demo.myshopify.com/_sim/state").json()["orders"][0]
    assert state["note_attributes"] == [{"name": "site", "value": "DE"}]
    assert state["line_items"][0]["properties"] == [{"name": "_line", "value": "77"}]
    assert (state["total_price"], state["total_outstanding"]) == ("30.00", "0.00")


def test_an_order_without_mail_and_address_shows_none() -> None:
    shop = Shop()
    create(shop, line("1.00"))
    state = shop.session.get("https://demo.myshopify.com/_sim/state").json()["orders"][0]
    assert (state["email"], state["shipping_address"], state["customer"]) == ("", None, None)


@pytest.mark.parametrize(
    ("behaviour", "quantity", "left"),
    [(None, 2, 5), ("BYPASS", 2, 5), ("DECREMENT_IGNORING_POLICY", 7, -2), ("DECREMENT_OBEYING_POLICY", 2, 3)],
)
def test_importing_an_order_touches_stock_only_as_asked(behaviour: str | None, quantity: int, left: int) -> None:
    shop = Shop()
    shop.shirt()
    create(shop, variant_line(shop, "SHIRT-S", quantity), behaviour=behaviour)
    assert stock(shop, "SHIRT-S") == left


# What it refuses


REFUSALS: dict[str, tuple[list[dict[str, Any]], dict[str, Any], list[tuple[str, str]]]] = {
    "no lines": ([], {}, [("INVALID", "order.lineItems")]),
    "no pieces": ([line("1.00", 0)], {}, [("INVALID", "order.lineItems.0.quantity")]),
    "no title": ([{"quantity": 1}], {}, [("INVALID", "order.lineItems.0.title")]),
    "a variant that is gone": (
        [{"variantId": "gid://shopify/ProductVariant/1", "quantity": 1}],
        {},
        [("INVALID", "order.lineItems.0.variantId")],
    ),
    "an unknown fulfilment service": (
        [line("1.00", fulfillmentService="robots")],
        {},
        [("FULFILLMENT_SERVICE_INVALID", "order.lineItems.0.fulfillmentService")],
    ),
    "taxes in both places": (
        [line("1.00", taxLines=[tax("0.19")])],
        {"taxLines": [tax("0.19")]},
        [("INVALID", "order.taxLines")],
    ),
    "a date to come": (
        [line("1.00")],
        {"processedAt": "2099-01-01T00:00:00Z"},
        [("PROCESSED_AT_INVALID", "order.processedAt")],
    ),
    "a phone number that is none": ([line("1.00")], {"phone": "call me"}, [("INVALID", "order.phone")]),
    "a mail address that is none": ([line("1.00")], {"email": "ada"}, [("INVALID", "order.email")]),
    "money in another currency than the order's": (
        [line("1.00")],
        {"currency": "GBP"},
        [("INVALID", "order.lineItems.0.priceSet.shopMoney")],
    ),
    "a presentment currency nobody named": (
        [{"title": "Mug", "quantity": 1, "priceSet": bag("1.00", shown=("0.85", "GBP"))}],
        {},
        [("INVALID", "order.lineItems.0.priceSet.presentmentMoney")],
    ),
    "two discounts": (
        [line("1.00")],
        {
            "discountCode": {
                "freeShippingDiscountCode": {"code": "A"},
                "itemPercentageDiscountCode": {"code": "B", "percentage": 5},
            }
        },
        [("INVALID", "order.discountCode")],
    ),
    "shipping below nothing": (
        [line("1.00")],
        {"shippingLines": [{"title": "DHL", "priceSet": bag("-1.00")}]},
        [("INVALID", "order.shippingLines.0.priceSet")],
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_bad_order_is_refused_and_not_made(case: str) -> None:
    lines, order, told = REFUSALS[case]
    assert refused(Shop(), *lines, **order) == told


def test_a_policy_that_is_obeyed_refuses_what_is_not_there() -> None:
    shop = Shop()
    shop.shirt()
    told = shop.data(
        "mutation C($o: OrderCreateOrderInput!) { orderCreate(order: $o, options: "
        "{inventoryBehaviour: DECREMENT_OBEYING_POLICY}) { order { id } userErrors { code } } }",
        o={"lineItems": [variant_line(shop, "SHIRT-S", 2), variant_line(shop, "SHIRT-M", 4)]},
    )["orderCreate"]
    assert told == {"order": None, "userErrors": [{"code": "INVENTORY_CLAIM_FAILED"}]}
    assert (stock(shop, "SHIRT-S"), stock(shop, "SHIRT-M")) == (5, 3)


def test_a_mark_that_another_order_has_is_refused() -> None:
    shop = Shop()
    define_mark(shop)
    create(shop, line("1.00"), metafields=marked("22-1"))
    assert refused(shop, line("1.00"), metafields=marked("22-1")) == [("INVALID", "order.metafields")]
    create(shop, line("1.00"), metafields=marked("22-2"))


def test_a_development_store_takes_five_orders_a_minute() -> None:
    shop = Shop(limits={"orders_per_minute": 5})
    for _ in range(5):
        create(shop, line("1.00"))
    assert refused(shop, line("1.00")) == [("INVALID", "order")]
    shop.clock.advance(61)
    create(shop, line("1.00"))
