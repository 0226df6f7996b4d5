"""A goal that is missed for want of a processor is told apart from one that we miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import processor
from benchmarks.figures import Figure

MISSED = Figure("e2e.webhook", 3.0, "s (p95)", "<=2.0", floor=1.0)
MET = Figure("e2e.webhook", 1.5, "s (p95)", "<=2.0", floor=1.0)


def measured(figure: Figure, stat: Path, *, used: int, idle: int, waited: int = 0) -> Figure:
    """The figure, while these ticks of processor time went by."""
    stat.write_text("cpu  100 0 50 1000 10 0 5 0 0 0\ncpu0 1 2 3\n")

    def measure() -> list[Figure]:
        stat.write_text(f"cpu  {100 + used} 0 50 {1000 + idle} {10 + waited} 0 5 0 0 0\ncpu0 1 2 3\n")
        return [figure]

    (seen,) = processor.watched(measure, stat)
    return seen


@pytest.mark.parametrize(
    ("figure", "used", "idle", "waited", "verdict"),
    [
        (MET, 10, 90, 0, "yes"),
        (MET, 99, 1, 0, "yes"),
        (MISSED, 80, 20, 0, "NO"),
        (MISSED, 81, 19, 0, "busy"),
        (MISSED, 75, 0, 25, "NO"),
        (MISSED, 100, 0, 0, "busy"),
    ],
)
def test_the_verdict_looks_at_what_was_left_of_the_processors(
    tmp_path: Path, figure: Figure, used: int, idle: int, waited: int, verdict: str
) -> None:
    seen = measured(figure, tmp_path / "stat", used=used, idle=idle, waited=waited)
    assert seen.busy == pytest.approx(used / 100)
    assert seen.verdict == verdict


def test_where_nobody_counts_processor_time_a_missed_goal_is_missed(tmp_path: Path) -> None:
    (seen,) = processor.watched(lambda: [MISSED], tmp_path / "stat")
    assert (seen.busy, seen.verdict) == (None, "NO")
