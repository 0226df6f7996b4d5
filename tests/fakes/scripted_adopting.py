"""What a seller listed on a scripted market by hand, and how it is adopted: once, or the market counts how often it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from listbridge.domain.ids import AccountId, ListingKey, RemoteId, Site, Sku
from listbridge.domain.listings.foreign import ForeignListing, ForeignPart
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import Adopted, ForeignPage
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RemoteError
from tests.fakes.scripted_offers import Offer

if TYPE_CHECKING:
    from tests.fakes.scripted_market import ScriptedMarket

REFUSED = Problem("adoption_refused_there", fix="ask_there")


@dataclass
class HandMade:
    """A listing that the seller made by hand, with as many of each SKU."""

    remote: RemoteId
    skus: tuple[str, ...]
    quantity: int
    price: Money
    error: RemoteError | None = None
    """How it is answered."""
    unmet: tuple[Problem, ...] = ()
    asked: int = 0
    """How often the market was asked to adopt it, as far as the call arrived."""
    adopted: int = 0
    left_behind: tuple[str, ...] = ()
    """Of its SKUs, those that an adoption leaves out without a word."""


@dataclass
class ScriptedAdopting:
    """`Adopting` of one account."""

    market: ScriptedMarket
    account: AccountId
    most: int = 2
    lost: tuple[str, ...] = ("Its colours stay as they are.",)
    untold: tuple[str, ...] = ("It has colours.",)

    def account_unmet(self, site: Site) -> tuple[Problem, ...]:
        return self.market.call("account_unmet", self.account, lambda: self.market.account_unmet, write=False)  # type: ignore[no-any-return]

    def foreign(self, site: Site, cursor: str | None) -> ForeignPage:
        return self.market.call("foreign", self.account, lambda: self._page(int(cursor or 0)), write=False)  # type: ignore[no-any-return]

    def _page(self, start: int) -> ForeignPage:
        page = self.market.hand_made[start : start + 2]
        following = start + 2 if start + 2 < len(self.market.hand_made) else None
        return ForeignPage(tuple(map(shown, page)), str(following) if following is not None else None)

    def managed(self, site: Site, listings: Sequence[ForeignListing]) -> dict[RemoteId, Adopted]:
        def found() -> dict[RemoteId, Adopted]:
            wanted = {one.remote: one for one in listings}
            made: dict[RemoteId, dict[Sku, RemoteId]] = {}
            for offer in self.market.offers:
                if offer.live and offer.remote in wanted and offer.remote is not None:
                    made.setdefault(offer.remote, {})[offer.key.sku] = offer.id
            return {
                remote: Adopted(remote, offers, tuple(sku for sku in wanted[remote].skus if sku not in offers))
                for remote, offers in made.items()
            }

        return self.market.call("managed", self.account, found, write=False)  # type: ignore[no-any-return]

    def adopt(self, site: Site, listings: Sequence[ForeignListing]) -> list[Adopted]:
        wanted = {one.remote for one in listings}
        made = [one for one in self.market.hand_made if one.remote in wanted]
        assert len(made) == len(listings) <= self.most
        return self.market.call("adopt", self.account, lambda: [self.adopt_one(site, one) for one in made], write=True)  # type: ignore[no-any-return]

    def adopt_one(self, site: Site, one: HandMade) -> Adopted:
        """As its market does it, for us or for another tool."""
        one.asked += 1
        if one.error is not None and not isinstance(one.error, OutcomeUnknown):
            return Adopted(one.remote, error=one.error)
        if one.adopted:
            return Adopted(one.remote, error=Rejected(REFUSED))
        one.adopted += 1
        made_at = self.market.clock.now() - timedelta(days=9)
        offers = {}
        for sku in (Sku(sku) for sku in one.skus if sku not in one.left_behind):
            key = ListingKey(self.account, site, sku)
            offer = Offer(self.market.new_id(), key, made_at, True, one.remote, one.quantity, one.price)
            self.market.offers.append(offer)
            offers[sku] = offer.id
        left = tuple(map(Sku, one.left_behind))
        return Adopted(one.remote, error=one.error) if one.error is not None else Adopted(one.remote, offers, left)


def shown(one: HandMade) -> ForeignListing:
    """As the market's list tells it."""
    values = Values(one.quantity, one.price)
    parts = tuple(ForeignPart(Sku(sku), values) for sku in one.skus)
    return ForeignListing(one.remote, parts, f"https://market.example/{one.remote}", one.unmet)
