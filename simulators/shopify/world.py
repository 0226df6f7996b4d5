"""Everything one simulated shop is, behind one lock; the HTTP door is `app.py`, the seller's hands `deeds.py`."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from simulators.kit import world as kit
from simulators.kit.deliveries import Deliver
from simulators.kit.journal import Entry, Journal
from simulators.kit.pace import Pace
from simulators.shopify.access import granted
from simulators.shopify.bulk import BulkOperations
from simulators.shopify.catalog.catalog import Catalog, ShopFacts
from simulators.shopify.cost import Bucket
from simulators.shopify.deliveries import Webhooks
from simulators.shopify.execution import Context
from simulators.shopify.later import Job
from simulators.shopify.limits import Limits
from simulators.shopify.orders.metafields import Metafields
from simulators.shopify.orders.records import Order
from simulators.shopify.orders.search import OrderIndex
from simulators.shopify.records import Tables, View
from simulators.shopify.shop_faults import ShopFaults
from simulators.shopify.subscriptions import Subscriptions
from simulators.shopify.tokens import Tokens

SCOPES = [
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_orders",
    "read_all_orders",
    "write_orders",
    "read_fulfillments",
    "read_merchant_managed_fulfillment_orders",
]
_ORDERS_SEEN = timedelta(days=60)
_JOBS = uuid.UUID("6f6c8f5e-5a0b-4f0e-9f43-0c1d8f9b7a11")  # so that the same history has the same ids


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry(Entry):
    """One call to the simulated API. `operation` is the (first) root field, or `token`; cost in points.

    `outcome` is what became of it in a word: `ok`, `throttled`, `denied`, …, or the fault that kept it from its work.
    """

    name: str | None
    variables: dict[str, Any]
    version: str
    outcome: str
    requested_cost: int | None = None
    actual_cost: int | None = None


@dataclass(slots=True)
class Settings:
    """How one simulated shop is set up. `currency` is ISO 4217; `webhook_version` the app's webhook API version."""

    shop_domain: str
    client_id: str
    client_secret: str
    name: str
    currency: str
    webhook_version: str
    sale_touches_product: bool
    allow_http: bool
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))


def _visible(orders: dict[int, Order], scopes: frozenset[str], now: datetime) -> dict[int, Order]:
    """An app sees the orders of the last 60 days, and older ones only with `read_all_orders`."""
    oldest = now - _ORDERS_SEEN
    first = next(iter(orders.values()), None)
    if "read_all_orders" in scopes or first is None or first.created_at >= oldest:
        return orders
    return {number: order for number, order in orders.items() if order.created_at >= oldest}


class World(kit.World[JournalEntry]):
    """The shop's state."""

    faults: ShopFaults

    def __init__(self, settings: Settings, *, pace: Pace, limits: Limits, deliver: Deliver | None) -> None:
        super().__init__(pace, ShopFaults(), Journal())
        self.limits = limits
        self.settings = settings
        self.webhook_version = settings.webhook_version
        self.tables = Tables()
        self.catalog = Catalog(self.tables)
        now = self.now()
        self.shop = ShopFacts(
            id=640_110_009,
            domain=settings.shop_domain,
            name=settings.name,
            email="owner@example.com",
            currency=settings.currency,
            timezone="Europe/Berlin",
            plan="Basic",
            created_at=now - timedelta(days=700),
        )
        self.first_location = self.catalog.add_location("Warehouse", now).id
        self.tokens = Tokens(
            self.pace, settings.client_id, settings.client_secret, limits.token_ttl_s, list(settings.scopes)
        )
        self.bucket = Bucket(self.pace, limits)
        self.subscriptions = Subscriptions(allow_http=settings.allow_http)
        self.deliveries = Webhooks(self.pace, self.subscriptions, self.faults.webhooks, limits, deliver)
        self.bulk = BulkOperations()
        self.idempotent: dict[str, tuple[str, Any]] = {}
        self.metafields = Metafields()
        self.order_index = OrderIndex()
        self.parcels: dict[int, int] = {}  # the order of each fulfilment
        self._jobs: dict[str, Job] = {}
        self.signing_secret = settings.client_secret
        self.public_url = f"https://{settings.shop_domain}"
        self.deeds: Any = None  # set by the simulator: deeds act on the world, and some mutations are deeds
        self._ids = itertools.count(9_100_000_000_000_001)  # above 2^53: a float would lose them

    def next_id(self) -> int:
        """An id for an order, a line or whatever else has no counter of its own."""
        return next(self._ids)

    @property
    def live(self) -> View:
        return self.tables.live()

    def heard(self, topic: str) -> bool:
        """Whether anyone subscribed to `topic`: a payload nobody gets need not be made."""
        return bool(self.subscriptions.wanting(topic))

    def emit(self, topic: str, payload: dict[str, Any]) -> None:
        """Tell everyone who subscribed to `topic` (header form)."""
        self.deliveries.emit(
            topic,
            payload,
            shop=self.shop.domain,
            secret=self.signing_secret,
            version=self.webhook_version,
            at=self.now(),
        )

    def context(self, stale_s: float = 0.0, *, unbounded: bool = False) -> Context:
        """What an operation sees now, or saw `stale_s` simulated seconds ago."""
        now = self.now()
        scopes = granted(self.tokens.scopes)
        view = self._view(now, stale_s)
        view = replace(view, orders=_visible(view.orders, scopes, now))
        return Context(
            shop=self.shop,
            limits=self.limits,
            view=view,
            catalog_index=lambda: (
                view
                if not self.limits.catalog_search_lag_s
                else self._view(now, stale_s + self.limits.catalog_search_lag_s)
            ),
            order_index=lambda: _visible(self._orders(now, stale_s + self.limits.order_search_lag_s), scopes, now),
            world=self,
            now=now,
            scopes=scopes,
            unbounded=unbounded,
        )

    def _view(self, now: datetime, age_s: float) -> View:
        return self.live if age_s <= 0 else self.tables.as_of(self.pace.after(now, -age_s))

    def _orders(self, now: datetime, age_s: float) -> dict[int, Order]:
        table = self.tables.orders
        return table.rows if age_s <= 0 else table.as_of(self.pace.after(now, -age_s))

    def keep_order(self, order: Order, at: datetime) -> None:
        """Put an order into the books and into the index of searches."""
        self.tables.orders.put(order.id, order, at)
        self.order_index.learn(order)
        for parcel in order.fulfillments:
            self.parcels[parcel.id] = order.id

    def order_of_parcel(self, fulfillment_id: int) -> Order | None:
        return self.tables.orders.rows.get(self.parcels.get(fulfillment_id, -1))

    def start_job(self, action: Callable[[], object], seconds: float) -> Job:
        """Run `action` in so many simulated seconds, at once when none; the job as its starter is told: not done."""
        number = str(uuid.uuid5(_JOBS, str(self.next_id())))
        self._jobs[number] = Job(number, done=False)

        def run() -> None:
            action()
            self._jobs[number] = Job(number, done=True)

        started = self._jobs[number]
        if seconds > 0:
            self.postpone(seconds, run)
        else:
            run()
        return started

    def job(self, number: str) -> Job:
        """A job by its id; one that nobody knows (any more) counts as done."""
        return self._jobs.get(number, Job(number, done=True))
