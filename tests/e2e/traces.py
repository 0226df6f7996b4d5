"""What a local run has on the machine while it is up, and what is left of it afterwards."""

from __future__ import annotations

import json
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

_GONE_WITHIN_S = 10.0


@dataclass(frozen=True)
class Traces:
    """A running local run's processes with their children, its ports, its own temporary folder and the machine's."""

    processes: frozenset[int]
    ports: frozenset[int]
    own: Path
    outside: Path

    @classmethod
    def of(cls, folder: Path, *, outside: Path) -> Traces:
        """Those of the run in this folder, which has `outside` for the machine's temporary folder."""
        ports = json.loads((folder / "ports.json").read_text()).values()
        return cls(
            frozenset(family(set(children(folder).values()))),
            frozenset(int(port) for port in ports),
            folder / "tmp",
            outside,
        )

    def left(self) -> list[str]:
        """What is still there, in words. A killed process may take a moment to vanish."""
        deadline = time.monotonic() + _GONE_WITHIN_S
        while (alive := _alive(self.processes)) and time.monotonic() < deadline:
            os.sched_yield()
        return [
            *(f"process {pid}" for pid in alive),
            *(f"port {port}" for port in sorted(self.ports) if _answers(port)),
            *([str(self.own)] if self.own.exists() else ()),
            *(str(entry) for entry in sorted(self.outside.iterdir())),
        ]


def children(folder: Path) -> dict[str, int]:
    """The processes that the run of this folder has started: id by name."""
    return {entry["name"]: entry["pid"] for entry in json.loads((folder / "children.json").read_text())}


def family(leaders: set[int]) -> set[int]:
    """These leaders of sessions, and every process in their sessions (Linux)."""
    found = set(leaders)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            session = int(entry.read_text().rsplit(")", 1)[1].split()[3])
        except (OSError, IndexError):
            continue
        if session in leaders:
            found.add(int(entry.parent.name))
    return found


def _alive(processes: frozenset[int]) -> list[int]:
    return sorted(pid for pid in processes if Path(f"/proc/{pid}").exists())


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
