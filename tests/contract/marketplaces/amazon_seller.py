"""One seller of Amazon's simulator, and connections to it whose every exchange is held against the official models."""

from __future__ import annotations

from typing import Any

import requests

from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.marketplaces.amazon.client import AmazonHttp
from simulators.amazon import AmazonSimulator
from simulators.door import Transport
from tests.contract.marketplaces.amazon_documents import AmazonDocuments
from tests.contract.unread import unread
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import VirtualClock
from tests.fakes.coordination import FakeCounters
from tests.fakes.grants import NoGrants

US, CA, DE, FR, JP = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2", "A1PA6795UKMFR9", "A13V1IB3VIYZZH", "A1VC38T7YXB528"
REDIRECT = "https://listbridge.example/callbacks/amazon"


class Checked(Transport):
    """Keeps what was sent and what came back, and holds it against the models."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.documents: AmazonDocuments | None = AmazonDocuments.load()
        self.sent: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        self.sent.append(request)
        response = super().send(request, **more)
        if self.documents is not None:
            self.documents.check(request, response)
        return unread(response)


class AmazonSeller:
    """anna, who sells on two sites of one region."""

    def __init__(self, *sites: str) -> None:
        self.clock = VirtualClock()
        self.simulator = AmazonSimulator(clock=self.clock, redirects=[REDIRECT])
        self.told = self.simulator.deeds.add_seller("anna", sites=list(sites or (DE, FR)))
        self.transport = Checked(self.simulator)
        self.budget = FakeBudget(self.clock)

    def secret(self, **changes: str) -> dict[str, str]:
        keys = {"client_id": self.simulator.client_id, "client_secret": self.simulator.client_secret}
        return {**keys, "refresh_token": self.told["refreshToken"], **changes}

    def settings(self, **changes: Any) -> dict[str, Any]:
        known = {"region": self.told["region"].lower(), "seller_id": self.told["sellerId"]}
        return {**known, "application_id": self.simulator.application_id, **changes}

    def connection(
        self,
        *,
        secret: dict[str, str] | None = None,
        tokens: TokenCache | None = None,
        base_url: str | None = None,
        observe: bool = False,
        **settings: Any,
    ) -> Connection:
        session = HttpSession(transport=self.transport, budget=self.budget, observe=observe)
        return Connection(
            "acc_1",
            self.settings(**settings),
            self.secret() if secret is None else secret,
            base_url,
            session,
            self.budget,
            tokens or TokenCache(),
            self.clock,
            NoGrants(),
            FakeCounters(),
        )

    def http(self, **changes: Any) -> AmazonHttp:
        return AmazonHttp(self.connection(**changes))

    def calls(self, part: str = "") -> list[str]:
        """Method and path of each call whose address holds this."""
        return [
            f"{one.method} {one.path_url.partition('?')[0]}" for one in self.transport.sent if part in (one.url or "")
        ]
