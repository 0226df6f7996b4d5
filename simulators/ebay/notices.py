"""What eBay tells the application unasked: who has subscribed, the question whether an address is theirs, and what is on its way.

Sources: developer.ebay.com, "Marketplace account deletion" (challenge; 200, 201, 202 and 204 acknowledge; what is not acknowledged
comes again; after 24 hours the address is marked down) and "Notification API overview" (read 2026-11-27); commerce_notification
1.6.7. Not verified: how often and when a notice comes again, and how long eBay waits for an answer.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulators.ebay.signing import SigningKeys
from simulators.kit.deliveries import Delivery, DeliveryQueue, Retries
from simulators.kit.posting import Ask
from simulators.kit.times import iso

if TYPE_CHECKING:
    from simulators.ebay.world import World

DELETION = "MARKETPLACE_ACCOUNT_DELETION"
REVOCATION = "AUTHORIZATION_REVOCATION"
CONFIRMATION = "ORDER_CONFIRMATION"
TOPICS = (DELETION, REVOCATION, CONFIRMATION, "ITEM_MARKED_SHIPPED", "ITEM_AVAILABILITY")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,80}", re.ASCII)
_RETRIES = Retries(count=6, window_s=23 * 3_600.0, removed_after=0)
_DOWN_AFTER = timedelta(hours=24)


class NotSubscribed(Exception):
    """eBay does not take the address; the text says why."""


@dataclass(slots=True)
class Subscription:
    """An address with its topics. `failing_since`: nothing was acknowledged since then."""

    id: str
    url: str
    topics: tuple[str, ...]
    failing_since: datetime | None = None
    marked_down: bool = False


@dataclass(slots=True)
class Destination:
    """An endpoint as the API made it."""

    id: str
    name: str
    endpoint: str
    token: str
    status: str


@dataclass(slots=True)
class TopicSubscription:
    """A topic as the API subscribed to it; `owner` is the seller whose events it tells, empty for the whole application."""

    id: str
    topic: str
    destination: str
    status: str
    owner: str
    made_at: str


class Notices:
    """The application's subscriptions and the deliveries on their way. Callers hold the world's lock, but not while they ask or
    pump: those who are called may call back."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.keys = SigningKeys(world.random)
        self.subscriptions: dict[str, Subscription] = {}
        self.alert_email = ""
        self.destinations: dict[str, Destination] = {}
        self.by_api: dict[str, TopicSubscription] = {}
        self._ways: dict[str, Subscription] = {}
        self.queue = DeliveryQueue(world.pace, self, world.faults, _RETRIES, None)
        self.ask: Ask | None = None

    def subscribe(self, url: str, token: str, topics: tuple[str, ...] = TOPICS) -> Subscription:
        """As somebody does on the site, or by createDestination: the address must answer the challenge. Raises NotSubscribed."""
        self.prove(url, token)
        made = Subscription(f"sub{len(self.subscriptions) + 1}", url, topics)
        self.subscriptions[made.id] = made
        return made

    def prove(self, url: str, token: str) -> None:
        """Ask the address whether it is theirs. Raises NotSubscribed."""
        if _TOKEN.fullmatch(token) is None:
            raise NotSubscribed("a verification token has 32 to 80 letters, digits, _ and -")
        if self.ask is None:
            raise NotSubscribed("nobody can be asked from here")
        code = f"{self._world.random.getrandbits(128):032x}"
        status, body = self.ask(url, {"challenge_code": code})
        wanted = hashlib.sha256(f"{code}{token}{url}".encode()).hexdigest()
        if status != 200 or _response_in(body) != wanted:
            raise NotSubscribed(f"the address answered the challenge with {status} and not with the hash")

    def publish(self, topic: str, data: dict[str, Any]) -> dict[str, Any]:
        """Tell everybody who wants this topic; the notice, which stands among the world's notifications too."""
        now = iso(self._world.now())
        notice = {
            "metadata": {"topic": topic, "schemaVersion": "1.0", "deprecated": False},
            "notification": {
                "notificationId": f"{self._world.random.getrandbits(128):032x}",
                "eventDate": now,
                "publishDate": now,
                "publishAttemptCount": 1,
                "data": data,
            },
        }
        self._world.notifications.append(notice)
        for one in (*self.subscriptions.values(), *self._made_by_api(topic, data)):
            if topic in one.topics and not one.marked_down:
                self.send(one, notice)
        return notice

    def _made_by_api(self, topic: str, data: dict[str, Any]) -> list[Subscription]:
        """Where the API's subscriptions to a topic send it, an address each."""
        found = []
        for one in self.by_api.values():
            to = self.destinations[one.destination]
            about = data.get("sellerId", data.get("username", ""))
            if (one.topic, one.status, to.status) == (topic, "ENABLED", "ENABLED") and one.owner in ("", about):
                found.append(self._ways.setdefault(one.id, Subscription(one.id, to.endpoint, (topic,))))
                self._ways[one.id].url = to.endpoint
        return found

    def send(self, to: Subscription, notice: dict[str, Any], *, signature: str = "") -> None:
        """Put one notice on its way, signed as eBay signs unless it has a `signature` already."""
        body = json.dumps(notice, separators=(",", ":"), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "X-EBAY-SIGNATURE": signature or self.keys.header(body)}
        id, topic = notice["notification"]["notificationId"], notice["metadata"]["topic"]
        self.queue.enqueue(Delivery(id, id, topic, to.id, to.url, headers, body, self._world.now()))

    def note(self, subscription: str, delivered: bool, removed_after: int) -> bool:
        """`kit.deliveries.Subscribers`: an address that has acknowledged nothing for a day is marked down."""
        one, now = self.subscriptions.get(subscription) or self._ways[subscription], self._world.now()
        if delivered:
            one.failing_since = None
            return False
        one.failing_since = one.failing_since or now
        one.marked_down = now - one.failing_since >= _DOWN_AFTER
        return one.marked_down


def _response_in(body: bytes) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    return str(told.get("challengeResponse", "")) if isinstance(told, dict) else ""
