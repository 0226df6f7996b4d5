"""What a process has read of a platform and keeps for a while, because it changes rarely and is the same for many."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar, cast

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Kept:
    until: datetime
    value: object


class Shelf:
    """`most` things that this process has read: the one that was wanted longest ago goes first. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()
        self._lock = Lock()

    def kept(self, key: tuple[str, ...], now: datetime, lasts: timedelta, read: Callable[[], V]) -> V:
        """What is kept under a key, read where there is none or it is too old. Raises what `read` raises."""
        with self._lock:
            known = self._kept.get(key)
            if known is not None and now < known.until:
                self._kept.move_to_end(key)
                return cast(V, known.value)
        value = read()
        with self._lock:
            self._kept[key] = _Kept(now + lasts, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forget everything, as a new process has."""
        with self._lock:
            self._kept.clear()
