"""What happens after its answer: jobs, and changes whose caller has stopped waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the API tells of it. Unlike all other ids, a job's is a UUID."""

    id: str
    done: bool


class Later:
    """Things to do once their time has come; looked after by whoever uses the shop next, under the shop's lock."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, Callable[[], object]]] = []

    def add(self, due_at: datetime, action: Callable[[], object]) -> None:
        self._waiting.append((due_at, action))

    def catch_up(self, now: datetime) -> None:
        """Do what is due, the earliest first."""
        due = sorted((one for one in self._waiting if one[0] <= now), key=lambda one: one[0])
        self._waiting = [one for one in self._waiting if one[0] > now]
        for _, action in due:
            action()

    def waiting(self) -> int:
        return len(self._waiting)
