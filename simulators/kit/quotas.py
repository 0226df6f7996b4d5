"""What limits are counted with: a bucket that refills, and counts that begin again each calendar day.

Neither is thread-safe: callers hold the simulator's lock.
"""

from __future__ import annotations

from datetime import date, datetime


class Bucket:
    """Holds `level` points (or calls). Rate and capacity are told at each look, so that they can change meanwhile."""

    def __init__(self, level: float, at: datetime) -> None:
        self._level = level
        self._at = at

    def level(self, now: datetime, *, rate: float, capacity: float) -> float:
        """What is there `now`, after refilling by `rate` points a second up to `capacity`."""
        seconds = max(0.0, (now - self._at).total_seconds())
        self._level = min(capacity, self._level + seconds * rate)
        self._at = max(self._at, now)
        return self._level

    def take(self, amount: float) -> None:
        """Take it, even below zero. Whether there was enough is asked by `level` before."""
        self._level -= amount

    def drain(self, to: float) -> None:
        """Leave at most `to`: for playing a budget that somebody else has spent."""
        self._level = min(self._level, to)


class DayCounts:
    """Counts by name, forgotten when the day changes. Which calendar the day is of, the caller decides."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._counts: dict[str, int] = {}

    def roll(self, day: date) -> None:
        if day != self._day:
            self._day = day
            self._counts.clear()

    def of(self, name: str) -> int:
        return self._counts.get(name, 0)

    def add(self, name: str) -> None:
        self._counts[name] = self.of(name) + 1
