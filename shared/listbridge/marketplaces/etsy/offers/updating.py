"""Send a live listing's content, pictures, prices and quantities again ("Update")."""

from __future__ import annotations

from listbridge.domain.ports import Published, PublishRequest, PublishSteps
from listbridge.marketplaces.etsy.client import EtsyHttp
from listbridge.marketplaces.etsy.offers.taxonomy import Taxonomy


def full_revise(http: EtsyHttp, taxonomy: Taxonomy, request: PublishRequest, steps: PublishSteps) -> Published:
    """Raises RemoteError."""
    raise NotImplementedError
