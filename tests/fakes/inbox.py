"""Accepted deliveries in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from listbridge.domain.ids import ShopId
from listbridge.domain.ports import InboxRow
from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key, check_row


class FakeInbox:
    """`Inbox` in memory. `row` and `rows` let a test look inside."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._rows: dict[tuple[ShopId, str], InboxRow] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def store(self, row: InboxRow) -> bool:
        self._before_write("inbox.store")
        check_key(row.shop, row.delivery)
        check_row(row.topic, *(hint.model_dump_json() for hint in row.hints))
        with self._lock:
            stored = self._rows.get((row.shop, row.delivery))
            if stored is not None and stored.state == "queued":
                return False
            self._rows[row.shop, row.delivery] = replace(row, state="stored")
            return True

    def queued(self, row: InboxRow) -> None:
        self._before_write("inbox.queued")
        with self._lock:
            stored = self._rows.get((row.shop, row.delivery))
            if stored is not None and stored.stored_at == row.stored_at:
                self._move((row.shop, row.delivery), ("stored",), "queued")

    def taken(self, rows: Sequence[tuple[ShopId, str]]) -> None:
        for key in rows:
            self._before_write("inbox.taken")
            self._move(key, ("stored", "queued"), "taken")

    def unsent(self, *, older_than: datetime, limit: int) -> list[InboxRow]:
        with self._lock:
            rows = [r for r in self._rows.values() if r.state == "stored" and r.stored_at < older_than]
        return sorted(rows, key=lambda row: row.stored_at)[:limit]

    def row(self, shop: ShopId, delivery: str) -> InboxRow | None:
        with self._lock:
            return self._rows.get((shop, delivery))

    @property
    def rows(self) -> list[InboxRow]:
        with self._lock:
            return list(self._rows.values())

    def _move(self, key: tuple[ShopId, str], states: tuple[str, ...], state: str) -> None:
        with self._lock:
            row = self._rows.get(key)
            if row is not None and row.state in states:
                self._rows[key] = replace(row, state=state)
