"""What every run of a publishing keeps between its calls, so that any worker can go on where another died
(protocol.md#publishing)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.ports import PublishSteps
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RemoteError

WRITTEN = "written:"
"""Begins the marks of what was written."""
WRITTEN_FOR_S = 600
"""How long a write counts as done. Older ones are repeated: nothing may go live with last week's quantity."""


class HalfWritten(OutcomeUnknown):
    """Of the calls that belong together the first was made and a later one was not: what the listing shows is neither the old
    nor the new. `reason` is why."""

    def __init__(self, reason: RemoteError) -> None:
        super().__init__(reason.problem, detail=reason.detail, status=reason.status, request_id=reason.request_id)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class WrittenMarks:
    """Which variants an interrupted run wrote a moment ago; its ledger knows which values went along.

    A product of many variations takes longer than one worker has, and the next one need not begin again. `content` is
    what is written of a SKU, without its values: JSON that is the same in every run until the product or the profile
    changes.
    """

    steps: PublishSteps
    now: Callable[[], datetime]
    content: Callable[[Sku], Any]

    def recent(self, sku: Sku) -> bool:
        """Whether the same content was written within the last ten minutes."""
        at, _, digest = self.steps.progress.get(f"{WRITTEN}{sku}", "").partition(":")
        if not at.isdigit() or digest != self._digest(sku):
            return False
        return self.now().timestamp() - int(at) <= WRITTEN_FOR_S

    def mark(self, sku: Sku) -> dict[str, str]:
        """What to save beside the ids that the write gave."""
        return {f"{WRITTEN}{sku}": f"{self.now().timestamp():.0f}:{self._digest(sku)}"}

    def _digest(self, sku: Sku) -> str:
        return hashlib.sha256(json.dumps(self.content(sku), sort_keys=True).encode()).hexdigest()[:16]


def forget(steps: PublishSteps, *beginnings: str) -> None:
    """Forget everything saved whose name begins so; without any nothing is written."""
    stale = [name for name in steps.progress if name.startswith(beginnings)]
    if stale:
        steps.forget(*stale)


def refuse_without_values(values: Values) -> None:
    """Raises Rejected for what cannot go live, because the shop tells no quantity of it or no price."""
    if values.quantity is None:
        raise Rejected(Problem("stock_unknown", fix="check_stock_in_shop"))
    if values.price is None:
        raise Rejected(Problem("price_missing", fix="set_price_in_shop"))
