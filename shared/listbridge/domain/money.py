"""Money is a Decimal with a currency; never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_EXPONENTS = {
    "BIF": 0,
    "CLP": 0,
    "DJF": 0,
    "GNF": 0,
    "ISK": 0,
    "JPY": 0,
    "KMF": 0,
    "KRW": 0,
    "PYG": 0,
    "RWF": 0,
    "UGX": 0,
    "UYI": 0,
    "VND": 0,
    "VUV": 0,
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
}
_STEPS = {0: Decimal("1"), 2: Decimal("0.01"), 3: Decimal("0.001")}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in major units (euros, not cents) of an ISO 4217 currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def times(self, number: int) -> Money:
        """So many of it."""
        return Money(self.amount * number, self.currency)

    def rounded(self) -> Money:
        """The amount to the smallest unit of its currency, halves upwards."""
        return Money(self.amount.quantize(smallest_unit(self.currency), rounding=ROUND_HALF_UP), self.currency)

    @classmethod
    def of_minor(cls, units: int, currency: str) -> Money:
        """So many of the smallest unit of a currency: 1000 cents are 10.00 EUR, 1000 yen are 1000 JPY."""
        return cls(units * smallest_unit(currency), currency)

    def minor(self) -> int:
        """How many of its currency's smallest unit, halves upwards: 1000 for 10.00 EUR."""
        return int(self.rounded().amount / smallest_unit(self.currency))

    def in_units(self) -> Money:
        """The same amount with its currency's decimal places, where it has no more: 10.00 for 10.0."""
        whole = self.rounded()
        return whole if whole.amount == self.amount else self


def number(text: str | None) -> Decimal | None:
    """An amount as platforms write it in JSON; None for nothing, and for what is no finite number."""
    try:
        value = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def money(text: str | None, currency: str) -> Money | None:
    """The same with its currency, and the currency's decimal places."""
    value = number(text)
    return None if value is None else Money(value, currency).in_units()


def smallest_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for most, 1 for JPY, 0.001 for KWD (ISO 4217 minor units)."""
    return _STEPS[_EXPONENTS.get(currency, 2)]
