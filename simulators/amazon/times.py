"""How Amazon writes times, and reads them."""

from __future__ import annotations

from datetime import datetime

from simulators.amazon.errors import invalid


def iso_seconds(moment: datetime) -> str:
    """As the orders API writes it, without milliseconds; elsewhere Amazon writes them (`kit.times.iso`)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str, name: str) -> datetime:
    """A time in ISO 8601 with its zone. Raises 400 naming the field."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"{name} is not in ISO 8601") from None
    if told.tzinfo is None:
        raise invalid(f"{name} has no time zone")
    return told
