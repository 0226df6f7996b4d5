"""The lanes' queues in SQS."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from listbridge.domain import trace
from listbridge.domain.waiting import LONGEST_DELAY_S
from listbridge.domain.work import Lane, Message
from listbridge.infra import aws, observability, settings
from listbridge.infra.storage import dynamo

_BATCH = 10
_BATCH_BYTES = 262_144  # of all entries together; AWS allows more by now, the emulator and older regions may not
_TRIES = 4


class NotQueued(Exception):
    """Some messages may not be in the queue: the sender must not go on as if they were."""


class SqsQueues:
    """`Queues` over the queues of the template, one for each lane."""

    def send(self, lane: Lane, *messages: Message, delay_s: int = 0, reason: str = "", waits: bool = False) -> None:
        """Queue the messages with the trace of the current work, ten to a call.

        Raises:
            NotQueued: SQS refused some of them, again and again; those of other batches may be in the queue.
            NoProgress: the chain got nowhere for too long; nothing was sent, and the metric `ChainStopped` counts it.
            ValueError: a delay that SQS does not know.
        """
        if not 0 <= delay_s <= LONGEST_DELAY_S:
            raise ValueError(f"a queue delays by 0 to {LONGEST_DELAY_S} seconds, not {delay_s}")
        url = settings.queue_url(lane)
        try:
            traced = trace.stamped(messages, reason, waits=waits)
        except trace.NoProgress:
            observability.alarm("ChainStopped", lane=lane.value)
            raise
        bodies = [message.model_dump_json() for message in traced]
        if len(bodies) == 1:
            what: dict[str, Any] = {"QueueUrl": url, "MessageBody": bodies[0]}
            if delay_s:
                what["DelaySeconds"] = delay_s
            aws.client("sqs").send_message(**what)
            return
        for batch in _batches(bodies):
            _send_batch(url, batch, delay_s)

    def hide(self, source: str, receipts: Sequence[str], seconds: float) -> None:
        """Change the visibility of messages in hand. What SQS does not take stays hidden as it was: nothing is lost by it."""
        name = source.rsplit(":", 1)[-1]
        url = next(url for url in settings.queue_urls() if url.rsplit("/", 1)[-1] == name)
        for start in range(0, len(receipts), _BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": math.ceil(seconds)}
                for number, receipt in enumerate(receipts[start : start + _BATCH])
            ]
            aws.client("sqs").change_message_visibility_batch(QueueUrl=url, Entries=entries)


def _batches(bodies: Sequence[str]) -> list[list[str]]:
    batches: list[list[str]] = []
    size = 0
    for body in bodies:
        length = len(body.encode())
        if not batches or len(batches[-1]) == _BATCH or size + length > _BATCH_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(body)
        size += length
    return batches


def _send_batch(url: str, bodies: Sequence[str], delay_s: int) -> None:
    waiting: list[dict[str, Any]] = [
        {"Id": str(number), "MessageBody": body, "DelaySeconds": delay_s} for number, body in enumerate(bodies)
    ]
    for attempt in range(_TRIES):
        if attempt:
            dynamo.pause(attempt)
        answer = aws.client("sqs").send_message_batch(QueueUrl=url, Entries=waiting)
        accepted = {entry["Id"] for entry in answer.get("Successful", ())}
        waiting = [entry for entry in waiting if entry["Id"] not in accepted]
        if not waiting:
            return
        failed = answer.get("Failed", ())
        if any(entry.get("SenderFault") for entry in failed):
            break
    codes = sorted({str(entry.get("Code")) for entry in failed})
    raise NotQueued(f"{len(waiting)} of {len(bodies)} messages were not queued: {', '.join(codes)}")
