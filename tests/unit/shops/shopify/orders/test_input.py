"""What Shopify is told about a marketplace's order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.orders.amounts import CannotAddUp
from listbridge.domain.orders.orders import Address, Buyer
from listbridge.domain.orders.shop_orders import ShopOrderDraft
from listbridge.shops.shopify.orders.input import address_input, order_input
from tests.fakes.order_drafts import ADDRESS, BUYER, PLACED, draft, line, money, shipping, tax

NOW = PLACED + timedelta(hours=1)


def told(of: ShopOrderDraft) -> dict[str, Any]:
    return order_input(of, NOW)


def amount(bag: dict[str, Any]) -> Decimal:
    return Decimal(bag["shopMoney"]["amount"])


def total_of(order: dict[str, Any]) -> Decimal:
    """What the order comes to by the schema's descriptions of its fields."""
    total = sum((amount(one["priceSet"]) * one["quantity"] for one in order["lineItems"]), Decimal(0))
    total += sum((amount(one["priceSet"]) for one in order["shippingLines"]), Decimal(0))
    if "discountCode" in order:
        total -= amount(order["discountCode"]["itemFixedDiscountCode"]["amountSet"])
    if not order["taxesIncluded"]:
        taxed = [*order["lineItems"], *order["shippingLines"]]
        total += sum((amount(one["priceSet"]) for of in taxed for one in of.get("taxLines", ())), Decimal(0))
    return total


def eur(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def test_a_plain_order_is_told_whole():
    assert told(draft(buyer=None)) == {
        "currency": "EUR",
        "processedAt": "2026-10-31T09:30:00Z",
        "sourceName": "ebay",
        "sourceIdentifier": "12-34567-89012",
        "metafields": [
            {"namespace": "listbridge", "key": "marketplace_order", "type": "id", "value": "ebay:12-34567-89012"}
        ],
        "tags": ["eBay", "Listbridge"],
        "customAttributes": [
            {"key": "eBay order", "value": "12-34567-89012"},
            {"key": "listbridge_order", "value": "ebay:12-34567-89012"},
        ],
        "lineItems": [
            {
                "title": "Mug, white",
                "quantity": 1,
                "priceSet": eur("10.00"),
                "requiresShipping": True,
                "properties": [{"name": "_listbridge_line", "value": "10001"}],
                "taxLines": [],
                "sku": "MUG",
                "variantId": "gid://shopify/ProductVariant/7",
            }
        ],
        "taxesIncluded": True,
        "shippingLines": [{"title": "DHL Paket", "code": "DE_DHLPaket", "priceSet": eur("4.90"), "taxLines": []}],
        "financialStatus": "PAID",
        "transactions": [{"kind": "SALE", "status": "SUCCESS", "gateway": "eBay", "amountSet": eur("14.90")}],
    }


def test_units_that_cost_different_cents_become_two_lines_of_the_same_marketplace_line():
    made = told(draft(line("10.00", quantity=3)))["lineItems"]
    assert [(one["quantity"], one["priceSet"]) for one in made] == [(2, eur("3.33")), (1, eur("3.34"))]
    assert [one["properties"][0]["value"] for one in made] == ["10001", "10001"]


def test_a_cut_lines_tax_is_cut_with_it_and_loses_no_cent():
    of = draft(line("10.00", quantity=3, taxes=(tax("1.60", "0.19"),)), shipping=shipping("0.00"))
    made = told(of)["lineItems"]
    assert [one["taxLines"][0]["priceSet"] for one in made] == [eur("1.06"), eur("0.54")]
    assert [one["taxLines"][0]["rate"] for one in made] == ["0.19", "0.19"]


@pytest.mark.parametrize(
    ("tax_included", "rate"),
    [(True, "0.190476"), (False, "0.16")],
    ids=["the price holds the tax", "the tax comes on top"],
)
def test_a_rate_that_nobody_told_is_the_share_of_the_net_price(tax_included: bool, rate: str):
    of = draft(line("10.00", taxes=(tax("1.60"),)), tax_included=tax_included)
    assert told(of)["lineItems"][0]["taxLines"] == [{"title": "VAT", "rate": rate, "priceSet": eur("1.60")}]


def test_a_tax_on_nothing_has_the_rate_zero():
    of = draft(line("0.00", taxes=(tax("0.00"),)))
    assert told(of)["lineItems"][0]["taxLines"][0]["rate"] == "0"


def test_a_tax_that_the_marketplace_pays_is_noted_and_in_no_amount():
    of = draft(
        line("10.00", taxes=(tax("0.80", remitted=True),)),
        shipping=shipping("4.90", (tax("0.40", remitted=True),)),
        tax_included=False,
    )
    made = told(of)
    assert made["lineItems"][0]["taxLines"] == made["shippingLines"][0]["taxLines"] == []
    assert {"key": "Tax collected and paid by eBay", "value": "1.20 EUR"} in made["customAttributes"]
    assert total_of(made) == Decimal("14.90")


def test_what_the_parts_leave_unexplained_is_a_second_charge_and_nothing_to_pack():
    made = told(draft(adjustment="0.35"))
    assert len(made["lineItems"]) == 1
    assert made["shippingLines"][1] == {"title": "eBay adjustment", "code": "adjustment", "priceSet": eur("0.35")}
    assert made["transactions"][0]["amountSet"] == eur("15.25")


def test_what_is_taken_off_is_a_discount():
    made = told(draft(adjustment="-2.00"))
    assert made["discountCode"] == {"itemFixedDiscountCode": {"code": "eBay adjustment", "amountSet": eur("2.00")}}
    assert total_of(made) == Decimal("12.90")


def test_a_discount_beyond_the_lines_comes_off_the_shipping():
    made = told(draft(adjustment="-12.00"))
    assert made["discountCode"]["itemFixedDiscountCode"]["amountSet"] == eur("10.00")
    assert made["shippingLines"][0]["priceSet"] == eur("2.90")
    assert total_of(made) == Decimal("2.90")


def test_more_taken_off_than_there_is_adds_up_to_nothing():
    with pytest.raises(CannotAddUp):
        told(draft(adjustment="-14.91"))


def test_an_order_for_nothing_has_no_payment_and_is_paid():
    made = told(draft(line("0.00"), shipping=shipping("0.00")))
    assert "transactions" not in made
    assert made["financialStatus"] == "PAID"


def test_another_currency_is_the_orders_own_in_every_amount():
    of = draft(
        line("10.00", taxes=(tax("1.60", currency="GBP"),), currency="GBP"), shipping=shipping("4.90", currency="GBP")
    )
    made = told(of)
    assert made["currency"] == "GBP"
    assert "EUR" not in str(made)


def test_an_amount_is_written_without_an_exponent():
    of = draft(line("1E+1"), shipping=shipping("0.00"))
    assert told(of)["lineItems"][0]["priceSet"] == eur("10.00")


def test_a_line_without_a_variant_is_text_only():
    (made,) = told(draft(line(variant=None, sku="")))["lineItems"]
    assert "variantId" not in made
    assert "sku" not in made
    assert made["title"] == "Mug, white"


def test_a_line_without_a_title_is_called_by_its_sku():
    nameless = replace(line(), title="")
    assert told(draft(nameless))["lineItems"][0]["title"] == "MUG"


def test_an_order_from_a_clock_ahead_of_ours_is_placed_now():
    assert order_input(draft(), PLACED - timedelta(seconds=3))["processedAt"] == "2026-10-31T09:29:57Z"


def test_tags_stand_once_without_commas_and_within_shopifys_length():
    of = draft(tags=("ebay", "a,b", "", "x" * 60))
    assert told(of)["tags"] == ["eBay", "Listbridge", "a b", "x" * 40]


# The buyer


def test_the_buyer_is_an_email_and_addresses_and_no_customer():
    made = told(draft(buyer=replace(BUYER, billing=replace(ADDRESS, company=""))))
    assert made["email"] == "x1@members.ebay.com"
    assert "customer" not in made
    assert "phone" not in made
    assert made["shippingAddress"] == {
        "firstName": "Ada M.",
        "lastName": "Lovelace",
        "company": "Engines Ltd",
        "address1": "1 Analytical Way",
        "address2": "Flat 2, West Yorkshire",
        "city": "Leeds",
        "zip": "LS1 4AP",
        "countryCode": "GB",
        "phone": "+44 113 4960000",
    }
    assert "company" not in made["billingAddress"]


def test_a_region_that_is_a_code_is_told_as_one():
    told = address_input(replace(ADDRESS, region="CA", country="US", lines=("1 Main St",)))
    assert (told["provinceCode"], "address2" in told) == ("CA", False)


def test_a_buyer_of_whom_nothing_is_known_leaves_nothing():
    made = told(draft(buyer=Buyer()))
    assert {"email", "shippingAddress", "billingAddress"} & set(made) == set()
    assert address_input(Address(name="Cher")) == {"lastName": "Cher"}


def test_a_country_that_shopify_does_not_know_is_noted_and_not_sent():
    made = told(draft(buyer=replace(BUYER, shipping=replace(ADDRESS, country="QQ"))))
    assert "countryCode" not in made["shippingAddress"]
    assert {"key": "Shipping country", "value": "QQ"} in made["customAttributes"]


def test_a_buyers_tax_id_is_noted():
    made = told(draft(buyer=replace(BUYER, tax_id="RSSMRA85T10A562S")))
    assert {"key": "Tax id", "value": "RSSMRA85T10A562S"} in made["customAttributes"]


# Always


CENTS = st.integers(min_value=0, max_value=100_000).map(lambda cents: Decimal(cents) / 100)


@given(
    lines=st.lists(st.tuples(st.integers(1, 7), CENTS, CENTS, st.booleans()), min_size=1, max_size=4),
    charge=st.tuples(CENTS, CENTS),
    adjustment=st.integers(-300, 300).map(lambda cents: Decimal(cents) / 100),
    tax_included=st.booleans(),
)
def test_the_shops_order_comes_to_exactly_the_total(
    lines: list[tuple[int, Decimal, Decimal, bool]],
    charge: tuple[Decimal, Decimal],
    adjustment: Decimal,
    tax_included: bool,
):
    made_of = [
        line(str(price), id=str(place), quantity=units, taxes=(tax(str(on), remitted=remitted),))
        for place, (units, price, on, remitted) in enumerate(lines)
    ]
    of = draft(
        *made_of,
        shipping=shipping(str(charge[0]), (tax(str(charge[1])),)),
        adjustment=str(adjustment),
        tax_included=tax_included,
    )
    there = sum((one.amount.amount for one in made_of), charge[0])
    if there + adjustment < 0:
        with pytest.raises(CannotAddUp):
            told(of)
        return
    made = told(of)
    assert total_of(made) == of.total.amount
    paid = [amount(one["amountSet"]) for one in made.get("transactions", [])]
    assert paid == ([of.total.amount] if of.total.amount > 0 else [])
    assert sum(one["quantity"] for one in made["lineItems"]) == sum(one.quantity for one in made_of)
    assert money(str(of.total.amount)) == of.total


# As many lines as Shopify takes


@pytest.mark.parametrize("adjustment", ["0.00", "3.00", "-1.00", "-900.00"])
@pytest.mark.parametrize("lines", [125, 126, 200, 250])
def test_lines_that_do_not_fit_once_cut_stay_whole_and_the_total_exact(lines: int, adjustment: str):
    wanted = draft(*(line("10.00", id=str(place), quantity=3) for place in range(lines)), adjustment=adjustment)
    order = order_input(wanted, NOW)
    assert len(order["lineItems"]) == min(2 * lines, 250)
    assert sum(one["quantity"] for one in order["lineItems"]) == 3 * lines
    assert total_of(order) == wanted.total.amount


def test_more_lines_than_shopify_takes_are_refused_by_name():
    wanted = draft(*(line(id=str(place)) for place in range(251)))
    with pytest.raises(CannotAddUp) as refused:
        order_input(wanted, NOW)
    assert (refused.value.field, refused.value.reason) == ("lines", "more than 250 lines")
