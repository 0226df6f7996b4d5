"""New quantities and prices of many SKUs in one feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listbridge.domain.ports import RevisionResult, UnitRevision
from listbridge.marketplaces.amazon.client import AmazonHttp


class FeedWriter:
    """`domain.ports.BulkWriter` by JSON_LISTINGS_FEED."""

    least = 50
    most = 25_000
    urgent_below = 6
    urgent_most: int | None = 1_500
    settle_s = 1_800.0

    def __init__(self, http: AmazonHttp) -> None:
        self._http = http

    def calls(self, units: int) -> Mapping[str, int]:
        """See `BulkWriter.calls`."""
        raise NotImplementedError

    def submit(self, units: Sequence[UnitRevision]) -> list[RevisionResult]:
        """See `BulkWriter.submit`."""
        raise NotImplementedError
