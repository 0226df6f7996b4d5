"""Handle a batch of queue records one by one, so that a message that fails stops no other (protocol.md#lanes)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError

from listbridge.domain import trace
from listbridge.domain.work import Message

M = TypeVar("M", bound=Message)
Record = Mapping[str, Any]
Kind: TypeAlias = type[M] | TypeAdapter[M]
"""The one kind of message that a queue carries, or an adapter of several."""
_log = logging.getLogger(__name__)


def each(records: Sequence[Record], kind: Kind[M], handle: Callable[[M], None]) -> dict[str, list[dict[str, str]]]:
    """Handle the messages one by one; the answer names those that must come back (partial batch failure).

    A message that we cannot read, or whose handling fails for a reason we have no name for, comes back until the queue
    moves it to the dead-letter queue: alone.
    """
    failed = [record["messageId"] for record in records if not handled(record, kind, handle)]
    return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}


def together(
    records: Sequence[Record], kind: Kind[M], handle: Callable[[Sequence[M]], None]
) -> dict[str, list[dict[str, str]]]:
    """Handle the whole batch at once; when that fails, one by one, to find the message that is to blame."""
    if len(records) > 1:
        try:
            messages = [_read(record, kind) for record in records]
            with trace.followed(messages):
                handle(messages)
        except Exception as error:  # noqa: BLE001  # the boundary: whatever it is, only its own message may suffer
            fields = {"error": type(error).__name__, "messages": len(records)}
            _log.warning("batch.taken_apart", extra={"fields": fields})
        else:
            return {"batchItemFailures": []}
    return each(records, kind, lambda message: handle([message]))


def side_by_side(
    records: Sequence[Record],
    kind: Kind[M],
    key: Callable[[M], str],
    handle: Callable[[Sequence[M]], None],
    *,
    workers: int,
) -> dict[str, list[dict[str, str]]]:
    """Handle the messages of one key together, and different keys at the same time: a slow one delays no other.

    `workers` of at most 1 means one key after the other.
    """
    groups: dict[str, list[Record]] = {}
    for record in records:
        try:
            name = key(_read(record, kind))
        except ValidationError:
            name = f"unreadable {record['messageId']}"  # alone, so that nobody else is held back by it
        groups.setdefault(name, []).append(record)

    def one(group: Sequence[Record]) -> list[dict[str, str]]:
        if len(group) == 1:
            return each(group, kind, lambda message: handle([message]))["batchItemFailures"]
        return together(group, kind, handle)["batchItemFailures"]

    if workers <= 1 or len(groups) == 1:
        failures = [one(group) for group in groups.values()]
    else:
        with trace.Threads(len(groups)) as pool:
            failures = list(pool.map(one, groups.values()))
    return {"batchItemFailures": [failure for group in failures for failure in group]}


def _read(record: Record, kind: Kind[M]) -> M:
    body = record["body"]
    return kind.validate_json(body) if isinstance(kind, TypeAdapter) else kind.model_validate_json(body)


def handled(record: Record, kind: Kind[M], handle: Callable[[M], None]) -> bool:
    """Handle one message; False when it must come back. The log says why."""
    try:
        message = _read(record, kind)
    except ValidationError as error:
        _log.error(
            "message.unreadable", extra={"fields": {"message_id": record["messageId"], "errors": error.error_count()}}
        )
        return False
    with trace.followed([message]):
        try:
            handle(message)
        except Exception as error:  # noqa: BLE001  # the boundary: a bug of ours goes to the dead-letter queue, alone
            _failed(record, error)
            return False
    return True


def _failed(record: Record, error: Exception) -> None:
    """What fails for want of progress is named so: an operator looks for another reason than a bug of ours."""
    event = "chain.without_progress" if isinstance(error, trace.NoProgress) else "message.failed"
    _log.error(event, exc_info=error, extra={"fields": {"message_id": record["messageId"]}})
