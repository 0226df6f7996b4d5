"""Our own tables: every write conditional on what was read, every read that decides something strongly consistent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.catalog import Reservation, Variant, Write
from listbridge.domain.configuration import Document
from listbridge.domain.ids import (
    AccountId,
    JobId,
    LineId,
    ListingKey,
    OrderKey,
    ProductId,
    SalesListId,
    ShopId,
    ShopOrderId,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.jobs import Job, JobEntry, JobState
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import Listing
from listbridge.domain.listings.members import Member, Mirror
from listbridge.domain.listings.publication import Existing, Publication
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.orders.orders import Buyer, Order
from listbridge.domain.orders.polling import PollState

D = TypeVar("D", bound=Document)
ReservationChanges = Mapping[VariantKey, Mapping[LineId, Reservation | None]]
"""By variant and order line: the reservation to stand there, None to remove it."""


class Conflict(Exception):
    """A conditional write found the row changed since it was read: read again."""


class Missing(Exception):
    """The thing named does not exist."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"{kind} {id}")
        self.kind = kind
        self.id = id


class NotACursor(ValueError):
    """A cursor that no page of this list ended with."""

    def __init__(self) -> None:
        super().__init__("not a cursor of this list")


class ConfigurationStore(Protocol):
    """Configuration documents, strongly consistent, each saved only over the revision that was read."""

    def get(self, kind: type[D], id: str) -> D:
        """Raises Missing."""

    def all(self, kind: type[D]) -> list[D]: ...

    def revs(self, documents: Iterable[tuple[type[Document], str]]) -> dict[tuple[type[Document], str], int]:
        """Their revisions, read at once; what does not exist is absent."""

    def save(self, document: D) -> D:
        """Save over `document.rev` (0 = must not exist yet) and return it with the next rev. Raises Conflict."""

    def delete(self, document: Document) -> None:
        """Delete if still at `document.rev`. Raises Conflict."""


class VariantRepository(Protocol):
    """The shop's variants as observed. Reads are strongly consistent."""

    def of_product(self, shop: ShopId, product: ProductId) -> list[Variant]: ...

    def owners(self, shop: ShopId, variants: Iterable[VariantId]) -> dict[VariantId, set[ProductId]]:
        """Whose these variants are as far as we ever read, absent ones too; what we never read is absent. The index may lag."""

    def get_many(self, keys: Iterable[VariantKey]) -> dict[VariantKey, Variant]: ...

    def revs(self, keys: Iterable[VariantKey]) -> dict[VariantKey, int]:
        """Only the revisions of these rows, for a check whether they moved on; what does not exist is absent."""

    def reservations(self, key: VariantKey) -> dict[str, Reservation]:
        """Every order line that holds the variant, by `reserving.entry_name`, those that the shop counts among them."""

    def observe(self, variant: Variant) -> Write:
        """Store facts, visibility, content hash and absence if `variant.observation` is newer than the stored one.

        Reservations and listings of the stored row stay as they are. NEW and SAME are stored; STALE and OVERLAP are not.
        """

    def bind(self, key: VariantKey, listing: ListingKey) -> None:
        """Note on the variant that this listing is computed from it; idempotent. Raises Missing."""

    def unbind(self, key: VariantKey, listing: ListingKey) -> None: ...

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
        """Raises Conflict when the key is taken (promises.md#p4)."""

    def save(self, listing: Listing) -> Listing:
        """Save over `listing.rev` and return it with the next rev. Raises Conflict."""

    def save_many(self, listings: Sequence[Listing]) -> Mapping[ListingKey, Listing]:
        """As `save`, of listings that differ, in few calls. Absent is what was not saved: it moved on, or it cannot be saved beside
        the others; `save` tells which."""

    def change(self, key: ListingKey, change: Callable[[Listing], Listing]) -> Listing:
        """Read, apply, save, again on conflict; a change that returns its argument unchanged writes nothing. Raises
        Missing, and whatever `change` raises."""

    def delete(self, listing: Listing) -> None:
        """Delete if still at `listing.rev`. Raises Conflict."""

    def due(self, account: AccountId, bands: Sequence[Band], *, at: datetime, limit: int) -> list[ListingKey]:
        """Keys that the due index shows for these bands, oldest first within each; the index may lag: read before use."""

    def next_due(self, account: AccountId, *, after: datetime) -> datetime | None:
        """When the next postponed row comes due, if any."""

    def count_live(self, account: AccountId) -> int:
        """How many of the account's listings buyers can see, by an index that may lag; no row is read for it."""

    def of_list(self, sales_list: SalesListId, cursor: str | None, limit: int) -> tuple[list[Listing], str | None]: ...

    def of_account(self, account: AccountId, cursor: str | None, limit: int) -> tuple[list[Listing], str | None]: ...


class ItemRepository(Protocol):
    """The contents of sales lists."""

    def of_list(self, sales_list: SalesListId, cursor: str | None, limit: int) -> tuple[list[Item], str | None]: ...

    def of_product(self, shop: ShopId, product: ProductId) -> list[Item]:
        """In every sales list."""

    def put(self, item: Item) -> None: ...

    def find(self, sales_list: SalesListId, variant: VariantKey) -> Item | None: ...

    def delete(self, item: Item) -> None: ...


class MemberRepository(Protocol):
    """The products of sales lists in collection mode, those that left among them, and how far each list's collections are
    known."""

    def get_many(self, sales_list: SalesListId, products: Iterable[ProductId]) -> dict[ProductId, Member]:
        """Strongly consistent; what was never in the list is absent."""

    def of_list(self, sales_list: SalesListId, cursor: str | None, limit: int) -> tuple[list[Member], str | None]:
        """A page by product, strongly consistent."""

    def of_product(self, shop: ShopId, product: ProductId) -> list[Member]:
        """In every sales list; the index may lag."""

    def save_many(self, members: Sequence[Member]) -> Mapping[ProductId, Member]:
        """Save members of one list, each over its `rev` (0 = must not exist yet), in few calls; with their next rev. Absent is
        what was not saved because it moved on: read it again."""

    def known(self, sales_list: SalesListId) -> Mirror:
        """Strongly consistent; nothing is known of a list that was never read."""

    def save_known(self, mirror: Mirror) -> Mirror:
        """Over its `rev`. Raises Conflict."""

    def forget(self, sales_list: SalesListId) -> None:
        """Delete all of a list that is deleted; safe to run again."""


class OrderRepository(Protocol):
    """Marketplace orders, permanent, and the buyers' data apart from them. Reads by key are strongly consistent."""

    def find(self, key: OrderKey) -> Order | None: ...

    def get_many(self, keys: Iterable[OrderKey]) -> dict[OrderKey, Order]:
        """What does not exist is absent."""

    def save(self, order: Order) -> Order:
        """Save over `order.rev` (0 = must not exist yet) and return it with the next rev. Raises Conflict."""

    def reserve(self, order: Order, changes: ReservationChanges) -> None:
        """Set (None: remove) reservations of the order's lines on variants, each as one write with the proof that the
        order is still at `order.rev`: a worker that was overtaken changes nothing. A replay changes nothing either.

        Lines are named `{order key}#{line}`; the variants' totals follow in the same write. Raises Conflict when the order
        moved on, Missing for an unknown variant.
        """

    def note_lines(self, order: OrderKey, lines: Iterable[LineId]) -> set[OrderKey]:
        """Note for good that the order has these lines, and tell which other orders of the account ever had one of them."""

    def due(self, at: datetime, limit: int) -> list[OrderKey]:
        """Orders whose `due_at` has come, oldest first; the index may lag."""

    def of_shop_orders(self, shop: ShopId, orders: Iterable[ShopOrderId]) -> list[OrderKey]:
        """Our orders behind these shop orders; the index may lag."""

    def waiting_for_skus(self, shop: ShopId, limit: int) -> list[OrderKey]:
        """Failed orders of the shop that miss a product (`order_changes.MISSES_PRODUCT`); the index may lag."""

    def recent(self, account: AccountId, cursor: str | None, limit: int) -> tuple[list[Order], str | None]:
        """A page of an account's orders, newest `placed_at` first: found by an index that may lag, read consistently."""

    def buyers(self, keys: Iterable[OrderKey]) -> dict[OrderKey, Buyer]:
        """What does not exist (any more) is absent."""

    def put_buyer(self, key: OrderKey, buyer: Buyer) -> None:
        """Keep, or replace, the buyer's data."""

    def erase_buyer(self, key: OrderKey) -> None:
        """Idempotent."""

    def of_user(self, user: str) -> list[OrderKey]:
        """Orders whose buyer's data are kept, of one user of a marketplace, by their fingerprint; the index may lag."""

    def with_buyers(self, cursor: str | None, limit: int) -> tuple[list[OrderKey], str | None]:
        """Keys of all orders whose buyer's data are kept, a page at a time; for the retention timer."""


class PollRepository(Protocol):
    """When and from where on each account's orders are asked for (protocol.md#order-polls)."""

    def find(self, account: AccountId) -> PollState | None: ...

    def create(self, state: PollState) -> PollState:
        """The stored state if there is one already."""

    def claim(self, account: AccountId, claim: str, *, now: datetime, until: datetime) -> PollState | None:
        """Take the poll on: `claim` stands from now on, and nobody else may before `until`. None while it is not due."""

    def save(self, state: PollState, *, claim: str) -> None:
        """Over the claim that `state` carries, putting `claim` in its place. Raises Conflict when another stands."""

    def make_due(self, account: AccountId, at: datetime) -> None:
        """Somebody wants the account asked at once. A holder of a claim is overtaken; a missing state is left
        missing."""


class PublicationRepository(Protocol):
    """Progress of publishing, and what was listed already where a marketplace cannot be asked by SKU."""

    def claim(self, publication: Publication, *, seconds: float, now: datetime) -> Publication | None:
        """Take on the publication with a new epoch and its stored progress; None while another worker holds it."""

    def save(self, publication: Publication) -> None:
        """Save progress and extend the claim. Raises Conflict when a later epoch took over."""

    def release(self, publication: Publication) -> None:
        """Release the claim, keeping the progress. A later epoch is left alone."""

    def forget(self, publication: Publication) -> None:
        """Delete the progress: the product is no longer published."""

    def keep(self, listings: Iterable[Existing]) -> None:
        """Remember these in place of what was remembered of their keys."""

    def existing(self, keys: Iterable[ListingKey]) -> dict[ListingKey, Existing]:
        """What was remembered last of each of these, however long ago; strongly consistent."""


class JobRepository(Protocol):
    """Jobs and their entries."""

    def create(self, job: Job, entries: Sequence[JobEntry] = ()) -> None: ...

    def get(self, id: JobId) -> Job:
        """Raises Missing."""

    def save(self, job: Job) -> Job:
        """Over `job.rev`. Raises Conflict."""

    def entries(
        self, id: JobId, cursor: str | None, limit: int, *, begins: str = ""
    ) -> tuple[list[JobEntry], str | None]:
        """A page by item; only those whose item begins so."""

    def find_entries(self, id: JobId, items: Iterable[str]) -> dict[str, JobEntry]:
        """These entries by their items; what does not exist is absent. Strongly consistent."""

    def put(self, id: JobId, entries: Sequence[JobEntry]) -> None:
        """Store these in place of what stands under their items, and count none of them: who fills a job up says its counts."""

    def finish(self, id: JobId, entry: JobEntry) -> None:
        """Record an item's outcome once (a replay changes nothing), count it, and close the job with the last one."""

    def recent(
        self, limit: int, state: JobState | None = None, before: str | None = None
    ) -> tuple[list[Job], str | None]:
        """Newest first; the feed index may lag."""

    def unfinished(self, limit: int, state: JobState | None = None) -> list[Job]:
        """What runs or waits for a decision, oldest first; the feed index may lag. Costs what it returns."""


class ActivityLog(Protocol):
    """The append-only story of what happened."""

    def note(self, *entries: ActivityEntry) -> None: ...

    def of_subject(self, subject: str, limit: int, before: str | None = None) -> tuple[list[ActivityEntry], str | None]:
        """The newest before the place `before`, and the place before which the next page begins; None at the end."""

    def of_account(
        self, account: AccountId, limit: int, before: str | None = None
    ) -> tuple[list[ActivityEntry], str | None]:
        """The same for an account and everything on it."""
