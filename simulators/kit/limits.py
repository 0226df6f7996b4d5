"""The numbers that a platform limits its callers by, from a versioned file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self


@dataclass(frozen=True)
class Limits:
    """The numbers in force. `raised` gives a copy with some replaced, for burst runs and tests."""

    FILE: ClassVar[Path]
    """A JSON object with `version`, perhaps `notes`, and the numbers by their names."""

    values: dict[str, Any]

    @classmethod
    def load(cls) -> Self:
        return cls(json.loads(cls.FILE.read_text()))

    def raised(self, **changes: Any) -> Self:
        """A copy with values replaced by their names. KeyError for an unknown name."""
        for name in changes:
            if name not in self.values:
                raise KeyError(name)
        return type(self)({**self.values, **changes})

    def number(self, name: str) -> int:
        return int(self.values[name])

    def lines(self) -> Iterator[str]:
        """The numbers for people, one a line."""
        return (self.line(name) for name in self.values if name not in ("version", "notes"))

    def line(self, name: str) -> str:
        return f"  {name}: {json.dumps(self.values[name])}"

    def described(self, platform: str) -> str:
        """The limits in force, to be printed beside measured figures."""
        return "\n".join([f"{platform} limits, version {self.values['version']}", *self.lines()])
