"""All that the shop has, page by page, no matter who made it."""

from __future__ import annotations

from listbridge.domain.ports import ExistingPage
from listbridge.marketplaces.etsy.offers.reading import Reader


def existing(reader: Reader, cursor: str | None) -> ExistingPage:
    """By state, then by page. Raises RemoteError."""
    raise NotImplementedError
