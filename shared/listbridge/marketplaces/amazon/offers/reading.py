"""What Amazon shows of our offers."""

from __future__ import annotations

from collections.abc import Sequence

from listbridge.domain.ids import AccountId, Site, Sku
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import RemoteListing
from listbridge.marketplaces.amazon.client import AmazonHttp


class Reader:
    """Reads listings of one account."""

    def __init__(self, http: AmazonHttp, account: AccountId) -> None:
        self._http, self._account = http, account

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        """See `MarketplaceAdapter.read_back`."""
        raise NotImplementedError

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        """See `MarketplaceAdapter.find`."""
        raise NotImplementedError
