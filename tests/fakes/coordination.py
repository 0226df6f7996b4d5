"""Leases and counters in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from listbridge.domain.ports import Clock, Conflict, Lease
from tests.fakes.cuts import TOGETHER, Hook, no_cut


@dataclass(slots=True)
class _Row:
    epoch: int
    until: datetime
    pending: int = 0


class FakeLeases:
    """`Leases` in memory."""

    def __init__(self, clock: Clock, before_write: Hook = no_cut) -> None:
        self._clock = clock
        self._rows: dict[str, _Row] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def acquire(self, key: str, owner: str, *, seconds: float) -> Lease | None:
        self._before_write("leases.acquire")
        with self._lock:
            return self._acquire(key, owner, seconds)

    def acquire_many(self, keys: Sequence[str], owner: str, *, seconds: float) -> dict[str, Lease]:
        taken: dict[str, Lease] = {}
        for some in (keys[at : at + TOGETHER] for at in range(0, len(keys), TOGETHER)):
            self._before_write("leases.acquire_many")
            with self._lock:
                leases = [self._acquire(key, owner, seconds) for key in some]
            taken |= {lease.key: lease for lease in leases if lease is not None}
        return taken

    def renew(self, lease: Lease, *, seconds: float) -> Lease:
        self._before_write("leases.renew")
        with self._lock:
            row = self._mine(lease)
            row.until = self._clock.now() + timedelta(seconds=seconds)
            return Lease(lease.key, lease.owner, lease.epoch, row.until)

    def release(self, lease: Lease) -> None:
        self._before_write("leases.release")
        with self._lock:
            self._release(lease)

    def release_many(self, leases: Sequence[Lease]) -> None:
        for some in (leases[at : at + TOGETHER] for at in range(0, len(leases), TOGETHER)):
            self._before_write("leases.release_many")
            with self._lock:
                for lease in some:
                    self._release(lease)

    def acquire_or_leave_word(self, key: str, owner: str, *, seconds: float) -> Lease | None:
        self._before_write("leases.acquire_or_leave_word")
        with self._lock:
            lease = self._acquire(key, owner, seconds)
            if lease is None:
                self._rows[key].pending += 1
            return lease

    def pending(self, lease: Lease) -> int:
        with self._lock:
            return self._mine(lease).pending

    def release_if_quiet(self, lease: Lease, *, pending: int) -> bool:
        self._before_write("leases.release_if_quiet")
        with self._lock:
            row = self._mine(lease)
            if row.pending != pending:
                return False
            row.until = datetime.min.replace(tzinfo=lease.until.tzinfo)
            return True

    def _acquire(self, key: str, owner: str, seconds: float) -> Lease | None:
        now = self._clock.now()
        row = self._rows.get(key)
        if row is not None and row.until > now:
            return None
        until = now + timedelta(seconds=seconds)
        new = _Row(row.epoch + 1 if row else 1, until, row.pending if row else 0)
        self._rows[key] = new
        return Lease(key, owner, new.epoch, until)

    def _release(self, lease: Lease) -> None:
        row = self._rows.get(lease.key)
        if row is not None and row.epoch == lease.epoch:
            row.until = datetime.min.replace(tzinfo=lease.until.tzinfo)

    def _mine(self, lease: Lease) -> _Row:
        row = self._rows.get(lease.key)
        if row is None or row.epoch != lease.epoch:
            raise Conflict(lease.key)
        return row


class FakeCounters:
    """`Counters` in memory."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._rows: dict[str, int] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def next(self, name: str) -> int:
        self._before_write("counters.next")
        return self._add(name, 1)

    def latest(self, name: str) -> int:
        with self._lock:
            return self._rows.get(name, 0)

    def add(self, name: str, amount: int, *, window_s: int, now: datetime) -> int:
        self._before_write("counters.add")
        return self._add(_windowed(name, window_s, now), amount)

    def current(self, name: str, *, window_s: int, now: datetime) -> int:
        with self._lock:
            return self._rows.get(_windowed(name, window_s, now), 0)

    def _add(self, name: str, amount: int) -> int:
        with self._lock:
            self._rows[name] = self._rows.get(name, 0) + amount
            return self._rows[name]


def _windowed(name: str, window_s: int, now: datetime) -> str:
    return f"{name}@{int(now.timestamp()) // window_s * window_s}/{window_s}"
