"""A price in the shop to a price on the marketplace: at its edges, and the laws that hold for all amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.configuration import PriceRule
from listbridge.domain.money import Money, smallest_unit
from listbridge.domain.rules.bounds import Bounds
from listbridge.domain.rules.price import price_of
from tests.unit.domain.rules.test_quantity import EURO, a_variant


def price(amount: str, currency: str = "EUR", *, ratio: str = "1", bounds: Bounds = EURO) -> object:
    result = price_of(a_variant(price=Money(Decimal(amount), currency)), PriceRule(ratio=Decimal(ratio)), bounds)
    return str(result.price) if result.price else result.problem


def refused(amount: str, **more: object) -> str:
    problem = price(amount, **more)  # type: ignore[arg-type]
    return getattr(problem, "code", str(problem))


@pytest.mark.parametrize(
    ("amount", "ratio", "expected"),
    [
        ("19.99", "1", "19.99 EUR"),
        ("100", "1.15", "115.00 EUR"),
        ("100", "0.85", "85.00 EUR"),
        ("0.01", "1", "0.01 EUR"),
        ("10.005", "1", "10.01 EUR"),
        ("10.004", "1", "10.00 EUR"),
        ("99999999.99", "1", "99999999.99 EUR"),
    ],
)
def test_a_price_is_the_shops_times_the_ratio_to_the_cent(amount: str, ratio: str, expected: str) -> None:
    assert price(amount, ratio=ratio) == expected


@pytest.mark.parametrize(
    ("currency", "amount", "expected"),
    [("JPY", "1000.5", "1001 JPY"), ("USD", "9.995", "10.00 USD"), ("KWD", "1.2345", "1.235 KWD")],
)
def test_prices_are_rounded_to_the_smallest_unit_of_their_currency(currency: str, amount: str, expected: str) -> None:
    assert price(amount, currency, bounds=Bounds(currency)) == expected


@pytest.mark.parametrize("amount", ["0", "0.004", "-1", "100000000", "1000000000000", "1e40"])
def test_a_price_beyond_the_bounds_is_a_problem_and_never_a_price(amount: str) -> None:
    assert refused(amount) == "price_out_of_bounds"


def test_a_ratio_may_push_a_good_price_out_of_bounds() -> None:
    assert refused("99999999", ratio="1000") == "price_out_of_bounds"


def test_a_shop_in_another_currency_has_no_price_here() -> None:
    result = price_of(a_variant(price=Money(Decimal(10), "USD")), PriceRule(), EURO)
    assert result.price is None
    assert result.problem is not None
    assert result.problem.code == "currency_differs"
    assert result.problem.params == {"shop_currency": "USD", "site_currency": "EUR"}


def test_an_item_without_a_price_is_a_problem_to_be_mended_in_the_shop() -> None:
    result = price_of(a_variant(price=None), PriceRule(), EURO)
    assert result.price is None
    assert result.problem is not None
    assert (result.problem.code, result.problem.fix) == ("price_missing", "set_price_in_shop")


@given(
    amount=st.decimals("-1000000000000", "1000000000000", places=4),
    ratio=st.decimals("0.0001", "1000", places=4),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_a_price_is_in_bounds_and_whole_in_its_currency_or_there_is_a_problem(
    amount: Decimal, ratio: Decimal, currency: str
) -> None:
    bounds = Bounds(currency)
    result = price_of(a_variant(price=Money(amount, currency)), PriceRule(ratio=ratio), bounds)
    assert (result.price is None) != (result.problem is None)
    if result.price is not None:
        assert bounds.min_price <= result.price.amount <= bounds.max_price
        assert result.price.amount % smallest_unit(currency) == 0
        assert abs(result.price.amount - amount * ratio) <= smallest_unit(currency) / 2
