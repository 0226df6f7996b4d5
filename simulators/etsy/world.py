"""The one world behind every door: state, time, randomness, limits, journal, and what is still under way."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulators.clock import Clock
from simulators.etsy.errors import not_found
from simulators.etsy.limits import CallBudget, Limits
from simulators.etsy.offers.state import Listing
from simulators.etsy.orders.state import Receipt
from simulators.etsy.orders.webhooks import Webhooks
from simulators.etsy.state import Fee, Seller
from simulators.faults import FaultPlan, Fields
from simulators.kit.deliveries import Deliver
from simulators.kit.journal import Entry
from simulators.kit.sellers import SellersWorld

_OF_CALLS, _OF_WEBHOOKS = (
    ("late", "no_effect", "images_unlinked", "cut_header"),
    ("drop", "duplicate", "delay", "reorder"),
)
VENDOR_FAULTS: dict[str, Fields] = {name: {} for name in (*_OF_CALLS, *_OF_WEBHOOKS)}
"""The vendor faults that somebody plays, each with the fields of its body. The last four strike webhooks (operation
`webhook:<event>`)."""

Told = Callable[[str, Receipt], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry(Entry):
    """One call as Etsy saw it. `error` is the text of its refusal; `ignored` the names it sent that Etsy takes no notice of."""

    seller: str = ""
    listing: str = ""
    receipt: str = ""
    error: str = ""
    ignored: list[str] = field(default_factory=list)


class World(SellersWorld[JournalEntry, Seller]):
    """Everything shared by the calls."""

    def __init__(
        self,
        *,
        clock: Clock,
        limits: Limits,
        latency_s: float,
        time_scale: float,
        seed: int,
        deliver: Deliver | None = None,
    ) -> None:
        bodies = {name: fields for name, fields in VENDOR_FAULTS.items() if fields}
        faults = FaultPlan(VENDOR_FAULTS, bodies)
        super().__init__(clock, faults, JournalEntry, latency_s=latency_s, time_scale=time_scale, seed=seed)
        self.limits = limits
        self.budget = CallBudget(limits, self.pace)
        self.listings: dict[int, Listing] = {}
        self.receipts: dict[int, Receipt] = {}
        self.listeners: list[Told] = []
        self.expires_next: datetime | None = None
        self.made = 0
        """How many listings there have ever been, drafts and deleted ones too."""
        self.writes: list[dict[str, Any]] = []
        self._ids: Iterator[int] = itertools.count(1_800_000_001, 7)
        self.webhooks = Webhooks(self, deliver)

    def new_id(self) -> int:
        """One sequence for everything: an id of one kind never means something of another."""
        return next(self._ids)

    def token(self, owner: int) -> str:
        """A token as Etsy's are: the user's id, a full stop, and a text."""
        return f"{owner}.{self.random.getrandbits(256):064x}"

    def shop(self, shop_id: int) -> Seller:
        """Raises 404 for a shop that there is not."""
        found = next((one for one in self.sellers.values() if one.shop_id == shop_id), None)
        if found is None:
            raise not_found("Shop not found")
        return found

    def charge(self, seller: Seller, kind: str, listing_id: int, amount: Decimal | None = None) -> None:
        """Etsy takes a fee: `listing`, `renew`, `renew_sold`, `renew_expired`."""
        fee = self.limits.amount("listing_fee") if amount is None else amount
        seller.fees.append(Fee(self.new_id(), self.now(), kind, fee, listing_id))

    def note(self, seller: Seller, listing: Listing, via: str) -> None:
        """Keep which values came in for which SKU, for the control door: a listing that pauses has none of anything."""
        self.writes += [
            {
                "at": self.now().isoformat(),
                "seller": seller.name,
                "listing": str(listing.listing_id),
                "state": listing.state,
                "sku": one.sku,
                "quantities": [0 if listing.state == "inactive" else one.quantity],
                "prices": [str(one.price)],
                "via": via,
            }
            for one in listing.products
        ]

    def happened(self, event: str, receipt: Receipt) -> None:
        """Tell the listeners (`webhooks`) what became of an order, by Etsy's name of the event."""
        for listener in self.listeners:
            listener(event, receipt)


def epoch(instant: datetime) -> int:
    """Whole seconds since 1970, as all of Etsy's times are."""
    return int(instant.timestamp())
