"""The bazaar as the contract suites see it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from listbridge.domain.configuration import CreationProfile
from listbridge.domain.ids import RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.ports import Revision
from simulators.faults import Fault
from simulators.kit.serving import UNKNOWN
from tests.contract.marketplaces.stages import LiveListing, Shown, Stage
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import VirtualClock
from tests.tiny.bazaar_market import DECIDES_AFTER, PRICED_AFTER, Bazaar


class Staged(Stage):
    """`Stage` of a marketplace that decides later: before anybody looks, what was taken in is decided."""

    def __init__(
        self, clock: VirtualClock | None = None, sites: tuple[Site, ...] = (Site("BZ_NORTH"), Site("BZ_SOUTH"))
    ) -> None:
        super().__init__(
            clock=clock or VirtualClock(),
            slug="bazaar",
            sites=sites,
            revise_operation="patchOffers",
            list_operation="listOrders",
            ship_operation="addParcel",
            orders_per_page=50,
            prices_after_s=PRICED_AFTER.total_seconds(),
        )
        self.market = Bazaar(self.clock)
        self.key = self.market.add_seller("anna")
        self.budget = FakeBudget(self.clock)

    def app(self) -> Any:
        return self.market

    def secret(self) -> dict[str, str]:
        return {"key": self.key}

    def stranger(self) -> dict[str, str]:
        return {"key": self.market.add_seller("berta")}

    def creation(self, site: Site) -> CreationProfile:
        return self.profile(site, {"condition": "new", "shipping_policy_id": "17"})

    def operation(self, request: requests.PreparedRequest) -> str:
        found = self.market.router.find(request.method or "", urlsplit(request.url or "").path)
        return found[0].id if found else UNKNOWN

    def carries_values(self, operation: str) -> bool:
        return operation == "putListing"

    def check(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        """There are no official documents."""

    def live(self) -> list[LiveListing]:
        self.clock.advance(DECIDES_AFTER.total_seconds())
        self.market.decide()
        return [
            LiveListing(
                RemoteId(one.id),
                Site(one.site),
                {
                    Sku(v.sku): Shown(
                        v.quantity, v.price, one.content["title"], {name: [value] for name, value in v.options.items()}
                    )
                    for v in one.variants.values()
                    if not v.ended
                },
            )
            for one in self.market.listings
            if one.state == "live"
        ]

    def ever_made(self) -> int:
        return len(self.market.listings)

    def add_faults(self, *faults: Fault) -> None:
        self.market.faults.add(*faults)

    def revoke(self) -> None:
        self.market.keys.pop(self.key)

    def expire_tokens(self) -> None:
        self.market.tokens.end_all()

    def refuse_zeros(self) -> None:
        self.market.no_zeros.add("anna")

    def end_from_outside(self, listing: RemoteId) -> None:
        self.market.end(listing)

    def edit_from_outside(self, sku: Sku, site: Site, quantity: int) -> None:
        self.market.edit(sku, site, quantity)

    def put_on_sale(self, *skus: Sku) -> None:
        self.market.list_by_hand("anna", "BZ_NORTH", list(skus), quantity=3000, price="10.05")

    def buy(self, *wanted: tuple[Sku, int], paid: bool = True) -> RemoteOrderId:
        return RemoteOrderId(self.market.buy(*wanted, paid=paid))

    def pay(self, order: RemoteOrderId) -> None:
        self.market.change(order, paid=True)

    def cancel(self, order: RemoteOrderId) -> None:
        self.market.change(order, state="cancelled")

    def ship_from_outside(self, order: RemoteOrderId, tracking: str) -> None:
        self.market.send(order, tracking)

    def buyers_words(self) -> tuple[str, ...]:
        return ("Ada Buyer", "9 Secret Lane", "ada@buyers.example")

    def partial_answer(self, accepted: Revision, refused: Revision) -> Fault:
        """A listing is a call of its own: the second is refused."""
        return Fault(self.revise_operation, "vendor", name="price_refused", skip=1)
