"""All that the account has on a site."""

from __future__ import annotations

from listbridge.domain.ids import AccountId, Site
from listbridge.domain.ports import ExistingPage
from listbridge.marketplaces.amazon.client import AmazonHttp


def existing(http: AmazonHttp, account: AccountId, site: Site, cursor: str | None) -> ExistingPage:
    """See `MarketplaceAdapter.existing`."""
    raise NotImplementedError
