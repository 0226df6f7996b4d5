"""The quantity that a listing should show: pure, each step leaving a line of trace (promises.md#p10).

The steps in order: stock over the chosen locations, less open reservations, mode, marketplace bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listbridge.domain.catalog import Variant, Visibility
from listbridge.domain.configuration import QuantityMode, QuantityRule
from listbridge.domain.ids import LocationId
from listbridge.domain.listings.listing import TraceLine
from listbridge.domain.problem import Problem
from listbridge.domain.rules.bounds import Bounds


@dataclass(frozen=True, slots=True)
class QuantityResult:
    """A quantity with its trace, or the problem that stands in its way."""

    quantity: int | None
    problem: Problem | None
    trace: tuple[TraceLine, ...]


def quantity_of(
    variant: Variant, rule: QuantityRule, locations: Sequence[LocationId], bounds: Bounds
) -> QuantityResult:
    """What the marketplace should show of this variant.

    A variant that is proven absent, or whose product buyers of the shop cannot see, shows 0. A tracked variant for
    which the shop gives no number at any chosen location has no quantity, and a problem: never a guess. So has one whose rule
    only a newer version knows, as long as there is something to sell. A bundle counts as
    sold out: nobody knows how many its components make, and a listing that stays as it is would go on selling.
    """
    if variant.absent:
        return QuantityResult(0, None, (TraceLine("absent_from_shop", "", "0"),))
    if not variant.visibility.known:
        return QuantityResult(None, variant.visibility.newer, ())
    if variant.visibility is not Visibility.VISIBLE:
        return QuantityResult(0, None, (TraceLine("not_visible", variant.visibility.value, "0"),))
    trace: list[TraceLine] = []
    stock = _stock(variant, rule, locations, trace)
    if stock is None:
        return QuantityResult(None, Problem("stock_unknown", fix="check_stock_in_shop"), tuple(trace))
    reserved = variant.reserved()
    if reserved:
        stock -= reserved
        trace.append(TraceLine("reserved", str(reserved), str(stock)))
    counted = variant.facts.tracked or variant.facts.bundle
    if not rule.mode.known and (stock > 0 or rule.sell_without_stock):
        return QuantityResult(None, rule.mode.newer, tuple(trace))
    shown = _by_mode(stock, rule, tracked=counted, trace=trace)
    bounded = min(max(shown, 0), bounds.max_quantity)
    if bounded != shown:
        trace.append(TraceLine("marketplace_bounds", f"0..{bounds.max_quantity}", str(bounded)))
    return QuantityResult(bounded, None, tuple(trace))


def _stock(variant: Variant, rule: QuantityRule, locations: Sequence[LocationId], trace: list[TraceLine]) -> int | None:
    facts = variant.facts
    if facts.bundle:
        trace.append(TraceLine("bundle", facts.sku, "0"))
        return 0
    if not facts.tracked:
        trace.append(TraceLine("untracked", "", str(rule.untracked_quantity)))
        return rule.untracked_quantity
    if locations:
        known = [facts.stock[place] for place in locations if place in facts.stock]
    else:
        known = list(facts.stock.values())
    if not known:
        trace.append(TraceLine("shop_stock", "?", "?"))
        return None
    total = sum(known)
    shown = str(total)
    trace.append(TraceLine("shop_stock", shown, shown))
    return total


def _by_mode(stock: int, rule: QuantityRule, *, tracked: bool, trace: list[TraceLine]) -> int:
    value = rule.value or 0
    if rule.mode is QuantityMode.PRODUCT:
        return stock
    if rule.mode is QuantityMode.CAP:
        shown = min(stock, value)
    elif rule.mode is QuantityMode.BUFFER:
        shown = stock - value
    elif tracked and stock <= 0 and not rule.sell_without_stock:
        shown = 0  # a fixed number would sell what is not there
    else:
        shown = value
    trace.append(TraceLine(rule.mode.value, str(value), str(shown)))
    return shown
