"""The lanes' queues in memory: at-least-once, unordered, with delays, visibility and dead letters."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from listbridge.domain import trace
from listbridge.domain.ports import Clock
from listbridge.domain.work import AnyMessage, Lane, Message
from localrun import template
from tests.fakes.cuts import Hook, no_cut

_WIRE: TypeAdapter[AnyMessage] = TypeAdapter(AnyMessage)
LARGEST_MESSAGE = 262_144
MAX_RECEIVES = 10
LONGEST_LOOP = 16
"""Invocations of one function in one chain that Lambda lets pass (Lambda developer guide, "Recursive loop detection")."""
_lineage: ContextVar[Mapping[str, int]] = ContextVar("lineage", default=MappingProxyType({}))


@cache
def may_loop() -> frozenset[str]:
    """The functions, by their folders, that template.yaml allows to call themselves."""
    declared = template.load(Path(__file__).resolve().parents[2] / "template.yaml")
    functions = template.resources(declared, "AWS::Serverless::Function").values()
    allowed = [one["Properties"] for one in functions if one["Properties"].get("RecursiveLoop") == "Allow"]
    return frozenset(Path(properties["CodeUri"]).name for properties in allowed)


@dataclass(slots=True)
class Received:
    """One message as a worker holds it. `receipt` is good until the message is received again."""

    id: int
    receipt: int
    body: str
    receives: int
    lineage: Mapping[str, int] = field(default_factory=dict)

    @property
    def message(self) -> AnyMessage:
        return _WIRE.validate_json(self.body)

    def record(self, lane: Lane) -> dict[str, Any]:
        """As Lambda is given it."""
        return {
            "messageId": str(self.id),
            "body": self.body,
            "receiptHandle": str(self.receipt),
            "eventSourceARN": f"arn:aws:sqs:::{lane.value}",
            "attributes": {"ApproximateReceiveCount": str(self.receives)},
        }


@dataclass(slots=True)
class _Stored:
    id: int
    body: str
    visible_at: datetime
    lineage: Mapping[str, int]
    receives: int = 0
    receipt: int = 0


class FakeQueues:
    """`Queues` in memory, and what a test or a miniature event source needs of the other end.

    Messages travel as JSON, as they will. `receive` hides what it hands out for `visibility_s`; what is not deleted by
    then comes again, and after ten receives it is a dead letter. `newest_first` turns the order round, since
    a standard queue promises none.
    """

    def __init__(self, clock: Clock, before_write: Hook = no_cut, *, newest_first: bool = False) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._before_write = before_write
        self._ids = itertools.count(1)
        self._stored: dict[Lane, dict[int, _Stored]] = {lane: {} for lane in Lane}
        self.dead: dict[Lane, list[str]] = {lane: [] for lane in Lane}
        self.stopped: list[tuple[str, str]] = []
        """What Lambda would have stopped as a loop: function and message."""
        self.newest_first = newest_first

    def send(self, lane: Lane, *messages: Message, delay_s: int = 0, reason: str = "", waits: bool = False) -> None:
        if not 0 <= delay_s <= 900:
            raise ValueError(f"a queue delays by 0 to 900 seconds, not {delay_s}")
        for message in trace.stamped(messages, reason, waits=waits):
            self._before_write(f"queues.send.{lane.value}")
            body = message.model_dump_json()
            _WIRE.validate_json(body)
            if len(body.encode()) > LARGEST_MESSAGE:
                raise ValueError(f"a message of {len(body.encode())} bytes does not fit in a queue")
            with self._lock:
                visible_at = self._clock.now() + timedelta(seconds=delay_s)
                new = _Stored(next(self._ids), body, visible_at, _lineage.get())
                self._stored[lane][new.id] = new

    def receive(self, lane: Lane, limit: int = 10, *, visibility_s: float = 30.0) -> list[Received]:
        """Up to `limit` visible messages, hidden from others meanwhile."""
        with self._lock:
            if not self._stored[lane]:
                return []  # most lanes at most times
            now = self._clock.now()
            self._bury(lane, now)
            visible = [row for row in self._stored[lane].values() if row.visible_at <= now]
            if self.newest_first:
                visible.reverse()
            taken = visible[:limit]
            for row in taken:
                row.receives += 1
                row.receipt = next(self._ids)
                row.visible_at = now + timedelta(seconds=visibility_s)
            return [Received(row.id, row.receipt, row.body, row.receives, row.lineage) for row in taken]

    @contextmanager
    def invoked(self, function: str, lane: Lane, received: Sequence[Received]) -> Iterator[list[Received]]:
        """A function is invoked with a batch: gives the messages that it may have.

        Lambda counts how often a function stands in the chain of invocations that led to a message, and stops the
        seventeenth: the message goes to the dead letters. Not so where the function declares `RecursiveLoop: Allow`.
        """
        looped = [one for one in received if one.lineage.get(function, 0) >= LONGEST_LOOP]
        if function in may_loop():
            looped = []
        with self._lock:
            for one in looped:
                self.dead[lane].append(one.body)
                self.stopped.append((function, one.body))
        self.delete(lane, *looped)
        fresh = [one for one in received if one not in looped]
        names = {name for one in fresh for name in one.lineage} | {function}
        chain = {name: max((one.lineage.get(name, 0) for one in fresh), default=0) for name in names}
        token = _lineage.set({**chain, function: chain[function] + 1})
        try:
            yield fresh
        finally:
            _lineage.reset(token)

    def hide(self, source: str, receipts: Sequence[str], seconds: float) -> None:
        with self._lock:
            rows = self._stored[Lane(source.rsplit(":", 1)[-1])].values()
            for row in rows:
                if str(row.receipt) in receipts:
                    row.visible_at = self._clock.now() + timedelta(seconds=seconds)

    def delete(self, lane: Lane, *received: Received) -> None:
        """The work is done; a receipt that is no longer good deletes nothing."""
        with self._lock:
            for one in received:
                row = self._stored[lane].get(one.id)
                if row is not None and row.receipt == one.receipt:
                    del self._stored[lane][one.id]

    def duplicate(self, lane: Lane) -> None:
        """Deliver everything in the lane once more, as at-least-once allows."""
        with self._lock:
            for row in list(self._stored[lane].values()):
                copy = _Stored(next(self._ids), row.body, row.visible_at, row.lineage)
                self._stored[lane][copy.id] = copy

    def messages(self, lane: Lane) -> list[AnyMessage]:
        """All messages in the lane, delayed and hidden ones too, oldest first."""
        with self._lock:
            return [_WIRE.validate_json(row.body) for row in self._stored[lane].values()]

    def empty(self, lane: Lane) -> list[tuple[AnyMessage, datetime]]:
        """Take everything out of the lane, each message with the instant from which on it could have been received."""
        with self._lock:
            taken, self._stored[lane] = self._stored[lane], {}
        return [(_WIRE.validate_json(row.body), row.visible_at) for row in taken.values()]

    def depth(self, lane: Lane) -> int:
        with self._lock:
            return len(self._stored[lane])

    def next_visible(self, lane: Lane) -> datetime | None:
        """When the next message of the lane can be received; None when it is empty."""
        with self._lock:
            return min((row.visible_at for row in self._stored[lane].values()), default=None)

    def _bury(self, lane: Lane, now: datetime) -> None:
        for row in list(self._stored[lane].values()):
            if row.receives >= MAX_RECEIVES and row.visible_at <= now:
                del self._stored[lane][row.id]
                self.dead[lane].append(row.body)
