"""Etsy as the contract suites see it: one seller with one shop, every exchange held against Etsy's document where it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit

import requests

from listbridge import registry
from listbridge.domain.configuration import CreationProfile
from listbridge.domain.ids import RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.ports import MarketplaceAdapter, Revision, RevisionResult, UnitRevision
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.marketplaces.etsy.offers.taxonomy import SHELF
from simulators.etsy import EtsySimulator, Limits
from simulators.etsy.offers.live import listings_shown
from simulators.etsy.offers.states import expire
from simulators.etsy.taxonomy import CANDLES, SWEATERS
from simulators.faults import Fault
from tests.contract.etsy_documents import EtsyDocuments
from tests.contract.marketplaces.etsy_pictures import DOWNLOAD, HOST, WithPictures
from tests.contract.marketplaces.patient import Patient
from tests.contract.marketplaces.simulated import SimulatedStage
from tests.contract.marketplaces.stages import LiveListing, PublishRequest, Shown, Watched
from tests.contract.specs import specs_root
from tests.fakes.clock import VirtualClock
from tests.fakes.grants import StoredGrants

SITE = Site("ETSY")
ABROAD = "GB"
"""Where Etsy asks for no tracking number."""
_UNLIMITED = 10**9


class _Revising(Patient):
    """Tells the stage when a write is a revision, whose lease is the worker's affair: the same call publishes values."""

    stage: EtsyStage

    def revise(self, unit: UnitRevision) -> list[RevisionResult]:
        self.stage.revising = True
        try:
            return super().revise(unit)
        finally:
            self.stage.revising = False


class EtsyStage(SimulatedStage):
    """The suites' `Stage` on Etsy's simulator."""

    BUYER: ClassVar[Mapping[str, str]] = {
        "name": "Ada Buyer",
        "email": "ada@buyers.example",
        "first_line": "9 Secret Lane",
    }

    def __init__(
        self, clock: VirtualClock | None = None, sites: tuple[Site, ...] = (SITE,), currency: str = ""
    ) -> None:
        super().__init__(
            clock=clock or VirtualClock(),
            slug="etsy",
            sites=sites,
            revise_operation="updateListingInventory",
            list_operation="getShopReceipts",
            ship_operation="createReceiptShipment",
            orders_per_page=100,
            order_calls=(1, 1, 2),
            refuses_zeros=False,
            answers_in_halves=False,
            relists_under_new_id=False,
            refuses_twins=False,
            token_operation="oauthToken",
            beside=frozenset({DOWNLOAD}),
            documented=True,
            least_checked=6,
        )
        SHELF.clear()  # each stage is a process of its own
        self.documents = EtsyDocuments.load() if specs_root() else None
        self.currency = currency or registry.marketplace("etsy").sites[SITE].currency
        unlimited = Limits.load().raised(per_second=_UNLIMITED, per_day=_UNLIMITED)
        self.opened(EtsySimulator(clock=self.clock, limits=unlimited))
        self.pictures = WithPictures(self.simulator)
        self.simulator.deeds.show_buyers(seller="anna")
        self.grants = StoredGrants(self.clock, self.secret_of(self.seller))
        self.revising = False
        self.taxonomy_id = CANDLES

    def app(self) -> Any:
        return self.pictures

    def secret(self) -> dict[str, str]:
        return self.grants.secret()

    def account_facts(self) -> dict[str, str]:
        return {"shop_id": str(self.seller["shopId"]), "currency": self.currency, "country": "US"}

    def add_seller(self, name: str) -> dict[str, Any]:
        added: dict[str, Any] = self.simulator.deeds.add_seller(name, currency=self.currency)
        return added

    def secret_of(self, seller: Mapping[str, Any]) -> dict[str, str]:
        return {
            "keystring": self.simulator.keystring,
            "shared_secret": self.simulator.shared_secret,
            "refresh_token": seller["refreshToken"],
        }

    def open_stranger(self, tokens: TokenCache) -> MarketplaceAdapter:
        secret = self.stranger()
        grants = StoredGrants(self.clock, secret).opened(secret)
        connection = replace(self.connection(tokens), id="acc_stranger", secret=secret, grants=grants)
        return self._patient(registry.open_marketplace(self.slug, connection))

    def connection(self, tokens: TokenCache | None = None, **settings: Any) -> Connection:
        held = self.grants.secret()
        return replace(super().connection(tokens, **settings), secret=held, grants=self.grants.opened(held))

    def open_observing(self) -> MarketplaceAdapter:
        session = HttpSession(transport=Watched(self, self.app()), observe=True)
        return self._patient(registry.open_marketplace(self.slug, replace(self.connection(), session=session)))

    def _patient(self, adapter: MarketplaceAdapter) -> MarketplaceAdapter:
        patient = _Revising(adapter, self.clock, registry.marketplace(self.slug).traits.finds_by_sku)
        patient.stage = self
        return cast(MarketplaceAdapter, patient)

    def request(self, variants: int, *, site: Site | None = None, **changes: Any) -> PublishRequest:
        self.taxonomy_id = SWEATERS if variants > 1 else CANDLES
        return super().request(variants, site=site, **changes)

    def creation(self, site: Site) -> CreationProfile:
        settings = {
            "taxonomy_id": str(self.taxonomy_id),
            "who_made": "i_did",
            "when_made": "made_to_order",
            "is_supply": False,
            "shipping_profile_id": str(self.seller["shippingProfileId"]),
            "readiness_state_id": str(self.seller["readinessStateId"]),
            "return_policy_id": str(self.seller["returnPolicyId"]),
            "option_properties": {"Size": "100"},
        }
        return self.profile(site, settings)

    def operation(self, request: requests.PreparedRequest) -> str:
        if urlsplit(request.url or "").hostname == HOST:
            return DOWNLOAD
        return super().operation(request)

    def carries_values(self, operation: str) -> bool:
        """A draft is for sale to nobody: its price and its stock go live with the inventory that is written behind it."""
        return operation == self.revise_operation and not self.revising

    def check(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        html = response.headers.get("Content-Type", "").startswith("text/html")
        if self.documents is not None and not html and self.operation(request) != DOWNLOAD:
            self.checked.add(self.documents.check(request, response))

    def _rows(self, *states: str) -> list[dict[str, Any]]:
        world = self.simulator.world
        with world.lock:
            world.catch_up()
            expire(world)
            rows = [row for seller in world.sellers.values() for row in listings_shown(world, seller)]
        return [row for row in rows if row["state"] in states]

    def live(self) -> list[LiveListing]:
        return [
            LiveListing(
                RemoteId(row["listingId"]),
                SITE,
                {Sku(one["sku"]): _shown(row, one) for one in row["variations"] if one["offered"]},
            )
            for row in self._rows("active")
        ]

    def ever_made(self) -> int:
        return self.simulator.world.made

    def refuse_zeros(self) -> None:
        raise NotImplementedError("Etsy refuses a listing without stock from every seller, and pauses instead")

    def end_from_outside(self, listing: RemoteId) -> None:
        self.simulator.deeds.delete_listing(int(listing))

    def edit_from_outside(self, sku: Sku, site: Site, quantity: int) -> None:
        self.simulator.deeds.change_quantity(sku, quantity, seller="anna")

    def put_on_sale(self, *skus: Sku) -> None:
        self.simulator.deeds.seed_listings("anna", list(skus), quantity=900, price="10.05")

    def buy(self, *wanted: tuple[Sku, int], paid: bool = True) -> RemoteOrderId:
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in wanted]
        placed = self.simulator.deeds.checkout(
            lines, seller="anna", paid=paid, buyer={**self.BUYER, "country_iso": ABROAD}
        )
        return RemoteOrderId(str(placed["receiptId"]))

    def pay(self, order: RemoteOrderId) -> None:
        self.simulator.deeds.pay_order(int(order))

    def cancel(self, order: RemoteOrderId) -> None:
        self.simulator.deeds.cancel_order(int(order))

    def ship_from_outside(self, order: RemoteOrderId, tracking: str) -> None:
        self.simulator.deeds.ship_order(int(order), carrier="DHL", tracking=tracking)

    def partial_answer(self, accepted: Revision, refused: Revision) -> Fault:
        raise NotImplementedError("an answer of Etsy is about one listing")


def _shown(row: dict[str, Any], variation: dict[str, Any]) -> Shown:
    return Shown(variation["quantity"], Decimal(variation["price"]), row["title"], variation["aspects"])


Staged = EtsyStage
