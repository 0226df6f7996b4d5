"""The processes of one local run: started in groups of their own, and all gone when it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from localrun.folders import UMASK
from localrun.progress import Progress


class ProcessDied(Exception):
    """A process ended unasked, or never became ready; the message ends with the tail of its log."""


@dataclass
class Child:
    """A process of ours, the leader of its own process group, and where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    grace_s: float

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def log_tail(self, lines: int = 25) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def stop(self) -> None:
        """SIGTERM to the leader; when it has ended or its time is over, SIGKILL to whatever is left of its group."""
        if self.alive:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=self.grace_s)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Children:
    """All processes of one run, remembered on disk so that the next run can end what a killed one left behind."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._register = folder / "children.json"
        self._children: list[Child] = []

    def start(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, grace_s: float = 5.0
    ) -> Child:
        """Start a process whose environment is exactly `env`; its output goes to `<name>.log` in the run's folder.

        `grace_s` is the time it gets to end when it is asked to.
        """
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            # A session of its own: Ctrl-C in the terminal reaches only us, and we end the others in order.
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                umask=UMASK,
            )
        child = Child(name, process, log, grace_s)
        self._children.append(child)
        self._remember()
        return child

    def first_dead(self) -> Child | None:
        """A process that ended although nobody asked it to."""
        return next((child for child in self._children if not child.alive), None)

    def stop_all(self) -> None:
        """End every process, the last started first. Can be called twice."""
        while self._children:
            self._children[-1].stop()
            self._children.pop()
        self._register.unlink(missing_ok=True)

    def end_leftovers(self, progress: Progress) -> None:
        """End the processes of an earlier run of this folder that was killed before it could do so itself."""
        try:
            remembered = json.loads(self._register.read_text())
        except (OSError, ValueError):
            return
        for entry in remembered:
            # A process id is reused some day; with its start time it is that very process.
            if _started_at(entry["pid"]) == entry["started_at"]:
                progress.say(f"ending {entry['name']} (process {entry['pid']}), left by an earlier run")
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(entry["pid"], signal.SIGKILL)
        self._register.unlink(missing_ok=True)

    def _remember(self) -> None:
        entries = [
            {"name": child.name, "pid": child.process.pid, "started_at": _started_at(child.process.pid)}
            for child in self._children
        ]
        self._register.write_text(json.dumps(entries))


def await_port(child: Child, port: int, *, timeout_s: float = 30.0) -> None:
    """Return once the process listens on 127.0.0.1:port. Raises `ProcessDied`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if not child.alive:
            raise ProcessDied(f"{child.name} ended with {child.process.returncode}:\n{child.log_tail()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise ProcessDied(f"{child.name} does not listen on port {port}:\n{child.log_tail()}")


def free_port(*, preferred: int | None = None) -> int:
    """A port of 127.0.0.1 that nobody listens on now: the preferred one if that is free."""
    for port in (preferred, 0):
        if port is None:
            continue
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def _started_at(pid: int) -> str | None:
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None
