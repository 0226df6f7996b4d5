"""How a marketplace hands over a listing that the seller made with its own tools, so that we may write to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from listbridge.domain.ids import RemoteId, Site, Sku
from listbridge.domain.listings.foreign import ForeignListing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError


@dataclass(frozen=True, slots=True)
class ForeignPage:
    """Live listings of the account on one site, no matter who made them; `cursor` None says that it was the last page."""

    listings: tuple[ForeignListing, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Adopted:
    """What the marketplace said of one listing: adopted, unless there is an error. OutcomeUnknown says that it did not say."""

    remote: RemoteId
    offers: Mapping[Sku, RemoteId] = field(default_factory=dict)
    left: tuple[Sku, ...] = ()
    """Variations that stayed behind: buyers may see them, and we cannot write to them."""
    error: RemoteError | None = None


class Adopting(Protocol):
    """How the listings of one account are adopted: for good, so a person is shown first what that takes away."""

    @property
    def most(self) -> int:
        """How many listings one call takes."""

    @property
    def lost(self) -> tuple[str, ...]:
        """What the seller can never change again on an adopted listing, a sentence each."""

    @property
    def untold(self) -> tuple[str, ...]:
        """What the marketplace requires and we cannot look up before, a sentence each."""

    def account_unmet(self, site: Site) -> tuple[Problem, ...]:
        """What the account as a whole lacks. Raises RemoteError."""

    def foreign(self, site: Site, cursor: str | None) -> ForeignPage:
        """All that the account has on a site, a page at a time. What moves while the pages are read may come twice.

        Raises RateLimited while they are being made, and RetryLater when they are to be asked for again from the beginning.
        """

    def managed(self, site: Site, listings: Sequence[ForeignListing]) -> dict[RemoteId, Adopted]:
        """Those of these listings to which we can write, with at least one offer of each: asked now. Raises RemoteError."""

    def adopt(self, site: Site, listings: Sequence[ForeignListing]) -> list[Adopted]:
        """Adopt these, `most` at most; one result each.

        Raises a RemoteError when the call as a whole failed: OutcomeUnknown if it may have been done.
        """
