"""Every amount, state and person of an order, as Amazon's model and its examples tell them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.orders.orders import Cancellation, Delivery, Payment, RemoteOrder, Shipment
from listbridge.infra.mapping.order_reading import Unmappable
from listbridge.marketplaces.amazon.orders.mapping import READER
from tests.unit.marketplaces.amazon.orders.told_orders import buyer_of, examples, item, order_of, row, told, usd

EXAMPLES = examples()


def figures(order: RemoteOrder) -> tuple[list[str], str, str, str]:
    lines = [str(line.amount.amount) for line in order.lines]
    return lines, *(str(one.amount) for one in (order.shipping.amount, order.total, order.adjustment))


# ---- the model's examples ----


@pytest.mark.parametrize(
    ("id", "site", "currency", "lines", "total", "shipment"),
    [
        ("250-1234567-8901234", "AMAZON_JP", "JPY", ["5980", "13960"], "19940", Shipment.SHIPPED),
        ("202-7654321-1098765", "AMAZON_UK", "GBP", ["34.99"], "34.99", Shipment.SHIPPED),
        ("171-2345678-9012345", "AMAZON_BR", "BRL", ["1599.90"], "1599.90", Shipment.NOTHING),
        ("171-9876543-2109876", "AMAZON_BR", "BRL", ["299.90"], "299.90", Shipment.NOTHING),
        ("028-1234567-8901234", "AMAZON_TR", "TRY", ["125.00"], "125.00", Shipment.SHIPPED),
        ("114-9876543-1234567", "AMAZON_US", "USD", ["39.99"], "49.99", Shipment.NOTHING),
    ],
)
def test_every_example_of_the_model_is_understood(
    id: str, site: str, currency: str, lines: list[str], total: str, shipment: Shipment
) -> None:
    order = order_of(EXAMPLES[id])
    assert (order.site, order.total.currency, order.priced, order.payment) == (site, currency, True, Payment.PAID)
    assert figures(order) == (lines, "0" if currency == "JPY" else "0.00", total, "0" if currency == "JPY" else "0.00")
    assert (order.shipment, order.cancellation) == (shipment, Cancellation.NONE)


def test_no_example_of_the_model_is_left_out_here() -> None:
    assert len(EXAMPLES) == 6


def test_an_order_from_amazon_s_warehouse_is_told_apart() -> None:
    assert order_of(EXAMPLES["250-1234567-8901234"]).fulfilled_by_marketplace
    assert not order_of(EXAMPLES["202-7654321-1098765"]).fulfilled_by_marketplace


def test_the_seller_s_own_tax_in_the_example_is_added_to_the_price() -> None:
    order = order_of(EXAMPLES["114-9876543-1234567"])
    [tax] = order.lines[0].taxes
    assert (tax.amount.amount, tax.remitted, order.tax_included) == (Decimal("10.00"), False, False)


def test_an_order_that_is_fetched_in_the_store_is_a_pickup() -> None:
    assert order_of(EXAMPLES["114-9876543-1234567"]).delivery is Delivery.PICKUP
    assert order_of(EXAMPLES["202-7654321-1098765"]).delivery is Delivery.SHIP


def test_an_address_keeps_all_of_its_lines() -> None:
    buyer = buyer_of(EXAMPLES["202-7654321-1098765"])
    assert buyer.shipping is not None
    assert buyer.shipping.lines == ("45 Oak Avenue", "Flat 2A", "Greater London")
    assert (buyer.shipping.city, buyer.shipping.region, buyer.shipping.postal_code, buyer.shipping.country) == (
        "London",
        "England",
        "SW1A 1AA",
        "GB",
    )
    assert (buyer.email, buyer.phone) == ("buyer-email@marketplace.amazon.co.uk", "+44 20 7946 0958")


def test_a_business_tells_its_name_its_tax_number_and_its_purchase_order() -> None:
    buyer = buyer_of(EXAMPLES["171-2345678-9012345"])
    assert buyer.shipping is not None
    assert (buyer.shipping.company, buyer.tax_id, buyer.note) == (
        "Oliveira Tecnologia Ltda",
        "1234567890",
        "PO PO-BR-2024-5678",
    )


def test_the_company_of_the_buyer_stands_in_for_the_address_s() -> None:
    body = told(item(1, row("ITEM", "10.00")), total="10.00")
    body |= {"buyer": {"buyerCompanyName": "Wax Ltd"}, "recipient": {"deliveryAddress": {"city": "Bath"}}}
    shipping = buyer_of(body).shipping
    assert shipping is not None
    assert (shipping.company, shipping.city) == ("Wax Ltd", "Bath")


def test_a_gift_s_message_goes_with_its_line() -> None:
    [gift] = buyer_of(EXAMPLES["171-9876543-2109876"]).gifts
    assert (gift.line, gift.message.startswith("Feliz Natal!")) == ("17198765432109", True)


# ---- amounts ----


def test_discounts_and_taxes_of_the_shipping_are_the_shipping_s() -> None:
    body = told(
        item(
            1,
            row("ITEM", "20.00"),
            row("SHIPPING", "5.00"),
            row("DISCOUNT", "-4.00", item="-1.00", shipping="-3.00"),
            row("TAX", "2.10", item="1.90", shipping="0.20"),
            quantity=2,
        ),
        total="23.10",
    )
    order = order_of(body)
    assert figures(order) == (["19.00"], "2.00", "23.10", "0.00")
    assert [str(tax.amount.amount) for tax in order.lines[0].taxes] == ["1.90"]
    assert [str(tax.amount.amount) for tax in order.shipping.taxes] == ["0.20"]


def test_a_discount_is_taken_off_whatever_its_sign() -> None:
    for sign in ("", "-"):
        body = told(item(1, row("ITEM", "20.00"), row("DISCOUNT", f"{sign}4.00")), total="16.00")
        assert figures(order_of(body)) == (["16.00"], "0.00", "16.00", "0.00")


def test_a_tax_that_amazon_keeps_is_in_no_amount_whether_the_total_holds_it_or_not() -> None:
    kept = {"tax": {"taxCollections": [{"model": "MARKETPLACE_FACILITATOR"}]}}
    for total in ("20.00", "21.60"):
        order = order_of(told(item(1, row("ITEM", "20.00"), row("TAX", "1.60"), **kept), total=total))
        assert figures(order) == (["20.00"], "0.00", "20.00", "0.00")
        assert [tax.remitted for tax in order.lines[0].taxes] == [True]


def test_without_proceeds_the_unit_prices_decide() -> None:
    line = item(1, quantity=3)
    line["product"]["price"] = {"unitPrice": usd("9.99")}
    body = told(line, total="0")
    del body["proceeds"], line["proceeds"]
    assert figures(order_of(body)) == (["29.97"], "0.00", "29.97", "0.00")


def test_an_order_in_two_currencies_is_not_understood() -> None:
    body = told(item(1, row("ITEM", "20.00")), total="20.00")
    body["proceeds"]["grandTotal"]["currencyCode"] = "EUR"
    with pytest.raises(Unmappable):
        order_of(body)
    assert READER.each([body]) == ([], ["114-0000001-0000001"])


# ---- states ----


@pytest.mark.parametrize("status", ["PENDING", "PENDING_AVAILABILITY"])
def test_a_pending_order_is_unpaid_and_unpriced_even_where_a_price_is_told(status: str) -> None:
    order = order_of(told(item(1, row("ITEM", "20.00"), quantity=2), total="20.00", status=status))
    assert (order.priced, order.payment, order.committed) == (False, Payment.PENDING, True)
    assert figures(order) == (["0.00"], "0.00", "0.00", "0.00")
    assert order.lines[0].quantity == 2


def test_a_paid_order_without_any_price_waits_for_it() -> None:
    order = order_of(told(item(1), total="0"))
    assert (order.priced, order.payment) == (False, Payment.PENDING)


def test_an_order_in_place_of_another_is_free_and_waits_for_no_price() -> None:
    body = told(item(1), total="0", associatedOrders=[{"orderId": "1", "associationType": "REPLACEMENT_ORIGINAL_ID"}])
    order = order_of(body)
    assert (order.priced, order.payment, figures(order)) == (True, Payment.PAID, (["0.00"], "0.00", "0.00", "0.00"))


def test_a_line_that_was_cancelled_alone_counts_as_refunded() -> None:
    gone = {"cancellation": {"cancellationExecution": {"cancelledBy": "MERCHANT"}}}
    order = order_of(told(item(1, row("ITEM", "5.00")), item(2, row("ITEM", "7.00"), **gone), total="12.00"))
    assert (order.cancellation, order.refunded_lines, order.committed) == (Cancellation.NONE, {"2"}, True)


def test_a_line_without_units_is_none() -> None:
    order = order_of(told(item(1, row("ITEM", "5.00")), item(2, quantity=0), total="5.00"))
    assert [line.id for line in order.lines] == ["1"]


def test_a_request_to_cancel_one_line_is_a_request() -> None:
    asked = {"cancellation": {"cancellationRequest": {"requester": "BUYER", "cancelReason": "NO_LONGER_NEEDED"}}}
    order = order_of(told(item(1, row("ITEM", "5.00")), item(2, row("ITEM", "7.00"), **asked), total="12.00"))
    assert order.cancellation is Cancellation.REQUESTED


@pytest.mark.parametrize(
    ("done", "shipped"), [(0, Shipment.NOTHING), (1, Shipment.PARTLY), (2, Shipment.SHIPPED), (3, Shipment.SHIPPED)]
)
def test_a_line_says_how_much_of_it_is_shipped(done: int, shipped: Shipment) -> None:
    line = item(1, row("ITEM", "5.00"), quantity=2) | {"fulfillment": {"quantityFulfilled": done}}
    assert order_of(told(line, total="5.00", status="PARTIALLY_SHIPPED")).lines[0].shipped is shipped


# ---- what is odd ----


def test_nulls_and_numbers_where_texts_are_meant_cost_no_order() -> None:
    line = item(1, row("ITEM", "5.00"))
    line["product"] |= {"asin": None, "sellerSku": 4711}
    body: dict[str, Any] = told(line, total="5.00", packages=None, programs=None, buyer=None, recipient=None)
    order = order_of(body)
    assert (order.lines[0].sku, order.lines[0].listing) == ("4711", None)
    assert READER.read(body).buyer is None


def test_an_order_of_a_store_that_we_do_not_know_is_seen_without_a_site() -> None:
    body = told(item(1, row("ITEM", "5.00")), total="5.00")
    body["salesChannel"] = {"channelName": "AMAZON", "marketplaceId": "A0NEW"}
    order = order_of(body)
    assert (order.site, str(order.total)) == ("", "5.00 USD")
