"""The process's log as CloudWatch would get it, for tests that read it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from listbridge.infra import observability


@dataclass
class LogLines:
    """Every line written so far."""

    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def named(self, message: str) -> list[dict[str, Any]]:
        return [line for line in self.all() if line["message"] == message]


@contextmanager
def log_lines() -> Iterator[LogLines]:
    """The log as functions write it, instead of pytest's."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    observability.configure(stream)
    try:
        yield LogLines(stream)
    finally:
        observability.configure()
        root.handlers[:] = handlers
        root.setLevel(level)
