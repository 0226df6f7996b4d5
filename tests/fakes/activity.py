"""The story of what happened, in memory."""

from __future__ import annotations

import threading

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

    def of_subject(self, subject: str, limit: int) -> list[ActivityEntry]:
        return self._newest([entry for entry in self.entries if entry.subject == subject], limit)

    def of_account(self, account: AccountId, limit: int) -> list[ActivityEntry]:
        return self._newest([entry for entry in self.entries if entry.account == account], limit)

    def _newest(self, entries: list[ActivityEntry], limit: int) -> list[ActivityEntry]:
        entries.reverse()  # of two at the same instant the one written later counts as newer
        return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]
