"""The one world behind every door: state, time, randomness, limits, journal, and what is still under way.

Each feature's state is a class of its own module: `sellers`, `listings`, `feeds`, `reports`, `notifications`, `orders`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulators.amazon.documents import Documents
from simulators.amazon.feeds import Feeds
from simulators.amazon.limits import CallBudget, Limits
from simulators.amazon.notifications import Notifications
from simulators.amazon.offers.state import Listings
from simulators.amazon.orders.state import Orders
from simulators.amazon.reports import Reports
from simulators.amazon.state import Seller
from simulators.clock import Clock
from simulators.faults import FaultPlan, Fields
from simulators.kit.journal import Entry
from simulators.kit.sellers import SellersWorld

VENDOR_FAULTS: dict[str, Fields] = {name: {} for name in ("late", "drop", "duplicate", "delay", "reorder")}
"""The vendor faults that somebody plays, each with the fields of its body. All but `late` strike notifications
(operation `webhook:<type>`)."""

Told = Callable[[str, Seller, dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry(Entry):
    """One call as Amazon saw it. `codes` are those of the errors and issues in its answer."""

    seller: str = ""
    sku: str = ""
    request_id: str = ""
    codes: list[str] = field(default_factory=list)


class World(SellersWorld[JournalEntry, Seller]):
    """Everything shared by the calls."""

    def __init__(self, *, clock: Clock, limits: Limits, latency_s: float, time_scale: float, seed: int) -> None:
        bodies = {name: fields for name, fields in VENDOR_FAULTS.items() if fields}
        faults = FaultPlan(VENDOR_FAULTS, bodies)
        super().__init__(clock, faults, JournalEntry, latency_s=latency_s, time_scale=time_scale, seed=seed)
        self.limits = limits
        self.budget = CallBudget(limits, self.pace)
        self.listeners: list[Told] = []
        self.listings = Listings(self)
        self.documents = Documents(self)
        self.feeds = Feeds(self)
        self.reports = Reports(self)
        self.notifications = Notifications(self)
        self.orders = Orders(self)

    def token(self, prefix: str) -> str:
        return f"{prefix}|{self.random.getrandbits(256):064x}"

    def name(self, prefix: str = "") -> str:
        """A new id as most of Amazon's are: 32 hexadecimal digits."""
        return f"{prefix}{self.random.getrandbits(128):032x}"

    def happened(self, kind: str, seller: Seller, facts: dict[str, Any]) -> None:
        """Tell the listeners (`notifications`) that something happened: `kind` is a notification type of Amazon's."""
        for listener in self.listeners:
            listener(kind, seller, facts)
