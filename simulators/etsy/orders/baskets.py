"""What a buyer puts together: the arguments of `checkout`, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.etsy.orders.state import NOTHING
from simulators.kit.deeds import DeedRefused

LINE_FIELDS = frozenset({"sku", "quantity", "by_hand", "price", "title", "personal", "coupon", "listing_id"})
BUYER_FIELDS = frozenset({"name", "email", "first_line", "second_line", "city", "state", "zip", "country_iso"})
_BUYERS = {
    "US": {"first_line": "1 Main Street", "city": "Springfield", "state": "IL", "zip": "62701"},
    "DE": {"first_line": "Hauptstr. 1", "city": "Berlin", "zip": "10115"},
    "GB": {"first_line": "1 High Street", "city": "Leeds", "zip": "LS1 1AA"},
}


def amount(value: Any, name: str) -> Decimal:
    """An amount of money, 0 or more. Raises DeedRefused for one that is none, or finer than a cent."""
    try:
        number = Decimal(str(value))
        fine = number.is_finite() and number == round(number, 2)
    except InvalidOperation:
        raise DeedRefused(f"{name} is no amount") from None
    if not fine or number < 0:
        raise DeedRefused(f"{name} is {value}")
    return number.quantize(NOTHING)


def refuse_unknown(lines: list[dict[str, Any]], buyer: Mapping[str, str] | None) -> None:
    """Raises DeedRefused for an order without lines, and for a field that neither a line nor a buyer has."""
    unknown = {name for line in lines for name in line} - LINE_FIELDS
    if not lines or unknown or any("sku" not in line for line in lines):
        raise DeedRefused(f"an order has lines with a sku and {', '.join(sorted(LINE_FIELDS))}")
    for line in lines:
        quantity = line.get("quantity", 1)
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= 999:
            raise DeedRefused(f"{quantity!r} units of {line['sku']}")
    if strange := sorted(set(buyer or {}) - BUYER_FIELDS):
        raise DeedRefused(f"a buyer has no {', '.join(strange)}")


def person(country: str, told: Mapping[str, str] | None) -> dict[str, str]:
    """A buyer of a country with what is told of them; an empty text removes a field."""
    country = (told or {}).get("country_iso", country)
    someone = {
        "name": "Bo Buyer",
        "email": "bo@buyers.example",
        **_BUYERS.get(country, {"first_line": "1 Street", "city": "Town", "zip": "1000"}),
        "country_iso": country,
        **(told or {}),
    }
    return {name: text for name, text in someone.items() if text or name == "name"}
