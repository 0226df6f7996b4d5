"""An installation at whose address for notices eBay's simulator has subscribed, and the words for what comes there."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from functions.marketplace_notices import app as door
from listbridge import bootstrap
from listbridge.domain.work import Lane, LearnNoticeKey, MarketplaceNotice
from listbridge.infra.webhooks.ecdsa import Sha1Ecdsa
from listbridge.notice_doors import CachedNoticeDoors
from listbridge.services.inbox.signing_keys import SigningKeys
from simulators.ebay.notices import Notices, Subscription
from tests.fakes.machine import Context
from tests.unit.functions.installation import Installation
from tests.unit.functions.seller import Seller


class Noticed:
    """anna's account, and eBay as it asks and tells at the address of her installation.

    While the door waits for a key, the lanes work.
    """

    def __init__(self, seller: Seller) -> None:
        self.its: Installation = seller.its
        self.account = seller.account
        told = self.its.post(f"/accounts/{self.account}/events", expect=200)
        self.address, self.token = told["address"], told["token"]
        stores = self.its.stores
        self.use_a_fresh_process()
        self.ebay: Notices = self.its.ebay.world.notices
        self.ebay.queue.deliver_with(self.post)
        self.ebay.ask = self.ask
        self.its.run()
        stores.clock.on_sleep = lambda seconds: self.learn()

    def use_a_fresh_process(self) -> None:
        """A door that has been asked nothing yet."""
        stores = self.its.stores
        notices = bootstrap.NoticeIngest(
            doors=CachedNoticeDoors(stores.configuration, stores.clock),
            keys=SigningKeys(stores.notice_keys, stores.counters, stores.queues, stores.clock),
            signatures=Sha1Ecdsa(),
            inbox=stores.inbox,
            queues=stores.queues,
            clock=stores.clock,
        )
        bootstrap.use(self.its.deps, bootstrap._ingest, notices)

    def learn(self) -> None:
        """What the lane of orders does of what the door asks for."""
        if any(isinstance(one, LearnNoticeKey) for one in self.its.stores.queues.messages(Lane.ORDERS)):
            self.its.step()

    def subscribe(self) -> Subscription:
        """As the seller does on eBay's site."""
        self.its.ebay.deeds.subscribe_notices(self.address, self.token)
        return next(iter(self.ebay.subscriptions.values()))

    def call(
        self,
        method: str = "POST",
        body: str | bytes = "",
        *,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        slug: str = "ebay",
    ) -> Any:
        event = {
            "httpMethod": method,
            "pathParameters": {"slug": slug},
            "headers": headers or {},
            "queryStringParameters": query,
            "body": body.decode() if isinstance(body, bytes) else body,
        }
        return door.handler(event, Context(10_000))

    def ask(self, url: str, query: dict[str, str]) -> tuple[int, bytes]:
        assert url == self.address
        answer = self.call("GET", query=query, slug=urlsplit(url).path.rsplit("/", 1)[-1])
        return answer["statusCode"], answer["body"].encode()

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        try:
            return int(self.call(body=body, headers=headers)["statusCode"])
        except bootstrap.FunctionFailed:
            return 502  # as the gateway answers

    def told(self) -> list[int]:
        """Let eBay deliver what is due; the answers to it."""
        return [attempt.status for attempt in self.ebay.queue.pump()]

    def queued(self) -> list[MarketplaceNotice]:
        """What waits in the lane of orders for somebody to heed it."""
        return [one for one in self.its.stores.queues.messages(Lane.ORDERS) if isinstance(one, MarketplaceNotice)]

    def asked_ebay(self) -> int:
        """How often eBay was asked for a key."""
        return sum(entry.operation == "getPublicKey" for entry in self.its.ebay.world.journal)


def notice(topic: str = "MARKETPLACE_ACCOUNT_DELETION", id: str = "n1", **data: Any) -> bytes:
    """One as eBay writes it."""
    told = {
        "metadata": {"topic": topic, "schemaVersion": "1.0", "deprecated": False},
        "notification": {"notificationId": id, "eventDate": "2026-11-01T12:00:00.000Z", "data": data},
    }
    return json.dumps(told, separators=(",", ":")).encode()
