"""Take in a call of a shop or a marketplace: judge, store, enqueue, answer. Nothing is computed here
(protocol.md#inbox)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from listbridge.domain import trace
from listbridge.domain.ids import AccountId, ShopId
from listbridge.domain.ports import Clock, Delivery, HookKeys, Inbox, InboxRow, Judged, Judgement, Queues, WebhookScheme
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import AccountEvent, Lane, MarketplaceNotice, ShopEvent

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""What an id of ours looks like, with room to grow."""
_NOBODYS = HookKeys(("nobody",))  # an unknown shop costs as much time as a wrong signature


@dataclass(frozen=True, slots=True)
class WebhookDoor:
    """How the deliveries of one shop or account are judged. More than one secret while a rotation lasts.

    `address` is where they come in, for those that ask whether it is ours.
    """

    scheme: WebhookScheme
    keys: HookKeys
    address: str = field(default="", repr=False)
    of_account: bool = False


class WebhookDoors(Protocol):
    """Finds the door of a shop or account, from a cache that is at most a minute old."""

    def of(self, id: str) -> WebhookDoor | None: ...

    def read_anew(self, id: str) -> WebhookDoor | None:
        """The door with the secret as it is now, after a signature did not fit; None when that was done a moment ago."""

    def departed(self, id: str) -> bool:
        """Whether this shop, which has no door, had one once: it was disconnected."""

    def any(self) -> WebhookDoor | None:
        """Some platform's door, to spend the same time on an unknown shop."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the caller is answered. `outcome` is for our own log and metrics, not for the caller."""

    status: int
    outcome: str
    reply: Mapping[str, str] | None = None


FORGED = Receipt(401, "forged")
DEPARTED = Receipt(401, "departed")
"""The same answer, for nobody may learn which shops there were; but no reason for an alarm."""
OVERSIZED = Receipt(413, "oversized")
UNPARSABLE = Receipt(400, "unparsable")


def ingest_webhook(
    name: str, request: RawRequest, *, doors: WebhookDoors, inbox: Inbox, queues: Queues, clock: Clock, max_bytes: int
) -> Receipt:
    """Take one delivery in. `name` is the id of a shop or account, with the token of its secret address where it has one.

    401 for a wrong or missing signature or token and, indistinguishably, for an unknown shop or one that was
    disconnected; 413 beyond `max_bytes`; 400 for a genuine body that cannot be understood; 200 for everything else: a
    ping, a replay, an old delivery and an unknown topic are hints at most. Nothing is stored unless the answer is 200.
    What cannot be an id of ours is not even looked for. An exception means that the delivery may not be safe: the
    caller must answer 5xx so that it is sent again.
    """
    if len(request.body) > max_bytes:
        return OVERSIZED
    now, (id, _, token) = clock.now(), name.partition(".")
    is_id = _ID.fullmatch(id) is not None
    door = doors.of(id) if is_id else None
    if door is None:
        _spend_the_same_time(doors, request, now)
        return DEPARTED if is_id and doors.departed(id) else FORGED
    trace.note(**{"account" if door.of_account else "shop": id})
    judgement = _judged(door, token, request, now)
    if judgement.judged is Judged.FORGED:
        door = doors.read_anew(id)  # the secret may have been changed since
        if door is None:
            return FORGED
        judgement = _judged(door, token, request, now)
    if judgement.judged is Judged.FORGED:
        return FORGED
    if judgement.judged is Judged.PING:
        return Receipt(200, "ping", judgement.reply)
    try:
        delivery = door.scheme.parse(request)
    except ValueError:
        return UNPARSABLE
    return take_in(id, delivery, now, of_account=door.of_account, inbox=inbox, queues=queues)


def take_in(
    source: str, delivery: Delivery, now: datetime, *, of_account: bool, inbox: Inbox, queues: Queues
) -> Receipt:
    """Remember a genuine delivery of this shop or account, and queue it."""
    if not delivery.known:
        return Receipt(200, "unknown_topic")
    row = InboxRow(source, delivery.id, delivery.topic, delivery.hints, now, of_account=of_account)
    if not inbox.store(row):
        return Receipt(200, "repeated")
    enqueue(row, queues)
    inbox.queued(row)
    return Receipt(200, "queued")


def enqueue(row: InboxRow, queues: Queues) -> None:
    """Send the message for an inbox row, made again whenever it has to be sent again."""
    if row.of_account:
        told = AccountEvent(
            account=AccountId(row.source), delivery=row.delivery, hints=row.hints, received_at=row.stored_at
        )
        queues.send(Lane.ORDERS, told)
        return
    if row.of_marketplace:
        notice = MarketplaceNotice(
            marketplace=row.source, delivery=row.delivery, hints=row.hints, received_at=row.stored_at
        )
        queues.send(Lane.ORDERS, notice)
        return
    event = ShopEvent(shop=ShopId(row.source), delivery=row.delivery, hints=row.hints, received_at=row.stored_at)
    queues.send(Lane.SHOP_EVENTS, event)


def _judged(door: WebhookDoor, token: str, request: RawRequest, now: datetime) -> Judgement:
    if not door.keys.fits(token):
        return Judgement(Judged.FORGED)
    asked = replace(request, address=door.address) if door.address else request
    return door.scheme.judge(asked, door.keys, now)


def _spend_the_same_time(doors: WebhookDoors, request: RawRequest, now: datetime) -> None:
    door = doors.any()
    if door is not None:
        door.scheme.judge(request, _NOBODYS, now)
