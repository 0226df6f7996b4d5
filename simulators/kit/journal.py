"""The journal: every call that arrived, numbered from 1. Safe to share between threads."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Generic, TypeVar

Entry = TypeVar("Entry")


class Journal(Generic[Entry]):
    """The newest `longest` entries. Numbers go on when it is cleared, so that a mark stays true.

    `shown` makes an entry JSON; `operation_of` names the operation that it is counted under.
    """

    def __init__(
        self,
        shown: Callable[[Entry], Mapping[str, Any]],
        operation_of: Callable[[Entry], str],
        *,
        longest: int = 100_000,
    ) -> None:
        self._shown = shown
        self._operation_of = operation_of
        self._rows: deque[Entry] = deque(maxlen=longest)
        self._lock = threading.Lock()
        self._last = 0

    def append(self, entry: Entry) -> None:
        with self._lock:
            self._last += 1
            self._rows.append(entry)

    def clear(self) -> None:
        with self._lock:
            self._rows.clear()

    @property
    def last(self) -> int:
        """The number of the newest entry, of a cleared journal too; 0 before the first."""
        return self._last

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.since(0))

    def __len__(self) -> int:
        return len(self._rows)

    def since(self, number: int) -> list[Entry]:
        """The entries after a number, oldest first."""
        return self._newest_first(number)[::-1]

    def _newest_first(self, number: int) -> list[Entry]:
        """The entries after a number: their count follows from the newest one's number, so that no other is looked at."""
        with self._lock:
            count = min(len(self._rows), max(0, self._last - number))
            return list(islice(reversed(self._rows), count))

    def told(
        self, where: Mapping[str, str], *, since: int = 0, newest: int = 1000, brief: bool = False
    ) -> dict[str, Any]:
        """How many entries have these attributes, by operation, and the newest of them; with `brief` only the numbers."""
        found = self._newest_first(since)
        for name, value in where.items():
            found = [entry for entry in found if str(getattr(entry, name, "")) == value]
        shown = [] if brief else [dict(self._shown(entry)) for entry in found[: max(0, newest)]]
        counts = Counter(map(self._operation_of, found))
        return {"total": len(found), "by_operation": dict(counts), "calls": shown[::-1]}
