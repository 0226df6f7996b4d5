"""Every worked example of docs/rules.md comes out as the page says, with the words that a seller reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from listbridge.domain.catalog import Reservation, Variant
from listbridge.domain.configuration import PriceMode, PriceRule, QuantityMode, QuantityRule
from listbridge.domain.ids import LocationId
from listbridge.domain.listings.listing import TraceLine
from listbridge.domain.money import Money
from listbridge.domain.rules.bounds import Bounds
from listbridge.domain.rules.price import price_of
from listbridge.domain.rules.quantity import quantity_of
from listbridge.services.desk.messages import trace_text
from tests.unit.domain.rules.test_quantity import HERE, a_variant

PAGE = (Path(__file__).parents[4] / "docs" / "rules.md").read_text(encoding="utf-8")
EURO = Bounds(currency="EUR")
NOWHERE: Sequence[LocationId] = ()


def rows(beginning: str) -> list[tuple[str, ...]]:
    """The rows of the table whose head begins so."""
    table = re.search(rf"^\| {beginning} .*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert table is not None
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table[1].splitlines()]


QUANTITIES, PRICES = rows("shop stock"), rows("shop price")


def explained(trace: Sequence[TraceLine]) -> str:
    return ", ".join(trace_text(line) for line in trace)


def variant(stock: str, reserved: str) -> Variant:
    held = {"acc_1#o-1#l-1": Reservation(int(reserved))} if int(reserved) else {}
    if stock == "untracked":
        return a_variant(tracked=False, reservations=held)
    return a_variant({HERE: int(stock)}, reservations=held)


def test_the_page_has_examples_of_every_mode() -> None:
    modes = {rule.split()[0] for _, _, rule, _, _ in QUANTITIES}
    assert modes == {mode.value for mode in QuantityMode}
    assert (len(QUANTITIES), len(PRICES)) == (11, 6)


@pytest.mark.parametrize(("stock", "reserved", "rule", "shown", "words"), QUANTITIES)
def test_a_quantity_comes_out_as_the_page_says(stock: str, reserved: str, rule: str, shown: str, words: str) -> None:
    mode, _, value = rule.partition(" ")
    asked = QuantityRule(mode=QuantityMode(mode), value=int(value) if value else None)
    result = quantity_of(variant(stock, reserved), asked, NOWHERE, EURO)
    assert (str(result.quantity), explained(result.trace)) == (shown, words)


@pytest.mark.parametrize(("price", "ratio", "shown", "words"), PRICES)
def test_a_price_comes_out_as_the_page_says(price: str, ratio: str, shown: str, words: str) -> None:
    amount, currency = price.split()
    factor, _, fixed = ratio.partition(", fixed ")
    rule = PriceRule(ratio=Decimal(factor))
    if fixed:
        rule = PriceRule(mode=PriceMode.FIXED, value=Decimal(fixed), ratio=Decimal(factor))
    result = price_of(a_variant(price=Money(Decimal(amount), currency)), rule, EURO)
    if result.price is None:
        assert result.problem is not None
        assert (result.problem.code, words) == (shown, "")
    else:
        assert (f"{result.price.amount} {result.price.currency}", explained(result.trace)) == (shown, words)
