"""What the tests of eBay do over and over, and the seller's own hand in the account."""

from __future__ import annotations

import json
from typing import Any

import requests

from listbridge.domain.listings.listing import Values
from listbridge.domain.ports import MarketplaceAdapter, Published, PublishRequest, Revision, UnitRevision
from listbridge.domain.verdicts import RemoteError
from simulators.door import Transport
from simulators.faults import Fault
from tests.contract.marketplaces.memory_steps import Desk
from tests.contract.marketplaces.staged_ebay import EbayStage

INVENTORY = "https://api.ebay.com/sell/inventory/v1"
REVISE = "bulkUpdatePriceQuantity"
PUT_ITEMS = "bulkCreateOrReplaceInventoryItem"


class Hand:
    """The seller's own hand in the same account: another tool, or the site."""

    def __init__(self, stage: EbayStage) -> None:
        session = requests.Session()
        session.mount("https://", Transport(stage.simulator))
        form = {"grant_type": "refresh_token", "refresh_token": stage.seller["refreshToken"]}
        auth = (stage.simulator.client_id, stage.simulator.client_secret)
        token = session.post("https://api.ebay.com/identity/v1/oauth2/token", data=form, auth=auth).json()
        session.headers.update(
            {
                "Authorization": f"Bearer {token['access_token']}",
                "Content-Language": "en-US",
                "Accept-Language": "en-US",
            }
        )
        self._session = session

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{INVENTORY}{path}", json=body)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None


def entry_refused(operation: str, sku: str, error_id: int) -> Fault:
    """One entry of the next bulk call is refused, and no other."""
    return Fault(operation, "vendor", name="entry_refused", body={"sku": sku, "error_id": error_id})


def publish(
    stage: EbayStage, variants: int = 1, **more: Any
) -> tuple[MarketplaceAdapter, PublishRequest, Desk, Published]:
    adapter, request = stage.open(), stage.request(variants, **more)
    desk = stage.new_desk(request)
    return adapter, request, desk, adapter.publish(request, desk.worker())


def watch(stage: EbayStage) -> list[requests.PreparedRequest]:
    """Every request from now on."""
    sent: list[requests.PreparedRequest] = []
    original = stage.before

    def before(request: requests.PreparedRequest) -> None:
        sent.append(request)
        original(request)

    stage.before = before  # type: ignore[method-assign]
    return sent


def bodies(stage: EbayStage, sent: list[requests.PreparedRequest], operation: str) -> list[Any]:
    return [json.loads(request.body or b"{}") for request in sent if stage.operation(request) == operation]


def revise_one(
    adapter: MarketplaceAdapter, request: PublishRequest, done: Published, quantity: int
) -> RemoteError | None:
    key = request.variants[0].key
    revision = Revision(key, done.offers[key.sku], done.remote, done.group, Values(quantity))
    return adapter.revise(UnitRevision((revision,), {key.sku: quantity}))[0].error
