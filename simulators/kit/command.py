"""What the command lines of simulators have in common."""

from __future__ import annotations

import signal
import sys
import threading


def announce_and_wait(first_words: str) -> None:
    """Print what callers read to find the simulator, then wait for SIGTERM or Ctrl-C. To be called on the main thread."""
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    sys.stdout.write(f"{first_words}\n")
    sys.stdout.flush()
    stopped.wait()
