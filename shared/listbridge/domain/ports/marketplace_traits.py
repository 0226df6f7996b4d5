"""What services must know of a marketplace: its manifest says so."""

from __future__ import annotations

from dataclasses import dataclass

from listbridge.domain.listings.listing import Zero
from listbridge.domain.money import Money


@dataclass(frozen=True, slots=True)
class OrderTraits:
    """How an account's orders are asked for, and how long the marketplace takes to show what was written."""

    overlap_s: float
    """How far each poll reaches back behind the one before: longer than the list can lag behind a sale."""
    look_back_s: float
    """How far the very first poll reaches back behind the connection, for orders that are only shown."""
    calls_per_day: float
    """Polls per day that `budget` allows, over all who share it, leaving room for reading single orders."""
    settle_s: float
    """After how long a look certainly shows a shipment that was told."""
    unpaid_expires_s: float
    """When an order that nobody paid no longer holds stock."""
    budget: str = ""
    """The manifest's budget that polls draw from; its scope says who shares it."""
    lines_keep_ids: bool = False
    """A line's id is its own in the whole account and stays when the order gets another id: so such orders are found."""
    buyers_by_role: bool = False
    """Who bought, or where to send it, is not told to every app: an order without an address, or with a part of one, is created, and says
    so."""


@dataclass(frozen=True, slots=True)
class MarketplaceTraits:
    """What services must know of a marketplace, from its manifest: numbers, never names."""

    settle_s: float
    revise_batch: int
    """The most listings of one unit that a revision takes."""
    revise_rate: float
    max_sku_length: int
    finds_by_sku: bool = True
    """Whether the account can be asked what it sells under a SKU. Elsewhere all that it has is read page by page."""
    lists_all: bool = False
    """All that the account has is told at less cost than a question for each: linking reads it, though it could ask by SKU, and so
    does the daily look at an account with thousands of listings."""
    publish_together: int = 1
    """How many products without variations the same calls put on sale, at most."""
    read_back_batch: int = 25
    read_back_at_once: int = 1
    """How many read-backs of one account may be under way at the same time."""
    longest_call_s: float = 0.0
    """How long a call may take where that is more than the deployment's own limit. Leases are measured against it."""
    orders: OrderTraits | None = None
    """None where orders are not read."""
    late_s: float = 0.0
    """How long after its call a write may still be applied, where that is longer than `settle_s`: an older one may land over a
    newer one until then. Where writes are decided later, and not in the order in which they were made."""
    zero: Zero = Zero.KEEPS
    listing_fee: Money | None = None
    """What the marketplace charges each time a listing is put on sale or renewed, whether it sells or not; None where that is
    free."""
    catalogue_id: str = ""
    """What an id of the marketplace's own catalogue looks like, as a regular expression, where an offer can be put on a product of it by
    that; empty where there is none."""
    joint_updates: bool = False
    """Each update carries quantity and price: they are switched on and off, and revised, together."""
    exports_a_day: int = 200
    """How many products sales lists send automatically on one day, unless the account says another number."""
    shares_stock: bool = False
    """An account's sites sell from one stock there: the same SKU has the lowest quantity of all of them on each."""

    @property
    def unsettled_s(self) -> float:
        """After how long a call that was lost or overtaken certainly changes nothing any more."""
        return max(self.settle_s, self.late_s)
