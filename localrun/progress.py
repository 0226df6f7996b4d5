"""Telling the person at the terminal what happens, and how long it took. Standard library only."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_HEARTBEAT_S = 5.0


class Progress:
    """Lines with the seconds since the start. Safe to use from several threads."""

    def __init__(self, *, out: TextIO | None = None, quiet: bool = False) -> None:
        self._out = out or sys.stdout
        self._quiet = quiet
        self._start = time.monotonic()
        self._lock = threading.Lock()

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._start

    def say(self, text: str) -> None:
        """One line, stamped with the time since the start."""
        if self._quiet:
            return
        with self._lock:
            print(f"{self.elapsed_s:6.1f} s  {text}", file=self._out, flush=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Say that something begins, that it is still going on, and how long it took."""
        self.say(text)
        began = time.monotonic()
        done = threading.Event()
        pulse = threading.Thread(target=self._pulse, args=(text, began, done), daemon=True)
        pulse.start()
        try:
            yield
        finally:
            done.set()
            pulse.join()
        self.say(f"{text}: {time.monotonic() - began:.1f} s")

    def _pulse(self, text: str, began: float, done: threading.Event) -> None:
        while not done.wait(_HEARTBEAT_S):
            self.say(f"{text} ... ({time.monotonic() - began:.0f} s so far)")
