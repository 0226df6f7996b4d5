"""How a fault is planned over the control door, and how a call suffers the part that is alike everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from simulators.door import ConnectionDropped
from simulators.faults import Fault

_FIELDS = frozenset(field.name for field in fields(Fault))


def fault_of(told: Mapping[str, Any]) -> Fault:
    """The fault that a JSON object describes. ValueError for a field that no fault has, TypeError for a missing one."""
    unknown = sorted(set(told) - _FIELDS)
    if unknown:
        raise ValueError(f"a fault has no {', '.join(unknown)}")
    return Fault(**told)


def suffer_before(fault: Fault | None, operation: str, sleep: Callable[[float], None]) -> None:
    """What strikes before the work and is no answer: a hang-up raises `ConnectionDropped`, a delay sleeps."""
    if fault is None:
        return
    if fault.kind == "drop_before":
        raise ConnectionDropped(f"{operation} never arrived")
    if fault.kind == "delay":
        sleep(fault.seconds)


def suffer_after(fault: Fault | None, operation: str) -> None:
    """What strikes after the work: the state has changed, `ConnectionDropped` keeps the answer back."""
    if fault is not None and fault.kind == "drop_after":
        raise ConnectionDropped(f"{operation} was done, its answer is lost")
