"""What a marketplace site accepts of a listing's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a marketplace site accepts: quantities from 0 to `max_quantity`, prices in `currency` within the two."""

    currency: str
    min_price: Decimal = Decimal("0.01")
    max_price: Decimal = Decimal("99999999.99")
    max_quantity: int = 999_999
