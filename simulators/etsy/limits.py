"""Etsy's limits, from `limits.json`: calls per second and in the last 24 hours, and sizes.

`describe_limits()` prints the numbers that a benchmark ran under. Sources: documentation, "Rate limits" (per app, a sliding window
of 24 hours, the headers, `retry-after`); it names no numbers any more: 10 a second and 10,000 a day were the default until then,
5 and 5,000 were seen for personal apps. OpenAPI document of August 2026: 45 characters of a style, two styles, 20 images, 500
characters of a text for an image, two variations unless three are asked for, 100 ids of a batch. Not verified (seller's handbook or
forms): lengths of title, tags and materials, how many of them, quantity, prices, sizes of images, SKUs, products, values; the fee of 0.20 USD.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from pathlib import Path

from simulators.etsy.errors import EtsyError, trouble_of
from simulators.kit import limits
from simulators.kit.pace import Pace

_DAY_S = 86_400


@dataclass(frozen=True)
class Limits(limits.Limits):
    """The numbers in force."""

    FILE = Path(__file__).with_name("limits.json")

    def amount(self, name: str) -> Decimal:
        return Decimal(self.values[name])


def describe_limits(limits: Limits | None = None) -> str:
    """The limits in force, one per line, to be printed beside measured figures."""
    return (limits or Limits.load()).described("Etsy")


class _Window:
    """The calls of the last so many simulated seconds."""

    def __init__(self, pace: Pace, seconds: float) -> None:
        self._pace = pace
        self._seconds = seconds
        self._calls: deque[datetime] = deque()

    def count(self, now: datetime) -> int:
        while self._calls and self._pace.after(self._calls[0], self._seconds) <= now:
            self._calls.popleft()
        return len(self._calls)

    def add(self, now: datetime, calls: int = 1) -> None:
        self._calls.extend([now] * calls)

    def frees_in_s(self, now: datetime) -> float:
        """Seconds of the clock until the oldest call leaves the window."""
        return (self._pace.after(self._calls[0], self._seconds) - now).total_seconds() if self._calls else 0.0


class CallBudget:
    """Counts an app's calls, of all its sellers together. Not thread-safe: callers hold the lock."""

    def __init__(self, limits: Limits, pace: Pace) -> None:
        self.per_second = limits.number("per_second")
        self.per_day = limits.number("per_day")
        self._second = _Window(pace, 1)
        self._day = _Window(pace, _DAY_S)

    def spend(self, now: datetime) -> None:
        """Take one call. Raises 429 with `retry-after` when there is none left; nothing is taken then."""
        for window, most in ((self._day, self.per_day), (self._second, self.per_second)):
            if window.count(now) >= most:
                wait = max(1, ceil(window.frees_in_s(now)))
                raise EtsyError(429, trouble_of(429), {"Retry-After": str(wait)})
        self._second.add(now)
        self._day.add(now)

    def headers(self, now: datetime) -> dict[str, str]:
        """What every answer says about the limits."""
        return {
            "x-limit-per-second": str(self.per_second),
            "x-remaining-this-second": str(max(0, self.per_second - self._second.count(now))),
            "x-limit-per-day": str(self.per_day),
            "x-remaining-today": str(self.remaining_today(now)),
        }

    def remaining_today(self, now: datetime) -> int:
        return max(0, self.per_day - self._day.count(now))

    def drain(self, now: datetime, leave: int) -> None:
        """Somebody else with the same app has used the day up, but for so many calls."""
        self._day.add(now, max(0, self.remaining_today(now) - leave))
