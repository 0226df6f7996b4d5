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
