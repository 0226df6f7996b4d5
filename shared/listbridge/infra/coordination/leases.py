"""Leases in the coordination table.

`until` is judged by the worker's own clock: clocks of Lambda workers agree to milliseconds, leases last seconds. Rows expire
a week after their last use; an epoch begins at the row's birth in milliseconds, so it goes on rising even when the row
was deleted in between, and a listing's fence never stands above the epochs to come.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from listbridge.domain.ports import Clock, Conflict, Lease
from listbridge.infra import settings
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION
from listbridge.infra.storage.dynamo import Item, number, text

_KEPT_S = 7 * 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TRIES = 50
_TAKE = (
    "SET #holder = :holder, #until = :until, #writer = :writer, #expires_at = :expires_at, #v = :v, "
    "#epoch = if_not_exists(#epoch, :birth) + :one, #pending = if_not_exists(#pending, :zero)"
)
_FREE = "attribute_not_exists(#until) OR #until <= :now"
_MINE = "#epoch = :epoch"


class DynamoLeases:
    """`Leases` over the coordination table. A lease excludes everybody, its own holder's other threads too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def acquire(self, key: str, owner: str, *, seconds: float) -> Lease | None:
        """None while a lease on the key lasts, no matter who has it."""
        values, until = self._taking(owner, seconds)
        try:
            row = dynamo.update(self._table, _key(key), _TAKE, condition=_FREE, values=values, returning="ALL_NEW")
        except dynamo.ConditionFailed as error:
            # The client repeats a call whose answer it did not get: then it is our own lease that stands in the way.
            if error.row is None or error.row.get("writer") != values[":writer"]:
                return None
            row = error.row
        return Lease(key, owner, int(row["epoch"]["N"]), until)

    def acquire_many(self, keys: Sequence[str], owner: str, *, seconds: float) -> dict[str, Lease]:
        """Take these in transactions of a hundred, and read their epochs: what bears our mark is ours, whatever was answered."""
        values, until = self._taking(owner, seconds)
        rows = [_key(key) for key in keys]
        told = dynamo.write_many(
            [dynamo.update_together(self._table, row, _TAKE, f"{_FREE} OR #writer = :writer", values) for row in rows]
        )
        found = dynamo.get_many(
            self._table, [row for at, row in enumerate(rows) if at not in told.left], only="#key, #epoch, #writer"
        )
        epochs = {row["key"]["S"]: int(row["epoch"]["N"]) for row in found if row.get("writer") == values[":writer"]}
        taken = {
            key: Lease(key, owner, epochs[row["key"]["S"]], until)
            for key, row in zip(keys, rows, strict=True)
            if row["key"]["S"] in epochs
        }
        alone = {keys[at]: self.acquire(keys[at], owner, seconds=seconds) for at in sorted(told.left)}
        return taken | {key: lease for key, lease in alone.items() if lease is not None}

    def renew(self, lease: Lease, *, seconds: float) -> Lease:
        """Make the lease last `seconds` from now. Raises Conflict when somebody took it over."""
        until = _in_millis(self._clock.now() + timedelta(seconds=seconds))
        expression = "SET #until = :until, #expires_at = :expires_at"
        values = {":until": number(until), ":expires_at": number(until // 1000 + _KEPT_S)}
        self._as_holder(lease, expression, values)
        return Lease(lease.key, lease.owner, lease.epoch, _EPOCH + until * _MILLISECOND)

    def release(self, lease: Lease) -> None:
        """A lease already lost is left alone."""
        try:
            self._as_holder(lease, "SET #until = :zero", {":zero": number(0)})
        except Conflict:
            return

    def release_many(self, leases: Sequence[Lease]) -> None:
        """Release these in transactions of a hundred; those already lost are left alone."""
        told = dynamo.write_many(
            [
                dynamo.update_together(
                    self._table,
                    _key(lease.key),
                    "SET #until = :zero",
                    _MINE,
                    {":epoch": number(lease.epoch), ":zero": number(0)},
                )
                for lease in leases
            ]
        )
        for at in sorted(told.left):
            self.release(leases[at])

    def acquire_or_leave_word(self, key: str, owner: str, *, seconds: float) -> Lease | None:
        """Acquire, or add one to `pending` while a lease lasts: either we hold it, or its holder will see our word."""
        held = "#until > :now"
        for attempt in range(_TRIES):
            lease = self.acquire(key, owner, seconds=seconds)
            if lease is not None:
                return lease
            values = {":now": number(_in_millis(self._clock.now())), ":one": number(1)}
            try:
                dynamo.update(self._table, _key(key), "ADD #pending :one", condition=held, values=values)
            except dynamo.ConditionFailed:  # it was released in between
                dynamo.pause(min(attempt, 4))
                continue
            return None
        raise Conflict(key)

    def pending(self, lease: Lease) -> int:
        """The words left so far, strongly consistent. Raises Conflict when the lease was lost."""
        row = dynamo.find(self._table, _key(lease.key))
        if row is None or int(row["epoch"]["N"]) != lease.epoch:
            raise Conflict(lease.key)
        return int(row["pending"]["N"])

    def release_if_quiet(self, lease: Lease, *, pending: int) -> bool:
        """Release only if `pending` is still what was read; False when a word came in. Raises Conflict when lost."""
        try:
            dynamo.update(
                self._table,
                _key(lease.key),
                "SET #until = :zero",
                condition="#epoch = :epoch AND #pending = :pending",
                values={":epoch": number(lease.epoch), ":pending": number(pending), ":zero": number(0)},
            )
        except dynamo.ConditionFailed as error:
            if error.row is None or int(error.row["epoch"]["N"]) != lease.epoch:
                raise Conflict(lease.key) from error
            return False
        return True

    @property
    def _table(self) -> str:
        return settings.table("coordination")

    def _taking(self, owner: str, seconds: float) -> tuple[dict[str, Item], datetime]:
        """The values of `_TAKE` and `_FREE` with a writer's mark of their own, and until when the lease then lasts."""
        now = self._clock.now()
        until = _in_millis(now + timedelta(seconds=seconds))
        values = {
            ":holder": text(owner),
            ":until": number(until),
            ":now": number(_in_millis(now)),
            ":writer": text(secrets.token_hex(6)),
            ":expires_at": number(until // 1000 + _KEPT_S),
            ":birth": number(_in_millis(now)),
            ":one": number(1),
            ":zero": number(0),
            ":v": number(VERSION),
        }
        return values, _EPOCH + until * _MILLISECOND

    def _as_holder(self, lease: Lease, expression: str, values: dict[str, Item]) -> None:
        values = {**values, ":epoch": number(lease.epoch)}
        try:
            dynamo.update(self._table, _key(lease.key), expression, condition=_MINE, values=values)
        except dynamo.ConditionFailed as error:
            raise Conflict(lease.key) from error


def _key(key: str) -> Item:
    return {"key": text(f"lease#{key}")}


def _in_millis(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND
