"""What a creation profile can choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listbridge.domain.ids import Site
from listbridge.marketplaces.amazon.client import AmazonHttp


def choices(http: AmazonHttp, site: Site) -> Mapping[str, Any]:
    """See `MarketplaceAdapter.creation_choices`."""
    raise NotImplementedError
