"""A shop takes a price per unit: whatever the amount, the units come to it to the last digit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.ids import LineId, RemoteOrderId, Sku, VariantId
from listbridge.domain.money import Money, smallest_unit
from listbridge.domain.orders.shop_orders import DraftLine, OrderMark

CURRENCIES = ("EUR", "USD", "JPY", "KWD")  # two digits, two, none, three
quantities = st.integers(1, 5_000)
currencies = st.sampled_from(CURRENCIES)


def a_line(amount: Decimal | str, quantity: int, currency: str = "EUR") -> DraftLine:
    return DraftLine(
        line=LineId("1"),
        variant=VariantId("v"),
        sku=Sku("MUG"),
        title="Mug",
        quantity=quantity,
        amount=Money(Decimal(amount), currency),
    )


def prices(amount: str, quantity: int, currency: str = "EUR") -> list[tuple[int, str]]:
    return [(units, str(price.amount)) for units, price in a_line(amount, quantity, currency).by_unit()]


@given(st.integers(-(10**9), 10**9), quantities, currencies)
def test_amounts_of_whole_steps_are_split_exactly_into_at_most_two_prices_a_step_apart(
    steps: int, quantity: int, currency: str
) -> None:
    step = smallest_unit(currency)
    line = a_line(step * steps, quantity, currency)
    split = list(line.by_unit())
    assert sum(units * price.amount for units, price in split) == line.amount.amount
    assert sum(units for units, _ in split) == quantity
    assert all(units > 0 for units, _ in split)
    assert {price.currency for _, price in split} == {currency}
    each = sorted(price.amount for _, price in split)
    assert len(each) <= 2
    assert each[-1] - each[0] in (Decimal(0), step)
    assert all(price == price.quantize(step) for price in each)


@given(st.decimals(Decimal("-1000000"), Decimal("1000000"), places=6, allow_nan=False), quantities, currencies)
def test_amounts_finer_than_a_step_are_split_exactly_too(amount: Decimal, quantity: int, currency: str) -> None:
    split = list(a_line(amount, quantity, currency).by_unit())
    assert sum(units * price.amount for units, price in split) == amount
    assert sum(units for units, _ in split) == quantity
    assert all(units > 0 for units, _ in split)
    assert len(split) <= 2


@pytest.mark.parametrize(
    ("amount", "quantity", "currency", "split"),
    [
        ("10.00", 1, "EUR", [(1, "10.00")]),
        ("10.00", 2, "EUR", [(2, "5.00")]),
        ("10.00", 3, "EUR", [(2, "3.33"), (1, "3.34")]),
        ("20.00", 3, "EUR", [(1, "6.66"), (2, "6.67")]),
        ("0.00", 4, "EUR", [(4, "0.00")]),
        ("1000", 3, "JPY", [(2, "333"), (1, "334")]),
        ("1.000", 3, "KWD", [(2, "0.333"), (1, "0.334")]),
        ("10.01", 200, "EUR", [(199, "0.05"), (1, "0.06")]),
    ],
)
def test_the_dearer_units_come_last(amount: str, quantity: int, currency: str, split: list[tuple[int, str]]) -> None:
    assert prices(amount, quantity, currency) == split


def test_less_than_a_step_for_each_unit_gives_some_away() -> None:
    assert prices("0.02", 3) == [(1, "0.00"), (2, "0.01")]
    assert prices("2", 5, "JPY") == [(3, "0"), (2, "1")]


def test_what_is_finer_than_a_step_goes_to_the_last_unit() -> None:
    assert prices("10.005", 3) == [(2, "3.33"), (1, "3.345")]
    assert prices("0.001", 1) == [(1, "0.001")]
    assert prices("10.5", 2, "JPY") == [(1, "5"), (1, "5.5")]


def test_a_negative_amount_is_split_into_units_that_exist() -> None:
    assert prices("-10.00", 3) == [(1, "-3.34"), (2, "-3.33")]
    assert prices("-0.01", 2) == [(1, "-0.01"), (1, "0.00")]


def test_the_mark_is_made_of_the_marketplace_and_its_order_and_of_nothing_of_ours() -> None:
    assert OrderMark("scripted", RemoteOrderId("12-34567")).value == "scripted:12-34567"
