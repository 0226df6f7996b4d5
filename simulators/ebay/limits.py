"""eBay's limits, from `limits.json`: calls per second of one application, calls per day, and sizes.

`describe_limits()` prints the numbers that a benchmark ran under. Quotas per day begin again at midnight Pacific.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from simulators.ebay.errors import EbayError
from simulators.kit import limits
from simulators.kit.pace import Pace
from simulators.kit.quotas import Bucket, DayCounts


@dataclass(frozen=True)
class Limits(limits.Limits):
    """The numbers in force."""

    FILE = Path(__file__).with_name("limits.json")

    @property
    def rate(self) -> float:
        return float(self.values["per_second"]["rate"])

    @property
    def burst(self) -> float:
        return float(self.values["per_second"]["burst"])

    def per_day(self, api: str) -> int:
        return int(self.values["per_day"][api])

    @cached_property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.values["day_time_zone"])

    def day(self, now: datetime) -> date:
        """The calendar day that quotas and revisions are counted on."""
        return now.astimezone(self.zone).date()

    def next_reset(self, now: datetime) -> datetime:
        """The next midnight of that calendar, in UTC."""
        midnight = now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight + timedelta(days=1)).astimezone(UTC)


def describe_limits(limits: Limits | None = None) -> str:
    """The limits in force, one per line, to be printed beside measured figures."""
    return (limits or Limits.load()).described("eBay")


class CallBudget:
    """Counts one application's calls against its rate and its day quotas. Not thread-safe: callers hold the lock."""

    def __init__(self, limits: Limits, pace: Pace) -> None:
        self.limits = limits
        self._pace = pace
        self._calls = Bucket(limits.burst, pace.now())
        self._counts = DayCounts(limits.day(pace.now()))

    def spend(self, api: str, now: datetime) -> None:
        """Take one call. Raises 429 (2001, without Retry-After) when the second or the day has none left."""
        self._counts.roll(self.limits.day(now))
        left = self._calls.level(now, rate=self._pace.rate(self.limits.rate), capacity=self.limits.burst)
        if left < 1 or self.count(api) >= self.limits.per_day(api):
            raise EbayError(2001, "The request limit has been reached for the resource.", status=429)
        self._calls.take(1)
        self._counts.add(api)

    def spend_token_call(self, grant: str, now: datetime) -> bool:
        """Take one call of the token service from its own day quota; False when the day has none left."""
        self._counts.roll(self.limits.day(now))
        name = f"oauth.{grant}"
        if self.count(name) >= int(self.limits.values["oauth_per_day"][grant]):
            return False
        self._counts.add(name)
        return True

    def count(self, name: str) -> int:
        return self._counts.of(name)
