"""The lanes' queues in memory: at-least-once, unordered, with delays, visibility and dead letters."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from listbridge.domain import trace
from listbridge.domain.ports import Clock
from listbridge.domain.work import AnyMessage, Lane, Message
from tests.fakes.cuts import Hook, no_cut

_WIRE: TypeAdapter[AnyMessage] = TypeAdapter(AnyMessage)
LARGEST_MESSAGE = 262_144
MAX_RECEIVES = 10


@dataclass(slots=True)
class Received:
    """One message as a worker holds it. `receipt` is good until the message is received again."""

    id: int
    receipt: int
    body: str
    receives: int

    @property
    def message(self) -> AnyMessage:
        return _WIRE.validate_json(self.body)


@dataclass(slots=True)
class _Stored:
    id: int
    body: str
    visible_at: datetime
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
        self.newest_first = newest_first

    def send(
        self, lane: Lane, *messages: Message, delay_s: int = 0, reason: str = "", waits: bool = False
    ) -> None:
        if not 0 <= delay_s <= 900:
            raise ValueError(f"a queue delays by 0 to 900 seconds, not {delay_s}")
        for message in trace.stamped(messages, reason, waits=waits):
            self._before_write(f"queues.send.{lane.value}")
            body = message.model_dump_json()
            _WIRE.validate_json(body)
            if len(body.encode()) > LARGEST_MESSAGE:
                raise ValueError(f"a message of {len(body.encode())} bytes does not fit in a queue")
            with self._lock:
                new = _Stored(next(self._ids), body, self._clock.now() + timedelta(seconds=delay_s))
                self._stored[lane][new.id] = new

    def receive(self, lane: Lane, limit: int = 10, *, visibility_s: float = 30.0) -> list[Received]:
        """Up to `limit` visible messages, hidden from others meanwhile."""
        with self._lock:
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
            return [Received(row.id, row.receipt, row.body, row.receives) for row in taken]

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
                copy = _Stored(next(self._ids), row.body, row.visible_at)
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
