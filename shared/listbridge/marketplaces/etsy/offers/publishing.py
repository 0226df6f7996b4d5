"""Put a product on sale, step by step, so that any worker can continue where another died (protocol.md#publishing)."""

from __future__ import annotations

from dataclasses import dataclass

from listbridge.domain.ports import Published, PublishRequest, PublishSteps
from listbridge.marketplaces.etsy.client import EtsyHttp
from listbridge.marketplaces.etsy.offers.taxonomy import Taxonomy


@dataclass(slots=True)
class Publishing:
    """One run over one product."""

    http: EtsyHttp
    taxonomy: Taxonomy
    request: PublishRequest
    steps: PublishSteps

    def publish(self) -> Published:
        """Make the listing, or complete it, and put it on sale."""
        raise NotImplementedError
