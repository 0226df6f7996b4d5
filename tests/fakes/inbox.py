"""Accepted deliveries in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from listbridge.domain.ports import InboxRow
from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key, check_row


class FakeInbox:
    """`Inbox` in memory. `row` and `rows` let a test look inside."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._rows: dict[tuple[str, str], InboxRow] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def store(self, row: InboxRow) -> bool:
        self._before_write("inbox.store")
        check_key(row.source, row.delivery)
        check_row(row.topic, *(hint.model_dump_json() for hint in row.hints))
        with self._lock:
            stored = self._rows.get((row.source, row.delivery))
            if stored is not None and stored.state == "queued":
                return False
            self._rows[row.source, row.delivery] = replace(row, state="stored")
            return True

    def queued(self, row: InboxRow) -> None:
        self._before_write("inbox.queued")
        with self._lock:
            stored = self._rows.get((row.source, row.delivery))
            if stored is not None and stored.stored_at == row.stored_at:
                self._move((row.source, row.delivery), ("stored",), "queued")

    def taken(self, rows: Sequence[tuple[str, str]]) -> None:
        for key in rows:
            self._before_write("inbox.taken")
            self._move(key, ("stored", "queued"), "taken")

    def unsent(self, *, older_than: datetime, limit: int) -> list[InboxRow]:
        with self._lock:
            rows = [r for r in self._rows.values() if r.state == "stored" and r.stored_at < older_than]
        return sorted(rows, key=lambda row: row.stored_at)[:limit]

    def row(self, source: str, delivery: str) -> InboxRow | None:
        with self._lock:
            return self._rows.get((source, delivery))

    @property
    def rows(self) -> list[InboxRow]:
        with self._lock:
            return list(self._rows.values())

    def _move(self, key: tuple[str, str], states: tuple[str, ...], state: str) -> None:
        with self._lock:
            row = self._rows.get(key)
            if row is not None and row.state in states:
                self._rows[key] = replace(row, state=state)
