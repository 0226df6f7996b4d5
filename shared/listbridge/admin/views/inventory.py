"""Answers about what an account has on its marketplace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from listbridge.admin.row_ids import item_id, line_id, listing_id
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import MoneyView, ProblemView
from listbridge.domain.ids import AccountId, ListingKey, Site
from listbridge.domain.jobs import JobEntry
from listbridge.domain.listings.inventory import InventoryLine, MatchedBy, MatchState, is_linked
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import ListingRepository


class InventoryLineView(Shape):
    """One SKU of one of the account's live listings, and which variant of the shop it stands for."""

    id: str
    """The line's id, opaque: `lines` of a linking takes it."""
    sku: str
    """The SKU that it has on the marketplace; empty for none."""
    remote: str
    """The marketplace's own id of the listing."""
    title: str
    """The listing's title; empty where the marketplace's list does not tell it."""
    url: str
    """Where buyers see it; empty where the marketplace's list does not tell."""
    quantity: int | None
    """How many the marketplace showed when it was read; null is unknown."""
    price: MoneyView | None
    """The price that the marketplace showed when it was read; null is unknown."""
    state: MatchState
    """`matched` stands for one variant, `ambiguous` may stand for several, `unmatched` for none; `duplicate` has the SKU of another
    listing of the account, `foreign` has to be adopted first. `read` is not matched yet."""
    matched_by: MatchedBy | None
    """By what it found its variant; null where it found none."""
    items: list[str]
    """The ids of the items that it stands for, or may stand for; ten at most."""
    linked: bool
    """Whether this listing is linked now."""
    listing: str | None
    """The `id` of our listing with this SKU; null where there is none."""
    reason: ProblemView | None
    """Why it cannot be linked, and what would help; null where it can."""

    @classmethod
    def all(
        cls, account: AccountId, site: Site, entries: Sequence[JobEntry], ledger: ListingRepository
    ) -> list[InventoryLineView]:
        """A page of them."""
        lines = [(entry.item, entry.line) for entry in entries if entry.line is not None]
        keys = [ListingKey(account, site, line.sku) for _, line in lines if line.sku]
        rows = ledger.get_many(dict.fromkeys(keys))
        return [cls._of(name, line, ListingKey(account, site, line.sku), rows) for name, line in lines]

    @classmethod
    def _of(
        cls, name: str, line: InventoryLine, key: ListingKey, rows: Mapping[ListingKey, Listing]
    ) -> InventoryLineView:
        return cls(
            id=line_id(name),
            sku=line.sku,
            remote=line.remote,
            title=line.title,
            url=line.url,
            quantity=line.shown.quantity,
            price=MoneyView.of(line.shown.price),
            state=line.state,
            matched_by=line.by,
            items=[item_id(variant) for variant in line.variants],
            linked=is_linked(line, rows.get(key)),
            listing=listing_id(key) if key in rows else None,
            reason=ProblemView.maybe(line.reason),
        )


class InventoryCounts(Shape):
    """How many lines are in each state."""

    matched: int
    """Lines that stand for one variant, linked ones among them."""
    ambiguous: int
    """Lines that may stand for several variants."""
    unmatched: int
    """Lines to which nothing in the shop answers."""
    duplicate: int
    """Lines whose SKU several listings of the account have."""
    foreign: int
    """Lines that have to be adopted first."""

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> InventoryCounts:
        """From those that the job keeps."""
        return cls(**{name: counts.get(name, 0) for name in cls.model_fields})


class InventoryPage(Shape):
    """What an account has on a site, as it was read last. Without a cursor it is the last page."""

    job: str
    """The id of the job that read it."""
    read_at: datetime
    """When that began, UTC. What was listed or ended since is not shown."""
    counts: InventoryCounts
    """How many lines there are, by state."""
    lines: list[InventoryLineView]
    """The lines of this page."""
    cursor: str | None
