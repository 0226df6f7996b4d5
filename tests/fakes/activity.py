"""The story of what happened, in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import AccountId
from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key, check_row


class FakeActivityLog:
    """`ActivityLog` in memory. `entries` has all of it in the order of writing."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._lock = threading.RLock()
        self._before_write = before_write
        self.entries: list[ActivityEntry] = []

    def note(self, *entries: ActivityEntry) -> None:
        if entries:
            self._before_write("activity.note")
        for entry in entries:
            check_key(entry.subject, *([entry.account] if entry.account is not None else []))
            check_row(*entry.params.values(), entry.actor)
        with self._lock:
            self.entries += entries

    def of_subject(self, subject: str, limit: int, before: str | None = None) -> tuple[list[ActivityEntry], str | None]:
        return self._newest(lambda entry: entry.subject == subject, limit, before)

    def of_account(
        self, account: AccountId, limit: int, before: str | None = None
    ) -> tuple[list[ActivityEntry], str | None]:
        return self._newest(lambda entry: entry.account == account, limit, before)

    def _newest(
        self, wanted: Callable[[ActivityEntry], bool], limit: int, before: str | None
    ) -> tuple[list[ActivityEntry], str | None]:
        placed = [
            replace(entry, place=f"{entry.at.timestamp():020.6f}#{number:010d}")
            for number, entry in enumerate(self.entries)
            if wanted(entry)
        ]
        placed = [entry for entry in placed if before is None or entry.place < before]
        placed.sort(key=lambda entry: entry.place, reverse=True)
        return placed[:limit], placed[limit - 1].place if len(placed) > limit else None
