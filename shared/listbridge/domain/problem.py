"""Why something was not done, in a form that a person and a program both understand (promises.md#p7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason. `code` and `fix` name texts in `listbridge/messages/*.json`; `params` fills their blanks.

    `params` never holds a secret or a buyer's data: problems are stored, logged and shown.
    """

    code: str
    params: Mapping[str, str] = field(default_factory=dict)
    fix: str = ""

    def as_reason(self) -> dict[str, str]:
        """As the reason of something else, an event or a hold: the code, and what fills the blanks of its text.

        A reason inside of this one is the one that counts.
        """
        return {"reason": self.code, **self.params}

    def __str__(self) -> str:
        return self.code + (f" {dict(self.params)}" if self.params else "")
