"""When an account's credentials end on their own, and from when on people are reminded of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

CREDENTIALS_END = "credentials_end"
"""The fact of an account that says when its credentials end (ISO 8601, with its zone), where its adapter can tell."""
REMIND_BEFORE = timedelta(days=30)
"""Enough for a person who is on holiday."""


def credentials_end(facts: Mapping[str, str], now: datetime) -> datetime | None:
    """When the credentials end, once that is so near that somebody has to be reminded; None before, or where nobody knows."""
    try:
        ends = datetime.fromisoformat(facts.get(CREDENTIALS_END, ""))
    except ValueError:
        return None
    return ends if ends.tzinfo is not None and now >= ends - REMIND_BEFORE else None
