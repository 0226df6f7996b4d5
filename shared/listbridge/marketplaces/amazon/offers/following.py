"""What became of a publishing that was taken in."""

from __future__ import annotations

from listbridge.domain.ports import FollowRequest, Processing, Published
from listbridge.marketplaces.amazon.client import AmazonHttp


def follow(http: AmazonHttp, request: FollowRequest) -> Published | Processing:
    """See `MarketplaceAdapter.follow`."""
    raise NotImplementedError
