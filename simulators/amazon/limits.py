"""Amazon's limits, from `limits.json`: a token bucket per seller and operation, and sizes.

`describe_limits()` prints the numbers that a benchmark ran under. Sources beside the usage plans: `relationship_updates` is the
separate throttle on parent and child relationships, whose numbers Amazon does not publish (documentation, "Listings Items API rate
limits"): ours, not verified. `search_most_items`: description of searchListingsItems. `decide_after_s` is ours:
Amazon says "typically within minutes". `sku_length`: the attribute's own limit in Amazon's listing forms, not in the models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from simulators.amazon.errors import throttled
from simulators.kit import limits
from simulators.kit.pace import Pace
from simulators.kit.quotas import Bucket

RELATIONSHIPS = "relationship_updates"


@dataclass(frozen=True)
class Limits(limits.Limits):
    """The numbers in force. `raised` and `faster` give a copy with some replaced, for burst runs and tests."""

    FILE = Path(__file__).with_name("limits.json")

    def raised(self, **changes: Any) -> Limits:
        """A copy with values replaced: an operation's `[rate, burst]`, or a number. KeyError for an unknown name."""
        values = {**self.values, "rates": dict(self.values["rates"])}
        for name, value in changes.items():
            where = values["rates"] if name in values["rates"] else values
            if name not in where:
                raise KeyError(name)
            where[name] = value
        return Limits(values)

    def faster(self, factor: float) -> Limits:
        """A copy where every rate and every burst is so many times as high."""
        rates = {name: [rate * factor, burst * factor] for name, (rate, burst) in self.values["rates"].items()}
        related = [number * factor for number in self.values[RELATIONSHIPS]]
        return Limits({**self.values, "rates": rates, RELATIONSHIPS: related})

    def rate(self, operation: str) -> tuple[float, float]:
        """Requests per second and burst. KeyError for an operation that has none."""
        rate, burst = self.values["rates"][operation] if operation != RELATIONSHIPS else self.values[RELATIONSHIPS]
        return float(rate), float(burst)

    def lines(self) -> Iterator[str]:
        for name, (rate, burst) in self.values["rates"].items():
            yield f"  {name}: {rate}/s, burst {burst}"
        yield from (self.line(name) for name in self.values if name not in ("version", "notes", "rates"))


def describe_limits(limits: Limits | None = None) -> str:
    """The limits in force, one per line, to be printed beside measured figures."""
    return (limits or Limits.load()).described("Amazon")


class CallBudget:
    """Counts calls against the bucket of each seller and operation. Not thread-safe: callers hold the lock."""

    def __init__(self, limits: Limits, pace: Pace) -> None:
        self._limits = limits
        self._pace = pace
        self._own: dict[tuple[str, str], tuple[float, float]] = {}
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def set_rate(self, seller: str, operation: str, rate: float, burst: float) -> None:
        """Amazon gives one seller another rate than the usage plan's. KeyError for an unknown operation."""
        self._limits.rate(operation)
        self._own[seller, operation] = (rate, burst)

    def rate(self, seller: str, operation: str) -> tuple[float, float]:
        return self._own.get((seller, operation)) or self._limits.rate(operation)

    def spend(self, seller: str, operation: str, now: datetime) -> None:
        """Take one call. Raises 429 when there is none left; nothing is taken then."""
        rate, burst = self.rate(seller, operation)
        bucket = self._buckets.setdefault((seller, operation), Bucket(burst, now))
        if bucket.level(now, rate=self._pace.rate(rate), capacity=burst) < 1:
            if operation == RELATIONSHIPS:
                raise throttled("You exceeded your quota for relationship updates.")
            raise throttled()
        bucket.take(1)

    def drain(self, seller: str, operation: str, now: datetime) -> None:
        """Somebody else with the same app has used the seller's calls up."""
        self._limits.rate(operation)
        self._buckets.setdefault((seller, operation), Bucket(0, now)).drain(0)
