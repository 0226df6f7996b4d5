"""Money is a Decimal with a currency; never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_EXPONENTS = {"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
              "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
              "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3}  # fmt: skip
_STEPS = {0: Decimal("1"), 2: Decimal("0.01"), 3: Decimal("0.001")}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in major units (euros, not cents) of an ISO 4217 currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def rounded(self) -> Money:
        """The amount to the smallest unit of its currency, halves upwards."""
        return Money(
            self.amount.quantize(smallest_unit(self.currency), rounding=ROUND_HALF_UP), self.currency
        )


def smallest_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for most, 1 for JPY, 0.001 for KWD (ISO 4217 minor units)."""
    return _STEPS[_EXPONENTS.get(currency, 2)]
