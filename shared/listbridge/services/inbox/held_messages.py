"""A batch of messages stays hidden as long as its worker lives, and not much longer (ADR 20).

A queue hides what a worker took for six times the function's time limit, as AWS asks for: 30 s to 12 minutes. A worker that
dies would hide a zero, or a sale, for as long. So a worker shortens that to seconds when it begins, and renews it while it
is at work; a dead one renews nothing. What failed is put off for longer again, so that its ten tries last most of an hour.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from listbridge.domain.ports import Queues

Record = Mapping[str, Any]
FAILED_S = 60
_LONGEST_S = 900
_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Held:
    """A batch in hand; `failed` takes the ids of the messages that come back."""

    queues: Queues
    records: Sequence[Record]
    seconds: float
    failed: set[str] = field(default_factory=set)

    def renew(self) -> None:
        """Hide all of them for the same time again."""
        self._hide(self.records, self.seconds)

    def put_off(self) -> None:
        """What failed comes again after a minute for each time that it was received."""
        for record in self.records:
            if record["messageId"] in self.failed:
                received = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
                self._hide([record], min(_LONGEST_S, FAILED_S * received))

    def _hide(self, records: Sequence[Record], seconds: float) -> None:
        try:
            self.queues.hide(records[0]["eventSourceARN"], [one["receiptHandle"] for one in records], seconds)
        except Exception as error:  # noqa: BLE001  # they stay hidden as they were: that costs time and nothing else
            _LOG.warning("batch.not_hidden", extra={"fields": {"error": type(error).__name__}})


@contextmanager
def holding(queues: Queues, records: Sequence[Record], *, seconds: float, alone: bool) -> Iterator[Held]:
    """Keep these records hidden for `seconds` at a time while the block runs.

    All of them are put off when the block raises, else those whose ids it puts into `failed`. With `alone` there is no thread:
    they are hidden once, for a test whose time stands still while a worker works.
    """
    held = Held(queues, records, seconds)
    try:
        with _renewing(held.renew, seconds / 3, alone=alone):
            yield held
    except Exception:
        held.failed |= {record["messageId"] for record in records}
        held.put_off()
        raise
    held.put_off()


@contextmanager
def _renewing(renew: Callable[[], None], every_s: float, *, alone: bool) -> Iterator[None]:
    if alone:
        renew()
        yield
        return
    over = threading.Event()

    def run() -> None:
        renew()
        while not over.wait(every_s):
            renew()

    thread = threading.Thread(target=run, name="held-messages", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
