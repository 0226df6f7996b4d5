"""Taking a listing off sale."""

from __future__ import annotations

from listbridge.domain.ports import PublishRequest, PublishSteps
from listbridge.marketplaces.etsy.client import EtsyHttp


def end(http: EtsyHttp, request: PublishRequest, steps: PublishSteps) -> None:
    """Raises RemoteError."""
    raise NotImplementedError
