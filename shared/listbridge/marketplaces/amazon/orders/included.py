"""The data sets of an order that we ask for, less those that Amazon refuses just now.

A region refused FULFILLMENT for two days (amzn/selling-partner-api-models issue 5365), and personal data are refused without the
role: each is asked for again an hour later. Everything else of the order is read meanwhile.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

PERSONAL = ("BUYER", "RECIPIENT")
WANTED = (*PERSONAL, "PROCEEDS", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX")
_AGAIN = timedelta(hours=1)
_ABOUT_DATA = re.compile(r"includedData", re.IGNORECASE)


class Included:
    """Of one account, in one process. Safe to share between threads: what is dropped twice is dropped."""

    def __init__(self) -> None:
        self._refused: dict[str, datetime] = {}

    def now(self, at: datetime) -> tuple[str, ...]:
        """What to ask for."""
        return tuple(name for name in WANTED if at >= self._refused.get(name, at))

    def drop(self, asked: tuple[str, ...], words: str, at: datetime, *, forbidden: bool) -> bool:
        """After a refusal of a call that asked for these: whether there is less to ask for than before.

        The words name the value; where they only say that it is about values, the last one is dropped. `forbidden` without a
        name is about the personal ones.
        """
        named = [name for name in asked if re.search(rf"\b{name}\b", words)]
        if not named and forbidden:
            named = [name for name in asked if name in PERSONAL]
        if not named and _ABOUT_DATA.search(words):
            named = list(asked[-1:])
        self._refused |= dict.fromkeys(named, at + _AGAIN)
        return bool(named)
