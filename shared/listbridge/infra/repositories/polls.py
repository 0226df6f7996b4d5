"""When each account's orders are asked for, in the coordination table.

One row for each account, kept as long as the deployment: `since` decides forever which orders are older than the
connection. The claim and the instant of the next poll are attributes of their own, for the conditions.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from listbridge.domain.ids import AccountId
from listbridge.domain.orders.polling import PollState
from listbridge.domain.ports import Conflict
from listbridge.infra import settings
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION, Json
from listbridge.infra.storage.dynamo import Item, number, text

_JSON: Json[PollState] = Json(PollState, apart={"rev"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_STEP = "SET #claim = :claim, #next_poll_at = :next, #writer = :writer"


class DynamoPolls:
    """`PollRepository` over the coordination table."""

    def find(self, account: AccountId) -> PollState | None:
        """Strongly consistent."""
        row = dynamo.find(self._table, _key(account))
        return None if row is None else _state(row)

    def create(self, state: PollState) -> PollState:
        """The stored state if there is one already."""
        item: Item = {
            **_key(state.account),
            "doc": text(_JSON.write(state)),
            "claim": text(state.claim),
            "next_poll_at": number(_micros(state.next_poll_at)),
            "writer": text(secrets.token_hex(6)),
            "rev": number(1),
            "v": number(VERSION),
        }
        try:
            dynamo.put(self._table, item, condition="attribute_not_exists(#key)")
        except dynamo.ConditionFailed as error:
            if error.row is not None:
                return _state(error.row)
            return self.find(state.account) or state
        return replace(state, rev=1)

    def claim(self, account: AccountId, claim: str, *, now: datetime, until: datetime) -> PollState | None:
        """Take the poll on until `until`; None while it is not due, or when there is no such state."""
        due = "attribute_exists(#doc) AND #next_poll_at <= :now"
        values = {":claim": text(claim), ":next": number(_micros(until)), ":now": number(_micros(now))}
        row = self._step(account, _STEP, due, values)
        return None if row is None else _state(row)

    def save(self, state: PollState, *, claim: str) -> None:
        """Over the claim that `state` carries, putting `claim` in its place. Raises Conflict when another stands."""
        values = {
            ":claim": text(claim),
            ":next": number(_micros(state.next_poll_at)),
            ":doc": text(_JSON.write(state)),
            ":mine": text(state.claim),
        }
        if self._step(state.account, f"{_STEP}, #doc = :doc", "#claim = :mine", values) is None:
            raise Conflict(state.account)

    def make_due(self, account: AccountId, at: datetime) -> None:
        """Take the claim from its holder; a missing state is left missing."""
        self._step(account, _STEP, "attribute_exists(#doc)", {":claim": text(""), ":next": number(_micros(at))})

    @property
    def _table(self) -> str:
        return settings.table("coordination")

    def _step(self, account: AccountId, expression: str, condition: str, values: dict[str, Item]) -> Item | None:
        """The row after the change; None when the condition failed and nothing was changed."""
        writer = text(secrets.token_hex(6))
        try:
            return dynamo.update(
                self._table,
                _key(account),
                f"{expression} ADD #rev :one",
                condition=condition,
                values={**values, ":writer": writer, ":one": number(1)},
                returning="ALL_NEW",
            )
        except dynamo.ConditionFailed as error:
            # The client repeats a call whose answer it did not get: then it is our own change that stands in the way.
            ours = error.row is not None and error.row.get("writer") == writer
            return error.row if ours else None


def _key(account: AccountId) -> Item:
    return {"key": text(f"poll#{account}")}


def _micros(at: datetime) -> int:
    """Exact, so that a state comes back as it was saved."""
    return (at - _EPOCH) // _MICROSECOND


def _state(row: Item) -> PollState:
    """What stands beside the document is newer than what stands in it: a claim changes only the attributes."""
    return replace(
        _JSON.read(row["doc"]["S"]),
        claim=row["claim"]["S"],
        next_poll_at=_EPOCH + int(row["next_poll_at"]["N"]) * _MICROSECOND,
        rev=int(row["rev"]["N"]),
    )
