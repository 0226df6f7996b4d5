"""How many calls to one platform may be under way at once, over all processes.

A small shop's server works on one or two calls at a time: more of them only wait there, and keep its own buyers waiting. Each
place is a lease in the table that all workers share, released when the call is over; of a worker that died it lapses.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from listbridge.domain.ports import Clock, Lease, Leases, Share
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited

_LOG = logging.getLogger("listbridge.budgets")
_LAPSES_S = 60.0
"""Longer than any call of a platform may take (`longest_call_s` of its traits)."""
_WAIT_S = 2.0
_PAUSES_S = (0.02, 0.05, 0.1, 0.2)


class Flights:
    """The places of all budgets of one process. Safe to share between threads."""

    def __init__(self, leases: Leases, clock: Clock) -> None:
        self._leases = leases
        self._clock = clock
        self._taken: set[str] = set()
        """Places that this process has: its own threads need not ask the table for them."""
        self._guard = threading.Lock()

    @contextmanager
    def one(self, key: str, places: int, share: Share, budget: str) -> Iterator[None]:
        """Keep one of the places of `key` while the block lasts, waiting up to two seconds for it.

        Ordinary calls leave one place to zeros and orders where there is more than one. Raises RateLimited, and then the
        block did not begin.
        """
        lease = self._wait_for(f"flight#{key}", range(_open_to(share, places)), budget)
        try:
            yield
        finally:
            self._give_back(lease)

    def _wait_for(self, key: str, places: Sequence[int], budget: str) -> Lease:
        deadline = self._clock.now() + timedelta(seconds=_WAIT_S)
        tries = 0
        while True:
            for place in places:
                lease = self._take(f"{key}#{place}")
                if lease is not None:
                    return lease
            pause = _PAUSES_S[min(tries, len(_PAUSES_S) - 1)]
            if self._clock.now() + timedelta(seconds=pause) > deadline:
                raise RateLimited(Problem("budget_spent", {"budget": budget}), after_s=1.0)
            self._clock.sleep(pause)
            tries += 1

    def _take(self, place: str) -> Lease | None:
        with self._guard:
            if place in self._taken:
                return None
            self._taken.add(place)
        lease = None
        try:
            lease = self._leases.acquire(place, "call", seconds=_LAPSES_S)
        finally:
            if lease is None:
                with self._guard:
                    self._taken.discard(place)
        return lease

    def _give_back(self, lease: Lease) -> None:
        try:
            self._leases.release(lease)
        except Exception:  # noqa: BLE001  # the call has its answer, which must not be lost for this: the place lapses
            _LOG.warning("flight.not_given_back", exc_info=True)
        finally:
            with self._guard:
                self._taken.discard(lease.key)


def _open_to(share: Share, places: int) -> int:
    return places - 1 if share is Share.ORDINARY and places > 1 else places
