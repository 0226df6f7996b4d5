"""Counters in the coordination table."""

from __future__ import annotations

from datetime import datetime

from listbridge.infra import settings
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION
from listbridge.infra.storage.dynamo import Item, number, text

_KEPT_S = 86_400


class DynamoCounters:
    """`Counters` over the coordination table.

    A call that the client repeats because its answer was lost counts twice: counters may skip, never fall.
    """

    def next(self, name: str) -> int:
        """The next number, from 1. Such a row never expires: observations are ordered by it (protocol.md#observations)."""
        return self._raise(f"counter#{name}", 1, None)

    def latest(self, name: str) -> int:
        """The number that was given last, strongly consistent; 0 before the first."""
        row = dynamo.find(self._table, _key(f"counter#{name}"))
        return int(row["total"]["N"]) if row else 0

    def add(self, name: str, amount: int, *, window_s: int, now: datetime) -> int:
        """Add to the running window's counter and return its total; windows begin at multiples of `window_s`."""
        begin = _window(window_s, now)
        return self._raise(f"counter#{name}@{begin}/{window_s}", amount, begin + window_s + _KEPT_S)

    def current(self, name: str, *, window_s: int, now: datetime) -> int:
        """The running window's total, strongly consistent."""
        row = dynamo.find(self._table, _key(f"counter#{name}@{_window(window_s, now)}/{window_s}"))
        return int(row["total"]["N"]) if row else 0

    @property
    def _table(self) -> str:
        return settings.table("coordination")

    def _raise(self, key: str, amount: int, expires_at: int | None) -> int:
        expression = "ADD #total :amount SET #v = :v"
        values = {":amount": number(amount), ":v": number(VERSION)}
        if expires_at is not None:
            expression += ", #expires_at = :expires_at"
            values[":expires_at"] = number(expires_at)
        row = dynamo.update(self._table, _key(key), expression, values=values, returning="UPDATED_NEW")
        return int(row["total"]["N"])


def _key(key: str) -> Item:
    return {"key": text(key)}


def _window(window_s: int, now: datetime) -> int:
    return int(now.timestamp()) // window_s * window_s
