"""What a marketplace charged, in lines of units at one price each: every cent and every tax is where it was."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.orders.amounts import CannotAddUp, fitted, rate_of, shop_lines, take_off
from listbridge.domain.orders.orders import Tax
from listbridge.domain.problem import Problem
from tests.fakes.order_drafts import draft, line, money, shipping, tax


def test_a_line_that_divides_stays_one() -> None:
    [one] = shop_lines([line("9.00", quantity=3)])
    assert (one.quantity, one.each, one.of.quantity) == (3, money("3.00"), 3)


def test_a_line_that_does_not_divide_is_two_and_its_tax_goes_with_the_units() -> None:
    """10.00 for three: two at 3.33, one at 3.34. Of 1.00 tax two thirds, rounded down; the last part takes the rest."""
    two, one = shop_lines([line("10.00", quantity=3, taxes=(tax("1.00", "0.11"),))])
    assert [(part.quantity, part.each) for part in (two, one)] == [(2, money("3.33")), (1, money("3.34"))]
    assert [part.taxes for part in (two, one)] == [(tax("0.66", "0.11"),), (tax("0.34", "0.11"),)]


def test_a_currency_without_cents_is_cut_by_its_whole_unit() -> None:
    parts = shop_lines([line("1000", quantity=3, currency="JPY", taxes=(tax("100", currency="JPY"),))])
    assert [(part.quantity, part.each.amount) for part in parts] == [(2, Decimal(333)), (1, Decimal(334))]
    assert [part.taxes[0].amount.amount for part in parts] == [Decimal(66), Decimal(34)]


def test_a_tax_that_the_marketplace_remits_is_on_no_line() -> None:
    [one] = shop_lines([line(taxes=(tax("1.60"), tax("0.80", remitted=True)))])
    assert one.taxes == (tax("1.60"),)


@given(cents=st.integers(0, 100_000), quantity=st.integers(1, 40), taxed=st.integers(0, 20_000))
def test_no_cent_of_a_line_or_of_its_tax_is_lost(cents: int, quantity: int, taxed: int) -> None:
    amount, of_tax = Decimal(cents) / 100, Decimal(taxed) / 100
    parts = shop_lines([line(str(amount), quantity=quantity, taxes=(tax(str(of_tax)),))])
    assert sum(part.quantity for part in parts) == quantity
    assert sum(part.each.amount * part.quantity for part in parts) == amount
    assert sum(one.amount.amount for part in parts for one in part.taxes) == of_tax


def test_where_there_is_room_a_draft_is_as_it_was() -> None:
    made = draft(line("10.00", quantity=3), line("5.00", id="2"))
    assert fitted(made, 3) == made


def test_where_there_is_no_room_for_the_cut_the_cents_go_into_the_adjustment() -> None:
    """The first line is cut in the one free place; the second has none, and three at 6.66 leave 0.02."""
    made = draft(line("10.00", quantity=3), line("20.00", id="2", quantity=3), adjustment="-1.00")
    told = fitted(made, 3)
    assert [one.amount for one in told.lines] == [money("10.00"), money("19.98")]
    assert told.adjustment == money("-0.98")
    assert told.total == made.total
    assert len(shop_lines(told.lines)) == 3


def test_more_lines_than_the_shop_takes_cannot_be_told() -> None:
    with pytest.raises(CannotAddUp, match="more than 1 lines") as refused:
        fitted(draft(line(), line(id="2")), 1)
    assert refused.value.field == "lines"
    params = {"field": "lines", "reason": "more than 1 lines"}
    assert refused.value.problem == Problem("shop_refused_order", params, "export_or_handled_outside")


@pytest.mark.parametrize(
    ("adjustment", "off", "left"),
    [
        ("0.00", "0", "4.90"),
        ("2.00", "0", "4.90"),
        ("-3.00", "3.00", "4.90"),
        ("-10.00", "10.00", "4.90"),
        ("-12.50", "10.00", "2.40"),
        ("-14.90", "10.00", "0.00"),
    ],
)
def test_what_is_taken_off_comes_off_the_lines_first_and_then_off_the_shipping(
    adjustment: str, off: str, left: str
) -> None:
    assert take_off(draft(line("10.00"), shipping=shipping("4.90"), adjustment=adjustment)) == (
        Decimal(off),
        Decimal(left),
    )


def test_more_than_the_buyer_was_charged_cannot_be_taken_off() -> None:
    with pytest.raises(CannotAddUp, match="adjustment") as refused:
        take_off(draft(line("10.00"), shipping=shipping("4.90"), adjustment="-14.91"))
    assert refused.value.field == "total"


@pytest.mark.parametrize(
    ("told", "amount", "within", "rate"),
    [
        (tax("9.99", "0.07"), "10.00", "0.00", "0.07"),
        (tax("1.90"), "11.90", "1.90", "0.19"),
        (tax("0.70"), "10.00", "0.00", "0.07"),
        (tax("1.00"), "3.00", "0.00", "0.333333"),
        (tax("5.00"), "5.00", "5.00", "0"),
        (tax("0.00"), "10.00", "0.00", "0"),
    ],
)
def test_a_rate_that_is_not_told_is_the_tax_s_share_of_the_net_price(
    told: Tax, amount: str, within: str, rate: str
) -> None:
    assert rate_of(told, Decimal(amount), within=Decimal(within)) == Decimal(rate)


def test_a_rate_has_no_exponent_where_it_is_whole() -> None:
    assert str(rate_of(tax("10.00"), Decimal("10.00"), within=Decimal(0))) == "1"
