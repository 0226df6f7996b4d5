"""The data sets of an order that we ask for, less those that Amazon refuses just now.

A region refused FULFILLMENT for two days (amzn/selling-partner-api-models issue 5365), and personal data are refused without the
role: each is asked for again an hour later. Everything else of the order is read meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from listbridge.infra.calls.api_client import CallRefused
from listbridge.marketplaces.amazon.client import entries_of

R = TypeVar("R")
PERSONAL = ("RECIPIENT", "BUYER")
WANTED = ("BUYER", "RECIPIENT", "PROCEEDS", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX")
_AGAIN = timedelta(hours=1)
_ABOUT_DATA = re.compile(r"includedData", re.IGNORECASE)
_BAD_REQUEST, _FORBIDDEN = 400, 403


class Included:
    """Of one account, in one process. Safe to share between threads: what is dropped twice is dropped."""

    def __init__(self) -> None:
        self._refused: dict[str, datetime] = {}

    def refuses(self, name: str, at: datetime) -> bool:
        """Whether this data set was refused within the hour."""
        return at < self._refused.get(name, at)

    def ask(self, ask: Callable[[Sequence[str]], R], at: datetime) -> R:
        """The answer with all data sets that pass: one is left out after each refusal that one of them may have caused.

        What was left out is remembered once the call passes without it, for a refusal may have had another reason. Raises
        CallRefused for what no data set is to blame for.
        """
        left = [name for name in WANTED if not self.refuses(name, at)]
        dropped: list[str] = []
        while True:
            try:
                answer = ask(tuple(left))
            except CallRefused as refused:
                name = _to_blame(refused, left)
                if name is None:
                    raise
                left.remove(name)
                dropped.append(name)
                continue
            self._refused |= dict.fromkeys(dropped, at + _AGAIN)
            return answer


def _to_blame(refused: CallRefused, left: Sequence[str]) -> str | None:
    """The data set that the words name. Where they only say that it is about data sets the last one, and where they say
    nothing of the kind a personal one, which most apps may not read."""
    if refused.verdict.status not in (_BAD_REQUEST, _FORBIDDEN):
        return None
    words = " ".join(f"{entry.message} {entry.details}" for entry in entries_of(refused.body))
    named = next((name for name in left if re.search(rf"\b{name}\b", words)), None)
    if named is not None:
        return named
    if _ABOUT_DATA.search(words) and refused.verdict.status == _BAD_REQUEST:
        return left[-1] if left else None
    return next((name for name in PERSONAL if name in left), None)
