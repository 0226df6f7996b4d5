"""Answers of adapters to questions that their manifest rules out: an adapter inherits the answer and need not write
it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listbridge.domain.ids import Site, Sku
from listbridge.domain.ports.adopting import Adopting
from listbridge.domain.ports.marketplaces import BulkWriter, ExistingPage, RemoteListing, RevisionResult, Submitted
from listbridge.domain.ports.publishing import FollowRequest, Processing, Published, PublishesTogether, PublishRequest
from listbridge.domain.problem import Problem


class UnaskedOfMarketplace:
    """The answers of a marketplace that decides at once, finds by SKU or not, takes one unit a call and tells nothing
    unasked.

    Each is overridden by the adapters that are asked.
    """

    def bulk(self) -> BulkWriter | None:
        """Units go one by one."""
        return None

    def outcomes(self, submitted: Sequence[Submitted]) -> list[RevisionResult]:
        """Each revision is answered at once."""
        return []

    def together(self) -> PublishesTogether | None:
        """Each product goes on its own."""
        return None

    def follow(self, request: FollowRequest) -> Published | Processing:
        raise TypeError("a publishing is decided at once: there is nothing to follow")

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        raise TypeError("nothing is found by SKU: all that the account has is read page by page")

    def existing(self, site: Site, cursor: str | None) -> ExistingPage:
        raise TypeError("listings are found by SKU: there are no pages to read")

    def barcodes(self, site: Site, skus: Sequence[Sku]) -> Mapping[Sku, tuple[str, ...]]:
        """The marketplace keeps no product codes."""
        return {}

    def adopting(self) -> Adopting | None:
        """We may write to all that the account has."""
        return None

    def check(self, request: PublishRequest) -> None:
        """No product is refused as a whole before the first call."""

    def listen(self, address: str, token: str) -> bool:
        raise TypeError("it tells nothing by itself")

    def keeps_sold_out(self) -> bool:
        raise TypeError("there is no switch for what sells out")

    def keep_sold_out(self) -> int:
        raise TypeError("there is no switch for what sells out")

    def stop_listening(self, address: str, *, last: bool) -> None:
        """There is nothing to take back."""

    def subscribe(self, address: str, token: str) -> Mapping[str, Problem | None]:
        raise TypeError("it has no topics to subscribe to")

    def notice_key(self, id: str) -> str:
        raise TypeError("it tells nothing that it signs")

    def tracking_as_told(self, tracking: str) -> str:
        """Tracking numbers are kept as they are."""
        return tracking
