"""Ending offers."""

from __future__ import annotations

from listbridge.domain.ports import PublishRequest, PublishSteps
from listbridge.marketplaces.amazon.client import AmazonHttp


def end(http: AmazonHttp, request: PublishRequest, steps: PublishSteps) -> None:
    """See `MarketplaceAdapter.end`."""
    raise NotImplementedError
