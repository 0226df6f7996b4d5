"""The journal: every call that arrived, numbered from 1. Safe to share between threads."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import Any, Generic, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call as the platform saw it. A platform adds what its scenarios ask for.

    `at` is when it arrived; `status` 0 when nobody received it and nothing was done; `fault` the kind of the fault that
    it suffered, or a vendor fault's name.
    """

    at: datetime
    operation: str
    status: int
    fault: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


AnyEntry = TypeVar("AnyEntry", bound=Entry)


class Journal(Generic[AnyEntry]):
    """The newest `longest` entries. Numbers go on when it is cleared, so that a mark stays true."""

    def __init__(self, *, longest: int = 200_000) -> None:
        self._rows: deque[AnyEntry] = deque(maxlen=longest)
        self._lock = threading.Lock()
        self._last = 0

    def append(self, entry: AnyEntry) -> None:
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

    def __iter__(self) -> Iterator[AnyEntry]:
        return iter(self.since(0))

    def __len__(self) -> int:
        return len(self._rows)

    def since(self, number: int) -> list[AnyEntry]:
        """The entries after a number, oldest first."""
        return self._newest_first(number)[1][::-1]

    def _newest_first(self, number: int) -> tuple[int, list[AnyEntry]]:
        """The newest number, and the entries after a given one: their count follows from both, so that no other is looked at."""
        with self._lock:
            count = min(len(self._rows), max(0, self._last - number))
            return self._last, list(islice(reversed(self._rows), count))

    def told(
        self, where: Mapping[str, str], *, since: int = 0, newest: int = 1000, brief: bool = False
    ) -> dict[str, Any]:
        """How many entries have these attributes, by operation, and the newest of them; with `brief` only the numbers.

        `last` is the mark to ask `since` with, the next time.
        """
        last, found = self._newest_first(since)
        for name, value in where.items():
            found = [entry for entry in found if str(getattr(entry, name, "")) == value]
        shown = [] if brief else [entry.as_json() for entry in found[: max(0, newest)]]
        counts = Counter(map(attrgetter("operation"), found))
        return {"total": len(found), "by_operation": dict(counts), "calls": shown[::-1], "last": last}
