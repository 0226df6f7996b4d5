"""Workers that die, and workers that are overtaken, at any call they make."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.fakes.cuts import WorkerDied


@dataclass
class _Planned:
    name: str
    left: int
    action: Callable[[], object]


@dataclass
class Fate:
    """A hook before every write to our own store and around every call to the outside.

    `die_at` names the n-th call (from 1) before which the worker dies; from then on it stays dead: whatever its `finally`
    blocks still try fails as well, as nothing of a killed process goes on. `revive` lets the next worker work.
    `meanwhile` runs an action once before a call, as if another worker had come in between.
    """

    die_at: int = 0
    calls: list[str] = field(default_factory=list)
    _dead: bool = False
    _planned: list[_Planned] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __call__(self, name: str) -> None:
        with self._lock:
            if self._dead:
                raise WorkerDied(name)
            self.calls.append(name)
            count = len(self.calls)
            if count == self.die_at:
                self._dead = True
                raise WorkerDied(name)
        for planned in list(self._planned):
            if fnmatchcase(name, planned.name):
                planned.left -= 1
                if planned.left == 0:
                    self._planned.remove(planned)
                    planned.action()

    def meanwhile(self, name: str, action: Callable[[], object], *, nth: int = 1) -> None:
        """Run the action once, before the n-th of the coming calls with this name (`*` for any)."""
        self._planned.append(_Planned(name, nth, action))

    def die_before(self, name: str, *, nth: int = 1) -> None:
        """Die before the n-th of the coming calls with this name (`*` for any)."""
        self._planned.append(_Planned(name, nth, self._die))

    def die_in(self, nth: int) -> None:
        """Die before the n-th call, counted from the next one on."""
        self.die_at = len(self.calls) + nth

    def forget_plans(self) -> None:
        """Whatever was planned and has not happened does not happen."""
        self._planned.clear()

    def _die(self) -> None:
        self._dead = True
        raise WorkerDied

    @property
    def dead(self) -> bool:
        return self._dead

    def revive(self) -> None:
        """The next worker is another process."""
        self._dead = False
        self.die_at = 0
