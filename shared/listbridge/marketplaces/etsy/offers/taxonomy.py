"""Etsy's categories and their properties, kept for a while."""

from __future__ import annotations

from listbridge.marketplaces.etsy.client import EtsyHttp


class Taxonomy:
    """What can be asked about categories. Safe to share between threads."""

    def __init__(self, http: EtsyHttp) -> None:
        self._http = http
