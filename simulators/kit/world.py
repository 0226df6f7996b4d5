"""What the calls of every simulator share. A platform adds its state."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Generic

from simulators.faults import FaultPlan
from simulators.kit.journal import AnyEntry, Journal
from simulators.kit.later import Later
from simulators.kit.pace import Pace


class World(Generic[AnyEntry]):
    """Time, faults, the journal, and what is still under way. Code that reads or changes more than one thing holds
    `lock`.

    The lock is re-entrant.
    """

    def __init__(self, pace: Pace, faults: FaultPlan, journal: Journal[AnyEntry]) -> None:
        self.lock = threading.RLock()
        self.pace = pace
        self.faults = faults
        self.journal = journal
        self.later = Later()

    def __repr__(self) -> str:
        """Short, for a failing test prints it once for each frame that holds it."""
        return f"<{type(self).__module__}.{type(self).__name__}, {len(self.journal)} calls>"

    def now(self) -> datetime:
        """The clock's instant, aware UTC."""
        return self.pace.now()

    def postpone(self, seconds: float, act: Callable[[], object]) -> None:
        """Let something happen in so many simulated seconds."""
        with self.lock:
            self.later.add(self.pace.after(self.now(), seconds), act)

    def catch_up(self) -> None:
        """Do what is due by now: jobs, and changes that came too late for their callers."""
        with self.lock:
            self.later.catch_up(self.now())
