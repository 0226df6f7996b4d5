"""Users who are to be forgotten, in memory."""

from __future__ import annotations

import math
import threading
from datetime import UTC, datetime

from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key


class FakeForgottenUsers:
    """`ForgottenUsers` in memory, to the second like a row; none goes, as rows may and need not."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._until: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._before_write = before_write

    def add(self, user: str, until: datetime) -> None:
        check_key(user)
        self._before_write("forgotten.add")
        at = datetime.fromtimestamp(math.ceil(until.timestamp()), UTC)
        with self._lock:
            self._until[user] = max(at, self._until.get(user, at))

    def until(self, user: str) -> datetime | None:
        check_key(user)
        with self._lock:
            return self._until.get(user)
