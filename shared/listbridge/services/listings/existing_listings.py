"""What an account sells already under some SKUs: asked by SKU, or read page by page where a marketplace cannot be asked so, or
where that costs less.

Sending what is listed already links it: a SKU is listed once (promises.md#p4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from listbridge.domain.configuration import Account
from listbridge.domain.ids import ListingKey, ProductId, SalesListId, Site, Sku
from listbridge.domain.listings.listing import Listing
from listbridge.domain.listings.publication import Existing, Publication
from listbridge.domain.ports import Conflict, MarketplaceAdapter, RemoteListing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited, RetryLater
from listbridge.services.deps import PublishDeps

BEING_READ = "existing_being_read"
_LASTS = timedelta(minutes=15)
"""So long a complete read serves all products: what we list meanwhile is noted by ourselves."""
_STRETCH = timedelta(seconds=10)
"""After so long a worker passes the read on: a product's task is not kept from its own work."""
_CLAIM_S = 60.0
_AGAIN_S = 2.0


def listed_already(
    deps: PublishDeps,
    account: Account,
    adapter: MarketplaceAdapter,
    rows: Mapping[Sku, Listing],
    *,
    linking: bool = False,
) -> dict[Sku, RemoteListing]:
    """The live listings that the account has under these rows' SKUs, as they are now. `linking` concerns many SKUs, most of them
    listed or none of them.

    Raises:
        RetryLater: the account's listings are being read; nothing is wrong, and it is none of the tries.
        RemoteError: the marketplace cannot be asked.
    """
    traits = deps.marketplaces.traits(account)
    if traits.finds_by_sku and not (linking and traits.lists_all):
        found = {sku: adapter.find(row.key.site, sku) for sku, row in rows.items()}
        return {sku: remote for sku, remote in found.items() if remote is not None and not remote.gone}
    if not rows:
        return {}
    since = read_all(deps, account, adapter, next(iter(rows.values())).key.site)
    known = deps.publications.existing(row.key for row in rows.values())
    named = [_named(row, known[row.key]) for row in rows.values() if row.key in known and known[row.key].at >= since]
    shown = adapter.read_back(named) if named else []
    return {remote.key.sku: remote for remote in shown if not remote.gone}


def read_all(deps: PublishDeps, account: Account, adapter: MarketplaceAdapter, site: Site) -> datetime:
    """Have all that the account has on a site read and kept, as far as that is not done; since when it holds.

    Raises:
        RetryLater: it is being read.
        RemoteError: the marketplace cannot be asked.
    """
    return _Reading(deps, account, adapter, site).complete_since()


def note_listed(deps: PublishDeps, account: Account, rows: Iterable[Listing]) -> None:
    """These were just put on sale: a read from before does not know them."""
    traits = deps.marketplaces.traits(account)
    if not traits.finds_by_sku or traits.lists_all:
        now = deps.clock.now()
        deps.publications.keep(Existing(row.key, now, row.offer, row.remote, row.group) for row in rows)


def remember_page(
    deps: PublishDeps, account: Account, site: Site, listings: Iterable[RemoteListing], *, seen: datetime
) -> None:
    """What the account had then. Rows of a complete reading are never older than its beginning: write no instant before that of
    the last one."""
    deps.publications.keep(
        Existing(ListingKey(account.id, site, one.key.sku), seen, one.offer, one.remote, one.group, one.shown)
        for one in listings
        if not one.gone and one.key.sku
    )


def remember_complete(deps: PublishDeps, account: Account, site: Site, began: datetime) -> None:
    """A reading that began then has shown everything: for a quarter of an hour nobody reads it again. Another one that is under way, or
    that began later, counts instead."""
    claimed = deps.publications.claim(_reading_of(account, site), seconds=_CLAIM_S, now=deps.clock.now())
    if claimed is None:
        return
    older = "cursor" not in claimed.progress and claimed.progress.get("began", "") < began.isoformat()
    if older:
        with suppress(Conflict):
            deps.publications.save(replace(claimed, progress={"began": began.isoformat()}))
    deps.publications.release(claimed)


def _reading_of(account: Account, site: Site) -> Publication:
    return Publication(SalesListId("existing"), ProductId(""), account.id, site)


def _named(row: Listing, known: Existing) -> Listing:
    return replace(row, offer=known.offer, remote=known.remote, group=known.group)


@dataclass(slots=True)
class _Reading:
    """One account's listings on one site, read by one worker at a time and carried on by the next."""

    deps: PublishDeps
    account: Account
    adapter: MarketplaceAdapter
    site: Site

    def complete_since(self) -> datetime:
        """When the last complete read began that is fresh enough, after carrying one on. Raises RetryLater until there is one."""
        state = _reading_of(self.account, self.site)
        claimed = self.deps.publications.claim(state, seconds=_CLAIM_S, now=self.deps.clock.now())
        if claimed is None:
            raise RetryLater(Problem(BEING_READ), after_s=_AGAIN_S)
        try:
            return self._carry_on(claimed)
        finally:
            self.deps.publications.release(claimed)

    def _carry_on(self, state: Publication) -> datetime:
        now = self.deps.clock.now()
        began = datetime.fromisoformat(state.progress["began"]) if "began" in state.progress else None
        if began is not None and "cursor" not in state.progress and now - began < _LASTS:
            return began
        if began is None or "cursor" not in state.progress:
            began = now
            state = self._saved(state, {"began": now.isoformat(), "cursor": ""})
        while "cursor" in state.progress:
            if self.deps.clock.now() - now > _STRETCH:
                raise RetryLater(Problem(BEING_READ), after_s=_AGAIN_S)
            state = self._next_page(state)
        return began

    def _next_page(self, state: Publication) -> Publication:
        began = state.progress["began"]
        try:
            page = self.adapter.existing(self.site, state.progress["cursor"] or None)
        except RateLimited:
            raise
        except RetryLater:
            self._saved(state, {})
            raise
        remember_page(self.deps, self.account, self.site, page.listings, seen=datetime.fromisoformat(began))
        following = {} if page.cursor is None else {"cursor": page.cursor}
        return self._saved(state, {"began": began, **following})

    def _saved(self, state: Publication, progress: Mapping[str, str]) -> Publication:
        until = self.deps.clock.now() + timedelta(seconds=_CLAIM_S)
        new = replace(state, progress=dict(progress), claimed_until=until)
        try:
            self.deps.publications.save(new)
        except Conflict as lost:
            raise RetryLater(Problem(BEING_READ), after_s=_AGAIN_S) from lost
        return new
