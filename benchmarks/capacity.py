"""What DynamoDB would charge for our calls, and how many messages they send: a meter on the process's AWS clients.

The emulator does not know AWS's units, so the meter computes them as `ReturnConsumedCapacity: INDEXES` reports them, from the
rows before and after each call (DynamoDB developer guide, "Read and write operations", "Global secondary indexes: write
throughput considerations", and "Item sizes and formats", read November 2026):

- a write costs a unit for each begun KB of the larger of the two images; inside a transaction two; one that fails its
  condition costs as much as the row that stands there;
- an index costs nothing when neither its key nor what it projects changes; one write when the entry comes, goes or
  changes; two when its key changes;
- a strongly consistent read costs a unit for each begun 4 KB, an eventually consistent one half of that; a query reads the sum
  of its rows, and a row that does not exist costs as much as a small one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from listbridge.infra import aws

Item = Mapping[str, Any]


@dataclass(slots=True)
class Counts:
    """Units and messages, with where they went: `(table or index, operation)`."""

    reads: defaultdict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    writes: Counter[tuple[str, str]] = field(default_factory=Counter)
    messages: int = 0

    @property
    def read_units(self) -> float:
        return sum(self.reads.values())

    @property
    def write_units(self) -> int:
        return sum(self.writes.values())


def size_of(item: Item) -> int:
    """Bytes of a row: the names of its attributes and their values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Item) -> int:
    ((kind, held),) = value.items()
    if kind == "S":
        return len(str(held).encode())
    if kind == "N":
        digits = str(held).lstrip("-").replace(".", "").strip("0") or "0"
        return math.ceil(len(digits) / 2) + 1 + str(held).startswith("-")
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(inner) for name, inner in held.items())
    if kind == "L":
        return 3 + sum(1 + _value_size(inner) for inner in held)
    if kind in ("SS", "NS", "BS"):
        return sum(_value_size({kind[0]: inner}) for inner in held)
    return len(held)


def write_units(*images: Item | None) -> int:
    """Units of one write by the larger of the images."""
    return max(1, *(math.ceil(size_of(image) / 1024) for image in images if image is not None), 1)


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: its key, and what it projects (None: everything)."""

    name: str
    key: tuple[str, ...]
    projected: frozenset[str] | None

    def entry(self, item: Item | None) -> dict[str, Any] | None:
        """The row's entry here; None where the row lacks a part of the key."""
        if item is None or any(name not in item for name in self.key):
            return None
        return {name: value for name, value in item.items() if self.projected is None or name in self.projected}

    def units(self, before: Item | None, after: Item | None) -> int:
        """What this index costs when the row changes so."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        if old is not None and new is not None and any(old[name] != new[name] for name in self.key):
            return write_units(old) + write_units(new)
        return write_units(old, new)


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    key: tuple[str, ...]
    indexes: tuple[Index, ...]


class Meter:
    """Counts every call that goes through the process's clients while it is attached."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._tables: dict[str, _Table] = {}
        # A client of its own: what the meter reads is nobody's cost.
        self._raw = aws.new_client("dynamodb")

    @contextmanager
    def attached(self) -> Iterator[Counts]:
        """Count what is asked in this block, on top of what was counted before."""
        hooks = [
            ("dynamodb", "before-parameter-build.dynamodb", self._before),
            ("dynamodb", "after-call.dynamodb", self._after),
            ("sqs", "before-parameter-build.sqs", self._sent),
        ]
        for service, event, hook in hooks:
            aws.client(service).meta.events.register(event, hook)
        try:
            yield self.counts
        finally:
            for service, event, hook in hooks:
                aws.client(service).meta.events.unregister(event, hook)

    # ---- hooks ----

    def _sent(self, params: Any, model: Any, **_: Any) -> None:
        if model.name == "SendMessage":
            self.counts.messages += 1
        elif model.name == "SendMessageBatch":
            self.counts.messages += len(params["Entries"])

    def _before(self, params: Any, model: Any, context: Any, **_: Any) -> None:
        context["meter"] = (params, [self._image(table, key) for table, key in self._written(model.name, params)])

    def _after(self, http_response: Any, parsed: Any, model: Any, context: Any, **_: Any) -> None:
        params, before = context["meter"]
        keys = list(self._written(model.name, params))
        factor = 2 if model.name == "TransactWriteItems" else 1
        for (table, key), old in zip(keys, before, strict=True):
            known, new = self._table(table), self._image(table, key)
            self.counts.writes[_short(table), model.name] += factor * write_units(old, new)
            for index in known.indexes:
                units = factor * index.units(old, new)
                if units:
                    self.counts.writes[f"{_short(table)}.{index.name}", model.name] += units
        if http_response.status_code == 200:
            self._read(model.name, params, parsed)

    def _read(self, operation: str, what: Any, answer: Any) -> None:
        add = self.counts.reads
        if operation == "GetItem":
            add[_short(what["TableName"]), operation] += _read_units(self._image(what["TableName"], what["Key"]), what)
        elif operation == "BatchGetItem":
            for table, asked in what["RequestItems"].items():
                for key in asked["Keys"]:
                    add[_short(table), operation] += _read_units(self._image(table, key), asked)
        elif operation in ("Query", "Scan"):
            where = _short(what["TableName"]) + (f".{what['IndexName']}" if "IndexName" in what else "")
            add[where, operation] += self._looked_at(operation, what)

    def _looked_at(self, operation: str, what: Any) -> float:
        """Units of the rows that a query went over, whatever of them it handed out."""
        asked = {name: value for name, value in what.items() if name not in ("Select", "ProjectionExpression")}
        filtered = asked.pop("FilterExpression", None)
        if filtered is not None:
            asked = _without_unused(asked)
        if "ProjectionExpression" in what:
            asked = _without_unused(asked)
        rows = getattr(self._raw, operation.lower())(**asked)["Items"]
        size = sum(size_of(row) for row in rows)
        return max(1, math.ceil(size / 4096)) * (1.0 if what.get("ConsistentRead") else 0.5)

    # ---- rows ----

    def _written(self, operation: str, what: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        if operation == "PutItem":
            yield what["TableName"], self._key_of(what["TableName"], what["Item"])
        elif operation in ("UpdateItem", "DeleteItem"):
            yield what["TableName"], what["Key"]
        elif operation == "TransactWriteItems":
            for write in what["TransactItems"]:
                ((kind, part),) = write.items()
                table = part["TableName"]
                yield table, self._key_of(table, part["Item"]) if kind == "Put" else part["Key"]
        elif operation == "BatchWriteItem":
            for table, writes in what["RequestItems"].items():
                for write in writes:
                    put = write.get("PutRequest")
                    yield table, self._key_of(table, put["Item"]) if put else write["DeleteRequest"]["Key"]

    def _image(self, table: str, key: Any) -> Item | None:
        found: Item | None = self._raw.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return found

    def _key_of(self, table: str, item: Item) -> dict[str, Any]:
        return {name: item[name] for name in self._table(table).key}

    def _table(self, name: str) -> _Table:
        if name not in self._tables:
            told = self._raw.describe_table(TableName=name)["Table"]
            key = tuple(part["AttributeName"] for part in told["KeySchema"])
            indexes = []
            for one in told.get("GlobalSecondaryIndexes", ()):
                own = tuple(part["AttributeName"] for part in one["KeySchema"])
                kind, more = (one["Projection"]["ProjectionType"], one["Projection"].get("NonKeyAttributes", ()))
                projected = None if kind == "ALL" else frozenset((*key, *own, *more))
                indexes.append(Index(one["IndexName"], own, projected))
            self._tables[name] = _Table(name, key, tuple(indexes))
        return self._tables[name]


def _read_units(item: Item | None, what: Any) -> float:
    units = max(1, math.ceil(size_of(item) / 4096)) if item is not None else 1
    return units * (1.0 if what.get("ConsistentRead") else 0.5)


def _without_unused(asked: dict[str, Any]) -> dict[str, Any]:
    """DynamoDB refuses names and values that no expression uses."""
    text = asked.get("KeyConditionExpression", "")
    kept = dict(asked)
    for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        used = {name: value for name, value in asked.get(kind, {}).items() if name in text}
        kept.pop(kind, None)
        if used:
            kept[kind] = used
    return kept


def _short(table: str) -> str:
    return table.rsplit("-", 1)[-1]
