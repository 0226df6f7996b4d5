"""The inbox (protocol.md#inbox) over every order in which two deliveries of the same event and the worker behind them can meet, and die."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from listbridge.domain.ids import ShopId
from listbridge.domain.ports import Inbox, InboxRow
from tests.contract.repositories.conftest import Emulated, OurPorts
from tests.fakes.clock import START

FIRST, REPEAT, WORKER = "first", "repeat", "worker"


def histories() -> Iterator[tuple[str, ...]]:
    """Whose step comes next: up to three steps of each delivery (fewer: it died), up to two of the worker."""
    for first, repeat, worker in itertools.product(range(1, 4), range(4), range(3)):
        steps = [FIRST] * first + [REPEAT] * repeat + [WORKER] * worker
        yield from sorted(set(itertools.permutations(steps))) if len(steps) < 7 else _orders(steps)


def _orders(steps: list[str]) -> Iterator[tuple[str, ...]]:
    """The distinct orders of a longer list, without making the equal ones."""
    if not steps:
        yield ()
    for step in sorted(set(steps)):
        rest = list(steps)
        rest.remove(step)
        for order in _orders(rest):
            yield (step, *order)


@dataclass
class World:
    """The inbox, a queue, and what has happened when."""

    inbox: Inbox
    shop: ShopId
    queue: list[int] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    rows: dict[str, InboxRow] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=lambda: {FIRST: 0, REPEAT: 0})
    now: int = 0

    def step(self, who: str) -> None:
        self.now += 1
        if who == WORKER:
            if self.queue:
                self.queue.pop()
                self.inbox.taken([(self.shop, "d")])
                self.taken.append(self.now)
            return
        place = self.places[who]
        self.places[who] += 1
        if place == 0:
            self.arrivals.append(self.now)
            self.rows[who] = InboxRow(self.shop, "d", "t", (), START - timedelta(days=900, seconds=-self.now))
            if not self.inbox.store(self.rows[who]):
                self.places[who] = 9  # dropped as a repeat: answered, and nothing more to do
        elif place == 1:
            self.queue.append(self.now)
        elif place == 2:
            self.inbox.queued(self.rows[who])

    def lost(self) -> list[int]:
        """Arrivals after which nothing looked at the shop, and nothing is going to."""
        waiting = self.inbox.unsent(older_than=START - timedelta(days=800), limit=1000)
        if self.queue or any(row.source == self.shop for row in waiting):
            return []
        return [arrival for arrival in self.arrivals if not any(when > arrival for when in self.taken)]


def test_no_order_of_steps_and_deaths_loses_a_delivery(store: OurPorts, name: str) -> None:
    every = list(histories())
    if isinstance(store, Emulated):
        every = random.Random(7).sample(every, 60)
    for number, history in enumerate(every):
        world = World(store.inbox, ShopId(f"shp_{name}_{number}"))
        for who in history:
            world.step(who)
        assert world.lost() == [], history
        store.inbox.taken([(world.shop, "d")])
