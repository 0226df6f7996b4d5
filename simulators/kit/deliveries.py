"""Posting hooks: one queue, pumped by hand in tests and by threads in the local run.

The platform makes address, headers (signed or not) and body, and says how failures are retried.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from simulators.faults import FaultPlan
from simulators.kit.deeds import Count, Seconds
from simulators.kit.pace import Pace

Deliver = Callable[[str, dict[str, str], bytes], int]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Delivery:
    """One payload on its way to one address. `attempts` counts those already made."""

    webhook_id: str
    """Of this payload to this subscription: the same at every attempt, another for each subscription that is told the event."""
    event_id: str
    """Of what happened, the same for all subscriptions to it. A platform that names only one of the two has it
    in both."""
    topic: str
    subscription_id: str
    """As the platform writes it."""
    url: str
    headers: dict[str, str]
    body: bytes
    due_at: datetime
    attempts: int = 0

    def again(self, due_at: datetime) -> Delivery:
        """The same delivery once more: same ids, same payload, same address."""
        return Delivery(
            self.webhook_id,
            self.event_id,
            self.topic,
            self.subscription_id,
            self.url,
            dict(self.headers),
            self.body,
            due_at,
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one posting. `status` is the HTTP status, 0 where no answer came in time."""

    at: datetime
    topic: str
    webhook_id: str
    url: str
    number: int
    status: int

    @property
    def delivered(self) -> bool:
        return 200 <= self.status < 300


class Subscribers(Protocol):
    """Who keeps count of a subscription's failures."""

    def note(self, subscription: str, delivered: bool, removed_after: int) -> bool:
        """Count an attempt; true when the platform now removes the subscription."""
        ...


@dataclass(frozen=True, slots=True)
class Retries:
    """`count` retries within `window_s` simulated seconds, doubling; `removed_after` failures in a row end a subscription."""

    count: int
    window_s: float
    removed_after: int

    def after(self, attempts: int) -> float:
        """Seconds until the next try: doubling each time, the last of them at the end of the window."""
        return float(self.window_s * 2 ** (attempts - 1) / (2**self.count - 1))


class DeliveryQueue:
    """Deliveries waiting for their time. Safe to share between threads.

    Faults (operation `webhook:<topic>`, kind `vendor`): `drop` never posts it, `duplicate` posts it twice,
    `delay` posts it `seconds` later, `reorder` puts it before everything that waits. Kind `status` pretends that
    the receiver answered `status`, without posting.
    """

    def __init__(
        self, pace: Pace, subscribers: Subscribers, faults: FaultPlan, retries: Retries, deliver: Deliver | None
    ) -> None:
        self._pace = pace
        self._subscribers = subscribers
        self._faults = faults
        self._retries = retries
        self._deliver = deliver
        self._waiting: list[Delivery] = []
        self._wake = threading.Condition()
        self._held = False
        self._stopping = False
        self._in_flight = 0
        self._threads: tuple[threading.Thread, ThreadPoolExecutor] | None = None
        self.attempts: deque[Attempt] = deque(maxlen=20_000)
        self.done: deque[Delivery] = deque(maxlen=2_000)

    def deliver_with(self, deliver: Deliver | None) -> None:
        """Use this to post from now on; None plays a dead receiver."""
        self._deliver = deliver

    # Filling

    def enqueue(self, delivery: Delivery) -> None:
        """Send it on its way, with the fault that strikes its topic."""
        fault = self._faults.strike(f"webhook:{delivery.topic}", ["vendor"])
        name = fault.name if fault else ""
        with self._wake:
            if name == "drop":
                return
            if name == "delay" and fault:
                delivery.due_at = self._pace.after(delivery.due_at, fault.seconds)
            if name == "reorder":
                self._waiting.insert(0, delivery)
            else:
                self._waiting.append(delivery)
            if name == "duplicate":
                self._waiting.append(delivery.again(delivery.due_at))
            self._wake.notify_all()

    # Playing with what waits

    def waiting(self, topic: str | None = None) -> list[Delivery]:
        with self._wake:
            return [one for one in self._waiting if topic in (None, one.topic)]

    def drop(self, topic: str | None = None) -> int:
        """Lose what waits; how many."""
        with self._wake:
            lost = len(self._waiting)
            self._waiting = [one for one in self._waiting if topic not in (None, one.topic)]
            return lost - len(self._waiting)

    def duplicate(self, topic: str | None = None, times: Count = 1) -> int:
        """Queue what waits `times` more, with the same ids; how many copies."""
        with self._wake:
            copies = [
                one.again(one.due_at) for one in self._waiting if topic in (None, one.topic) for _ in range(times)
            ]
            self._waiting.extend(copies)
            self._wake.notify_all()
            return len(copies)

    def reorder(self, seed: int | None = None) -> None:
        """Turn the order of what waits round, or shuffle it by `seed`."""
        with self._wake:
            if seed is None:
                self._waiting.reverse()
            else:
                random.Random(seed).shuffle(self._waiting)

    def delay(self, seconds: Seconds, topic: str | None = None) -> None:
        with self._wake:
            for one in self._waiting:
                if topic in (None, one.topic):
                    one.due_at = self._pace.after(one.due_at, seconds)

    def again(self, topic: str | None = None, times: Count = 1) -> int:
        """Post the latest delivery of this topic that already went out once more; how many were queued."""
        with self._wake:
            for one in reversed(self.done):
                if topic in (None, one.topic):
                    self._waiting.extend(one.again(self._pace.now()) for _ in range(times))
                    self._wake.notify_all()
                    return times
            return 0

    def hold(self) -> None:
        """Keep everything back until `release`."""
        with self._wake:
            self._held = True

    def release(self) -> None:
        with self._wake:
            self._held = False
            self._wake.notify_all()

    # Posting

    def pump(self) -> list[Attempt]:
        """Post everything that is due, in order and one by one, also what becomes due by it; what came of it."""
        made: list[Attempt] = []
        while (delivery := self._take()) is not None:
            made.append(self._post(delivery))
        return made

    def start(self, workers: int = 8) -> None:
        """Post from threads of our own as deliveries become due, until `stop`."""
        if self._threads is None:
            pool = ThreadPoolExecutor(workers, thread_name_prefix="hook")
            thread = threading.Thread(target=self._run, args=(pool,), name="hooks", daemon=True)
            self._threads = (thread, pool)
            thread.start()

    def stop(self) -> None:
        if self._threads is not None:
            thread, pool = self._threads
            with self._wake:
                self._stopping = True
                self._wake.notify_all()
            thread.join(timeout=10)
            pool.shutdown(wait=True, cancel_futures=True)
            self._threads = None

    def idle(self) -> bool:
        """True when nothing is due and nothing is being posted."""
        with self._wake:
            now = self._pace.now()
            return self._in_flight == 0 and not any(one.due_at <= now for one in self._waiting)

    def _run(self, pool: ThreadPoolExecutor) -> None:
        while True:
            with self._wake:
                if self._stopping:
                    return
            delivery = self._take()
            if delivery is not None:
                pool.submit(self._post, delivery)
                continue
            with self._wake:
                if self._stopping:
                    return
                now = self._pace.now()
                nearest = min(((one.due_at - now).total_seconds() for one in self._waiting), default=60.0)
                if self._held:
                    nearest = 60.0
                self._wake.wait(min(max(nearest, 0.001), 60.0))

    def _take(self) -> Delivery | None:
        with self._wake:
            if self._held:
                return None
            now = self._pace.now()
            for number, one in enumerate(self._waiting):
                if one.due_at <= now:
                    self._in_flight += 1
                    return self._waiting.pop(number)
            return None

    def _post(self, delivery: Delivery) -> Attempt:
        status = self._answer(delivery)
        delivery.attempts += 1
        attempt = Attempt(
            self._pace.now(), delivery.topic, delivery.webhook_id, delivery.url, delivery.attempts, status
        )
        with self._wake:
            self._in_flight -= 1
            self.attempts.append(attempt)
            removed = self._subscribers.note(delivery.subscription_id, attempt.delivered, self._retries.removed_after)
            if attempt.delivered:
                self.done.append(delivery)
            elif removed:
                self._waiting = [one for one in self._waiting if one.subscription_id != delivery.subscription_id]
            elif delivery.attempts <= self._retries.count:
                delivery.due_at = self._pace.after(self._pace.now(), self._retries.after(delivery.attempts))
                self._waiting.append(delivery)
            self._wake.notify_all()
        return attempt

    def _answer(self, delivery: Delivery) -> int:
        fault = self._faults.strike(f"webhook:{delivery.topic}", ["status"])
        if fault is not None:
            return fault.status
        if self._deliver is None:
            return 0
        try:
            return self._deliver(delivery.url, dict(delivery.headers), delivery.body)
        except Exception as failure:  # noqa: BLE001  # whatever goes wrong at the receiver's is a failed delivery, no more
            _log.info("delivery of %s to %s failed: %s", delivery.topic, delivery.url, failure)
            return 0
