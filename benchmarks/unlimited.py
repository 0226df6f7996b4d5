"""A budget without limit and access without renewal, for figures that are about something else."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from listbridge.domain.ports.grants import Renew


class NoLimit:
    """Lets every call pass."""

    def prepay(self, operation: str, calls: int, *, wait_s: float, kept_s: float = 0.0) -> None:
        """Nothing to set aside."""

    def spend(self, operation: str) -> None:
        """Nothing to spend."""

    def after_s(self, operation: str, calls: int) -> float:
        """At once."""
        return 0.0

    def patient(self, wait_s: float) -> AbstractContextManager[None]:
        """Nothing to wait for."""
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
        """Nothing to learn."""


class NoGrants:
    """Access that nobody asks for."""

    def token(self, renew: Renew) -> str:
        """There is none."""
        raise NotImplementedError

    def refused(self, token: str) -> None:
        """There is none."""


class NoCounters:
    """Counts nothing."""

    def next(self, name: str) -> int:
        """Always the first."""
        return 1

    def latest(self, name: str) -> int:
        """None was given."""
        return 0

    def add(self, name: str, amount: int, *, window_s: int, now: datetime) -> int:
        """As if nothing was added before."""
        return amount

    def current(self, name: str, *, window_s: int, now: datetime) -> int:
        """Nothing was added."""
        return 0
