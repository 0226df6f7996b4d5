"""What became of a publishing that was taken in: ACCEPTED says only that Amazon will look at it.

An item is followed by reading it, until buyers can take it, or Amazon says what is wrong with it, however long that takes. One
that never appears is told after its time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.ports import FollowRequest, Processing, Published
from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.marketplaces.amazon.client import AmazonHttp
from listbridge.marketplaces.amazon.errors import NEVER_APPEARED
from listbridge.marketplaces.amazon.offers.items import Items, verdict_on
from listbridge.marketplaces.amazon.offers.wire import ListingItem
from listbridge.marketplaces.amazon.sites import NationalSite, site_of

SENT = "sent:"
"""Begins the marks of what was submitted, by SKU: when, in seconds since 1970."""
ENDED = "ended:"
"""Begins the marks of what we ended, by SKU, likewise: until it is sent again, an offer that still shows is no offer."""
PARENT = "parent"
"""Under this name the parent's SKU is saved."""
APPEARS_WITHIN = timedelta(hours=24)
"""How long an item may be unknown after ACCEPTED before we say that it never came. Amazon names no time (not verified)."""
SHOWN_WITHIN = timedelta(minutes=15)
"""How long an item may show what it was before the last submission. Amazon names no time (not verified)."""
_LOOKS: Sequence[tuple[timedelta, timedelta]] = (
    (timedelta(minutes=2), timedelta(seconds=15)),
    (timedelta(minutes=15), timedelta(minutes=1)),
    (timedelta(hours=2), timedelta(minutes=5)),
)
_LATER = timedelta(minutes=30)
Became = Literal["live", "waiting"] | RemoteError


def follow(http: AmazonHttp, request: FollowRequest) -> Published | Processing:
    """See `MarketplaceAdapter.follow`."""
    following = Following(
        Items(http), site_of(request.site), request.progress, http.connection.clock.now(), parent_in(request.progress)
    )
    return following.outcome([variant.key.sku for variant in request.variants])


def parent_in(progress: Mapping[str, str]) -> Sku | None:
    """The parent's SKU, where the product has one."""
    return Sku(progress[PARENT]) if progress.get(PARENT) else None


@dataclass(slots=True)
class Following:
    """A look at one product on one site. `seen` holds what was read of it a moment ago."""

    items: Items
    site: NationalSite
    progress: Mapping[str, str]
    now: datetime
    parent: Sku | None
    seen: dict[Sku, ListingItem] = field(default_factory=dict)

    def outcome(self, skus: Sequence[Sku], left_out: Mapping[Sku, RemoteError] | None = None) -> Published | Processing:
        """Published when all of these SKUs are decided; those that Amazon refused are left out. Raises Rejected when it refused
        all of them, or the parent."""
        left_out = dict(left_out or {})
        parent = self._read(self.parent) if self.parent is not None else None
        if self.parent is not None:
            became = self._parent_became(self.parent, parent)
            if isinstance(became, RemoteError):
                raise became
            if became == "waiting":
                return self._processing(skus, parent, left_out)
        waiting = False
        for sku in skus:
            became = self.became(sku, self._read(sku))
            waiting = waiting or became == "waiting"
            if isinstance(became, RemoteError):
                left_out[sku] = became
        live = [sku for sku in skus if sku not in left_out]
        if waiting:
            return self._processing(live, parent, {})
        if not live:
            raise next(iter(left_out.values()))
        remote = self._remote(live[0], parent)
        offers = {sku: RemoteId(sku) for sku in live}
        group = RemoteId(self.parent) if self.parent is not None else None
        return Published(remote, offers, group, left_out or None, self.items.http.page_of(self.site, remote))

    def became(self, sku: Sku, item: ListingItem | None) -> Became:
        """What became of one SKU that buyers are to take."""
        if item is None:
            return self._missing(sku)
        here = self.site.marketplace_id
        if self._old(sku, item):
            return "waiting"
        if item.buyable(here):
            return "live"
        refusal = self._refusal(item)
        if refusal is not None:
            return refusal
        if not item.asin(here):
            return self._missing(sku)
        stock = [one.quantity for one in item.fulfillment_availability]
        return "live" if item.offer(here) is not None and stock == [0] else "waiting"

    def _parent_became(self, sku: Sku, item: ListingItem | None) -> Became:
        if item is None:
            return self._missing(sku)
        if self._old(sku, item):
            return "waiting"
        refusal = self._refusal(item)
        if refusal is not None:
            return refusal
        return "live" if item.asin(self.site.marketplace_id) else self._missing(sku)

    def _refusal(self, item: ListingItem) -> RemoteError | None:
        return next((v for v in map(verdict_on, item.errors()) if isinstance(v, Rejected)), None)

    def _missing(self, sku: Sku) -> Became:
        sent = self._sent(sku)
        if sent is not None and self.now - sent < APPEARS_WITHIN:
            return "waiting"
        hours = f"{APPEARS_WITHIN / timedelta(hours=1):.0f}"
        return NEVER_APPEARED.error(params={"sku": sku, "hours": hours})

    def _old(self, sku: Sku, item: ListingItem) -> bool:
        """Whether this is what it was before the last submission."""
        sent, updated = self._sent(sku), item.updated(self.site.marketplace_id)
        if sent is None or updated is None or updated > sent:
            return False
        return self.now - sent < SHOWN_WITHIN

    def _sent(self, sku: Sku) -> datetime | None:
        told = self.progress.get(f"{SENT}{sku}", "")
        return datetime.fromtimestamp(int(told), tz=self.now.tzinfo) if told.isdigit() else None

    def _read(self, sku: Sku) -> ListingItem | None:
        if sku not in self.seen:
            item = self.items.get(self.site, sku)
            if item is None:
                return None
            self.seen[sku] = item
        return self.seen[sku]

    def _processing(
        self, skus: Sequence[Sku], parent: ListingItem | None, left_out: Mapping[Sku, RemoteError]
    ) -> Processing:
        group = RemoteId(self.parent) if self.parent is not None else None
        offers = {sku: RemoteId(sku) for sku in skus}
        return Processing(self._look_at(), self._remote(skus[0], parent) if skus else None, offers, group, left_out)

    def _remote(self, sku: Sku, parent: ListingItem | None) -> RemoteId:
        """The listing's ASIN: of a family the parent's. Before Amazon has given one, our SKU."""
        item = parent if self.parent is not None else self.seen.get(sku)
        asin = item.asin(self.site.marketplace_id) if item is not None else ""
        return RemoteId(asin or self.parent or sku)

    def _look_at(self) -> datetime:
        """Soon after a submission, and ever more rarely."""
        times = [int(at) for name, at in self.progress.items() if name.startswith(SENT) and at.isdigit()]
        age = self.now - datetime.fromtimestamp(max(times), tz=self.now.tzinfo) if times else timedelta(0)
        return self.now + next((wait for until, wait in _LOOKS if age < until), _LATER)
