"""A stage on a simulator of the kit: sellers who consented to an app, and deeds that have the same names on every marketplace."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

from listbridge.domain.ids import RemoteOrderId, Sku
from simulators.faults import Fault
from simulators.kit.serving import UNKNOWN
from tests.contract.marketplaces.stages import Stage
from tests.fakes.budget import FakeBudget


class SimulatedStage(Stage):
    """Plays the seller "anna". `opened` is said when the simulator stands; what it knows alone, the stage's class says."""

    BUYER: ClassVar[Mapping[str, str]] = {
        "name": "Ada Buyer",
        "email": "ada@buyers.example",
        "phone": "5550199",
        "line1": "9 Secret Lane",
    }
    """A buyer in the words of the simulator's `checkout`."""

    simulator: Any
    seller: dict[str, Any]
    """What `add_seller` told of anna."""

    def opened(self, simulator: Any) -> None:
        """Anna joins, and the account is opened with her."""
        self.simulator = simulator
        self.seller = self.add_seller("anna")
        self.budget = FakeBudget(self.clock)

    @abc.abstractmethod
    def add_seller(self, name: str) -> dict[str, Any]:
        """A seller on this stage's sites; what the deed told, `refreshToken` among it."""

    def app(self) -> Any:
        return self.simulator

    def secret(self) -> dict[str, str]:
        return self.secret_of(self.seller)

    def secret_of(self, seller: Mapping[str, Any]) -> dict[str, str]:
        """The credentials of an account that is this seller's."""
        return {
            "client_id": self.simulator.client_id,
            "client_secret": self.simulator.client_secret,
            "refresh_token": seller["refreshToken"],
        }

    def stranger(self) -> dict[str, str]:
        return self.secret_of(self.add_seller("berta"))

    def operation(self, request: requests.PreparedRequest) -> str:
        found = self.simulator.router.find(request.method or "", urlsplit(request.url or "").path)
        return found[0].id if found else UNKNOWN

    def add_faults(self, *faults: Fault) -> None:
        self.simulator.faults.add(*faults)

    def revoke(self) -> None:
        self.simulator.deeds.revoke_token("anna")

    def expire_tokens(self) -> None:
        self.simulator.deeds.expire_tokens()

    def put_on_sale(self, *skus: Sku) -> None:
        self.simulator.deeds.seed_listings("anna", list(skus), quantity=3000, price="10.05")

    def buy(self, *wanted: tuple[Sku, int], paid: bool = True) -> RemoteOrderId:
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in wanted]
        placed = self.simulator.deeds.checkout(lines, seller="anna", paid=paid, buyer=self.BUYER)
        return RemoteOrderId(placed["orderId"])

    def pay(self, order: RemoteOrderId) -> None:
        self.simulator.deeds.pay_order(order)

    def cancel(self, order: RemoteOrderId) -> None:
        self.simulator.deeds.cancel_order(order)

    def ship_from_outside(self, order: RemoteOrderId, tracking: str) -> None:
        self.simulator.deeds.ship_order(order, carrier="DHL", tracking=tracking)

    def buyers_words(self) -> tuple[str, ...]:
        return tuple(self.BUYER.values())
