"""Amazon as the contract suites see it: one seller on two stores of North America, every exchange held against the models.

Submissions are decided 15 seconds after they came in; the suites wait for it on the stage's clock.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from listbridge import registry
from listbridge.domain.configuration import CreationProfile
from listbridge.domain.ids import RemoteId, Site, Sku
from listbridge.domain.ports import MarketplaceAdapter, PublishRequest, Revision
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.tokens import TokenCache
from listbridge.marketplaces.amazon.offers.product_types import SHELF
from listbridge.marketplaces.amazon.sites import BY_MARKETPLACE, SITES
from simulators.amazon import AmazonSimulator, Limits
from simulators.amazon.offers.live import live_listings
from simulators.faults import Fault
from tests.contract.marketplaces.amazon_documents import AmazonDocuments
from tests.contract.marketplaces.simulated import SimulatedStage
from tests.contract.marketplaces.stages import LiveListing, Shown
from tests.fakes.clock import VirtualClock

_WRITES = frozenset({"putListingsItem", "patchListingsItem"})
_VALUES = ("purchasable_offer", "fulfillment_availability")

EVERY = {
    "country_of_origin": "DE",
    "supplier_declared_dg_hz_regulation": "not_applicable",
    "item_type_keyword": "handmade",
    "product_description": "Made by hand.",
    "bullet_point": "Made by hand",
}
OF_TYPE: dict[str, dict[str, Any]] = {
    "CANDLE": {"material": "beeswax", "item_weight": {"value": 100, "unit": "grams"}},
    "SWEATER": {"department": "unisex_adult", "fabric_type": "100 % wool"},
}


class AmazonStage(SimulatedStage):
    """The suites' `Stage` on Amazon's simulator."""

    def __init__(
        self, clock: VirtualClock | None = None, sites: tuple[Site, ...] = (Site("AMAZON_US"), Site("AMAZON_CA"))
    ) -> None:
        super().__init__(
            clock=clock or VirtualClock(),
            slug="amazon",
            sites=sites,
            revise_operation="patchListingsItem",
            list_operation="searchOrders",
            ship_operation="confirmShipment",
            orders_per_page=100,
            tells_waits=False,
            documented=True,
            refuses_zeros=False,
            answers_in_halves=False,
            relists_under_new_id=False,
            writes_whole_groups=False,
            order_calls=(1, 1, 2),  # an order tells its parcels itself
            least_checked=6,
        )
        SHELF.clear()  # each stage is a process of its own
        self.documents = AmazonDocuments.load()
        self.opened(AmazonSimulator(clock=self.clock, limits=Limits.load().faster(100_000)))
        self.last: requests.PreparedRequest | None = None
        self.product_type = "SWEATER"

    def add_seller(self, name: str) -> dict[str, Any]:
        stores = [SITES[site].marketplace_id for site in self.sites]
        added: dict[str, Any] = self.simulator.deeds.add_seller(name, sites=stores)
        return added

    def open_stranger(self, tokens: TokenCache) -> MarketplaceAdapter:
        berta = self.add_seller("berta")
        connection = self.connection(tokens, seller_id=berta["sellerId"])
        stranger = replace(connection, id="acc_stranger", secret=self.secret_of(berta))
        return self._patient(registry.open_marketplace(self.slug, stranger))

    def account_settings(self) -> dict[str, Any]:
        return {"region": self.seller["region"], "seller_id": self.seller["sellerId"]}

    def connection(self, tokens: TokenCache | None = None, **settings: Any) -> Connection:
        return super().connection(tokens, **{**self.account_settings(), **settings})

    def request(self, variants: int, *, site: Site | None = None, **changes: Any) -> PublishRequest:
        self.product_type = "SWEATER" if variants > 1 else "CANDLE"
        return super().request(variants, site=site, **changes)

    def creation(self, site: Site) -> CreationProfile:
        settings = {
            "product_type": self.product_type,
            "condition": "new_new",
            "brand": "Handmade",
            "without_barcode": "exempt",
            "attributes": {**EVERY, **OF_TYPE[self.product_type]},
        }
        return self.profile(site, settings)

    def account_sites(self) -> set[Site]:
        return set(self.sites)

    def operation(self, request: requests.PreparedRequest) -> str:
        self.last = request
        return super().operation(request)

    def carries_values(self, operation: str) -> bool:
        """Whether the call that was just named publishes with a price or a quantity: a preview and a parent carry none, and
        a patch of nothing else is a revision, whose lease is the worker's affair."""
        if operation not in _WRITES or self.last is None:
            return False
        if "mode" in parse_qs(urlsplit(self.last.url or "").query):
            return False
        body = json.loads(self.last.body or b"{}")
        patches = body.get("patches", ())
        if patches and all(_attribute(one) in _VALUES for one in patches):
            return False
        named = [*body.get("attributes", {}), *map(_attribute, patches)]
        return any(name in _VALUES for name in named)

    def check(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            self.checked.add(self.documents.check(request, response))

    def _rows(self) -> list[dict[str, Any]]:
        self._decide()
        world = self.simulator.world
        with world.lock:
            return [row for seller in world.sellers.values() for row in live_listings(world, seller, "")]

    def _decide(self) -> None:
        """Let what is taken in be decided: an end, for one, is waited for by nobody."""
        while self.simulator.world.listings.pending:
            self.clock.advance(1)
            self.simulator.world.catch_up()

    def live(self) -> list[LiveListing]:
        return [
            LiveListing(
                RemoteId(row["asin"]),
                BY_MARKETPLACE[row["marketplaceId"]].id,
                {Sku(one["sku"]): _shown(one) for one in row["variations"] if one["offered"]},
            )
            for row in self._rows()
            if row["live"]
        ]

    def ever_made(self) -> int:
        self._rows()
        return sum(not child for child in self.simulator.world.listings.made.values())

    def refuse_zeros(self) -> None:
        raise NotImplementedError("Amazon takes a zero of every seller")

    def end_from_outside(self, listing: RemoteId) -> None:
        found = [row for row in self._rows() if row["asin"] == listing]
        for sku in {one["sku"] for row in found for one in row["variations"]} | {row["sku"] for row in found}:
            self.simulator.deeds.delete_item(sku, seller="anna")

    def edit_from_outside(self, sku: Sku, site: Site, quantity: int) -> None:
        self.simulator.deeds.change_quantity(sku, quantity, seller="anna")

    def partial_answer(self, accepted: Revision, refused: Revision) -> Fault:
        raise NotImplementedError("an answer of Amazon is about one item")


def _attribute(patch: dict[str, Any]) -> str:
    return str(patch["path"]).rpartition("/")[2]


def _shown(variation: dict[str, Any]) -> Shown:
    aspects = {name.capitalize(): values for name, values in variation["aspects"].items()}
    return Shown(variation["quantity"], Decimal(variation["price"]), variation["title"], aspects)


Staged = AmazonStage
