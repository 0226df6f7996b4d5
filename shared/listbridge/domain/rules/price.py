"""The price that a listing should ask: pure, each step leaving a line of trace (promises.md#p10).

The steps in order: source (the shop's price, or a fixed one), ratio, rounding, marketplace bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from listbridge.domain.catalog import Variant
from listbridge.domain.configuration import PriceMode, PriceRule
from listbridge.domain.listings.listing import TraceLine
from listbridge.domain.money import Money
from listbridge.domain.problem import Problem
from listbridge.domain.rules.bounds import Bounds

FIXED_PRICE = "fixed_price"
"""The step of a price that is always the same."""


@dataclass(frozen=True, slots=True)
class PriceResult:
    """A price with its trace, or the problem that stands in its way."""

    price: Money | None
    problem: Problem | None
    trace: tuple[TraceLine, ...]


def price_of(variant: Variant, rule: PriceRule, bounds: Bounds) -> PriceResult:
    """What the marketplace should ask for this variant, in the site's currency."""
    return price_from(variant.facts.price, rule, bounds)


def price_from(source: Money | None, rule: PriceRule, bounds: Bounds) -> PriceResult:
    """As `price_of`, of a price in the shop that may not be observed yet."""
    if rule.mode is PriceMode.FIXED and rule.value is not None:
        shown = str(rule.value)
        return _as_sold(Money(rule.value, bounds.currency), rule, bounds, [TraceLine(FIXED_PRICE, shown, shown)])
    if source is None:
        return PriceResult(None, Problem("price_missing", fix="set_price_in_shop"), ())
    if not rule.mode.known:
        return PriceResult(None, rule.mode.newer, ())
    shown = str(source.amount)
    trace = [TraceLine("shop_price", shown, shown)]
    if source.currency != bounds.currency:
        params = {"shop_currency": source.currency, "site_currency": bounds.currency}
        return PriceResult(None, Problem("currency_differs", params, fix="choose_other_site"), tuple(trace))
    return _as_sold(source, rule, bounds, trace)


def _as_sold(source: Money, rule: PriceRule, bounds: Bounds, trace: list[TraceLine]) -> PriceResult:
    """What is asked, given the price to begin with in the site's currency."""
    amount = source.amount
    if rule.ratio != 1:
        amount *= rule.ratio
        trace.append(TraceLine("ratio", str(rule.ratio), str(amount)))
    try:
        price = Money(amount, source.currency).rounded()
    except InvalidOperation:  # more digits than a Decimal context holds: far beyond any bound
        return PriceResult(None, _out_of_bounds(amount, bounds), tuple(trace))
    if price.amount != amount:
        shown = str(price.amount)
        trace.append(TraceLine("rounded", shown, shown))
    if not bounds.min_price <= price.amount <= bounds.max_price:
        return PriceResult(None, _out_of_bounds(price.amount, bounds), tuple(trace))
    return PriceResult(price, None, tuple(trace))


def _out_of_bounds(amount: Decimal, bounds: Bounds) -> Problem:
    params = {"price": str(amount), "min": str(bounds.min_price), "max": str(bounds.max_price)}
    return Problem("price_out_of_bounds", params, fix="set_price_in_shop")
