"""The whole system in one process: the real handlers over fakes of our tables and queues, and time that a test turns.

The loop is an event source as AWS's are: it delivers at least once, keeps what a worker took hidden for the queue's
visibility time, takes partial failures back, and buries a message after its tenth receive. A worker that dies leaves
everything as it was.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from listbridge import bootstrap
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, ShopId
from listbridge.domain.listings.holds import hold_of
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.orders.orders import ImportState, Order
from listbridge.domain.ports import Marketplaces, Shops
from listbridge.domain.work import AnyMessage, Lane, PollAccount
from listbridge.services.deps import Deps, TimeLimits
from listbridge.services.inbox.ingest_webhook import WebhookDoor
from tests.fakes.cuts import WorkerDied
from tests.fakes.death import Fate
from tests.fakes.queues import Received
from tests.fakes.stores import Stores


@dataclass(frozen=True)
class LaneSource:
    """One queue's event source, as template.yaml sets it up."""

    function: str
    batch: int
    timeout_s: float
    visibility_s: float


SOURCES = {
    Lane.SHOP_EVENTS: LaneSource("sync_catalog", 10, 30, 180),
    Lane.RECOMPUTE: LaneSource("recompute_listings", 10, 60, 360),
    Lane.REVISE: LaneSource("revise_inventory", 10, 30, 30),
    Lane.PUBLISH: LaneSource("publish_listing", 1, 120, 720),
    Lane.ORDERS: LaneSource("import_orders", 10, 60, 360),
    Lane.FULFILLMENTS: LaneSource("relay_fulfillment", 10, 60, 360),
}


@dataclass(frozen=True)
class Context:
    """Lambda's context, as far as handlers look at it."""

    remaining_ms: int
    aws_request_id: str = "invocation"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@dataclass(repr=False)  # of all that it holds it would be megabytes
class Machine:
    """Our system between a shop and a marketplace, scripted or simulated, and its event sources."""

    stores: Stores
    shops: Shops
    marketplaces: Marketplaces
    fate: Fate
    limits: TimeLimits = field(default_factory=TimeLimits)
    deaths: int = 0
    doors: dict[ShopId, WebhookDoor] = field(default_factory=dict)
    deps: Deps = field(init=False)
    on_tick: list[Callable[[], None]] = field(default_factory=list)
    """What the outside does each minute: deliveries due again, tokens that run out."""
    max_body: int = 65_536
    asks_for_orders: bool = False
    """The schedule's minute of the orders' lane goes on from one `run` to the next, however short they are."""
    _orders_at: Any = None
    on_round: list[Callable[[], None]] = field(default_factory=list)
    """What the outside does at once."""

    def __post_init__(self) -> None:
        s = self.stores
        s.cut.hook = self.fate
        self.deps = s.deps(self.shops, self.marketplaces, self.limits)
        self.use()

    def use(self) -> None:
        """Make the handlers work in this world."""
        s = self.stores
        ingest = bootstrap.WebhookIngest(self, s.inbox, s.queues, s.clock, self.max_body)
        bootstrap.use(self.deps, ingest)

    # ---- `WebhookDoors` ----

    def of(self, shop: ShopId) -> WebhookDoor | None:
        return self.doors.get(shop)

    def departed(self, shop: ShopId) -> bool:
        return False

    def read_anew(self, shop: ShopId) -> WebhookDoor | None:
        return self.of(shop)

    def any(self) -> WebhookDoor | None:
        return next(iter(self.doors.values()), None)

    # ---- time and queues ----

    @property
    def now(self) -> Any:
        return self.stores.clock.now()

    def deliver(self, lane: Lane, batch: int | None = None) -> int:
        """Hand one batch of the lane to its handler; returns how many messages it took."""
        source = SOURCES[lane]
        received = self.stores.queues.receive(lane, batch or source.batch, visibility_s=source.visibility_s)
        if received:
            self.handle(lane, received)
        return len(received)

    def handle(self, lane: Lane, received: list[Received]) -> None:
        """What the event source does with one batch: call, and delete what was done. A dead worker deletes nothing."""
        source = SOURCES[lane]
        handler = importlib.import_module(f"functions.{source.function}.app").handler
        try:
            with self.stores.queues.invoked(source.function, lane, received) as received:
                records = [one.record(lane) for one in received]
                answer = handler({"Records": records}, Context(int(source.timeout_s * 1000)))
        except WorkerDied:
            self.deaths += 1
            self.fate.revive()
            return
        failed = {row["itemIdentifier"] for row in answer["batchItemFailures"]}
        self.stores.queues.delete(lane, *(one for one in received if str(one.id) not in failed))

    def tick(self, *timers: str) -> None:
        """Run these timers now (by default those of every minute)."""
        for timer in timers or ("unsent", "due"):
            self._timer("reconcile", {"timer": timer})

    def tick_orders(self) -> None:
        """The minute of the orders' lane: due accounts and due orders are queued."""
        self._timer("import_orders", {"tick": "accounts"})

    def _timer(self, function: str, event: dict[str, str]) -> None:
        handler = importlib.import_module(f"functions.{function}.app").handler
        try:
            handler(event, Context(60_000))
        except WorkerDied:
            self.deaths += 1
            self.fate.revive()

    def deliver_all(self, limit: int = 5000) -> None:
        """Deliver everything that can be delivered at this instant, round robin."""
        for _ in range(limit):
            for happens in self.on_round:
                happens()
            if sum(self.deliver(lane) for lane in Lane) == 0:
                return
        raise AssertionError(f"still busy after {limit} rounds: " + self.describe())

    def run(self, seconds: float) -> None:
        """Let this much time pass, delivering whatever comes due on the way and running the minute's timers."""
        end = self.now + timedelta(seconds=seconds)
        next_tick = self.now + timedelta(seconds=60)
        if self._orders_at is None:
            self._orders_at = next_tick
        while True:
            self.deliver_all()
            if self.now >= next_tick:
                for happens in self.on_tick:
                    happens()
                self.tick()
                next_tick = self.now + timedelta(seconds=60)
                continue
            if self.asks_for_orders and self.now >= self._orders_at:
                self.tick_orders()
                self._orders_at = self.now + timedelta(seconds=60)
                continue
            if self.now >= end:
                return
            times = [self.stores.queues.next_visible(lane) for lane in Lane]
            more = [self._orders_at] if self.asks_for_orders else []
            wake = min([time for time in times if time is not None] + [next_tick, end, *more])
            self.stores.clock.advance(max(0.001, (wake - self.now).total_seconds()))

    def settle(self, *, hours: float = 2) -> None:
        """Let the dust settle: run until nothing is queued and nothing due may still move, at most so long."""
        end = self.now + timedelta(hours=hours)
        while self.now < end:
            self.run(120)
            others = [lane for lane in Lane if lane is not Lane.ORDERS]  # there the next poll always waits
            waiting = any(self.stores.queues.depth(lane) for lane in others) or self.queued(Lane.ORDERS)
            if not waiting and not self.still_due() and not self.open_orders():
                return
        raise AssertionError(f"no rest after {hours} h: " + self.describe())

    def queued(self, *lanes: Lane) -> list[AnyMessage]:
        """What waits in these lanes, or in all. Polls do not count: they go on forever."""
        messages = [message for lane in lanes or Lane for message in self.stores.queues.messages(lane)]
        return [message for message in messages if not isinstance(message, PollAccount)]

    def open_orders(self) -> list[Order]:
        """Orders with which something is about to happen: not those that wait for a person or for a late try."""
        moving = (ImportState.READY, ImportState.CREATING)
        return [
            order
            for account in self.stores.configuration.all(Account)
            for order in self.stores.orders.recent(account.id, None, 100_000)[0]
            if order.unsettled or order.state in moving or (order.relayed and order.absorbed_from is None)
        ]

    def still_due(self) -> list[Listing]:
        account_rows = []
        for account in self.stores.configuration.all(Account):
            for row in self.rows(account.id):
                pending = row.status is Status.PENDING
                if (row.due_band is not None or pending) and hold_of(row, account) is None:
                    account_rows.append(row)
        return account_rows

    def rows(self, account: AccountId) -> list[Listing]:
        return self.stores.listings.of_account(account, None, 100_000)[0]

    def describe(self) -> str:
        queues = {lane.value: [m.model_dump() for m in self.stores.queues.messages(lane)] for lane in Lane}
        due = [
            (str(r.key), r.due_band, r.not_before, r.attempt and r.attempt.id, r.settle_at) for r in self.still_due()
        ]
        return f"at {self.now}: queues { {k: v for k, v in queues.items() if v} }, due {due}, {self.open_orders()}"
