"""Marketplaces' public keys in memory."""

from __future__ import annotations

import threading
from datetime import timedelta

from listbridge.domain.ports import NoticeKey
from tests.fakes.clock import VirtualClock
from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key


class FakeNoticeKeys:
    """`NoticeKeys` in memory. Rows are gone when their time has come, as they may be and need not."""

    def __init__(self, clock: VirtualClock, before_write: Hook = no_cut) -> None:
        self._clock = clock
        self._rows: dict[tuple[str, str], NoticeKey] = {}
        self._lock = threading.Lock()
        self._before_write = before_write

    def find(self, marketplace: str, id: str) -> NoticeKey | None:
        check_key(marketplace, id)
        with self._lock:
            row = self._rows.get((marketplace, id))
        if row is None or self._clock.now() - row.learned_at >= timedelta(days=1 if row.pem else 1 / 24):
            return None
        return row

    def put(self, key: NoticeKey) -> None:
        self._before_write("notice_keys.put")
        with self._lock:
            self._rows[key.marketplace, key.id] = key
