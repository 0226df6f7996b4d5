"""A page's commands, as a reader would run them: the blocks ```sh in one shell, each against the ```text that follows it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = "@@ block"
_VARIES = "…"
"""What differs from run to run: on a page it stands for any text within a line."""


@dataclass(frozen=True)
class Step:
    """Commands of a page, and what it says they answer; None where it says nothing."""

    commands: str
    claimed: str | None


def steps_of(page: str) -> list[Step]:
    """The page's steps in order. Raises ValueError for an answer that stands after no commands."""
    steps: list[Step] = []
    for kind, text in _BLOCK.findall(page):
        if kind == "sh":
            steps.append(Step(text, None))
        elif not steps or steps[-1].claimed is not None:
            raise ValueError(f"an answer to nothing: {text[:80]!r}")
        else:
            steps[-1] = Step(steps[-1].commands, text)
    return steps


def run_in_one_shell(steps: list[Step], *, before: str, folder: Path, timeout_s: float) -> list[str]:
    """What each step answers on both streams; fewer than there are steps when the shell ended early or ran out of time."""
    script = before + "\nexec 2>&1\n" + "".join(f"{step.commands}\necho; echo '{_MARK}'\n" for step in steps)
    try:
        ran = subprocess.run(
            ["bash"], input=script, cwd=folder, stdout=subprocess.PIPE, text=True, timeout=timeout_s, check=False
        )
        told = ran.stdout
    except subprocess.TimeoutExpired as late:
        told = (late.stdout or b"").decode() if isinstance(late.stdout, bytes) else (late.stdout or "")
    answers = told.split(f"\n{_MARK}\n")
    return answers if answers[-1].strip() else answers[:-1]


def is_as_claimed(answer: str, claimed: str) -> bool:
    """Whether an answer is what the page shows."""
    pattern = ".*".join(re.escape(part) for part in claimed.strip("\n").split(_VARIES))
    return re.fullmatch(pattern, answer.strip("\n")) is not None
