"""What a marketplace can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from listbridge.domain.configuration import Account
from listbridge.domain.ids import LineId, ListingKey, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.listings.listing import NOTHING, Listing, RemoteState, Values
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports.adopting import Adopting
from listbridge.domain.ports.coordination import Budget, Share
from listbridge.domain.ports.marketplace_traits import MarketplaceTraits
from listbridge.domain.ports.previews import FieldProblem
from listbridge.domain.ports.publishing import (
    FollowRequest,
    Processing,
    Published,
    PublishesTogether,
    PublishRequest,
    PublishSteps,
)
from listbridge.domain.ports.sold_out import SoldOutSwitch
from listbridge.domain.problem import Problem
from listbridge.domain.rules.bounds import Bounds
from listbridge.domain.verdicts import RemoteError
from listbridge.domain.work import PublishKind


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """Who a marketplace account says it is; `remote_name` stays the same for the same seller.

    `facts` are what the adapter must know of it from then on (a region, a number, a currency): saved with the account,
    and handed over when it is opened.
    """

    remote_name: str
    sites: tuple[Site, ...]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Revision:
    """New values for one listing. What is None in `values` is left as it is."""

    key: ListingKey
    offer: RemoteId | None
    remote: RemoteId | None
    group: RemoteId | None
    values: Values
    quantity_kept_there: bool = False
    """The seller keeps the quantity on the marketplace: one that is written there in spite of that nobody puts right later."""


def _always() -> None:
    """For who holds no lease."""


@dataclass(frozen=True, slots=True)
class UnitRevision:
    """The revisions of one write unit, made inside of a lease."""

    revisions: tuple[Revision, ...]
    highest_quantity: Mapping[Sku, int] = field(default_factory=dict)
    """By SKU whose quantity is revised, the highest of all its live sites, also of those that are not in `revisions`."""
    check: Callable[[], None] = _always
    """Call before each request: the lease outlives it then. Raises RetryLater when the lease was lost."""


class BulkWriter(Protocol):
    """Takes in revisions of many write units in one go, and decides later. What is urgent never rides in one, unless more of
    it waits than goes one by one in good time."""

    @property
    def least(self) -> int:
        """So many units must wait: fewer are sooner there one by one."""

    @property
    def most(self) -> int:
        """The most units that one submission takes."""

    @property
    def urgent_below(self) -> int:
        """A quantity below this is urgent: 1 where that is a zero alone."""

    @property
    def urgent_most(self) -> int | None:
        """If more that is urgent waits, it rides as well; None where it never does."""

    @property
    def settle_s(self) -> float:
        """How long a submission whose answer was lost may still be applied."""

    def calls(self, units: int) -> Mapping[str, int]:
        """The calls, by operation, that a submission of so many units makes: set aside before their leases."""

    def submit(self, units: Sequence[UnitRevision]) -> list[RevisionResult]:
        """Send these units' revisions; one result for each revision. Call `check` of every unit before each request.

        Raises a RemoteError when the submission as a whole failed: OutcomeUnknown if any of its calls may have been applied.
        """


@dataclass(frozen=True, slots=True)
class Submission:
    """The marketplace has taken a write in and decides later: `ticket` names it, `look_at` (UTC) is when to ask."""

    ticket: str
    look_at: datetime
    yields_below: int | None = None
    """Set where a write that is made later may be applied earlier. Until this one is decided nothing but a quantity below this
    is sent after it, and that once more when it is. None: writes are applied in the order in which they are made."""


@dataclass(frozen=True, slots=True)
class RevisionResult:
    """What the marketplace said of one listing's revision: accepted, unless there is an error or a submission."""

    key: ListingKey
    error: RemoteError | None = None
    submission: Submission | None = None
    fee: Money | None = None
    """What the marketplace charged for putting its listing on sale again; told of one of a unit's revisions."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A revision that was submitted, to be asked for."""

    key: ListingKey
    ticket: str
    values: Values
    at: datetime
    """When it was sent."""


@dataclass(frozen=True, slots=True)
class RemoteListing:
    """What the marketplace shows for one SKU on one site.

    `values`: of a live listing what buyers see, of a paused one what it would show.
    """

    key: ListingKey
    state: RemoteState
    offer: RemoteId | None = None
    remote: RemoteId | None = None
    group: RemoteId | None = None
    values: Values = NOTHING
    url: str = ""
    fulfilled_by_marketplace: bool = False
    """The marketplace keeps the stock and ships it: the quantity is its own."""
    beside: frozenset[Sku] = frozenset()
    """The other SKUs whose values each write of this one carries as well, as they were read before it."""
    title: str = ""
    """As buyers read it, where a list of all that the account has tells it; people are shown it, and nothing goes by it."""
    held: Problem | None = None
    """Why nothing of it can be changed, where it is linked all the same: an auction's price and quantity are its bidders'."""

    @property
    def gone(self) -> bool:
        """Nothing of ours can be sold there any more."""
        return self.state is RemoteState.GONE

    @property
    def shown(self) -> Values:
        """What buyers can take now: none of a paused listing, and nobody knows while it is being processed."""
        if self.state is RemoteState.PAUSED:
            return replace(self.values, quantity=0)
        return self.values if self.state is RemoteState.LIVE else NOTHING


@dataclass(frozen=True, slots=True)
class ExistingPage:
    """Listings of the account on one site, no matter who made them; `cursor` None says that it was the last page."""

    listings: tuple[RemoteListing, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of orders that changed; `cursor` None says that it was the last, and that none is known to be missing."""

    orders: tuple[OrderRead, ...]
    cursor: str | None = None
    unreadable: tuple[RemoteOrderId, ...] = ()
    """Orders on this page that could not be understood: each is left to itself, so that it stops no other
    (promises.md#p6)."""
    known_until: datetime | None = None
    """Up to when the marketplace itself says that its list tells every change; later ones may be missing. None where it does
    not say: then nobody knows but that the list is no further behind than `OrderTraits.overlap_s`."""


@dataclass(frozen=True, slots=True)
class RemoteShipment:
    """A parcel that the marketplace was told about, no matter by whom; `tracking` in the marketplace's own spelling.

    `lines` None: the marketplace does not say what is in it.
    """

    id: RemoteId
    lines: Mapping[LineId, int] | None
    tracking: str = ""


class MarketplaceAdapter(SoldOutSwitch, Protocol):
    """A marketplace, opened for one account. All errors are `RemoteError`s; no call waits for a budget."""

    def identify(self) -> AccountIdentity: ...

    def lease_key(self, listing: Listing) -> str:
        """What must not be written twice at once when this listing's values are sent (protocol.md#write-units)."""

    def unit_key(self, listing: Listing) -> str:
        """What is written together: due listings with the same key go in one revision. Never wider than the lease."""

    def revision_calls(self, listings: Sequence[Listing]) -> Mapping[str, int]:
        """The calls, by operation, that a revision of these listings of one unit makes: set aside before the lease."""

    def revise(self, unit: UnitRevision) -> list[RevisionResult]:
        """Send new values for the listings of one write unit; one result each.

        Raises a RemoteError when the revision as a whole failed: OutcomeUnknown if any of its calls may have been applied.
        """

    def bulk(self) -> BulkWriter | None:
        """How revisions of many units are submitted at once; None where that is not offered."""

    def outcomes(self, submitted: Sequence[Submitted]) -> list[RevisionResult]:
        """What became of earlier submissions, one result each; still undecided ones come with their submission again.

        An adapter that does not know a ticket any more tells OutcomeUnknown: then the listing is read. Asked only of
        adapters whose `revise` submits.
        """

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        """What the marketplace shows now, one entry per listing, of any units."""

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        """The account's offer for a SKU, no matter who made it. Asked only of adapters that find by SKU."""

    def existing(self, site: Site, cursor: str | None) -> ExistingPage:
        """All that the account has on a site, a page at a time, with the SKU of each, empty where the seller gave it none. What moves while the pages are read may
        come twice and is never left out.

        Asked only of adapters that do not find by SKU, or list all. Raises RetryLater when the pages do not hold together: they
        are then read again; RateLimited while they are being made.
        """

    def barcodes(self, site: Site, skus: Sequence[Sku]) -> Mapping[Sku, tuple[str, ...]]:
        """The product codes of what the account has under these SKUs, as the marketplace has them; what has none, and what we may not
        write to, is absent. Raises RemoteError."""

    def adopting(self) -> Adopting | None:
        """How listings are adopted that the seller made with the marketplace's own tools; None where we may write to all that the
        account has."""

    def check(self, request: PublishRequest) -> None:
        """Refuse, without any call, a product that the marketplace does not take as a whole. Raises Rejected."""

    def preview(self, request: PublishRequest) -> tuple[FieldProblem, ...]:
        """Everything that the marketplace would refuse of a product that is to be published, as far as it can be told before.
        It may ask the marketplace, and changes nothing there. Raises RemoteError when it cannot be told."""

    def publishing_calls(
        self, kind: PublishKind, request: PublishRequest, progress: Mapping[str, str]
    ) -> Mapping[str, int]:
        """The calls, by operation, that change something there when a product is sent (or put on sale again), revised in full or
        ended: the most that it takes as long as nothing is refused and nobody else changes it. `progress` is what earlier runs saved of
        the product. Asks nobody."""

    def publish(self, request: PublishRequest, steps: PublishSteps) -> Published | Processing:
        """Create or complete the product's offers and make them live; safe to run again after any interruption."""

    def together(self) -> PublishesTogether | None:
        """How products without variations are published several at once; None where each goes on its own."""

    def full_revise(self, request: PublishRequest, steps: PublishSteps) -> Published | Processing:
        """Send content, policies, price and quantity of a live product."""

    def follow(self, request: FollowRequest) -> Published | Processing:
        """What became of a publishing that was taken in. Raises Rejected when the marketplace refused all of it.

        Asked only of adapters whose publishing is processed.
        """

    def end(self, request: PublishRequest, steps: PublishSteps) -> None:
        """End the live listing; ended already is success."""

    def orders_changed(self, since: datetime, cursor: str | None) -> OrderPage:
        """Orders that were placed or changed since then, a page at a time, in any order, each in whole.

        `cursor` is an earlier page's. Orders that change while the pages are read may come twice, and are certain to
        come again when asked for what changed since this poll began. Raises RetryLater when the pages do not hold
        together (one is short, or lost): the poll then begins again.
        """

    def read_order(self, order: RemoteOrderId) -> OrderRead:
        """One order as it is now. Raises NotFound."""

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        """The parcels that the marketplace knows of."""

    def tracking_as_told(self, tracking: str) -> str:
        """A tracking number as this marketplace will spell it (some drop spaces and hyphens): pure, to compare by."""

    def ship(self, order: RemoteOrderId, parcel: Parcel, number: int) -> RemoteId:
        """Tell the marketplace of a parcel, once for each call: the caller has looked before. Returns the shipment's id.

        `number` is the parcel's own within its order, from 1, and the same at every try.

        Raises Rejected when it is refused, OutcomeUnknown when it may have been taken.
        """

    def order_url(self, order: RemoteOrderId) -> str:
        """Where the seller sees the order on the marketplace; empty where no such page is known."""

    def listen(self, address: str, token: str) -> bool:
        """Ask the marketplace to tell this address what changes; idempotent. `token` proves that the address is ours. The
        address of a queue is its ARN, and has no token.

        False where a person enters both at the marketplace. Raises Unsupported where it tells nothing.
        """

    def stop_listening(self, address: str, *, last: bool) -> None:
        """Ask the marketplace to tell this address nothing more of the account; idempotent. What a person entered stays.

        `last`: no other account of ours is told there, so that what they share at the marketplace goes as well.
        """

    def subscribe(self, address: str, token: str) -> Mapping[str, Problem | None]:
        """Subscribe the address of its notices to the topics that only hint; each with why it was refused, None where it is told
        from now on. Idempotent. Raises RemoteError where the address itself is not taken.
        """

    def notice_key(self, id: str) -> str:
        """The public key (PEM) with which the marketplace signs its notices, by its id there, asked with the app's rights alone.

        Raises NotFound where there is none.
        """

    def creation_form(self, site: Site, kind: str) -> Mapping[str, Any]:
        """The JSON schema of a creation profile's settings on this site, for one kind of product; "" before one is chosen.

        A marketplace whose products all have the same settings answers the same for every kind. Raises RemoteError,
        Rejected for a kind that there is not.
        """

    def creation_choices(self, site: Site) -> Mapping[str, Any]:
        """What a creation profile can choose from on this account and site (policies, locations …)."""


class Marketplaces(Protocol):
    """Opens marketplace adapters."""

    def open(self, account: Account, share: Share = Share.ORDINARY) -> MarketplaceAdapter:
        """The account's adapter, whose calls draw from this share. Raises Unauthorized when its credentials are missing."""

    def budget(self, account: Account, share: Share = Share.ORDINARY) -> Budget:
        """What the calls of `open(account, share)` draw from. Raises as that does."""

    def traits(self, account: Account) -> MarketplaceTraits:
        """Of this account: what it said of itself may change what its marketplace has in general."""

    def polls_are_shared(self, account: Account) -> bool:
        """Whether the day's polls are counted over all accounts of the marketplace, rather than for each account alone.

        Accounts of different apps are taken for one app's: that asks less often than allowed, never more.
        """

    def events_queue(self, account: Account) -> str:
        """The ARN of the queue to which the account's marketplace can tell us what changes; empty where it cannot, or where
        the deployment has no such queue."""

    def label(self, marketplace: str) -> str:
        """The marketplace's name as people write it."""

    def bounds(self, account: Account, site: Site) -> Bounds:
        """What this account may ask for on a site. Raises Missing for a site that the marketplace does not have."""

    def currency(self, marketplace: str, site: Site) -> str:
        """ISO 4217, of a site whichever account sells there. Raises Missing for a site that it does not have."""
