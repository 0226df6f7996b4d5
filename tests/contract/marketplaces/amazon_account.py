"""An opened account of the simulated Amazon with listings on sale, every exchange of which is held against the official models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests

from listbridge import registry
from listbridge.domain.ids import AccountId, ListingKey, RemoteId, Site, Sku
from listbridge.domain.listings.listing import Listing, Values
from listbridge.domain.money import Money
from listbridge.domain.ports import MarketplaceAdapter, Revision, RevisionResult, Submission, Submitted, UnitRevision
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from simulators.amazon.app import AmazonSimulator
from simulators.door import Transport
from tests.contract.marketplaces.amazon_documents import AmazonDocuments
from tests.contract.marketplaces.stages import listing
from tests.contract.unread import unread
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import VirtualClock
from tests.fakes.coordination import FakeCounters
from tests.fakes.grants import NoGrants

ACCOUNT = AccountId("acc_amazon")
DE, FR = Site("AMAZON_DE"), Site("AMAZON_FR")
STORES = {DE: "A1PA6795UKMFR9", FR: "A13V1IB3VIYZZH"}
SELLER = "anna"


class _Checked(Transport):
    """Holds each exchange against the documents and notes its operation."""

    def __init__(self, account: AmazonAccount) -> None:
        super().__init__(account.simulator)
        self._account = account

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        self._account.sent.append(request)
        response = super().send(request, **more)
        self._account.calls.append(self._account.documents.check(request, response))
        return unread(response)


@dataclass
class AmazonAccount:
    """A seller on two sites of Europe."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    calls: list[str] = field(default_factory=list)
    sent: list[requests.PreparedRequest] = field(default_factory=list)
    documents: AmazonDocuments = field(default_factory=AmazonDocuments.load)
    checks: int = 0

    def __post_init__(self) -> None:
        self.simulator = AmazonSimulator(clock=self.clock)
        self.seller = self.simulator.deeds.add_seller(SELLER, sites=list(STORES.values()))
        self.budget = FakeBudget(self.clock)
        self.adapter = self.open()

    def open(self) -> MarketplaceAdapter:
        """The account's adapter, as another process would open it."""
        credentials = {
            "client_id": self.simulator.client_id,
            "client_secret": self.simulator.client_secret,
            "refresh_token": str(self.seller["refreshToken"]),
        }
        connection = Connection(
            id=ACCOUNT,
            settings={"region": "eu", "seller_id": self.seller["sellerId"]},
            secret=credentials,
            base_url=None,
            session=HttpSession(transport=_Checked(self), budget=self.budget),
            budget=self.budget,
            tokens=TokenCache(),
            clock=self.clock,
            grants=NoGrants(),
            counters=FakeCounters(),
        )
        return registry.open_marketplace("amazon", connection)

    def on_sale(self, *skus: str, sites: Sequence[Site] = (DE,), quantity: int = 5, fba: bool = False) -> None:
        """Listed by the seller's own hand, at 10.00."""
        for site in sites:
            self.simulator.deeds.seed_listings(SELLER, list(skus), site=STORES[site], quantity=quantity, fba=fba)

    def shown(self, sku: str, site: Site = DE) -> tuple[int | None, Decimal | None] | None:
        """Quantity and price as the seller's pages show them; None where there is no offer."""
        world = self.simulator.world
        with world.lock:
            world.catch_up()
            offer = world.listings.offer(world.seller(SELLER), sku, STORES[site])
        return None if offer is None else (offer.quantity, offer.price)

    def revise(self, *revisions: Revision) -> list[RevisionResult]:
        return self.adapter.revise(self.unit(*revisions))

    def unit(self, *revisions: Revision) -> UnitRevision:
        return UnitRevision(revisions, check=self._check)

    def submission(self, result: RevisionResult) -> Submission:
        assert result.submission is not None, result
        return result.submission

    def decided(self, results: Sequence[RevisionResult], values: Sequence[Values]) -> list[RevisionResult]:
        """Ask once, when the last of these says that it is time."""
        began = self.clock.now()
        submissions = [self.submission(one) for one in results]
        self.wait_until(max(one.look_at for one in submissions))
        return self.adapter.outcomes(
            [
                Submitted(one.key, submission.ticket, value, began)
                for one, submission, value in zip(results, submissions, values, strict=True)
            ]
        )

    def wait_until(self, moment: Any) -> None:
        self.clock.advance(max(0.0, (moment - self.clock.now()).total_seconds()))

    def bodies(self, operation: str) -> list[bytes]:
        """What the calls of one operation carried."""
        found = [request for request, name in zip(self.sent, self.calls, strict=True) if name == operation]
        return [one.body if isinstance(one.body, bytes) else str(one.body).encode() for one in found]

    def _check(self) -> None:
        self.checks += 1


def key(sku: str, site: Site = DE) -> ListingKey:
    return ListingKey(ACCOUNT, site, Sku(sku))


def values(quantity: int | None = None, price: str | None = None) -> Values:
    return Values(quantity, Money(Decimal(price), "EUR") if price is not None else None)


def revision(sku: str, quantity: int | None = None, price: str | None = None, *, site: Site = DE) -> Revision:
    return Revision(key(sku, site), RemoteId(sku), RemoteId("B0"), None, values(quantity, price))


def row(sku: str, site: Site = DE, **changes: Any) -> Listing:
    return listing(key(sku, site), offer=RemoteId(sku), remote=RemoteId(sku), **changes)
