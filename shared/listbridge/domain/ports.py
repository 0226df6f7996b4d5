"""What services ask of the outside: AWS, shops and marketplaces. Infra and adapters implement these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.catalog import ProductFacts, Reservation, Variant, Write
from listbridge.domain.configuration import Account, CreationProfile, Document, Shop
from listbridge.domain.ids import (
    AccountId,
    JobId,
    ListingKey,
    LocationId,
    ProductId,
    RemoteId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.jobs import Job, JobEntry, JobState
from listbridge.domain.listing import NOTHING, Band, Listing, Values
from listbridge.domain.publication import Publication
from listbridge.domain.rules import Bounds
from listbridge.domain.sales_list_items import Item
from listbridge.domain.verdicts import RemoteError
from listbridge.domain.work import Hint, Lane, Message

D = TypeVar("D", bound=Document)


class Conflict(Exception):
    """A conditional write found the row changed since it was read: read again."""


class Missing(Exception):
    """The thing named does not exist."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"{kind} {id}")
        self.kind = kind
        self.id = id


# ---- time ----


class Clock(Protocol):
    """Time as the system sees it; tests turn it by hand."""

    def now(self) -> datetime:
        """The instant, aware UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait: only ever a blink inside a worker's own budget of time."""


# ---- our tables ----


class ConfigurationStore(Protocol):
    """Configuration documents, strongly consistent, each saved only over the revision that was read."""

    def get(self, kind: type[D], id: str) -> D:
        """Raises Missing."""

    def all(self, kind: type[D]) -> list[D]: ...

    def save(self, document: D) -> D:
        """Save over `document.rev` (0 = must not exist yet) and return it with the next rev. Raises Conflict."""

    def delete(self, document: Document) -> None:
        """Delete if still at `document.rev`. Raises Conflict."""


class VariantRepository(Protocol):
    """The shop's variants as observed. Reads are strongly consistent."""

    def of_product(self, shop: ShopId, product: ProductId) -> list[Variant]: ...

    def get_many(self, keys: Iterable[VariantKey]) -> dict[VariantKey, Variant]: ...

    def observe(self, variant: Variant) -> Write:
        """Store facts, visibility, content hash and absence if `variant.observation` is newer than the stored one.

        Reservations and listings of the stored row stay as they are. NEW and SAME are stored; STALE and OVERLAP are not.
        """

    def bind(self, key: VariantKey, listing: ListingKey) -> None:
        """Note on the variant that this listing is computed from it; idempotent. Raises Missing."""

    def unbind(self, key: VariantKey, listing: ListingKey) -> None: ...

    def reserve(self, key: VariantKey, line: str, reservation: Reservation | None) -> None:
        """Set (None: remove) the reservation of one order line; a replay changes nothing. Raises Missing."""

    def page(self, shop: ShopId, cursor: str | None, limit: int) -> tuple[list[Variant], str | None]:
        """All variants of a shop, a page at a time, in no order; for sweeps and timers."""


class ListingRepository(Protocol):
    """The ledger rows."""

    def get(self, key: ListingKey) -> Listing:
        """Strongly consistent. Raises Missing."""

    def get_many(self, keys: Iterable[ListingKey]) -> dict[ListingKey, Listing]:
        """Strongly consistent; what does not exist is absent."""

    def of_sku(self, account: AccountId, sku: Sku) -> list[Listing]:
        """The SKU's listings on all sites of the account, strongly consistent: one write unit's members."""

    def create(self, listing: Listing) -> None:
        """Raises Conflict when the key is taken: P4 stands on this."""

    def save(self, listing: Listing) -> Listing:
        """Save over `listing.rev` and return it with the next rev. Raises Conflict."""

    def change(self, key: ListingKey, change: Callable[[Listing], Listing]) -> Listing:
        """Read, apply, save, again on conflict; a change that returns its argument unchanged writes nothing. Raises
        Missing, and whatever `change` raises."""

    def delete(self, listing: Listing) -> None:
        """Delete if still at `listing.rev`. Raises Conflict."""

    def due(self, account: AccountId, bands: Sequence[Band], *, at: datetime, limit: int) -> list[ListingKey]:
        """Keys that the due index shows for these bands, oldest first within each; the index may lag: read before use."""

    def next_due(self, account: AccountId, *, after: datetime) -> datetime | None:
        """When the next postponed row comes due, if any."""

    def of_list(
        self, sales_list: SalesListId, cursor: str | None, limit: int
    ) -> tuple[list[Listing], str | None]: ...

    def of_account(
        self, account: AccountId, cursor: str | None, limit: int
    ) -> tuple[list[Listing], str | None]: ...


class ItemRepository(Protocol):
    """The contents of sales lists."""

    def of_list(
        self, sales_list: SalesListId, cursor: str | None, limit: int
    ) -> tuple[list[Item], str | None]: ...

    def of_product(self, shop: ShopId, product: ProductId) -> list[Item]:
        """In every sales list."""

    def put(self, item: Item) -> None: ...

    def get(self, sales_list: SalesListId, variant: VariantKey) -> Item | None: ...

    def delete(self, item: Item) -> None: ...


class PublicationRepository(Protocol):
    """Progress of publishing."""

    def claim(self, publication: Publication, *, seconds: float, now: datetime) -> Publication | None:
        """Take on the publication with a new epoch and its stored progress; None while another worker holds it."""

    def save(self, publication: Publication) -> None:
        """Save progress and extend the claim. Raises Conflict when a later epoch took over."""

    def release(self, publication: Publication) -> None:
        """Give the claim back, keeping the progress. A later epoch is left alone."""

    def forget(self, publication: Publication) -> None:
        """Delete the progress: the product is no longer published."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A right for a limited time. `epoch` rises with each holder; `until` is when others may take it."""

    key: str
    owner: str
    epoch: int
    until: datetime


class Leases(Protocol):
    """Conditional rows that exclude two workers from one thing."""

    def acquire(self, key: str, owner: str, *, seconds: float) -> Lease | None:
        """None while another owner's lease lasts."""

    def renew(self, lease: Lease, *, seconds: float) -> Lease:
        """Raises Conflict when the lease was lost."""

    def release(self, lease: Lease) -> None:
        """A lease already lost is left alone."""

    def acquire_or_leave_word(self, key: str, owner: str, *, seconds: float) -> Lease | None:
        """Acquire; or, while another owner's lease lasts, add one to its `pending` in the same conditional way and
        return None: either we hold it, or its holder is certain to see our word before it lets go."""

    def pending(self, lease: Lease) -> int:
        """The words left so far. Raises Conflict when the lease was lost."""

    def release_if_quiet(self, lease: Lease, *, pending: int) -> bool:
        """Release only if no word was left since `pending` was read; False: go on, work came in. Raises Conflict when lost."""


class Counters(Protocol):
    """Numbers that only rise, strongly consistent and atomic."""

    def next(self, name: str) -> int:
        """The next number of the counter, starting at 1."""

    def add(self, name: str, amount: int, *, window_s: int, now: datetime) -> int:
        """Add to the counter of the running window (aligned to multiples of `window_s`) and return its total."""

    def current(self, name: str, *, window_s: int, now: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One delivery, without its body: it may exceed a row, and it may hold a buyer's data."""

    shop: ShopId
    delivery: str
    topic: str
    hints: tuple[Hint, ...]
    stored_at: datetime
    state: str = "stored"  # stored, queued, taken


class Inbox(Protocol):
    """Deliveries that were accepted (protocol 2)."""

    def store(self, row: InboxRow) -> bool:
        """Put the row as `stored`. False only when the same delivery is already `queued` and not yet taken."""

    def queued(self, shop: ShopId, delivery: str) -> None:
        """The message is in the queue: only while the row is still `stored`."""

    def taken(self, rows: Sequence[tuple[ShopId, str]]) -> None:
        """`sync_catalog` has it: from now on a repeat is a new hint."""

    def unsent(self, *, older_than: datetime, limit: int) -> list[InboxRow]: ...


class JobRepository(Protocol):
    """Jobs and their entries."""

    def create(self, job: Job, entries: Sequence[JobEntry] = ()) -> None: ...

    def get(self, id: JobId) -> Job:
        """Raises Missing."""

    def save(self, job: Job) -> Job:
        """Over `job.rev`. Raises Conflict."""

    def entries(self, id: JobId, cursor: str | None, limit: int) -> tuple[list[JobEntry], str | None]: ...

    def finish(self, id: JobId, entry: JobEntry) -> None:
        """Record an item's outcome once (a replay changes nothing), count it, and close the job with the last one."""

    def recent(self, limit: int, state: JobState | None = None) -> list[Job]:
        """Newest first; the feed index may lag."""


class ActivityLog(Protocol):
    """The append-only story of what happened."""

    def note(self, *entries: ActivityEntry) -> None: ...

    def of_subject(self, subject: str, limit: int) -> list[ActivityEntry]: ...

    def of_account(self, account: AccountId, limit: int) -> list[ActivityEntry]: ...


class Queues(Protocol):
    """The lanes' queues, at-least-once and unordered."""

    def send(self, lane: Lane, *messages: Message, delay_s: int = 0) -> None:
        """Raises when a message may not have been queued. `delay_s` is at most 900."""


class SecretStore(Protocol):
    """One secret per shop or account, a JSON object. Values never reach a log, an error or an answer."""

    def get(self, name: str) -> dict[str, str]:
        """Raises Missing."""

    def put(self, name: str, value: Mapping[str, str]) -> None: ...

    def delete(self, name: str) -> None: ...


class Share(StrEnum):
    """Who is calling: zeros and orders have a share of every budget kept for them (protocol 9)."""

    ZERO = "zero"
    ORDER = "order"
    ORDINARY = "ordinary"


class Budget(Protocol):
    """The right to call a platform, drawn from the rows that all lanes share."""

    def prepay(self, operation: str, calls: int, *, wait_s: float) -> None:
        """Set calls aside before a lease is taken, waiting at most `wait_s`. Raises RateLimited."""

    def spend(self, operation: str) -> None:
        """Use one call, prepaid or drawn now, without waiting. Raises RateLimited."""

    def learn(self, operation: str, *, remaining: int | None = None, resets_at: datetime | None = None,
              blocked_until: datetime | None = None) -> None:  # fmt: skip
        """What the platform's own answer said about the limit."""


# ---- shops ----


@dataclass(frozen=True, slots=True)
class ShopIdentity:
    """Who a shop says it is: `currency` is ISO 4217, `domain` the shop's own address."""

    name: str
    domain: str
    currency: str
    locations: Mapping[LocationId, str]


@dataclass(frozen=True, slots=True)
class ReadResult:
    """Products as read, and the ids for which the shop positively answered that there is no such product."""

    products: tuple[ProductFacts, ...]
    missing: tuple[ProductId, ...] = ()


@dataclass(frozen=True, slots=True)
class SweepPage:
    """One page of everything the shop has. `total` is the shop's own count where it gives one."""

    products: tuple[ProductFacts, ...]
    cursor: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class HookReport:
    """What `ensure_webhooks` found and did, by topic."""

    healthy: tuple[str, ...] = ()
    created: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class ShopAdapter(Protocol):
    """A shop platform, opened for one shop. All errors are `RemoteError`s."""

    def identify(self) -> ShopIdentity: ...

    def products_of(self, hints: Sequence[Hint]) -> tuple[ProductId, ...]:
        """The products that the hints touch (an inventory item may serve several); unknown ones are left out."""

    def read_products(self, products: Sequence[ProductId]) -> ReadResult:
        """In bulk, current state."""

    def sweep(self, cursor: str | None) -> SweepPage: ...

    def search(self, text: str, limit: int) -> tuple[ProductFacts, ...]:
        """For the seller's picker; an empty text is the first page."""

    def ensure_webhooks(self, url: str) -> HookReport:
        """Make the shop call this address for every topic we need, and no longer any other address of ours; idempotent."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A genuine webhook, parsed. `hints` may be empty: a topic we do not need."""

    id: str
    topic: str
    known: bool
    hints: tuple[Hint, ...]


class WebhookScheme(Protocol):
    """How one shop platform signs and shapes its deliveries: pure functions of bytes, headers and secret."""

    def verify(self, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> bool:
        """True only for a genuine body. An empty secret, or none, verifies nothing. Header names are lower-case."""

    def parse(self, body: bytes, headers: Mapping[str, str]) -> Delivery:
        """Raises ValueError when a genuine body cannot be understood."""


# ---- marketplaces ----


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """Who a marketplace account says it is; `remote_name` stays the same for the same seller."""

    remote_name: str
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """New values for one listing. What is None in `values` is left as it is."""

    key: ListingKey
    offer: RemoteId | None
    remote: RemoteId | None
    group: RemoteId | None
    values: Values


@dataclass(frozen=True, slots=True)
class RevisionResult:
    """What the marketplace said of one listing's revision: `error` None means accepted."""

    key: ListingKey
    error: RemoteError | None = None


@dataclass(frozen=True, slots=True)
class RemoteListing:
    """What the marketplace shows for one SKU on one site. `live` False: an offer exists, but it is not published."""

    key: ListingKey
    live: bool
    offer: RemoteId | None = None
    remote: RemoteId | None = None
    group: RemoteId | None = None
    values: Values = NOTHING
    url: str = ""


@dataclass(frozen=True, slots=True)
class PublishVariant:
    """One variant to publish: its listing's key and ids so far, and the shop's facts."""

    key: ListingKey
    variant: VariantId
    offer: RemoteId | None
    remote: RemoteId | None


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """One product for one site. Quantities and prices are not here: they are read inside a unit lease."""

    product: ProductFacts
    variants: tuple[PublishVariant, ...]
    site: Site
    creation: CreationProfile
    group: RemoteId


class UnitWrite(Protocol):
    """Inside a lease on write units: the values to send, read within it."""

    values: Mapping[Sku, Values]
    """By SKU, this site's computed quantity and price."""

    highest_quantity: Mapping[Sku, int]
    """By SKU, the highest computed quantity over the account's sites."""

    def check(self) -> None:
        """Call before each request: raises RetryLater when the lease has less time left than a request may take."""

    def accept(self, sku: Sku) -> None:
        """The marketplace took the SKU's values."""


class PublishSteps(Protocol):
    """What the publish service lends an adapter while it publishes."""

    @property
    def progress(self) -> Mapping[str, str]:
        """Everything saved so far, by this worker and by those before it."""

    def save(self, **ids: str) -> None:
        """Persist before the next call. Raises RetryLater when another worker took over."""

    def forget(self, *names: str) -> None:
        """Persist that these are no longer true."""

    def unit(self, *skus: Sku) -> AbstractContextManager[UnitWrite]:
        """A lease on the SKUs' write unit, with the attempt recorded; what is not accepted when it closes is settled by
        the exception that closed it (unknown, or not applied)."""

    def resumed(self) -> bool:
        """True when an earlier worker may have made calls that it could not record."""


@dataclass(frozen=True, slots=True)
class Published:
    """What is live now: remote ids by SKU, and the SKUs that the marketplace left out with its reason."""

    remote: RemoteId
    offers: Mapping[Sku, RemoteId]
    group: RemoteId | None = None
    left_out: Mapping[Sku, RemoteError] | None = None
    url: str = ""


class MarketplaceAdapter(Protocol):
    """A marketplace, opened for one account. All errors are `RemoteError`s; no call waits for a budget."""

    def identify(self) -> AccountIdentity: ...

    def lease_key(self, listing: Listing) -> str:
        """What must not be written twice at once when this listing's values are sent (protocol 5)."""

    def revise(self, revisions: Sequence[Revision], *, highest_quantity: int | None) -> list[RevisionResult]:
        """Send new values for the listings of one write unit, in one call; one result each.

        `highest_quantity`: over the unit's listings, also those not in `revisions`; None leaves it alone. Raises a
        RemoteError when the call as a whole failed.
        """

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        """What the marketplace shows now, one entry per listing, of any units."""

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        """The account's offer for a SKU, made by whomever."""

    def publish(self, request: PublishRequest, steps: PublishSteps) -> Published:
        """Create or complete the product's offers and make them live; safe to run again after any interruption."""

    def full_revise(self, request: PublishRequest, steps: PublishSteps) -> Published:
        """Send content, policies, price and quantity of a live product."""

    def end(self, request: PublishRequest, steps: PublishSteps) -> None:
        """End the live listing; ended already is success."""

    def creation_choices(self, site: Site) -> Mapping[str, Any]:
        """What a creation profile can choose from on this account and site (policies, locations …)."""


@dataclass(frozen=True, slots=True)
class MarketplaceTraits:
    """What services must know of a marketplace, from its manifest: numbers, never names."""

    settle_s: float
    revise_operation: str
    revise_batch: int
    revise_rate: float
    max_sku_length: int
    read_back_batch: int = 25
    refuses_zero: str = ""
    """The problem code with which a revision to zero is refused when the seller's account does not keep sold-out listings."""


class Marketplaces(Protocol):
    """Opens marketplace adapters."""

    def open(self, account: Account, share: Share = Share.ORDINARY) -> tuple[MarketplaceAdapter, Budget]: ...

    def traits(self, marketplace: str) -> MarketplaceTraits: ...

    def bounds(self, marketplace: str, site: Site) -> Bounds: ...


@dataclass(frozen=True, slots=True)
class ShopTraits:
    """What services must know of a shop platform, from its manifest."""

    read_lag_s: float
    read_batch: int


class Shops(Protocol):
    """Opens shop adapters."""

    def open(self, shop: Shop) -> ShopAdapter: ...

    def traits(self, platform: str) -> ShopTraits: ...

    def scheme(self, platform: str) -> WebhookScheme: ...
