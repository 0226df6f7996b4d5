"""Take in what a marketplace sends to our queue: find the account, store, enqueue. The inbox is the same as for
HTTP."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from listbridge.domain.ids import AccountId
from listbridge.domain.ports import Clock, Inbox, Queues, QueueScheme
from listbridge.domain.raw_request import RawRequest
from listbridge.services.inbox.ingest_webhook import Receipt, take_in

_LOG = logging.getLogger("listbridge.webhooks")


class MessageDoors(Protocol):
    """Finds who is meant by a message, from a cache that is at most a minute old."""

    def addressed(self, body: bytes) -> tuple[AccountId | None, QueueScheme]:
        """The account that a message is about, and how it is read; None for a seller who is not connected. Raises ValueError
        for a message that is no marketplace's."""


def ingest_messages(
    records: Sequence[Mapping[str, Any]], *, doors: MessageDoors, inbox: Inbox, queues: Queues, clock: Clock
) -> dict[str, list[dict[str, str]]]:
    """Take the messages in, each on its own; the answer names those that must come back. What nobody can read comes
    back until the queue gives it up: its alarm tells a person, and it stops no other (promises.md#p6)."""
    failed = []
    for record in records:
        try:
            body = str(record["body"]).encode()
            receipt = ingest_message(body, doors=doors, inbox=inbox, queues=queues, clock=clock)
            _LOG.info("message.%s", receipt.outcome)
        except Exception as error:  # noqa: BLE001  # the boundary: whatever it is, only its own message may suffer
            fields = {"message_id": record["messageId"], "error": type(error).__name__}
            _LOG.error("message.failed", extra={"fields": fields})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def ingest_message(body: bytes, *, doors: MessageDoors, inbox: Inbox, queues: Queues, clock: Clock) -> Receipt:
    """Take one message in. Raises ValueError when it cannot be understood."""
    account, scheme = doors.addressed(body)
    if account is None:
        return Receipt(200, "unknown_account")
    delivery = scheme.parse(RawRequest("", "", body=body))
    return take_in(account, delivery, clock.now(), of_account=True, inbox=inbox, queues=queues)
