"""An order's amounts as a shop's order can hold them: lines of units at one price each, and what is deducted or added.
Pure.

A shop multiplies a unit's price by the units; a marketplace tells what all units of a line cost together. What does not divide
becomes two lines, or where a shop has no room for these, part of the adjustment. Nothing is lost to rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

from listbridge.domain.money import Money, smallest_unit
from listbridge.domain.orders.orders import Tax
from listbridge.domain.orders.shop_orders import DraftLine, ShopOrderDraft
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected

_RATE_STEP = Decimal("0.000001")


class CannotAddUp(Rejected):
    """No order of the shop comes to the draft's total, so none is sent there; `field` names what stands in the way."""

    def __init__(self, field: str, reason: str) -> None:
        params = {"field": field, "reason": reason}
        problem = Problem("shop_refused_order", params, "export_or_handled_outside")
        super().__init__(problem, detail=f"create_order: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ShopLine:
    """One line as the shop gets it: units at one price, with their share of the draft line's taxes."""

    of: DraftLine
    quantity: int
    each: Money
    taxes: tuple[Tax, ...]


def fitted(draft: ShopOrderDraft, most: int) -> ShopOrderDraft:
    """The draft with at most `most` lines once they are cut: where there is no room for the cut, all units of a line
    cost the same, and the cents that this leaves are part of the adjustment. Raises CannotAddUp."""
    room = most - len(draft.lines)
    if room < 0:
        raise CannotAddUp("lines", f"more than {most} lines")
    lines, left = [], Decimal(0)
    for line in draft.lines:
        (_, each), *others = line.by_unit()
        if len(others) <= room:
            room -= len(others)
            lines.append(line)
            continue
        alike = Money(each.amount * line.quantity, each.currency)
        left += line.amount.amount - alike.amount
        lines.append(replace(line, amount=alike))
    adjustment = Money(draft.adjustment.amount + left, draft.adjustment.currency)
    return replace(draft, lines=tuple(lines), adjustment=adjustment)


def shop_lines(lines: Iterable[DraftLine]) -> tuple[ShopLine, ...]:
    """The draft's lines, each cut where its units do not all cost the same; amounts and taxes stay exact."""
    return tuple(one for line in lines for one in _cut(line))


def _cut(line: DraftLine) -> Iterator[ShopLine]:
    parts = list(line.by_unit())
    left = tuple(tax for tax in line.taxes if not tax.remitted)
    for place, (units, each) in enumerate(parts):
        share = left
        if place + 1 < len(parts):
            share = tuple(_share(tax, units, line.quantity) for tax in left)
            left = tuple(
                replace(tax, amount=_minus(tax.amount, part.amount)) for tax, part in zip(left, share, strict=True)
            )
        yield ShopLine(line, units, each, share)


def _share(tax: Tax, units: int, of: int) -> Tax:
    step = smallest_unit(tax.amount.currency)
    amount = (tax.amount.amount * units / of).quantize(step, rounding=ROUND_DOWN)
    return replace(tax, amount=Money(amount, tax.amount.currency))


def _minus(one: Money, other: Money) -> Money:
    return Money(one.amount - other.amount, one.currency)


def take_off(draft: ShopOrderDraft) -> tuple[Decimal, Decimal]:
    """What a negative adjustment deducts from the lines, as a discount, and the price of shipping that it leaves.

    A discount reaches no further than the lines; the rest comes off the shipping. Raises CannotAddUp where that is not enough.
    """
    off = max(Decimal(0), -draft.adjustment.amount)
    lines = sum((line.amount.amount for line in draft.lines), Decimal(0))
    off_lines = min(off, lines)
    shipping = draft.shipping.amount.amount - (off - off_lines)
    if shipping < 0:
        raise CannotAddUp("total", "adjustment")
    return off_lines, shipping


def rate_of(tax: Tax, amount: Decimal, *, within: Decimal) -> Decimal:
    """The tax's rate, 0.19 for 19 %; where the marketplace is silent on it, the tax's share of the net price, which is the
    amount less the taxes `within` it."""
    if tax.rate is not None:
        return tax.rate
    net = amount - within
    return (tax.amount.amount / net).quantize(_RATE_STEP).normalize() + Decimal(0) if net > 0 else Decimal(0)
