"""Amounts of money that a deed is given."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.kit.deeds import DeedRefused


def amount(value: Any, name: str, *, negative: bool = False) -> Decimal:
    """What a text or a number of at most two decimals says. Raises `DeedRefused` for one that is none, finer than a cent, or
    below 0 where it may not be `negative`."""
    try:
        number = Decimal(str(value))
        fine = number.is_finite() and number == round(number, 2)
    except InvalidOperation:
        raise DeedRefused(f"{name} is no amount") from None
    if not fine or (number < 0 and not negative):
        raise DeedRefused(f"{name} is {value}")
    return number
