"""Sums of money as an order holds them: in the order's currency, and in the one the buyer saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_WHOLE = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "XOF", "XAF", "XPF", "PYG", "UGX", "RWF"})  # ISO 4217: no cents


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the order's currency; `shown` is the same sum in the presentment currency (None: it is the same one).

    Sums of one order share both currencies, so they can be added and multiplied.
    """

    amount: Decimal
    currency: str
    shown: Decimal | None = None
    shown_currency: str | None = None

    @property
    def presented(self) -> Decimal:
        return self.amount if self.shown is None else self.shown

    @property
    def presented_currency(self) -> str:
        return self.shown_currency or self.currency

    def __add__(self, other: Money) -> Money:
        return self._with(self.amount + other.amount, self.presented + other.presented)

    def __sub__(self, other: Money) -> Money:
        return self._with(self.amount - other.amount, self.presented - other.presented)

    def __mul__(self, factor: int | Decimal) -> Money:
        return self._with(self.amount * factor, self.presented * factor)

    def _with(self, amount: Decimal, presented: Decimal) -> Money:
        shown = presented if self.shown is not None else None
        return Money(amount, self.currency, shown, self.shown_currency)

    def zero(self) -> Money:
        return self * 0

    def rounded(self) -> Money:
        """Rounded half up to what the currencies can pay."""
        return self._with(_rounded(self.amount, self.currency), _rounded(self.presented, self.presented_currency))

    def shares(self, weights: Sequence[Decimal]) -> list[Money]:
        """The sum split by weight into payable parts that add up to it exactly; all zero where there is no weight."""
        mine = _shares(self.amount, weights, _step(self.currency))
        theirs = _shares(self.presented, weights, _step(self.presented_currency))
        return [self._with(one, other) for one, other in zip(mine, theirs, strict=True)]


def total(sums: Iterable[Money], zero: Money) -> Money:
    for one in sums:
        zero = zero + one
    return zero


def _step(currency: str) -> Decimal:
    return Decimal(1) if currency in _WHOLE else Decimal("0.01")


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(_step(currency), rounding=ROUND_HALF_UP)


def _shares(amount: Decimal, weights: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """Running totals are rounded, not the parts: so the parts cannot drift from the sum."""
    whole = sum(weights, Decimal(0))
    if whole <= 0:
        return [Decimal(0) for _ in weights]
    parts: list[Decimal] = []
    reached, told = Decimal(0), Decimal(0)
    for weight in weights:
        reached += weight
        up_to = amount if reached == whole else (amount * reached / whole).quantize(step, rounding=ROUND_HALF_UP)
        parts.append(up_to - told)
        told = up_to
    return parts


# As the API and the webhooks tell them


def money_bag(one: Money) -> dict[str, Any]:
    """The GraphQL `MoneyBag`."""
    return {
        "shopMoney": {"amount": one.amount, "currencyCode": one.currency},
        "presentmentMoney": {"amount": one.presented, "currencyCode": one.presented_currency},
    }


def money_set(one: Money) -> dict[str, Any]:
    """The same in a webhook payload."""
    return {
        "shop_money": {"amount": f"{one.amount:.2f}", "currency_code": one.currency},
        "presentment_money": {"amount": f"{one.presented:.2f}", "currency_code": one.presented_currency},
    }
