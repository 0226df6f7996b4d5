"""One measured figure, its floor and its goal."""

from __future__ import annotations

import json
import operator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FULL = 0.8
"""From this share of all processors on, whatever is measured waits for one."""
_COMPARE = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is `value` to `floor`; `goal` is "<=1.6" or ">=0.9" and speaks of the ratio, or of `value` where there is no
    floor. `settings` says everything that the figure depends on."""

    name: str
    value: float
    unit: str
    goal: str
    floor: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    busy: float | None = None
    """The share of all processors in use while it was measured."""

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.value / self.floor

    @property
    def met(self) -> bool:
        judged = self.value if self.ratio is None else self.ratio
        return bool(_COMPARE[self.goal[:2]](judged, float(self.goal[2:])))

    @property
    def verdict(self) -> str:
        """`busy`: the goal was missed, but there was no processor left to meet it with."""
        if self.met:
            return "yes"
        return "busy" if self.busy is not None and self.busy > FULL else "NO"

    def line(self) -> str:
        """As bench.jsonl has it."""
        ratio = None if self.ratio is None else round(self.ratio, 3)
        floor = None if self.floor is None else round(self.floor, 3)
        return json.dumps(
            {
                "name": self.name,
                "value": round(self.value, 3),
                "unit": self.unit,
                "floor": floor,
                "ratio": ratio,
                "goal": self.goal,
                "met": self.met,
                "busy": None if self.busy is None else round(self.busy, 2),
                "settings": self.settings,
            }
        )


def show(figures: list[Figure], to: Path) -> None:
    """Print the table and write the lines."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text("".join(figure.line() + "\n" for figure in figures))
    print(f"\n{'figure':<26}{'value':>12}  {'unit':<16}{'floor':>12}{'ratio':>9}  {'goal':<8}met")
    for one in figures:
        floor = "-" if one.floor is None else f"{one.floor:.3f}"
        ratio = "-" if one.ratio is None else f"{one.ratio:.3f}"
        print(f"{one.name:<26}{one.value:>12.3f}  {one.unit:<16}{floor:>12}{ratio:>9}  {one.goal:<8}{one.verdict}")
    for one in figures:
        if one.settings:
            print(f"  {one.name}: {json.dumps(one.settings)}")
