"""Which Python runs the local system: found by path, and proven by starting it.

Standard library only: this runs before any environment exists.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SUPPORTED_MINORS = ("3.13", "3.14", "3.12", "3.11")
"""The best first: production runs on 3.13 by default, so a machine that has it should run what production runs. Lambda
creates no functions with 3.11 any more; here it still runs everything."""

_PROBE = (
    "import ctypes, ensurepip, sqlite3, ssl, sys, venv; "
    "print('%d.%d' % sys.version_info[:2]); print(getattr(sys, '_base_executable', sys.executable))"
)


class NoInterpreter(Exception):
    """No usable Python on this machine; the message tells what to install."""


@dataclass(frozen=True)
class Interpreter:
    """A Python that starts, can make environments, and is one of the supported minor versions."""

    path: Path
    minor: str

    @property
    def runtime(self) -> str:
        """Lambda's name for it, such as `python3.13`."""
        return f"python{self.minor}"


def find(
    *,
    path: str | None = None,
    home: Path | None = None,
    wanted: str | None = None,
    minors: Sequence[str] = SUPPORTED_MINORS,
) -> Interpreter:
    """The best Python of this machine: the first of `minors` there is, then the order of PATH.

    `wanted` (default: the environment variable LISTBRIDGE_PYTHON) names one interpreter and ends the search.
    Raises `NoInterpreter`.
    """
    wanted = wanted if wanted is not None else os.environ.get("LISTBRIDGE_PYTHON", "")
    if wanted:
        chosen = probe(Path(wanted))
        if chosen is None or chosen.minor not in minors:
            raise NoInterpreter(f"{wanted} is not a Python {' or '.join(minors)} that can make environments")
        return chosen
    folders = [Path(entry) for entry in (path if path is not None else os.environ.get("PATH", "")).split(os.pathsep)]
    for candidate in _candidates(folders, home if home is not None else Path.home(), minors):
        found = probe(candidate)
        if found is not None and found.minor in minors:
            return found
    raise NoInterpreter(
        f"Python {' or '.join(minors)} is needed, with venv and ssl (Debian: apt install python3 python3-venv). "
        "If there is one outside PATH, name it: LISTBRIDGE_PYTHON=/where/it/is/python3.13"
    )


def probe(path: Path) -> Interpreter | None:
    """The interpreter behind this path, or None if it is a shim, does not start, or lacks what we need."""
    try:
        with path.open("rb") as file:
            is_script = file.read(2) == b"#!"
    except OSError:
        return None
    if is_script:
        # A version manager's shim answers for another version, or exits with 127, depending on the folder it runs in.
        return None
    try:
        answer = subprocess.run(
            [str(path), "-I", "-c", _PROBE], capture_output=True, text=True, timeout=20, check=False, env={}
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = answer.stdout.split("\n")
    if answer.returncode != 0 or lines[0] not in SUPPORTED_MINORS:
        return None
    return Interpreter(path=Path(lines[1]), minor=lines[0])


def _candidates(folders: list[Path], home: Path, minors: Sequence[str]) -> Iterator[Path]:
    for minor in minors:
        for folder in folders:
            yield folder / f"python{minor}"
        yield from sorted(home.glob(f".pyenv/versions/{minor}.*/bin/python{minor}"), reverse=True)
    for folder in folders:
        yield folder / "python3"
