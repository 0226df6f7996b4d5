"""An adapter whose writes are decided when they return, so that one suite holds for marketplaces that decide later.

What is taken in is asked for on the stage's clock until it is decided. All else is the adapter's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from listbridge.domain.ids import ListingKey, Site, Sku
from listbridge.domain.ports import (
    FollowRequest,
    MarketplaceAdapter,
    Processing,
    Published,
    PublishRequest,
    PublishSteps,
    PublishVariant,
    RemoteListing,
    RevisionResult,
    Submitted,
    UnitRevision,
)
from tests.fakes.clock import VirtualClock

_MOST_LOOKS = 50


@dataclass
class Patient:
    """Wraps an adapter that may answer later, or that finds nothing by SKU."""

    adapter: MarketplaceAdapter
    clock: VirtualClock
    finds_by_sku: bool = True

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
    else:

        def __getattr__(self, name):
            return getattr(self.adapter, name)

    def publish(self, request: PublishRequest, steps: PublishSteps) -> Published:
        return self._followed(self.adapter.publish(request, steps), request, steps)

    def full_revise(self, request: PublishRequest, steps: PublishSteps) -> Published:
        return self._followed(self.adapter.full_revise(request, steps), request, steps)

    def _followed(self, outcome: Published | Processing, request: PublishRequest, steps: PublishSteps) -> Published:
        left_out = {}
        for _ in range(_MOST_LOOKS):
            if isinstance(outcome, Published):
                return outcome
            left_out |= outcome.left_out
            variants = tuple(
                PublishVariant(v.key, v.variant, outcome.offers.get(v.key.sku, v.offer), outcome.remote or v.remote)
                for v in request.variants
                if v.key.sku not in left_out
            )
            self._wait(outcome.look_at)
            outcome = self.adapter.follow(FollowRequest(request.site, variants, steps.progress))
        raise AssertionError(f"a publishing was not decided in {_MOST_LOOKS} looks")

    def revise(self, unit: UnitRevision) -> list[RevisionResult]:
        sent = {revision.key: revision.values for revision in unit.revisions}
        began = self.clock.now()
        results = {result.key: result for result in self.adapter.revise(unit)}
        for _ in range(_MOST_LOOKS):
            open_ones = [one for one in results.values() if one.submission is not None]
            if not open_ones:
                return [results[revision.key] for revision in unit.revisions]
            self._wait(min(one.submission.look_at for one in open_ones if one.submission is not None))
            asked = [
                Submitted(one.key, one.submission.ticket, sent[one.key], began)
                for one in open_ones
                if one.submission is not None
            ]
            results |= {result.key: result for result in self.adapter.outcomes(asked)}
        raise AssertionError(f"a revision was not decided in {_MOST_LOOKS} looks")

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        if self.finds_by_sku:
            return self.adapter.find(site, sku)
        cursor: str | None = None
        found: dict[ListingKey, RemoteListing] = {}
        for _ in range(_MOST_LOOKS):
            page = self.adapter.existing(site, cursor)
            found |= {one.key: one for one in page.listings}
            cursor = page.cursor
            if cursor is None:
                return next((one for one in found.values() if one.key.sku == sku), None)
        raise AssertionError(f"the listings did not end in {_MOST_LOOKS} pages")

    def _wait(self, until: datetime) -> None:
        self.clock.advance(max(1.0, (until - self.clock.now()) / timedelta(seconds=1)))
