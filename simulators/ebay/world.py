"""The one world behind every door: state, time, randomness, limits, journal, and what is still under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from simulators.clock import Clock
from simulators.ebay.errors import EbayError
from simulators.ebay.limits import CallBudget, Limits
from simulators.ebay.notices import Notices
from simulators.ebay.offers.bulk import FAULTS as ENTRY_FAULTS
from simulators.ebay.state import Listing, Offer, Seller
from simulators.faults import FaultPlan, Fields
from simulators.kit.journal import Entry
from simulators.kit.sellers import SellersWorld

_NOTIFICATIONS_KEPT = 200_000
VENDOR_FAULTS = frozenset(
    {"late", "concurrent", "page_lost", "next_lost", "total_moves", "changed_after_list", *ENTRY_FAULTS}
)
"""`late` and `concurrent` of every call; those of bulk writes' entries (`offers/bulk.py`); the others of getOrders
(`orders/traps.py`)."""
_BODIES: dict[str, Fields] = {
    "page_lost": {"lost": int},
    "total_moves": {"by": int},
    "changed_after_list": {"change": str, "order_id": str},
    **ENTRY_FAULTS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry(Entry):
    """One call as eBay saw it. `sent` lists the quantities and prices that the call carried, per SKU or offer."""

    seller: str = ""
    sku: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)
    error_ids: list[int] = field(default_factory=list)


class World(SellersWorld[JournalEntry, Seller]):
    """Everything shared by the calls. Days keep the clock's time."""

    def __init__(self, *, clock: Clock, limits: Limits, latency_s: float, time_scale: float, seed: int) -> None:
        faults = FaultPlan(VENDOR_FAULTS, _BODIES)
        super().__init__(clock, faults, JournalEntry, latency_s=latency_s, time_scale=time_scale, seed=seed)
        self.limits = limits
        self.budget = CallBudget(limits, self.pace)
        self.order_lag = timedelta(0)  # how long getOrders does not know of new orders and of changes
        self.newest_orders_first = False
        self.report_s = 60.0  # how long an inventory report takes
        self.report_ends_as = "COMPLETED"
        self.report_packed = "zip"
        self.report_file_of_nothing = True
        self.notifications: deque[dict[str, Any]] = deque(maxlen=_NOTIFICATIONS_KEPT)
        self.notices = Notices(self)
        self._in_flight: set[Hashable] = set()
        self._next_offer_id = 36_445_435_001
        self._next_listing_id = 110_550_000_001
        self._next_task = 0

    def new_offer_id(self) -> str:
        self._next_offer_id += 1
        return str(self._next_offer_id)

    def new_listing_id(self) -> str:
        self._next_listing_id += 1
        return str(self._next_listing_id)

    def new_task_id(self) -> str:
        self._next_task += 1
        return f"task-11-{self._next_task:010d}"

    def token(self, prefix: str) -> str:
        return f"v^1.1#{prefix}#{self.random.getrandbits(160):040x}"

    def listing(self, listing_id: str) -> tuple[Seller, Listing]:
        """Find a listing among all sellers. Raises KeyError."""
        for seller in self.sellers.values():
            if listing_id in seller.listings:
                return seller, seller.listings[listing_id]
        raise KeyError(listing_id)

    def enter(self, records: Iterable[Hashable]) -> set[Hashable]:
        """Begin work on records; returns them for `leave`. Raises 500 (25025) if another call is on one of them."""
        wanted = set(records)
        if wanted & self._in_flight:
            raise EbayError(25025, status=500)
        self._in_flight |= wanted
        return wanted

    def leave(self, records: set[Hashable]) -> None:
        self._in_flight -= records

    def revise(self, *revised: Listing, hold_error: int = 25019, counted: set[str] | None = None) -> None:
        """Count one revision of each live listing, or of none; `counted` are those that the same call has revised already
        (that a bulk call counts once for a listing is our reading: no document says).

        Raises 400 (25019) where one has used up its day, 400 (`hold_error`) where one is on hold by eBay: the document
        lists 25097 for items and groups, and only the general 25019 for offers.
        """
        day = self.limits.day(self.now())
        before = counted if counted is not None else set()
        for listing in revised:
            if listing.on_hold:
                raise EbayError(hold_error, parameters={"listingId": listing.listing_id})
            spent = listing.revisions.get(day, 0) >= self.limits.number("revisions_per_listing_per_day")
            if spent and listing.listing_id not in before:
                raise EbayError(
                    25019,
                    "The listing has reached the number of revisions allowed in one calendar day.",
                    parameters={"listingId": listing.listing_id},
                )
        for listing in revised:
            if listing.listing_id not in before:
                listing.revisions[day] = listing.revisions.get(day, 0) + 1
                before.add(listing.listing_id)

    def listing_of(self, seller: Seller, offer: Offer) -> Listing | None:
        """The live listing that an offer is published in, or None."""
        return seller.listings[offer.listing_id] if offer.listing_id else None
