"""New prices and quantities of one listing: read, merge, and write all of its inventory at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import RevisionResult, UnitRevision
from listbridge.marketplaces.etsy.client import EtsyHttp


def revision_calls(listings: Sequence[Listing]) -> Mapping[str, int]:
    """A read and a write, whatever the number of variants."""
    return {"getListingInventory": 1, "updateListingInventory": 1}


def revise(http: EtsyHttp, unit: UnitRevision) -> list[RevisionResult]:
    """Raises RemoteError."""
    raise NotImplementedError
