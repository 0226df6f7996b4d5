"""Messages that are handled one by one: Powertools' batch processor, which answers for each record alone.

Where a batch is read as one, `services/inbox/queue_batch.py` takes it apart (ADR 6).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from listbridge.services.inbox.queue_batch import Kind, M, handled


class _Failed(Exception):
    """Tells the processor that a record must come back. The log has the reason already; this has no text of it."""


def one_by_one(event: dict[str, Any], kind: Kind[M], handle: Callable[[M], None]) -> dict[str, Any]:
    """Handle the messages one by one; the answer names those that must come back (partial batch failure)."""

    def one(record: SQSRecord) -> None:
        if not handled({"messageId": record.message_id, "body": record.body}, kind, handle):
            raise _Failed

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    answer: Any = process_partial_response(event=event, record_handler=one, processor=processor)
    return dict(answer)
