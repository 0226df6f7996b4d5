"""What goes wrong with single calls, in the order in which a test says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

R = TypeVar("R")


@dataclass
class Mishaps:
    """What goes wrong next: `refuse` raises before the call is applied, `lose` after it, `meanwhile` runs before it."""

    calls: list[str] = field(default_factory=list)
    _before: dict[str, list[Exception]] = field(default_factory=dict)
    _after: dict[str, list[Exception]] = field(default_factory=dict)
    _meanwhile: dict[str, list[Callable[[], object]]] = field(default_factory=dict)

    def refuse(self, operation: str, *errors: Exception) -> None:
        self._before.setdefault(operation, []).extend(errors)

    def lose(self, operation: str, *errors: Exception) -> None:
        self._after.setdefault(operation, []).extend(errors)

    def meanwhile(self, operation: str, happens: Callable[[], object]) -> None:
        """Something else happens while the next such call is under way."""
        self._meanwhile.setdefault(operation, []).append(happens)

    def count(self, operation: str) -> int:
        return self.calls.count(operation)

    def call(self, operation: str, apply: Callable[[], R]) -> R:
        self._begins(operation)
        result = apply()
        self._ends(operation)
        return result

    def on_call(self, name: str) -> None:
        """`before_call` of a scripted market: `remote.<operation>` before a call, and `.answered` behind it after one."""
        _, operation, *answered = name.split(".")
        if answered:
            self._ends(operation)
        else:
            self._begins(operation)

    def _begins(self, operation: str) -> None:
        self.calls.append(operation)
        for happens in self._meanwhile.pop(operation, []):
            happens()
        if self._before.get(operation):
            raise self._before[operation].pop(0)

    def _ends(self, operation: str) -> None:
        if self._after.get(operation):
            raise self._after[operation].pop(0)
