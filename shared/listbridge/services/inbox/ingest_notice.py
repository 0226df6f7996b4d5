"""Take in what a marketplace tells all of its applications: know the sender by the signature, store, enqueue, answer. Nothing is
erased and nothing is looked at here (protocol.md#inbox).

204 for what is taken, 412 for what is not proven, as the marketplace's own libraries answer (ADR 80). What is answered otherwise than by
2xx, the marketplace sends again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from listbridge.domain import trace
from listbridge.domain.ports import Clock, Delivery, Inbox, InboxRow, NoticeScheme, Queues, Signatures
from listbridge.domain.raw_request import RawRequest
from listbridge.services.inbox.ingest_webhook import OVERSIZED, UNPARSABLE, Receipt, enqueue
from listbridge.services.inbox.signing_keys import SigningKeys

MOST_BYTES = 65_536
"""Of a notice; those that are documented have less than one thousand."""
NOBODYS = Receipt(404, "nobodys")
"""No marketplace of this name tells anything here, or nobody has asked for the address yet."""
UNASKED = Receipt(400, "unasked")
UNPROVEN = Receipt(412, "forged")
UNKNOWN_KEY = Receipt(412, "unknown_key")
KEY_NOT_KNOWN_YET = Receipt(503, "key_not_known_yet")


@dataclass(frozen=True, slots=True)
class NoticeDoor:
    """How one marketplace's notices are judged. `token` and `address` are what it is told to prove that the address is ours."""

    scheme: NoticeScheme
    token: str
    address: str


class NoticeDoors(Protocol):
    """Finds a marketplace's door, from a cache that is at most a minute old."""

    def of(self, marketplace: str) -> NoticeDoor | None: ...


def prove_address(marketplace: str, request: RawRequest, *, doors: NoticeDoors) -> Receipt:
    """Answer a marketplace that asks whether this address is ours."""
    door = doors.of(marketplace)
    if door is None:
        return NOBODYS
    reply = door.scheme.challenged(request, door.token, door.address)
    return UNASKED if reply is None else Receipt(200, "ping", reply)


def ingest_notice(
    marketplace: str,
    request: RawRequest,
    *,
    doors: NoticeDoors,
    keys: SigningKeys,
    signatures: Signatures,
    inbox: Inbox,
    queues: Queues,
    clock: Clock,
) -> Receipt:
    """Take one notice in. 412 where the signature proves nothing, 503 while its key is being asked for, 400 for a genuine notice
    that cannot be understood, 204 for everything else: a repeat and an unknown topic are taken and do nothing. An exception
    means that the notice may not be safe: the caller must answer 5xx, so that it is sent again.
    """
    if len(request.body) > MOST_BYTES:
        return OVERSIZED
    door = doors.of(marketplace)
    if door is None:
        return NOBODYS
    try:
        signed = door.scheme.signed(request)
    except ValueError:
        return UNPROVEN
    key = keys.of(marketplace, signed.key)
    if key is None:
        return KEY_NOT_KNOWN_YET
    if not key.pem:
        return UNKNOWN_KEY
    proven = next((text for text in signed.spellings if signatures.fits(key.pem, signed.signature, text)), None)
    if proven is None:
        return UNPROVEN
    trace.note(marketplace=marketplace)
    try:
        delivery = door.scheme.parse(proven)  # what was signed, and nothing else
    except ValueError:
        return UNPARSABLE
    return _take_in(marketplace, delivery, inbox=inbox, queues=queues, clock=clock)


def _take_in(marketplace: str, delivery: Delivery, *, inbox: Inbox, queues: Queues, clock: Clock) -> Receipt:
    if not delivery.known:
        return Receipt(204, "unknown_topic")
    row = InboxRow(marketplace, delivery.id, delivery.topic, delivery.hints, clock.now(), of_marketplace=True)
    if not inbox.store(row):
        return Receipt(204, "repeated")
    enqueue(row, queues)
    inbox.queued(row)
    return Receipt(204, "queued")
