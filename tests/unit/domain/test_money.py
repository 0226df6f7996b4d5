"""Amounts as platforms write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from listbridge.domain.money import Money, money


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0.00", Decimal("0.00")),
        ("1000000000000.00", Decimal("1000000000000.00")),
        ("19.9", Decimal("19.9")),
        (None, None),
        ("", None),
        ("free", None),
        ("NaN", None),
        ("Infinity", None),
    ],
)
def test_a_price_is_the_text_as_a_decimal_and_nothing_where_it_is_none(amount: str | None, expected: Decimal | None):
    assert money(amount, "JPY") == (None if expected is None else Money(expected, "JPY"))


@pytest.mark.parametrize(
    ("text", "currency", "shown"),
    [("10.0", "EUR", "10.00 EUR"), ("10", "JPY", "10 JPY"), ("1.5", "KWD", "1.500 KWD"), ("0.125", "EUR", "0.125 EUR")],
)
def test_an_amount_has_its_currencys_places_and_loses_none(text: str, currency: str, shown: str) -> None:
    assert str(money(text, currency)) == shown


@pytest.mark.parametrize(
    ("units", "currency", "shown"), [(1999, "EUR", "19.99 EUR"), (1000, "JPY", "1000 JPY"), (1500, "KWD", "1.500 KWD")]
)
def test_an_amount_in_its_smallest_units_is_the_same_money(units: int, currency: str, shown: str) -> None:
    of_units = Money.of_minor(units, currency)
    assert str(of_units) == shown
    assert of_units.minor() == units


@pytest.mark.parametrize(("amount", "units"), [("0.005", 1), ("0.004", 0), ("-1.03", -103), ("10", 1000)])
def test_what_is_less_than_the_smallest_unit_is_rounded_halves_upwards(amount: str, units: int) -> None:
    assert Money(Decimal(amount), "EUR").minor() == units
