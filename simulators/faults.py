"""Faults on demand: what a simulator does wrong, how often, and to which operation.

A fault names the operation it strikes (the simulator's own name for it, `*` for any), what happens, and how many
times. The first live fault that matches a call is used up by it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import inf
from types import UnionType
from typing import Any, Literal, get_args
from wsgiref.util import is_hop_by_hop

Kind = Literal[
    "status",  # answer `status` (429, 500, 503 ...) with `body` and `headers`, state untouched
    "drop_before",  # hang up before the state changes
    "drop_after",  # change the state, then hang up: "timed out after success"
    "delay",  # take `seconds` longer, then answer as usual
    "html",  # answer `status` with a page of HTML
    "vendor",  # a fault with the platform's own name, in `name` (see the simulator's README)
]
Fields = Mapping[str, type | UnionType]
"""Which fields the body of a vendor fault may have, and of what type each is."""
CENTURY_S = 100 * 365 * 86_400
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_THE_SERVERS_OWN = ("content-length", "content-type")


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned misbehaviour. `skip` calls pass unharmed first; then it strikes `times` calls.

    Raises ValueError for a kind or a number that nobody could play.
    """

    operation: str
    kind: Kind
    times: int = 1
    skip: int = 0
    status: int = 500
    seconds: float = 0.0
    name: str = ""
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"no kind of fault {self.kind!r}; there are: {', '.join(get_args(Kind))}")
        answers = [("status", 200, 599)] if self.kind in ("status", "html") else []
        for name, least, most in (("times", 1, inf), ("skip", 0, inf), *answers):
            if not isinstance(number := getattr(self, name), int) or not least <= number <= most:
                raise ValueError(f"{name} is a whole number from {least} on, not {number!r}")
        if not isinstance(self.seconds, int | float) or not 0 <= self.seconds <= CENTURY_S:
            raise ValueError(f"seconds are a number from 0 to a century, not {self.seconds!r}")
        if not isinstance(self.operation, str) or not isinstance(self.name, str):
            raise ValueError(f"operation and name are texts, not {self.operation!r} and {self.name!r}")
        if not isinstance(self.headers, dict) or not all(map(_sendable, self.headers.items())):
            raise ValueError(f"these are no headers that an answer could have beside its own: {self.headers!r}")


def _sendable(header: tuple[object, object]) -> bool:
    name, value = header
    if not isinstance(name, str) or not isinstance(value, str):
        return False
    kept_back = is_hop_by_hop(name) or name.lower() in _THE_SERVERS_OWN
    return not kept_back and bool(_NAME.fullmatch(name) and _VALUE.fullmatch(value))


def _fits(body: object, fields: Fields) -> bool:
    if not isinstance(body, dict):
        return False
    return all(
        name in fields and isinstance(value, fields[name]) and not isinstance(value, bool)
        for name, value in body.items()
    )


@dataclass(slots=True)
class _Armed:
    fault: Fault
    skip: int
    left: int


class FaultPlan:
    """The faults still to come, in order. Safe to share between threads.

    `vendor` names the vendor faults that somebody plays. Any other is refused: it would be used up in silence.
    `bodies` says for those that have a body which fields it may have, each with its type.
    """

    def __init__(self, vendor: Collection[str] = (), bodies: Mapping[str, Fields] | None = None) -> None:
        self._vendor = frozenset(vendor)
        self._bodies = bodies or {}
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()

    def add(self, *faults: Fault) -> None:
        """Plan them all, or none. Raises ValueError as `refuse_unplayed` does."""
        self.refuse_unplayed(*faults)
        with self._lock:
            self._armed.extend(_Armed(fault, fault.skip, fault.times) for fault in faults)

    def refuse_unplayed(self, *faults: Fault) -> None:
        """Raises ValueError for a vendor fault that nobody plays, or not with this body."""
        for fault in faults:
            if fault.kind != "vendor":
                continue
            if fault.name not in self._vendor:
                there_are = ", ".join(sorted(self._vendor)) or "none"
                raise ValueError(f"no vendor fault {fault.name!r}; there are: {there_are}")
            fields = self._bodies.get(fault.name)
            if fields is not None and fault.body is not None and not _fits(fault.body, fields):
                expected = ", ".join(f"{name} ({getattr(kind, '__name__', kind)})" for name, kind in fields.items())
                raise ValueError(f"the body of {fault.name} may have {expected}; it is {fault.body!r}")

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def strike(self, operation: str, kinds: Sequence[Kind] | None = None) -> Fault | None:
        """Take the fault that this call must suffer, if any. With `kinds`, only faults of these kinds are looked at."""
        with self._lock:
            for armed in self._armed:
                if not fnmatchcase(operation, armed.fault.operation):
                    continue
                if kinds is not None and armed.fault.kind not in kinds:
                    continue
                if armed.skip > 0:
                    armed.skip -= 1
                    continue
                armed.left -= 1
                if armed.left <= 0:
                    self._armed.remove(armed)
                return armed.fault
            return None

    def waiting(self) -> int:
        """How many strikes are still planned."""
        with self._lock:
            return sum(armed.left for armed in self._armed)
