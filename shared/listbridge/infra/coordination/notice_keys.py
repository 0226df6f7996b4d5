"""Marketplaces' public keys in the coordination table. They are no secret: the marketplace tells them to every application."""

from __future__ import annotations

from datetime import UTC, datetime

from listbridge.domain.ports import NoticeKey
from listbridge.infra import settings
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION
from listbridge.infra.storage.dynamo import Item, number, text

_KEPT_S = 86_400
_ABSENT_KEPT_S = 3_600


class DynamoNoticeKeys:
    """`NoticeKeys` over the coordination table."""

    def find(self, marketplace: str, id: str) -> NoticeKey | None:
        row = dynamo.find(self._table, _key(marketplace, id))
        if row is None:
            return None
        return NoticeKey(marketplace, id, row["pem"]["S"], datetime.fromtimestamp(int(row["learned_at"]["N"]), UTC))

    def put(self, key: NoticeKey) -> None:
        learned_at = int(key.learned_at.timestamp())
        item: Item = {
            **_key(key.marketplace, key.id),
            "pem": text(key.pem),
            "learned_at": number(learned_at),
            "expires_at": number(learned_at + (_KEPT_S if key.pem else _ABSENT_KEPT_S)),
            "v": number(VERSION),
        }
        dynamo.put(self._table, item)

    @property
    def _table(self) -> str:
        return settings.table("coordination")


def _key(marketplace: str, id: str) -> Item:
    return {"key": text(f"notice_key#{marketplace}#{id}")}
