"""What lands after its answer: jobs, and changes whose caller has stopped waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


class Later:
    """Things to do once their time has come; done by the next caller of the simulator, under its lock."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, Callable[[], object]]] = []

    def add(self, due_at: datetime, action: Callable[[], object]) -> None:
        self._waiting.append((due_at, action))

    def catch_up(self, now: datetime) -> None:
        """Do what is due, the earliest first. An action may come back here: it is off the list before it begins."""
        while due := [one for one in self._waiting if one[0] <= now]:
            first = min(due, key=lambda one: one[0])
            self._waiting.remove(first)
            first[1]()

    def waiting(self) -> int:
        return len(self._waiting)
