"""The ways in which marketplaces differ from each other, and in which one refuses, as a scripted market takes them.

A test sets an attribute of its market, before anything happens or in the middle of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from listbridge.domain.ids import AccountId, Sku
from listbridge.domain.listings.listing import Zero
from listbridge.domain.ports import OrderTraits
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError
from tests.fakes.scripted_orders import ORDER_TRAITS


@dataclass(kw_only=True)
class MarketModes:
    """Each on its own: a test may set any of them together."""

    # ---- what is written at once ----

    unit_is_listing: bool = False
    """All variants of a listing are written in one call."""
    grouped: bool = False
    """The lease is the listing's group; the unit is the SKU all the same."""
    takes_bulk: bool = False
    """Three units and more are submitted in one go, and decided later."""
    most: int = 5
    """The most units of a submission."""
    urgent_below: int = 1
    """What is below this does not ride in a submission, and does not wait for one."""
    urgent_most: int | None = None
    """If more of that waits, it rides as well."""
    refuses_bulk: RemoteError | None = None
    """How every such submission is answered."""

    # ---- when an answer comes ----

    decides_after_s: float | None = None
    """Writes are only taken in, and are decided and take effect so much later."""
    bulk_decides_after_s: float | None = None
    """A submission of many takes effect so much later, after what is sent alone meanwhile."""
    unreadable: RemoteError | None = None
    """How every read of listings is answered."""
    undecided: bool = False
    """What was submitted stays so."""
    late_s: float = 0.0
    """So long a write may still be applied over a newer one."""
    publishes_after_s: float | None = None
    """A publishing is only taken in, under its remote id, and is live so much later."""
    refused_later: dict[Sku, Problem] = field(default_factory=dict)
    """What is refused of a publishing that was taken in."""
    latency_s: float = 0.1
    look_lag_s: float = 20.0
    """So long a search does not show a fresh draft."""

    # ---- what becomes of a listing at 0 ----

    zero: Zero = Zero.KEEPS
    """PAUSES takes it out of sale until it has some again; ENDS makes an end of it."""
    refuses_zero: bool = False

    # ---- whose the stock is ----

    shares_stock: bool = False
    """The SKU has one quantity, wherever it is on sale."""
    fulfilled_here: set[Sku] = field(default_factory=set)
    """What the marketplace keeps and sends out itself."""

    # ---- how it is searched ----

    finds_by_sku: bool = True
    lists_all: bool = False
    """Reading all of them costs less than asking for each."""
    barcodes: dict[Sku, tuple[str, ...]] = field(default_factory=dict)
    """The product codes that it has."""
    page_size: int = 2
    """How many listings stand on a page of all of them."""

    # ---- what the seller made by hand ----

    adopts: bool = True
    """It hands over what the seller listed by hand."""
    account_unmet: tuple[Problem, ...] = ()
    """What every account lacks for that."""

    # ---- how orders are read ----

    order_traits: OrderTraits | None = ORDER_TRAITS
    """None: it tells about no orders."""
    shares_polls: bool = True
    """All accounts ask on one budget."""

    # ---- what it refuses ----

    poisoned: dict[Sku, Exception] = field(default_factory=dict)
    """Every write of this SKU fails like that."""
    refused_prices: set[Sku] = field(default_factory=set)
    dead_accounts: set[AccountId] = field(default_factory=set)
    """Their token was taken back."""
