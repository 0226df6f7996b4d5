"""What Amazon would refuse of a product."""

from __future__ import annotations

from listbridge.domain.ports import FieldProblem, PublishRequest
from listbridge.marketplaces.amazon.client import AmazonHttp


def check(request: PublishRequest) -> None:
    """See `MarketplaceAdapter.check`."""


def problems(http: AmazonHttp, request: PublishRequest) -> tuple[FieldProblem, ...]:
    """See `MarketplaceAdapter.preview`."""
    raise NotImplementedError
