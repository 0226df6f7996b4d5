"""Answers about listings that the seller made with a marketplace's own tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from listbridge.admin.row_ids import items_of, listing_id
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import MoneyView, ProblemView
from listbridge.domain.ids import AccountId, ListingKey, Site
from listbridge.domain.jobs import Job, JobEntry, Outcome
from listbridge.domain.listings.foreign import ForeignListing, ForeignPart
from listbridge.domain.ports import ListingRepository


class ForeignPartView(Shape):
    """What a buyer can choose in such a listing: all of a single one, or one of its variations."""

    sku: str
    """The SKU that it has on the marketplace; empty for none."""
    quantity: int | None
    """How many the marketplace shows; null is unknown."""
    price: MoneyView | None
    """The price that the marketplace shows; null is unknown."""
    listing: str | None
    """The `id` of our listing with this SKU, which it is linked to once it is adopted; null where no sales list of the site has
    it."""
    item_id: str | None
    """The `id` of that listing's item; null where there is none."""
    offer: str | None
    """The marketplace's own id of the offer that the adoption made; null before."""


class ForeignListingView(Shape):
    """A listing of the account, whether it can be adopted, and what became of it."""

    remote: str
    """The marketplace's own id of the listing."""
    url: str
    """Where buyers see it."""
    parts: list[ForeignPartView]
    """Its variations; one for a single listing."""
    outcome: Outcome
    """`waiting` can be adopted once the job is approved, `skipped` cannot; `done` is adopted, `failed` was refused."""
    unmet: list[ProblemView]
    """Everything that is known to be in the way of adopting it."""
    reason: ProblemView | None
    """Why it was left out or refused, in the marketplace's words where it is the marketplace's refusal; null when nothing is to be
    explained."""
    at: datetime | None
    """When it came to that, UTC; null while it waits."""

    @classmethod
    def all(
        cls, job: Job, site: Site, entries: Sequence[JobEntry], ledger: ListingRepository
    ) -> list[ForeignListingView]:
        """A page of them."""
        account = AccountId(job.account or "")
        keys = [ListingKey(account, site, sku) for one in entries if one.foreign for sku in one.foreign.skus]
        items = items_of(ledger, keys)
        return [cls._of(one, one.foreign, account, site, items) for one in entries if one.foreign is not None]

    @classmethod
    def _of(
        cls, entry: JobEntry, one: ForeignListing, account: AccountId, site: Site, items: Mapping[ListingKey, str]
    ) -> ForeignListingView:
        return cls(
            remote=one.remote,
            url=one.url,
            parts=[_part(part, ListingKey(account, site, part.sku), items) for part in one.parts],
            outcome=entry.outcome,
            unmet=[ProblemView.of(problem) for problem in one.unmet],
            reason=ProblemView.maybe(entry.reason),
            at=entry.at,
        )


def _part(part: ForeignPart, key: ListingKey, items: Mapping[ListingKey, str]) -> ForeignPartView:
    return ForeignPartView(
        sku=part.sku,
        quantity=part.values.quantity,
        price=MoneyView.of(part.values.price),
        listing=listing_id(key) if key in items else None,
        item_id=items.get(key),
        offer=part.offer,
    )
