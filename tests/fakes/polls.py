"""When each account's orders are asked for, in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from listbridge.domain.ids import AccountId
from listbridge.domain.orders.polling import PollState
from listbridge.domain.ports import Conflict
from tests.fakes.cuts import Hook, no_cut


class FakePollRepository:
    """`PollRepository` in memory."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._rows: dict[AccountId, PollState] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def find(self, account: AccountId) -> PollState | None:
        with self._lock:
            return self._rows.get(account)

    def create(self, state: PollState) -> PollState:
        self._before_write("polls.create")
        with self._lock:
            return self._rows.setdefault(state.account, replace(state, rev=1))

    def claim(self, account: AccountId, claim: str, *, now: datetime, until: datetime) -> PollState | None:
        self._before_write("polls.claim")
        with self._lock:
            stored = self._rows.get(account)
            if stored is None or stored.next_poll_at > now:
                return None
            return self._put(replace(stored, claim=claim, next_poll_at=until, rev=stored.rev + 1))

    def save(self, state: PollState, *, claim: str) -> None:
        self._before_write("polls.save")
        with self._lock:
            stored = self._rows.get(state.account)
            if stored is None or stored.claim != state.claim:
                raise Conflict(state.account)
            self._put(replace(state, claim=claim, rev=stored.rev + 1))

    def make_due(self, account: AccountId, at: datetime) -> None:
        self._before_write("polls.make_due")
        with self._lock:
            stored = self._rows.get(account)
            if stored is not None:
                self._put(replace(stored, claim="", next_poll_at=at, rev=stored.rev + 1))

    def _put(self, state: PollState) -> PollState:
        self._rows[state.account] = state
        return state
