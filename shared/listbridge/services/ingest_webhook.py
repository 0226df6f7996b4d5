"""A shop calls: verify, remember, enqueue, answer. Nothing is computed here (protocol 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from listbridge.domain import trace
from listbridge.domain.ids import ShopId
from listbridge.domain.ports import Clock, Inbox, InboxRow, Queues, WebhookScheme
from listbridge.domain.work import Lane, ShopEvent

_SHOP_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""What an id of ours looks like, with room to grow."""
_NOBODYS_SECRET = "nobody"  # noqa: S105  # an unknown shop costs as much time as a wrong signature


@dataclass(frozen=True, slots=True)
class WebhookDoor:
    """How one shop's deliveries are checked. More than one secret while a rotation lasts."""

    scheme: WebhookScheme
    secrets: tuple[str, ...]


class WebhookDoors(Protocol):
    """Finds the door of a shop, from a cache that is at most a minute old."""

    def of(self, shop: ShopId) -> WebhookDoor | None: ...

    def read_anew(self, shop: ShopId) -> WebhookDoor | None:
        """The door with the secret as it is now, after a signature did not fit; None when that was done a moment ago."""

    def departed(self, shop: ShopId) -> bool:
        """Whether this shop, which has no door, had one once: it was taken off."""

    def any(self) -> WebhookDoor | None:
        """Some platform's door, to spend the same time on an unknown shop."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the caller is answered. `outcome` is for our own log and metrics, not for the caller."""

    status: int
    outcome: str


FORGED = Receipt(401, "forged")
DEPARTED = Receipt(401, "departed")
"""The same answer, for nobody may learn which shops there were; but no reason for an alarm."""
OVERSIZED = Receipt(413, "oversized")
UNPARSABLE = Receipt(400, "unparsable")


def ingest_webhook(
    shop: ShopId,
    body: bytes,
    headers: Mapping[str, str],
    *,
    doors: WebhookDoors,
    inbox: Inbox,
    queues: Queues,
    clock: Clock,
    max_bytes: int,
) -> Receipt:
    """Take one delivery in. `headers` have lower-case names; `body` is the raw bytes.

    401 for a wrong or missing signature and, indistinguishably, for an unknown shop or one that was taken off; 413 beyond `max_bytes`; 400 for a
    genuine body that cannot be understood; 200 for everything else: a replay, an old delivery and an unknown topic are
    hints at most. Nothing is stored unless the answer is 200. What cannot be the id of a shop is not even looked for.
    An exception means that the delivery may not be safe: the caller must answer 5xx so that the shop sends it again.
    """
    if len(body) > max_bytes:
        return OVERSIZED
    now = clock.now()
    door = doors.of(shop) if _SHOP_ID.fullmatch(shop) else None
    if door is None:
        _spend_the_same_time(doors, body, headers, now)
        return DEPARTED if _SHOP_ID.fullmatch(shop) and doors.departed(shop) else FORGED
    trace.note(shop=shop)
    if not door.scheme.verify(body, headers, door.secrets, now):
        door = doors.read_anew(shop)  # the secret may have been changed since
        if door is None or not door.scheme.verify(body, headers, door.secrets, now):
            return FORGED
    try:
        delivery = door.scheme.parse(body, headers)
    except ValueError:
        return UNPARSABLE
    if not delivery.known:
        return Receipt(200, "unknown_topic")
    row = InboxRow(shop=shop, delivery=delivery.id, topic=delivery.topic, hints=delivery.hints, stored_at=now)
    if not inbox.store(row):
        return Receipt(200, "repeated")
    queues.send(Lane.SHOP_EVENTS, event_of(row))
    inbox.queued(row)
    return Receipt(200, "queued")


def event_of(row: InboxRow) -> ShopEvent:
    """The message for an inbox row, made anew whenever it has to be sent again."""
    return ShopEvent(shop=row.shop, delivery=row.delivery, hints=row.hints, received_at=row.stored_at)


def _spend_the_same_time(doors: WebhookDoors, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
    door = doors.any()
    if door is not None:
        door.scheme.verify(body, headers, (_NOBODYS_SECRET,), now)
