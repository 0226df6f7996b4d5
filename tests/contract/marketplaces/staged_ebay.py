"""eBay as the contract suites see it: one seller on two sites of one language, every exchange held against eBay's documents."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import requests

from listbridge.domain.configuration import CreationProfile
from listbridge.domain.ids import RemoteId, Site, Sku
from listbridge.domain.ports import Revision
from simulators.door import Transport
from simulators.ebay import EbaySimulator, Limits
from simulators.ebay.app import TOKEN
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.marketplaces.simulated import SimulatedStage
from tests.contract.marketplaces.stages import LiveListing, Shown
from tests.contract.specs import specs_root
from tests.fakes import ebay_process
from tests.fakes.clock import VirtualClock

_VALUE_OPERATIONS = frozenset(
    {
        "createOrReplaceInventoryItem",
        "bulkCreateOrReplaceInventoryItem",
        "createOffer",
        "bulkCreateOffer",
        "updateOffer",
    }
)


class EbayStage(SimulatedStage):
    """The suites' `Stage` on eBay's simulator."""

    def __init__(
        self, clock: VirtualClock | None = None, sites: tuple[Site, ...] = (Site("EBAY_US"), Site("EBAY_GB"))
    ) -> None:
        super().__init__(
            clock=clock or VirtualClock(),
            slug="ebay",
            sites=sites,
            revise_operation="bulkUpdatePriceQuantity",
            list_operation="getOrders",
            ship_operation="createShippingFulfillment",
            orders_per_page=200,
            tells_waits=False,
            documented=True,
        )
        ebay_process.begin()
        self.spec = EbaySpec.load() if specs_root() else None
        unlimited = Limits.load().raised(per_second={"rate": 100_000, "burst": 100_000})
        self.opened(EbaySimulator(clock=self.clock, limits=unlimited))
        self.policies: dict[str, dict[str, str]] = self.seller["policies"]

    def add_seller(self, name: str) -> dict[str, Any]:
        added: dict[str, Any] = self.simulator.deeds.add_seller(name, marketplaces=list(self.sites))
        return added

    def creation(self, site: Site) -> CreationProfile:
        policies = self.policies[site]
        settings = {
            "category_id": "15687",
            "condition": "NEW",
            "merchant_location_key": "main",
            "fulfillment_policy_id": policies["fulfillmentPolicyId"],
            "payment_policy_id": policies["paymentPolicyId"],
            "return_policy_id": policies["returnPolicyId"],
            "aspects": {"Size": ["One Size"]},
        }
        return self.profile(site, settings)

    def carries_values(self, operation: str) -> bool:
        return operation in _VALUE_OPERATIONS

    def check(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        html = response.headers.get("Content-Type", "").startswith("text/html")
        if self.spec is None or html or self.operation(request) == TOKEN:
            return
        headers = {name: str(value) for name, value in request.headers.items()}
        self.checked.add(
            self.spec.check_exchange(
                request.method or "", request.url or "", headers, request.body, response.status_code, response.content
            )
        )

    def _listings(self, **query: str) -> list[dict[str, Any]]:
        session = requests.Session()
        session.mount("https://", Transport(self.simulator))
        rows: list[dict[str, Any]] = session.get("https://api.ebay.com/_sim/listings", params=query).json()["listings"]
        return rows

    def live(self) -> list[LiveListing]:
        return [
            LiveListing(
                RemoteId(row["listingId"]),
                Site(row["marketplaceId"]),
                {
                    Sku(v["sku"]): Shown(v["quantity"], Decimal(v["price"]), row["title"], v["aspects"])
                    for v in row["variations"]
                },
            )
            for row in self._listings(live="1")
        ]

    def ever_made(self) -> int:
        return len(self._listings())

    def refuse_zeros(self) -> None:
        self.simulator.deeds.set_out_of_stock_control("anna", False)

    def end_from_outside(self, listing: RemoteId) -> None:
        self.simulator.deeds.end_listing(listing)

    def edit_from_outside(self, sku: Sku, site: Site, quantity: int) -> None:
        self.simulator.deeds.change_quantity(sku, quantity, marketplace=site)

    def partial_answer(self, accepted: Revision, refused: Revision) -> Fault:
        error = {
            "errorId": 25003,
            "domain": "API_INVENTORY",
            "category": "REQUEST",
            "message": "Invalid price. Too low.",
        }
        rows: list[dict[str, Any]] = [
            {"sku": accepted.key.sku, "offerId": accepted.offer, "statusCode": 200},
            {"sku": refused.key.sku, "offerId": refused.offer, "statusCode": 400, "errors": [error]},
        ]
        return Fault(self.revise_operation, "status", status=207, body={"responses": rows})


Staged = EbayStage
