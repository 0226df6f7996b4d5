"""Enumerations in stored rows, and what happens to a value that only a newer version knows.

While a deployment is rolled back, rows that the newer version wrote are read by the older. A value that is unknown here is
kept as it is: it equals no member, so that nothing is done on its account, and it is written back unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Self

from listbridge.domain.problem import Problem

_STORED: ContextVar[bool] = ContextVar("stored", default=False)


@contextmanager
def reading_stored() -> Iterator[None]:
    """While it lasts, words that are unknown here are accepted: what is read was written by us, of whatever version."""
    token = _STORED.set(True)
    try:
        yield
    finally:
        _STORED.reset(token)


def reading_is_of_stored() -> bool:
    """Whether what is read now stands in one of our rows."""
    return _STORED.get()


class Word(StrEnum):
    """The root of all enumerations in stored rows. What callers send is held to the members, as with any enumeration."""

    @property
    def known(self) -> bool:
        """Whether this version knows the value."""
        return self.value in type(self)._value2member_map_

    @property
    def newer(self) -> Problem:
        """Why nothing is done on account of a value that is unknown here."""
        return Problem("newer_version", {"value": self.value}, "install_newer_version")

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not _STORED.get() or not isinstance(value, str):
            return None
        word = str.__new__(cls, value)
        word._name_ = word._value_ = value
        return word
