"""What an account was last seen to have listed by hand, where we cannot write: it is adopted, and never listed a second time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime

from listbridge.domain.configuration import Account
from listbridge.domain.ids import ListingKey, RemoteId, Site, Sku, new_id
from listbridge.domain.listings.foreign import ForeignListing
from listbridge.domain.listings.listing import Listing
from listbridge.domain.listings.publication import Existing
from listbridge.domain.ports import MarketplaceAdapter
from listbridge.domain.problem import Problem
from listbridge.services.deps import CoreDeps, PublishDeps

_BEGINNING_S = 10.0
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def may_begin_reading(deps: CoreDeps, account: Account) -> bool:
    """Whether nobody else began to read the account a moment ago. Never released: the index of what is unfinished may lag."""
    return deps.leases.acquire(f"adoption#{account.id}", new_id("adoption"), seconds=_BEGINNING_S) is not None


def remember_read(
    deps: PublishDeps,
    account: Account,
    site: Site,
    began: datetime,
    listings: Sequence[ForeignListing],
    ours: Set[RemoteId],
) -> None:
    """Which listing has which SKU, by the reading that began then. One without a remote id says that several have it, one with an
    offer that the listing is `ours` to write."""
    keys = [ListingKey(account.id, site, sku) for one in listings for sku in one.skus]
    found = {key: one for key, one in deps.publications.existing(keys).items() if one.at == began}
    for one in listings:
        offer = one.remote if one.remote in ours else None
        for sku in one.skus:
            key = ListingKey(account.id, site, sku)
            before = found.get(key)
            alone = before is None or before.remote == one.remote
            found[key] = Existing(key, began, offer, one.remote) if alone else Existing(key, began)
    deps.publications.keep(found.values())


def remember_complete(deps: PublishDeps, account: Account, site: Site, began: datetime) -> None:
    """That reading has seen everything: what an earlier one saw holds no more."""
    deps.publications.keep([Existing(_reading(account, site), began)])


def remember_ours(
    deps: PublishDeps, account: Account, site: Site, began: datetime, listings: Sequence[ForeignListing]
) -> None:
    """We can write to these of that reading: unless another listing has the SKU too, it can be asked for by SKU."""
    keys = {ListingKey(account.id, site, sku): one.remote for one in listings for sku in one.skus}
    known = deps.publications.existing(keys)
    deps.publications.keep(
        replace(one, offer=one.remote) for key, one in known.items() if one.at == began and one.remote == keys[key]
    )


def seen_as_ours(deps: PublishDeps, adapter: MarketplaceAdapter, rows: Iterable[Listing]) -> None:
    """We are about to end these: a reading that saw them before we could write to them, or while they were being sent, must not keep
    them from coming back."""
    remotes = {row.key: row.remote for row in rows if row.remote is not None}
    if adapter.adopting() is None or not remotes:
        return
    known = deps.publications.existing(remotes)
    mine = [one for key, one in known.items() if one.offer is None and one.remote == remotes[key]]
    if mine:
        deps.publications.keep(replace(one, offer=one.remote) for one in mine)


def forget(deps: PublishDeps, account: Account, site: Site, skus: Iterable[Sku]) -> None:
    """We can write to these: they can be asked for by SKU."""
    deps.publications.keep(Existing(ListingKey(account.id, site, sku), _NEVER) for sku in skus)


def seen_twice(deps: PublishDeps, account: Account, site: Site, began: datetime, skus: Iterable[Sku]) -> set[Sku]:
    """Those of these SKUs that more than one of the account's listings had, by the reading that began then."""
    known = deps.publications.existing(ListingKey(account.id, site, sku) for sku in skus)
    return {key.sku for key, one in known.items() if one.at == began and one.remote is None}


def listed_by_hand(deps: PublishDeps, account: Account, rows: Mapping[Sku, Listing]) -> dict[Sku, Problem]:
    """Those of these rows whose SKU is in a listing that was made by hand, as far as the last complete reading goes."""
    if not rows:
        return {}
    marker = _reading(account, next(iter(rows.values())).key.site)
    known = deps.publications.existing([marker, *(row.key for row in rows.values())])
    read = known.pop(marker, None)
    return {
        key.sku: Problem("listed_by_hand", {"sku": key.sku, "listing": one.remote or ""}, "adopt_listings")
        for key, one in known.items()
        if read is not None and one.at >= read.at and one.offer is None
    }


def _reading(account: Account, site: Site) -> ListingKey:
    """No listing has an empty SKU."""
    return ListingKey(account.id, site, Sku(""))
