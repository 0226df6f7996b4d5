"""Budgets that all lanes share: one row per bucket, drawn from in small chunks.

A process takes at most a second's worth of calls out of the row at once and lets what it has not used lapse after a
second. So the calls that all processes make in any span of t seconds never exceed burst + rate x (t + 1), but for the few
that a thread set aside before it took a lease, and a crash loses a second's worth. Chunks begin at one call and double while they are used up, so that a process with little to do
wastes nothing.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Protocol

from listbridge.domain.manifest import BudgetSpec
from listbridge.domain.ports import Clock, Leases, Share
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited
from listbridge.infra.coordination import buckets
from listbridge.infra.coordination.buckets import Bucket, Spent
from listbridge.infra.coordination.flights import Flights
from listbridge.infra.storage import dynamo

_CHUNK_LASTS = timedelta(seconds=1)
_PREPAID_LASTS = timedelta(seconds=10)
_LONGEST_SILENCE = timedelta(seconds=2)
_TRIES = 40
_APART = 1.04
"""Calls that leave one behind the other arrive at other distances: so much longer than the rate says."""
_CLOSEST = 0.5
"""Of the even distance: nearer to each other no two calls leave, not even where calls were late."""
_PROBLEMS = {"rate": "budget_spent", "day": "day_quota_spent", "blocked": "blocked_by_platform"}


class BucketChanged(Exception):
    """Another process wrote the row first; `bucket` is what stands there now."""

    def __init__(self, bucket: Bucket | None) -> None:
        super().__init__("the bucket changed")
        self.bucket = bucket


class BucketRows(Protocol):
    """Where buckets are kept."""

    def find(self, key: str) -> Bucket | None:
        """Strongly consistent."""

    def save(self, key: str, bucket: Bucket) -> Bucket:
        """Save over `bucket.rev` (0: must not exist yet); return it with the next rev. Raises BucketChanged."""


@dataclass(slots=True)
class _Purse:
    """What this process holds of one bucket for one share."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    calls: int = 0
    drawn: int = 0
    lapses_at: datetime | None = None
    refusal: Spent | None = None
    refused_until: datetime | None = None
    yields_until: datetime | None = None


@dataclass(slots=True)
class _Departure:
    """When a call leaves, or left."""

    at: datetime


class BudgetPool:
    """All budgets of one process. Safe to share between threads; make one and open budgets from it."""

    def __init__(self, rows: BucketRows, leases: Leases, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._flights = Flights(leases, clock)
        self._purses: dict[tuple[str, Share], _Purse] = {}
        self._known: dict[str, Bucket] = {}
        self._left: dict[str, deque[_Departure]] = {}
        self._guard = threading.Lock()

    def open(
        self, specs: Sequence[BudgetSpec], scopes: Mapping[str, str], share: Share = Share.ORDINARY
    ) -> PooledBudget:
        """A caller's budget. `scopes` names who shares: {"app": …, "account": …}, as the specs need them."""
        keyed = [(f"budget#{spec.scope}#{scopes[spec.scope]}#{spec.name}", spec) for spec in specs]
        return PooledBudget(self, keyed, share, self._clock)

    def draw(self, key: str, spec: BudgetSpec, share: Share, *, can_wait: bool = False) -> Spent | None:
        """Use one call of the bucket, from what is set aside here or from the row. A caller that can wait lets others
        pass."""
        purse = self._purse(key, share)
        with purse.lock:
            now = self._clock.now()
            if purse.lapses_at is not None and now >= purse.lapses_at:
                purse.calls = 0
            if purse.calls == 0:
                silent_until = purse.yields_until if can_wait else purse.refused_until
                if silent_until is not None and now < silent_until:
                    return purse.refusal
                refusal = self._fill(purse, key, spec, share, now)
                if refusal is not None:
                    return refusal
            purse.calls -= 1
        return None

    def after_s(self, key: str, spec: BudgetSpec, share: Share, calls: int) -> float:
        """As `Budget.after_s`, of one bucket as this process last saw it."""
        bucket = self._known.get(key) or self._remember(key, self._rows.find(key))
        now = self._clock.now()
        purse = self._purse(key, share)
        with purse.lock:
            held = purse.calls if purse.lapses_at is not None and now < purse.lapses_at else 0
        seen = buckets.refreshed(spec, bucket or buckets.full(spec, now), now)
        return buckets.after_s(spec, seen, share, calls - held, now) if calls > held else 0.0

    def flight(self, key: str, spec: BudgetSpec, share: Share) -> AbstractContextManager[None]:
        """A place among the calls that may be under way at once, kept while the block lasts. Raises RateLimited."""
        if spec.in_flight is None:
            return nullcontext()
        return self._flights.one(key, spec.in_flight, share, spec.name)

    def pace(self, key: str, spec: BudgetSpec) -> None:
        """Let a call that was drawn leave in its turn, where the platform counts those of its last seconds: never more within these
        than the rate allows. Calls that were drawn a while apart would leave together, such as a read with the write behind
        it. What leaves late is counted when it leaves, and those behind it make up for it."""
        if spec.window_s is None:
            return
        rate = buckets.rate_of(spec, self._known.get(key))
        most = max(1, int(rate * spec.window_s))
        step = timedelta(seconds=_APART / rate)
        with self._guard:
            now = self._clock.now()
            before = self._left.setdefault(key, deque())
            while len(before) > most:
                before.popleft()
            at = max(now, before[-1].at + step * _CLOSEST) if before else now
            ahead = before[0] if len(before) == most else None
            mine = _Departure(at)
            before.append(mine)
        while True:
            with self._guard:
                mine.at = at if ahead is None else max(at, ahead.at + step * most)
            wait_s = (mine.at - self._clock.now()).total_seconds()
            if wait_s <= 0:
                break
            self._clock.sleep(wait_s)
        with self._guard:
            mine.at = max(mine.at, self._clock.now())

    def give_back(self, key: str, share: Share) -> None:
        """A call that was drawn and will not be made stays in this process until its chunk lapses."""
        purse = self._purse(key, share)
        with purse.lock:
            purse.calls += 1

    def tell(
        self,
        key: str,
        spec: BudgetSpec,
        *,
        remaining: int | None,
        resets_at: datetime | None,
        blocked_until: datetime | None,
        rate: float | None = None,
        quota: int | None = None,
    ) -> None:
        """Take note of what the platform said, and record it if it is news to the row."""
        bucket = self._known.get(key)
        for attempt in range(_TRIES):
            if bucket is None:
                bucket = self._rows.find(key)
            now = self._clock.now()
            seen = buckets.refreshed(spec, bucket or buckets.full(spec, now), now)
            new = buckets.told(
                spec,
                seen,
                remaining=remaining,
                resets_at=resets_at,
                blocked_until=blocked_until,
                now=now,
                rate=rate,
                quota=quota,
            )
            if new is seen:
                return
            try:
                self._known[key] = self._rows.save(key, new)
            except BucketChanged as change:
                bucket = self._remember(key, change.bucket)
                dynamo.pause(min(attempt, 3))
                continue
            self._empty_purses(key)
            return

    def _fill(self, purse: _Purse, key: str, spec: BudgetSpec, share: Share, now: datetime) -> Spent | None:
        in_use = purse.lapses_at is not None and now < purse.lapses_at  # the last chunk was used up in time
        size = min(buckets.largest_chunk(spec), purse.drawn * 2 if in_use else 1)
        outcome = self._take(key, spec, share, max(1, size), now)
        if isinstance(outcome, Spent):
            silence = min(timedelta(seconds=max(0.0, outcome.after_s)), _LONGEST_SILENCE)
            purse.refusal, purse.refused_until = outcome, now + silence
            # A caller of a moment ago that can wait asks one call later than the next is there: otherwise a backlog,
            # with many threads waiting, would take each call from under the one that another account needs.
            rate = buckets.rate_of(spec, self._known.get(key))
            purse.yields_until = now + silence + timedelta(seconds=1 / rate if in_use else 0)
            return outcome
        purse.calls = purse.drawn = outcome
        purse.lapses_at = now + _CHUNK_LASTS
        purse.refusal = purse.refused_until = purse.yields_until = None
        return None

    def _take(self, key: str, spec: BudgetSpec, share: Share, wanted: int, now: datetime) -> int | Spent:
        bucket = self._known.get(key)
        remembered = bucket is not None
        for attempt in range(_TRIES):
            if bucket is None:
                bucket = self._rows.find(key)
            seen = buckets.refreshed(spec, bucket or buckets.full(spec, now), now)
            outcome = buckets.drawn(spec, seen, share, wanted, now)
            if isinstance(outcome, Spent):
                if not remembered:
                    return outcome
                bucket, remembered = None, False  # what we remember may be old: ask the row before saying no
                continue
            try:
                self._known[key] = self._rows.save(key, outcome[0])
            except BucketChanged as change:
                bucket, remembered = self._remember(key, change.bucket), False
                dynamo.pause(min(attempt, 3))
                continue
            return outcome[1]
        return Spent("rate", 0.2)

    def _remember(self, key: str, bucket: Bucket | None) -> Bucket | None:
        if bucket is not None:
            self._known[key] = bucket
        else:
            self._known.pop(key, None)
        return bucket

    def _empty_purses(self, key: str) -> None:
        for share in Share:
            purse = self._purse(key, share)
            with purse.lock:
                purse.calls = 0
                purse.lapses_at = purse.refused_until = purse.yields_until = None

    def _purse(self, key: str, share: Share) -> _Purse:
        with self._guard:
            return self._purses.setdefault((key, share), _Purse())


class PooledBudget:
    """`Budget` of one opened account for one share. Calls set aside by a thread are that thread's alone."""

    def __init__(self, pool: BudgetPool, specs: Sequence[tuple[str, BudgetSpec]], share: Share, clock: Clock) -> None:
        self._pool = pool
        self._specs = specs
        self._share = share
        self._clock = clock
        self._own = threading.local()

    def prepay(self, operation: str, calls: int, *, wait_s: float, kept_s: float = 0.0) -> None:
        """Set calls aside for this thread, waiting at most `wait_s`, or longer if `patient`; they lapse after ten seconds, or
        `kept_s`. Raises RateLimited."""
        patience_s: float = getattr(self._own, "patience_s", 0.0)
        deadline = self._clock.now() + timedelta(seconds=max(wait_s, patience_s))
        prepaid = self._prepaid(operation)
        while len(prepaid) < calls:
            try:
                self._draw(operation, can_wait=wait_s > 0)
            except RateLimited as error:
                now = self._clock.now()
                wait = error.after_s if error.until is None else (error.until - now).total_seconds()
                if now + timedelta(seconds=wait) > deadline:
                    raise
                self._clock.sleep(max(wait, 0.01))
                continue
            prepaid.append(self._clock.now() + max(_PREPAID_LASTS, timedelta(seconds=kept_s)))

    def spend(self, operation: str) -> None:
        """Use one call, set aside or drawn now, without waiting unless `patient`, but for its turn within a window that the
        platform counts. Raises RateLimited."""
        self.prepay(operation, 1, wait_s=0)
        self._own.prepaid[operation].pop()
        for one in self._of(operation):
            self._pool.pace(*one)

    def after_s(self, operation: str, calls: int) -> float:
        """See `Budget.after_s`."""
        return max((self._pool.after_s(*one, self._share, calls) for one in self._of(operation)), default=0.0)

    @contextmanager
    def patient(self, wait_s: float) -> Iterator[None]:
        """Within the block this thread's calls are waited for, at most `wait_s` each. The innermost block counts."""
        before = getattr(self._own, "patience_s", 0.0)
        self._own.patience_s = wait_s
        try:
            yield
        finally:
            self._own.patience_s = before

    @contextmanager
    def flight(self, operation: str) -> Iterator[None]:
        """Around one call: it has a place in every bucket that names it. Raises RateLimited before the block begins."""
        with ExitStack() as places:
            for key, spec in self._of(operation):
                places.enter_context(self._pool.flight(key, spec, self._share))
            yield

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
        """Take in what the platform's answer said about the limit of this operation.

        `remaining` with `resets_at` is a count that begins again at that instant: it goes to the buckets with a day's
        quota, if there are any. `remaining` alone is what is left of a rate: it goes to the others. `remaining_today` and
        `limit_today` go to the buckets with a day's quota, and `rate` to those without, or to all where each has one.
        A limit of which the answers do not tell learns only that all is blocked.
        """
        mine = self._of(operation)
        daily = [one for one in mine if one[1].told and one[1].day_quota is not None]
        other = [one for one in mine if one[1].told and one[1].day_quota is None]
        counted = (daily or other) if resets_at is not None else (other or daily)
        for one in mine:
            left = remaining if one in counted else None
            self._pool.tell(
                *one,
                remaining=remaining_today if one in daily and remaining_today is not None else left,
                resets_at=resets_at if one in counted else None,
                blocked_until=blocked_until,
                rate=rate if one in (other or daily) else None,
                quota=limit_today if one in daily else None,
            )

    def _of(self, operation: str) -> list[tuple[str, BudgetSpec]]:
        return [
            (key, spec)
            for key, spec in self._specs
            if any(fnmatchcase(operation, pattern) for pattern in spec.operations)
        ]

    def _draw(self, operation: str, *, can_wait: bool = False) -> None:
        taken: list[str] = []
        for key, spec in self._of(operation):
            refusal = self._pool.draw(key, spec, self._share, can_wait=can_wait)
            if refusal is not None:
                for earlier in taken:
                    self._pool.give_back(earlier, self._share)
                problem = Problem(_PROBLEMS[refusal.reason], {"budget": spec.name})
                raise RateLimited(problem, after_s=max(0.01, refusal.after_s), until=refusal.until)
            taken.append(key)

    def _prepaid(self, operation: str) -> list[datetime]:
        """This thread's calls set aside, each until when; newest last."""
        if not hasattr(self._own, "prepaid"):
            self._own.prepaid = {}
        kept: dict[str, list[datetime]] = self._own.prepaid
        now = self._clock.now()
        kept[operation] = [until for until in kept.get(operation, ()) if now < until]
        return kept[operation]
