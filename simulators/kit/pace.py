"""Simulated durations on a declared time scale, and how long a call takes; instants stay true."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from simulators.clock import Clock


class Pace:
    """How long a simulated second lasts: `scale` real seconds (0.1 plays ten times faster than life).

    `latency_s` is the median duration of a call in simulated seconds (0: none), `spread` the sigma of its log-normal.
    """

    def __init__(
        self, clock: Clock, scale: float = 1.0, *, latency_s: float = 0.0, spread: float = 0.25, seed: int = 20261123
    ) -> None:
        if scale <= 0:
            raise ValueError("a time scale is above zero")
        self._clock = clock
        self._scale = scale
        self._latency_s = latency_s
        self._spread = spread
        self._random = random.Random(seed)

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

    def latency(self) -> float:
        """How long the next call takes, in simulated seconds: around the median, skewed to the slow side, as a network is."""
        return self._latency_s * self._random.lognormvariate(0.0, self._spread) if self._latency_s > 0 else 0.0
