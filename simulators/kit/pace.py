"""Simulated durations on a declared time scale; instants stay true."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from simulators.clock import Clock


class Pace:
    """How long a simulated second lasts: `scale` real seconds (0.1 plays ten times faster than life)."""

    def __init__(self, clock: Clock, scale: float = 1.0) -> None:
        if scale <= 0:
            raise ValueError("a time scale is above zero")
        self._clock = clock
        self._scale = scale
        self._random = random.Random(20261123)

    def now(self) -> datetime:
        """The clock's instant, aware UTC: not scaled, so that time stamps mean the same on both sides."""
        return self._clock.now()

    def after(self, instant: datetime, seconds: float) -> datetime:
        """The instant `seconds` simulated seconds later (earlier, when negative)."""
        return instant + timedelta(seconds=seconds * self._scale)

    def rate(self, per_second: float) -> float:
        """How much that is in one second of the clock, when `per_second` is meant of a simulated one."""
        return per_second / self._scale

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds * self._scale)

    def latency(self, median_s: float) -> None:
        """Sleep as a network does: around the median, skewed to the slow side."""
        if median_s > 0:
            self.sleep(median_s * self._random.lognormvariate(0.0, 0.25))
