"""Points at which a worker dies: every fake calls its hook before each write, with the write's name."""

from __future__ import annotations

import threading
from collections.abc import Callable

Hook = Callable[[str], None]
TOGETHER = 20
"""So many rows are written by one call that writes many: a worker may die between two such calls."""


class WorkerDied(BaseException):
    """The process is gone. Not an `Exception`: nothing in the code under test may catch it and go on."""


def no_cut(write: str) -> None:
    """Let every write pass."""


class CutAt:
    """Die before the n-th write (from 1); with `only`, counting just the writes whose name starts with it.

    `seen` holds the names of all writes so far, the one that was cut among them. It cuts once, so that the same fakes
    can serve the next worker.
    """

    def __init__(self, nth: int, *, only: str = "") -> None:
        self._left = nth
        self._only = only
        self._lock = threading.Lock()
        self.seen: list[str] = []

    def __call__(self, write: str) -> None:
        with self._lock:
            self.seen.append(write)
            if not write.startswith(self._only):
                return
            self._left -= 1
            if self._left == 0:
                raise WorkerDied(write)


class Switch:
    """A hook that a test can exchange at any time: `switch.hook = CutAt(3)`."""

    def __init__(self, hook: Hook = no_cut) -> None:
        self.hook = hook

    def __call__(self, write: str) -> None:
        self.hook(write)
