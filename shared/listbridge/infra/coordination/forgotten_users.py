"""Users whom a marketplace told us to forget, in the coordination table: a fingerprint and a time, and nothing else of them."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from listbridge.infra import settings
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION
from listbridge.infra.storage.dynamo import Item, number, text

_KEPT_S = 90 * 86_400


class DynamoForgottenUsers:
    """`ForgottenUsers` over the coordination table."""

    def add(self, user: str, until: datetime) -> None:
        at = math.ceil(until.timestamp())
        row: Item = {**_key(user), "until": number(at), "expires_at": number(at + _KEPT_S), "v": number(VERSION)}
        try:
            dynamo.put(
                self._table,
                row,
                condition="attribute_not_exists(#until) OR #until < :until",
                values={":until": number(at)},
            )
        except dynamo.ConditionFailed:
            return  # a later time stands there

    def until(self, user: str) -> datetime | None:
        row = dynamo.find(self._table, _key(user))
        return datetime.fromtimestamp(int(row["until"]["N"]), UTC) if row is not None else None

    @property
    def _table(self) -> str:
        return settings.table("coordination")


def _key(user: str) -> Item:
    return {"key": text(f"forgotten#{user}")}
