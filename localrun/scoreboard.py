"""What the demo proves, step by step: a line while it happens, a table at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_GREEN, _RED, _DIM, _OFF = "\033[32m", "\033[31m", "\033[2m", "\033[0m"


class NotTrue(Exception):
    """A step did not come true; the text says what was seen instead."""


@dataclass(slots=True)
class Step:
    """One promise of the story: `measured_s` is the time that counts, None while none does."""

    title: str
    came_true: bool = False
    measured_s: float | None = None
    note: str = ""


@dataclass(slots=True)
class Scoreboard:
    """Collects the steps and tells the person at the terminal about each as it happens."""

    began: float = field(default_factory=time.monotonic)
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Play a step. What fails inside is recorded, and the story goes on."""
        step = Step(title)
        self.steps.append(step)
        self.say(f"\n▸ {title}")
        try:
            yield step
            step.came_true = True
        except NotTrue as unseen:
            step.note = str(unseen)
        mark = f"{_paint(_GREEN, '✓')}" if step.came_true else _paint(_RED, "✗")
        took = f" in {step.measured_s:.2f} s" if step.measured_s is not None else ""
        self.say(
            f"  {mark} {'came true' if step.came_true else 'NOT TRUE'}{took}{': ' + step.note if step.note else ''}"
        )

    def say(self, text: str) -> None:
        """One line of narration, at once."""
        print(text, flush=True)

    def tell(self, text: str) -> None:
        """A detail of the running step."""
        print(_paint(_DIM, f"    {time.monotonic() - self.began:5.1f} s  {text}"), flush=True)

    @property
    def all_true(self) -> bool:
        return all(step.came_true for step in self.steps)

    def show(self) -> None:
        """The table."""
        width = max(len(step.title) for step in self.steps)
        print(f"\n{'step'.ljust(width)}   measured   came true")
        for step in self.steps:
            measured = f"{step.measured_s:6.2f} s" if step.measured_s is not None else "       -"
            said = f"  {step.note}" if step.note else ""
            mark = _paint(_GREEN, "yes") + said if step.came_true else _paint(_RED, f"NO{said}")
            print(f"{step.title.ljust(width)}   {measured}   {mark}")
        true = sum(step.came_true for step in self.steps)
        print(
            f"\n{true} of {len(self.steps)} came true, story told in {time.monotonic() - self.began:.1f} s", flush=True
        )


def until(seen: Callable[[], bool], what: str, *, within_s: float = 10.0, every_s: float = 0.05) -> float:
    """Watch until something is seen; returns the seconds it took. Raises NotTrue when it is not seen in time."""
    began = time.monotonic()
    while True:
        if seen():
            return time.monotonic() - began
        if time.monotonic() - began > within_s:
            raise NotTrue(f"not seen within {within_s:.0f} s: {what}")
        time.sleep(every_s)


def stays(seen: Callable[[], bool], what: str, *, for_s: float) -> None:
    """Watch that something stays true for a while. Raises NotTrue as soon as it does not."""
    ends = time.monotonic() + for_s
    while time.monotonic() < ends:
        if not seen():
            raise NotTrue(what)
        time.sleep(0.1)


def _paint(colour: str, text: str) -> str:
    return f"{colour}{text}{_OFF}" if sys.stdout.isatty() else text
