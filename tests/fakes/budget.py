"""Budgets for the tests of services; the real arithmetic is tested where it is written."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any

from listbridge.domain.ports import Clock
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited


class FakeBudget:
    """`Budget` with a number of calls that a test sets; None is without limit.

    `spent` counts the calls by operation, `prepaid` what was set aside and not yet used, `learned` what it was told.
    """

    def __init__(self, clock: Clock, calls: int | None = None, *, until: datetime | None = None) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self.calls = calls
        self.until = until
        self.spent: dict[str, int] = {}
        self.prepaid: dict[str, int] = {}
        self.learned: list[tuple[str, dict[str, Any]]] = []

    def prepay(self, operation: str, calls: int, *, wait_s: float, kept_s: float = 0.0) -> None:
        with self._lock:
            for _ in range(calls - self.prepaid.get(operation, 0)):
                self._draw(operation)
                self.prepaid[operation] = self.prepaid.get(operation, 0) + 1

    def spend(self, operation: str) -> None:
        with self._lock:
            if self.prepaid.get(operation, 0) > 0:
                self.prepaid[operation] -= 1
            else:
                self._draw(operation)
            self.spent[operation] = self.spent.get(operation, 0) + 1

    def after_s(self, operation: str, calls: int) -> float:
        """At once, while there are enough of them: else a second each."""
        blocked = max(0.0, (self.until - self._clock.now()).total_seconds()) if self.until is not None else 0.0
        return blocked if self.calls is None else max(blocked, float(calls - self.calls))

    def patient(self, wait_s: float) -> AbstractContextManager[None]:
        """Nobody waits here: a call that is not there is refused, however patient its caller."""
        return nullcontext()

    def flight(self, operation: str) -> AbstractContextManager[None]:
        """As many at once as like."""
        return nullcontext()

    def learn(
        self,
        operation: str,
        *,
        remaining: int | None = None,
        remaining_today: int | None = None,
        limit_today: int | None = None,
        resets_at: datetime | None = None,
        blocked_until: datetime | None = None,
        rate: float | None = None,
    ) -> None:
        with self._lock:
            told: dict[str, Any] = {"remaining": remaining, "resets_at": resets_at, "blocked_until": blocked_until}
            told |= {
                name: value
                for name, value in (("remaining_today", remaining_today), ("limit_today", limit_today), ("rate", rate))
                if value is not None
            }
            self.learned.append((operation, told))
            if blocked_until is not None:
                self.until = blocked_until

    def _draw(self, operation: str) -> None:
        blocked = self.until is not None and self._clock.now() < self.until
        if blocked or self.calls == 0:
            until = self.until if self.until is not None else self._clock.now() + timedelta(seconds=1)
            raise RateLimited(Problem("budget_spent", {"operation": operation}), until=until)
        if self.calls is not None:
            self.calls -= 1
