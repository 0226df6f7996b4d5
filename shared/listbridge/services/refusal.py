"""Refusing what a person asks for, because it cannot be done as things are now."""

from __future__ import annotations

from listbridge.domain.problem import Problem


class Refused(Exception):
    """What was asked for cannot be done now; the problem says why and what would help. Nothing was changed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class FieldRefused(Refused):
    """The same, of one field of what was asked for, by its dotted place."""

    def __init__(self, field: str, problem: Problem) -> None:
        super().__init__(problem)
        self.field = field
