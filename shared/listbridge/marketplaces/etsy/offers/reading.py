"""What Etsy shows of listings."""

from __future__ import annotations

from collections.abc import Sequence

from listbridge.domain.ids import AccountId
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import RemoteListing
from listbridge.marketplaces.etsy.client import EtsyHttp


class Reader:
    """Reads listings with their inventories."""

    def __init__(self, http: EtsyHttp, account: AccountId) -> None:
        self._http, self._account = http, account

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        """One entry for each row. Raises RemoteError."""
        raise NotImplementedError
