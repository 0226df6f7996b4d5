"""Stock in the shop to a quantity on the marketplace: every mode at its edges, and the laws that hold for all numbers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from listbridge.domain.catalog import Observation, Reservation, Variant, VariantFacts, Visibility
from listbridge.domain.configuration import QuantityMode, QuantityRule
from listbridge.domain.ids import LocationId, ProductId, ShopId, Sku, VariantId, VariantKey
from listbridge.domain.listings.listing import TraceLine
from listbridge.domain.money import Money
from listbridge.domain.rules.bounds import Bounds
from listbridge.domain.rules.quantity import quantity_of

EURO = Bounds(currency="EUR")
HERE, THERE = LocationId("here"), LocationId("there")


def a_variant(
    stock: Mapping[LocationId, int] | None = None,
    *,
    price: Money | None = None,
    tracked: bool = True,
    visibility: Visibility = Visibility.VISIBLE,
    absent: bool = False,
    reservations: Mapping[str, Reservation] | None = None,
    observed_from: int = 10,
    bundle: bool = False,
) -> Variant:
    return Variant(
        key=VariantKey(ShopId("shop"), ProductId("p1"), VariantId("v1")),
        facts=VariantFacts(
            variant=VariantId("v1"),
            sku=Sku("A"),
            title="",
            price=price,
            stock=stock or {},
            tracked=tracked,
            bundle=bundle,
        ),
        visibility=visibility,
        observation=Observation(observed_from, observed_from + 1),
        reservations=reservations or {},
        absent=absent,
    )


def shown(stock: int, rule: QuantityRule, **variant: object) -> int | None:
    return quantity_of(a_variant({HERE: stock}, **variant), rule, (), EURO).quantity  # type: ignore[arg-type]


def rule(mode: str, value: int | None = None, **more: object) -> QuantityRule:
    return QuantityRule(mode=QuantityMode(mode), value=value, **more)  # type: ignore[arg-type]


stocks = st.integers(-2_000_000, 2_000_000)
numbers = st.integers(0, 1_000_000)
rules = st.one_of(
    st.builds(QuantityRule, untracked_quantity=numbers),
    st.builds(
        QuantityRule,
        mode=st.sampled_from([QuantityMode.CAP, QuantityMode.BUFFER, QuantityMode.FIXED]),
        value=numbers,
        untracked_quantity=numbers,
        sell_without_stock=st.booleans(),
    ),
)


@pytest.mark.parametrize(
    ("mode", "value", "stock", "quantity"),
    [
        ("product", None, 7, 7),
        ("product", None, 1, 1),
        ("product", None, 0, 0),
        ("product", None, -3, 0),
        ("product", None, 999_999, 999_999),
        ("product", None, 1_000_000, 999_999),
        ("cap", 3, 2, 2),
        ("cap", 3, 3, 3),
        ("cap", 3, 4, 3),
        ("cap", 3, 0, 0),
        ("cap", 3, -1, 0),
        ("cap", 0, 5, 0),
        ("buffer", 2, 7, 5),
        ("buffer", 2, 3, 1),
        ("buffer", 2, 2, 0),
        ("buffer", 2, 1, 0),
        ("buffer", 2, -4, 0),
        ("buffer", 0, 4, 4),
        ("fixed", 5, 100, 5),
        ("fixed", 5, 1, 5),
        ("fixed", 5, 0, 0),
        ("fixed", 5, -2, 0),
        ("fixed", 0, 9, 0),
    ],
)
def test_each_mode_at_its_edges(mode: str, value: int | None, stock: int, quantity: int) -> None:
    assert shown(stock, rule(mode, value)) == quantity


def test_a_fixed_number_is_shown_without_stock_only_when_the_list_says_so() -> None:
    assert shown(0, rule("fixed", 5, sell_without_stock=True)) == 5
    assert shown(0, rule("fixed", 5)) == 0


def test_the_permission_to_sell_without_stock_means_nothing_to_the_other_modes() -> None:
    assert shown(0, rule("cap", 5, sell_without_stock=True)) == 0
    assert shown(0, rule("buffer", 0, sell_without_stock=True)) == 0


@pytest.mark.parametrize(
    ("mode", "value", "quantity"), [("product", None, 10), ("cap", 4, 4), ("buffer", 3, 7), ("fixed", 6, 6)]
)
def test_an_untracked_item_counts_as_its_set_number(mode: str, value: int | None, quantity: int) -> None:
    result = quantity_of(a_variant(tracked=False), rule(mode, value, untracked_quantity=10), (), EURO)
    assert result.quantity == quantity
    assert result.trace[0] == TraceLine("untracked", "", "10")


@pytest.mark.parametrize(("mode", "value"), [("product", None), ("cap", 4), ("buffer", 0), ("buffer", 3), ("fixed", 6)])
@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("stock", [{}, {HERE: 0}, {HERE: 7}])
def test_a_bundle_counts_as_sold_out_whatever_its_own_number_says(
    mode: str, value: int | None, tracked: bool, stock: dict[LocationId, int]
) -> None:
    wanted = rule(mode, value, untracked_quantity=10)
    result = quantity_of(a_variant(stock, tracked=tracked, bundle=True), wanted, (), EURO)
    assert (result.quantity, result.problem) == (0, None)
    assert result.trace[0] == TraceLine("bundle", "A", "0")


def test_a_bundle_is_sold_without_stock_only_when_the_list_says_so() -> None:
    wanted = rule("fixed", 5, sell_without_stock=True)
    assert quantity_of(a_variant(tracked=False, bundle=True), wanted, (), EURO).quantity == 5


def test_a_tracked_item_without_any_number_has_a_problem_and_no_quantity() -> None:
    result = quantity_of(a_variant({}), rule("product"), (), EURO)
    assert result.quantity is None
    assert result.problem is not None
    assert (result.problem.code, result.problem.fix) == ("stock_unknown", "check_stock_in_shop")


def test_a_number_at_a_place_that_is_not_sold_from_is_no_number() -> None:
    result = quantity_of(a_variant({THERE: 9}), rule("fixed", 5), (HERE,), EURO)
    assert result.quantity is None
    assert result.problem is not None
    assert result.problem.code == "stock_unknown"


def test_only_the_chosen_places_count_and_all_of_them_when_none_is_chosen() -> None:
    variant = a_variant({HERE: 4, THERE: 9})
    assert quantity_of(variant, rule("product"), (HERE,), EURO).quantity == 4
    assert quantity_of(variant, rule("product"), (HERE, THERE), EURO).quantity == 13
    assert quantity_of(variant, rule("product"), (), EURO).quantity == 13


def test_a_debt_at_one_place_is_taken_from_the_other() -> None:
    assert quantity_of(a_variant({HERE: -2, THERE: 5}), rule("product"), (), EURO).quantity == 3


@pytest.mark.parametrize("visibility", [Visibility.DRAFT, Visibility.ARCHIVED, Visibility.UNPUBLISHED])
def test_what_buyers_of_the_shop_cannot_see_sells_nowhere(visibility: Visibility) -> None:
    variant = a_variant({HERE: 7}, visibility=visibility)
    result = quantity_of(variant, rule("fixed", 5, sell_without_stock=True), (), EURO)
    assert (result.quantity, result.problem) == (0, None)
    assert result.trace == (TraceLine("not_visible", visibility.value, "0"),)


def test_what_is_proven_gone_shows_0_whatever_its_last_stock_was() -> None:
    result = quantity_of(a_variant({HERE: 7}, absent=True), rule("fixed", 5, sell_without_stock=True), (), EURO)
    assert (result.quantity, result.trace) == (0, (TraceLine("absent_from_shop", "", "0"),))


def test_a_reservation_counts_against_reads_that_cannot_know_it_and_not_against_later_ones() -> None:
    held = {"o1": Reservation(2, absorbed_from=10), "o2": Reservation(1)}
    assert shown(7, rule("product"), reservations=held, observed_from=9) == 4
    assert shown(7, rule("product"), reservations=held, observed_from=10) == 6


def test_every_step_leaves_a_line_that_explains_it() -> None:
    variant = a_variant({HERE: 7}, reservations={"o1": Reservation(1)})
    result = quantity_of(variant, rule("buffer", 2), (), Bounds("EUR", max_quantity=3))
    assert result.trace == (
        TraceLine("shop_stock", "7", "7"),
        TraceLine("reserved", "1", "6"),
        TraceLine("buffer", "2", "4"),
        TraceLine("marketplace_bounds", "0..3", "3"),
    )


@given(stock=stocks, rule=rules, tracked=st.booleans(), most=numbers)
def test_no_rule_leaves_the_marketplaces_bounds(stock: int, rule: QuantityRule, tracked: bool, most: int) -> None:
    variant = a_variant({HERE: stock}, tracked=tracked)
    quantity = quantity_of(variant, rule, (), Bounds("EUR", max_quantity=most)).quantity
    assert quantity is not None
    assert 0 <= quantity <= most


@given(stock=st.integers(-2_000_000, 0), rule=rules)
def test_no_rule_sells_from_nothing_unless_it_is_told_to(stock: int, rule: QuantityRule) -> None:
    told = rule.mode is QuantityMode.FIXED and rule.sell_without_stock
    assert shown(stock, rule) == (min(rule.value or 0, 999_999) if told else 0)


@given(less=stocks, more=stocks, rule=rules)
def test_more_stock_never_shows_less(less: int, more: int, rule: QuantityRule) -> None:
    low, high = shown(min(less, more), rule), shown(max(less, more), rule)
    assert low is not None
    assert high is not None
    assert low <= high


@given(stock=stocks, value=numbers)
def test_a_cap_is_the_smaller_of_the_two_and_a_buffer_the_rest(stock: int, value: int) -> None:
    assert shown(stock, rule("cap", value)) == min(max(min(stock, value), 0), 999_999)
    assert shown(stock, rule("buffer", value)) == min(max(stock - value, 0), 999_999)


@given(stock=stocks, rule=rules, held=st.integers(0, 1000))
def test_a_reservation_is_as_if_the_shop_had_so_much_less(stock: int, rule: QuantityRule, held: int) -> None:
    assert shown(stock, rule, reservations={"o": Reservation(held)}) == shown(stock - held, rule)


@given(stock=stocks, rule=rules, tracked=st.booleans())
def test_the_last_line_of_the_trace_is_the_answer(stock: int, rule: QuantityRule, tracked: bool) -> None:
    result = quantity_of(a_variant({HERE: stock}, tracked=tracked), rule, (), EURO)
    assert result.trace[-1].result == str(result.quantity)


@pytest.mark.parametrize(
    ("mode", "value"), [("product", 1), ("cap", None), ("fixed", None), ("buffer", None), ("cap", -1)]
)
def test_a_mode_without_its_number_or_with_one_too_many_is_no_rule(mode: str, value: int | None) -> None:
    with pytest.raises(ValidationError):
        rule(mode, value)
