"""New quantities and prices, one SKU at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import RevisionResult, Submitted, UnitRevision
from listbridge.marketplaces.amazon.client import AmazonHttp
from listbridge.marketplaces.amazon.offers.reading import Reader


def revision_calls(listings: Sequence[Listing]) -> Mapping[str, int]:
    """See `MarketplaceAdapter.revision_calls`."""
    raise NotImplementedError


def revise(http: AmazonHttp, unit: UnitRevision) -> list[RevisionResult]:
    """See `MarketplaceAdapter.revise`."""
    raise NotImplementedError


def outcomes(http: AmazonHttp, reader: Reader, submitted: Sequence[Submitted]) -> list[RevisionResult]:
    """See `MarketplaceAdapter.outcomes`."""
    raise NotImplementedError
