"""What an eBay order costs, in our words: exact amounts, and whose tax it is."""

from __future__ import annotations

import pytest

from listbridge.domain.orders.orders import Tax
from listbridge.infra.mapping.order_reading import Unmappable
from listbridge.marketplaces.ebay.orders.mapping import READER
from tests.unit.marketplaces.ebay.orders.told_orders import dollars, line, mapped, order, usd

# ---- amounts ----


def test_a_line_costs_what_is_left_after_its_discount() -> None:
    body = order(
        line(cost="100.00", quantity=2, discountedLineItemCost=usd("90.00")),
        pricing={
            "priceSubtotal": usd("100.00"),
            "priceDiscount": usd("-10.00"),
            "deliveryCost": usd("15.00"),
            "deliveryDiscount": usd("-5.00"),
            "total": usd("100.00"),
        },
    )
    found = mapped(body)
    assert found.lines[0].amount == dollars("90.00")
    assert found.shipping.amount == dollars("10.00")
    assert (found.total, found.adjustment) == (dollars("100.00"), dollars("0.00"))


def test_a_delivery_discount_counts_the_same_whichever_sign_it_has() -> None:
    body = order(pricing={"deliveryCost": usd("9.00"), "deliveryDiscount": usd("2.00"), "total": usd("66.73")})
    found = mapped(body)
    assert (found.shipping.amount, found.adjustment) == (dollars("7.00"), dollars("0.00"))


def test_without_an_orders_delivery_cost_its_lines_tell_the_shipping() -> None:
    cost = {"shippingCost": usd("3.00"), "handlingCost": usd("1.50"), "discountAmount": usd("0.50")}
    body = order(
        line(1, "10.00", deliveryCost=cost),
        line(2, "10.00", deliveryCost={"shippingCost": usd("2.00")}),
        pricing={"total": usd("26.50")},
    )
    found = mapped(body)
    assert (found.shipping.amount, found.adjustment) == (dollars("6.50"), dollars("0.00"))


@pytest.mark.parametrize(("total", "left"), [("65.00", "-4.73"), ("70.00", "0.27")])
def test_what_the_parts_do_not_explain_is_an_adjustment(total: str, left: str) -> None:
    found = mapped(order(pricing={"deliveryCost": usd("10.00"), "total": usd(total)}))
    assert (found.total, found.adjustment) == (dollars(total), dollars(left))


def test_an_order_without_a_total_is_the_sum_of_its_parts() -> None:
    found = mapped(order(pricing={"deliveryCost": usd("10.00")}))
    assert (found.total, found.adjustment) == (dollars("69.73"), dollars("0.00"))


REMITTED = {
    "ebayCollectAndRemitTaxes": [{"taxType": "STATE_SALES_TAX", "amount": usd("4.62"), "collectionMethod": "NET"}]
}


def test_tax_that_ebay_remits_is_told_and_is_in_no_other_amount() -> None:
    found = mapped(order(line(**REMITTED), ebayCollectAndRemitTax=True))
    assert found.lines[0].taxes == (Tax("STATE_SALES_TAX", dollars("4.62"), remitted=True),)
    assert (found.total, found.adjustment, found.tax_included) == (dollars("69.73"), dollars("0.00"), True)


@pytest.mark.parametrize("kind", [{"taxType": "STATE_SALES_TAX"}, {}])
def test_tax_that_ebay_remits_and_repeats_among_the_taxes_is_taken_out_of_the_total(kind: dict[str, str]) -> None:
    body = order(
        line(**REMITTED) | {"taxes": [{"amount": usd("4.62"), **kind}]},
        pricing={"deliveryCost": usd("10.0"), "tax": usd("4.62"), "total": usd("74.35")},
    )
    found = mapped(body)
    assert found.lines[0].taxes == (Tax("STATE_SALES_TAX", dollars("4.62"), remitted=True),)
    assert (found.total, found.adjustment, found.tax_included) == (dollars("69.73"), dollars("0.00"), True)


def test_tax_that_ebay_remits_is_taken_out_wherever_the_amounts_show_that_it_is_in() -> None:
    found = mapped(order(line(**REMITTED), pricing={"deliveryCost": usd("10.0"), "total": usd("74.35")}))
    assert (found.total, found.adjustment) == (dollars("69.73"), dollars("0.00"))


def test_the_sellers_own_tax_is_added_to_the_lines() -> None:
    taxes = [{"taxType": "STATE_SALES_TAX", "amount": usd("5.00")}]
    found = mapped(order(line(taxes=taxes), pricing={"deliveryCost": usd("10.0"), "total": usd("74.73")}))
    assert found.lines[0].taxes == (Tax("STATE_SALES_TAX", dollars("5.00")),)
    assert (found.total, found.adjustment, found.tax_included) == (dollars("74.73"), dollars("0.00"), False)


def test_the_sellers_own_tax_is_contained_where_the_amounts_add_up_without_it() -> None:
    found = mapped(order(line(taxes=[{"taxType": "VAT", "amount": usd("11.13")}])))
    assert (found.total, found.adjustment, found.tax_included) == (dollars("69.73"), dollars("0.00"), True)


def test_own_tax_of_the_same_amount_but_another_kind_is_not_the_one_that_ebay_remits() -> None:
    taxes = [{"taxType": "PROVINCE_SALES_TAX", "amount": usd("4.62")}]
    found = mapped(
        order(line(**REMITTED) | {"taxes": taxes}, pricing={"deliveryCost": usd("10.0"), "total": usd("74.35")})
    )
    assert [(tax.title, tax.remitted) for tax in found.lines[0].taxes] == [
        ("PROVINCE_SALES_TAX", False),
        ("STATE_SALES_TAX", True),
    ]
    assert (found.total, found.adjustment, found.tax_included) == (dollars("74.35"), dollars("0.00"), False)


def test_a_tax_row_without_an_amount_is_no_tax() -> None:
    assert mapped(order(line(taxes=[{"taxType": "VAT"}]))).lines[0].taxes == ()


def test_an_amount_that_ebay_converted_is_read_in_the_orders_own_currency() -> None:
    converted = {"value": "54.00", "currency": "EUR", "convertedFromValue": "59.73", "convertedFromCurrency": "USD"}
    body = order(line(lineItemCost=converted))
    assert mapped(body).lines[0].amount == dollars("59.73")


def test_amounts_in_two_currencies_make_no_order() -> None:
    with pytest.raises(Unmappable):
        READER.read(order(line(lineItemCost={"value": "54.00", "currency": "EUR"})))


@pytest.mark.parametrize("value", ["twelve", "NaN", ""])
def test_an_amount_that_is_no_number_makes_no_order(value: str) -> None:
    with pytest.raises(Unmappable):
        READER.read(order(line(cost=value)))
