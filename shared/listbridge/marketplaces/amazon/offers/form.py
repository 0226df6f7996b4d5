"""The form of a creation profile, drawn from a product type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listbridge.domain.ids import Site
from listbridge.marketplaces.amazon.client import AmazonHttp


def creation_form(http: AmazonHttp, site: Site, kind: str) -> Mapping[str, Any]:
    """See `MarketplaceAdapter.creation_form`."""
    raise NotImplementedError
