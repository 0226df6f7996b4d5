"""How busy the machine was while a figure was measured: a goal missed for want of a processor says nothing about us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure

_STAT = Path("/proc/stat")
_IDLE = (3, 4)
"""Where the counters of idle time and of waiting for disks stand in the first line (proc(5), /proc/stat)."""


def watched(measure: Callable[[], list[Figure]], stat: Path = _STAT) -> list[Figure]:
    """The figures, each with the share of all processors that anybody used meanwhile; None where nobody tells."""
    before = _counters(stat)
    figures = measure()
    busy = _busy(before, _counters(stat))
    return [replace(figure, busy=busy) for figure in figures]


def _counters(stat: Path) -> list[int]:
    try:
        return [int(word) for word in stat.read_text().splitlines()[0].split()[1:9]]
    except FileNotFoundError:
        return []


def _busy(before: list[int], after: list[int]) -> float | None:
    spent = [late - early for early, late in zip(before, after, strict=True)]
    whole = sum(spent)
    return 1 - sum(spent[at] for at in _IDLE) / whole if whole else None
