"""The total of an order, and what its parts leave unexplained, whether the total includes taxes or not. Pure.

Marketplaces leave two questions open: whether the total holds the tax that they remit themselves, and whether the seller's own
tax is added to the prices or contained in them. The amounts answer where they add up in one way; else the usual answer holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from listbridge.domain.money import Money
from listbridge.domain.orders.orders import RemoteLine, ShippingCharge, Tax

_ZERO = Decimal(0)
_MOST_ROWS = 10
"""Tax rows of which every combination is tried; more are all in the total, or none."""


@dataclass(frozen=True, slots=True)
class ToldSums:
    """What the marketplace tells about the whole order, in one currency; None where it tells nothing.

    `tax` is the order's whole tax, `other` are its adjustments and fees. `holds_remitted`: by the marketplace's usual practice
    the total holds the tax that it remits.
    """

    currency: str
    total: Decimal | None
    tax: Decimal | None = None
    other: Decimal = _ZERO
    holds_remitted: bool = False

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.currency).in_units()


@dataclass(frozen=True, slots=True)
class Sums:
    """`total` is what the buyer owes the seller, `adjustment` what no part of it explains; `tax_included` says that the
    seller's own tax is within the prices."""

    total: Money
    adjustment: Money
    tax_included: bool


def sums_of(told: ToldSums, lines: Sequence[RemoteLine], shipping: ShippingCharge) -> Sums:
    """Of the lines after discounts, and of shipping with its taxes."""
    parts = sum((line.amount.amount for line in lines), shipping.amount.amount)
    own, remitted = _apart([tax for line in lines for tax in line.taxes] + list(shipping.taxes))
    if told.total is None:
        return Sums(told.money(parts + own), told.money(_ZERO), tax_included=not own)
    usual = (own, sum(remitted, _ZERO) if told.holds_remitted else _ZERO)
    explained = parts + told.other
    added, held = next((one for one in _readings(own, remitted, usual) if explained + sum(one) == told.total), usual)
    owed = told.total - held
    return Sums(told.money(owed), told.money(owed - parts - added), tax_included=not added)


def tax_on_shipping(told: ToldSums, lines: Sequence[RemoteLine], shipping: Money) -> tuple[Tax, ...]:
    """The part of the order's tax that no line tells, where the total proves that the buyer pays it: shipping's."""
    if told.tax is None or told.total is None:
        return ()
    own, remitted = _apart([tax for line in lines for tax in line.taxes])
    held = sum(remitted, _ZERO)
    explained = sum((line.amount.amount for line in lines), shipping.amount) + told.other
    if any(explained + sum(one) == told.total for one in _readings(own, remitted, (own, held))):
        return ()
    for told_already, within in ((own, _ZERO), (own + held, held), (own, held)):
        rest = told.tax - told_already
        if rest > 0 and explained + own + rest + within == told.total:
            return (Tax("Tax", told.money(rest)),)
    return ()


def _apart(taxes: Sequence[Tax]) -> tuple[Decimal, list[Decimal]]:
    """The seller's own tax, and the rows that the marketplace remits."""
    own = sum((tax.amount.amount for tax in taxes if not tax.remitted), _ZERO)
    return own, [tax.amount.amount for tax in taxes if tax.remitted]


def _readings(
    own: Decimal, remitted: Sequence[Decimal], usual: tuple[Decimal, Decimal]
) -> Iterator[tuple[Decimal, Decimal]]:
    """What the total may hold beside the parts, likeliest first: the seller's tax added or contained, and of what the
    marketplace remits all, nothing, or the rows of some lines only."""
    whole = sum(remitted, _ZERO)
    yield usual
    for added in (own, _ZERO):
        yield added, _ZERO
        yield added, whole
    if len(remitted) <= _MOST_ROWS:
        for added in (own, _ZERO):
            for count in range(1, len(remitted)):
                for some in combinations(remitted, count):
                    yield added, sum(some, _ZERO)
