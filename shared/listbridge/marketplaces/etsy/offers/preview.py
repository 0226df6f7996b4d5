"""What Etsy would surely refuse of a product, and where to fix each."""

from __future__ import annotations

from listbridge.domain.ports import FieldProblem, PublishRequest
from listbridge.marketplaces.etsy.client import EtsyHttp
from listbridge.marketplaces.etsy.offers.taxonomy import Taxonomy


def check(request: PublishRequest) -> None:
    """Raises Rejected for a product that no listing can hold."""


def problems(http: EtsyHttp, taxonomy: Taxonomy, request: PublishRequest) -> tuple[FieldProblem, ...]:
    """Everything at once. Raises RemoteError."""
    raise NotImplementedError
