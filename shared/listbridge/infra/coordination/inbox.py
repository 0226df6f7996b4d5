"""Accepted deliveries in the inbox table (protocol.md#inbox), for thirty days.

On the path of every webhook, so the three calls go to the client as prepared as can be.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from listbridge.domain.ports import InboxRow
from listbridge.domain.work import Hint
from listbridge.infra import settings
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION, Json
from listbridge.infra.storage.dynamo import Item, number, text

KEPT_S = 30 * 86_400
_SHARDS = 4
_HINTS: Json[tuple[Hint, ...]] = Json(tuple[Hint, ...])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_STORED, _QUEUED, _TAKEN = text("stored"), text("queued"), text("taken")
_V = number(VERSION)
_NOT_QUEUED = "attribute_not_exists(#state) OR #state <> :queued"
_STILL_STORED = "#state = :stored AND #stored_at = :stored_at"
_MOVE = "SET #state = :state REMOVE #unsent"


class DynamoInbox:
    """`Inbox` over the inbox table. Only rows that are `stored` stand in the index of the unsent."""

    def store(self, row: InboxRow) -> bool:
        """Put the row as `stored`. False only when the same delivery is already `queued` and not yet taken."""
        item: Item = {
            "shop": text(row.source),
            "delivery": text(row.delivery),
            "topic": text(row.topic),
            "hints": text(_HINTS.write(row.hints)),
            "stored_at": number(_micros(row.stored_at)),
            "state": _STORED,
            "unsent": text(str(zlib.crc32(row.delivery.encode()) % _SHARDS)),
            "expires_at": number(int(row.stored_at.timestamp()) + KEPT_S),
            "v": _V,
        }
        for whose, is_so in (("of_account", row.of_account), ("of_marketplace", row.of_marketplace)):
            if is_so:
                item[whose] = {"BOOL": True}
        try:
            dynamo.put(self._table, item, condition=_NOT_QUEUED, values={":queued": _QUEUED})
        except dynamo.ConditionFailed:
            return False
        return True

    def queued(self, row: InboxRow) -> None:
        """The message for this very row is in the queue: only while it is still `stored`, and by nobody since."""
        values = {":state": _QUEUED, ":stored": _STORED, ":stored_at": number(_micros(row.stored_at))}
        self._move(row.source, row.delivery, _STILL_STORED, values)

    def taken(self, rows: Sequence[tuple[str, str]]) -> None:
        """From now on a repeat is a new hint."""
        for source, delivery in dict.fromkeys(rows):
            self._move(source, delivery, "attribute_exists(#state)", {":state": _TAKEN})

    def unsent(self, *, older_than: datetime, limit: int) -> list[InboxRow]:
        """Rows still `stored`, oldest first: found by an index that may lag, read consistently."""
        keys: list[tuple[int, Item]] = []
        for shard in range(_SHARDS):
            values = {":shard": text(str(shard)), ":before": number(_micros(older_than))}
            where = "#unsent = :shard AND #stored_at < :before"
            items, _ = dynamo.query(self._table, where, values, index="unsent", limit=limit)
            keys += [(int(item["stored_at"]["N"]), _key(item["shop"], item["delivery"])) for item in items]
        keys.sort(key=lambda found: found[0])
        rows = dynamo.get_many(self._table, [key for _, key in keys[:limit]])
        unsent = [_row(item) for item in rows if item["state"] == _STORED]
        return sorted((row for row in unsent if row.stored_at < older_than), key=lambda row: row.stored_at)

    @property
    def _table(self) -> str:
        return settings.table("inbox")

    def _move(self, source: str, delivery: str, condition: str, values: dict[str, Item]) -> None:
        try:
            dynamo.update(self._table, _key(text(source), text(delivery)), _MOVE, condition=condition, values=values)
        except dynamo.ConditionFailed:
            return


def _key(shop: Item, delivery: Item) -> Item:
    return {"shop": shop, "delivery": delivery}


def _row(item: Item) -> InboxRow:
    return InboxRow(
        source=item["shop"]["S"],
        delivery=item["delivery"]["S"],
        topic=item["topic"]["S"],
        hints=_HINTS.read(item["hints"]["S"]),
        stored_at=_EPOCH + int(item["stored_at"]["N"]) * _MICROSECOND,
        state=item["state"]["S"],
        of_account="of_account" in item,
        of_marketplace="of_marketplace" in item,
    )


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
