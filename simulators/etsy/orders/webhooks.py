"""What Etsy posts to commercial apps: who is told of which event, the signature, and the retries.

Sources: documentation, "Webhooks" (commercial apps alone; endpoints are made in a portal, not by the API; retries after 5 s, 5 min, 30 min,
2 h, 5 h, 10 h and 10 h); the names of events and the three fields of a body as they arrive: etsy/open-api discussion 1509. Not verified:
the signature, which is taken to be Svix's (base64 of HMAC-SHA256 over id, timestamp and raw body, by the decoded text behind
`whsec_`), made again at each attempt; that the shop's id is a text.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simulators.etsy.orders.state import Receipt
from simulators.etsy.wire import BASE
from simulators.kit.deliveries import Deliver, Delivery, DeliveryQueue, Retries

if TYPE_CHECKING:
    from simulators.etsy.world import World

EVENTS = ("order.paid", "order.canceled", "order.shipped", "order.delivered")
_HOST = "https://openapi.etsy.com"
_SECRET = "whsec_"
_AGAIN_AFTER_S = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of the app's, with the events that it is told and the secret by which it knows Etsy."""

    endpoint_id: str
    url: str
    events: tuple[str, ...]
    secret: str


@dataclass(frozen=True, slots=True)
class _Schedule(Retries):
    def after(self, attempts: int) -> float:
        return _AGAIN_AFTER_S[attempts - 1]


class _NobodyCounts:
    """No endpoint is removed because it fails."""

    def note(self, subscription: str, delivered: bool, removed_after: int) -> bool:
        return False


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The header `webhook-signature` of a delivery."""
    key = base64.b64decode(secret.removeprefix(_SECRET))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


class Webhooks(DeliveryQueue):
    """The app's deliveries: one for each endpoint that wants an event."""

    def __init__(self, world: World, deliver: Deliver | None) -> None:
        retries = _Schedule(len(_AGAIN_AFTER_S), sum(_AGAIN_AFTER_S), 0)
        self.endpoints: dict[str, Endpoint] = {}
        self._world = world
        super().__init__(world.pace, _NobodyCounts(), world.faults, retries, None)
        self.deliver_with(deliver)
        world.listeners.append(self.emit)

    def deliver_with(self, deliver: Deliver | None) -> None:
        """Use this to post from now on, each time with a signature of that moment; None plays a dead receiver."""
        super().deliver_with(None if deliver is None else self._signed(deliver, self._world.now))

    def _signed(self, deliver: Deliver, now: Callable[[], datetime]) -> Deliver:
        def post(url: str, headers: dict[str, str], body: bytes) -> int:
            timestamp = str(int(now().timestamp()))
            endpoint = next((one for one in self.endpoints.values() if one.url == url), None)
            if endpoint is None:
                return 0
            signed = signature(endpoint.secret, headers["webhook-id"], timestamp, body)
            return deliver(url, {**headers, "webhook-timestamp": timestamp, "webhook-signature": signed}, body)

        return post

    def add(self, url: str, events: tuple[str, ...]) -> Endpoint:
        """A new endpoint, or the one of the same address with other events."""
        key = self._world.random.getrandbits(192).to_bytes(24)
        made = Endpoint(f"ep_{self._world.new_id()}", url, events, f"{_SECRET}{base64.b64encode(key).decode()}")
        self.endpoints = {id: one for id, one in self.endpoints.items() if one.url != url}
        self.endpoints[made.endpoint_id] = made
        return made

    def emit(self, event: str, receipt: Receipt) -> None:
        """Queue an event for everyone who wants it."""
        event_id = f"evt_{self._world.new_id()}"
        told = {
            "event_type": event,
            "resource_url": f"{_HOST}{BASE}/shops/{receipt.shop_id}/receipts/{receipt.receipt_id}",
            "shop_id": str(receipt.shop_id),
        }
        body = json.dumps(told).encode()
        for one in self.endpoints.values():
            if event in one.events:
                message = f"msg_{self._world.new_id()}"
                headers = {"Content-Type": "application/json", "webhook-id": message}
                self.enqueue(
                    Delivery(message, event_id, event, one.endpoint_id, one.url, headers, body, self._world.now())
                )
