"""What a creation profile can choose from in one shop, for the console's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listbridge.marketplaces.etsy.client import EtsyHttp
from listbridge.marketplaces.etsy.offers.taxonomy import Taxonomy


def choices(http: EtsyHttp, taxonomy: Taxonomy) -> Mapping[str, Any]:
    """Shipping and processing profiles, return policies, sections, categories. Raises RemoteError."""
    raise NotImplementedError
