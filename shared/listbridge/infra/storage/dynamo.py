"""DynamoDB calls in the words of our repositories, for the rows on the hot paths.

PynamoDB's models (`tables.py`) serve the rows that are read by people or written once per job. Rows that a webhook, an
observation, a recompute or a drainer touches go through here instead: only the client itself hands out the row that
made a condition fail, in the same call, and a model adds 10 to 20 % to the CPU of a conditional save (0.95 to 1.1 ms on
Python 3.13, two cores, against the emulator, November 2026). In every expression a name is written `#name`: the attribute of that name, whether or not AWS reserves the word.
"""

from __future__ import annotations

import base64
import json
import random
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from listbridge.domain.ids import can_be_key
from listbridge.domain.ports import NotACursor
from listbridge.infra import aws

Item = dict[str, Any]
"""A row as the client has it: attribute name → {type: value}."""
CursorShape = Mapping[str, "str | Item"]
"""The attributes of a list's start key: each with its type (`S` or `N`), or with its value where that is the same for all."""
_NAME = re.compile(r"#(\w+)")
_BATCH_GET = 100
_BATCH_TRIES = 8
_TRANSACT_TRIES = 10
_TOGETHER = 100
_TOGETHER_CHARACTERS = 1_000_000
"""A transaction bears a hundred writes of four megabytes together, and a character has at most four bytes (DynamoDB API reference,
TransactWriteItems)."""
_TOGETHER_TRIES = 4
_PASSING = {
    "TransactionConflict",
    "ThrottlingError",
    "ThrottlingException",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "TransactionInProgressException",
}
"""Why a transaction did not happen this time, among a cancellation's reasons or alone (DynamoDB API reference,
TransactWriteItems, Errors)."""


class ConditionFailed(Exception):
    """The row was not as expected, and nothing was written. `row` is what it was, None when there was none."""

    def __init__(self, row: Item | None) -> None:
        super().__init__("the row is not as expected")
        self.row = row


def text(value: str) -> Item:
    """A text attribute."""
    return {"S": value}


def number(value: int | float) -> Item:
    """A number attribute."""
    return {"N": str(value)}


def find(table: str, key: Item) -> Item | None:
    """One row, strongly consistent."""
    found = aws.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)
    item: Item | None = found.get("Item")
    return item


def get_many(table: str, keys: Sequence[Item], *, only: str | None = None) -> Iterator[Item]:
    """The rows that exist, strongly consistent, in any order. Keys must differ from each other.

    `only` (`#doc, #rev`) leaves the other attributes out: reading an attribute costs more CPU than the wire does.

    Raises:
        TimeoutError: DynamoDB kept leaving keys unprocessed.
    """
    client = aws.client("dynamodb")
    for start in range(0, len(keys), _BATCH_GET):
        wanted: Any = {"Keys": list(keys[start : start + _BATCH_GET]), "ConsistentRead": True}
        if only is not None:
            wanted |= {"ProjectionExpression": only, "ExpressionAttributeNames": names_in(only)}
        asked: Any = {table: wanted}
        for attempt in range(_BATCH_TRIES):
            answer = client.batch_get_item(RequestItems=asked)
            yield from answer["Responses"].get(table, ())
            asked = answer.get("UnprocessedKeys")
            if not asked:
                break
            pause(attempt)
        else:
            raise TimeoutError(f"{table}: keys left unprocessed {_BATCH_TRIES} times")


def put(table: str, item: Item, *, condition: str | None = None, values: Mapping[str, Item] | None = None) -> None:
    """Write a whole row. Raises ConditionFailed."""
    _write("put_item", {"TableName": table, "Item": item}, condition, None, values)


def update(
    table: str,
    key: Item,
    expression: str,
    *,
    condition: str | None = None,
    values: Mapping[str, Item] | None = None,
    returning: str = "NONE",
) -> Item:
    """Change a row's attributes, and return those that `returning` asks for (ALL_OLD, ALL_NEW …). Raises ConditionFailed."""
    what: dict[str, Any] = {"TableName": table, "Key": key, "ReturnValues": returning}
    answer = _write("update_item", what, condition, expression, values)
    attributes: Item = answer.get("Attributes") or {}
    return attributes


def delete(table: str, key: Item, *, condition: str | None = None, values: Mapping[str, Item] | None = None) -> None:
    """Delete a row. Raises ConditionFailed."""
    _write("delete_item", {"TableName": table, "Key": key}, condition, None, values)


def query(
    table: str,
    where: str,
    values: Mapping[str, Item],
    *,
    index: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
    cursor_shape: CursorShape | None = None,
    newest_first: bool = False,
) -> tuple[list[Item], str | None]:
    """One page of rows in key order, and where the next begins. Without an index it is strongly consistent.

    `newest_first` turns the order round, for keys that are instants. A cursor from outside needs its `cursor_shape`.
    Raises NotACursor.
    """
    what: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": where,
        "ExpressionAttributeNames": names_in(where),
        "ExpressionAttributeValues": values,
    }
    if index is None:
        what["ConsistentRead"] = True
    else:
        what["IndexName"] = index
    if newest_first:
        what["ScanIndexForward"] = False
    return _page(aws.client("dynamodb").query, what, limit, cursor, cursor_shape)


def count(table: str, where: str, values: Mapping[str, Item], *, index: str) -> int:
    """How many entries of the index fit, as far as it shows; the rows themselves are not read."""
    what: dict[str, Any] = {
        "TableName": table,
        "IndexName": index,
        "KeyConditionExpression": where,
        "ExpressionAttributeNames": names_in(where),
        "ExpressionAttributeValues": values,
        "Select": "COUNT",
    }
    total = 0
    while True:
        answer = aws.client("dynamodb").query(**what)
        total += int(answer["Count"])
        if not answer.get("LastEvaluatedKey"):
            return total
        what["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def query_all(table: str, where: str, values: Mapping[str, Item], *, index: str | None = None) -> Iterator[Item]:
    """All rows of one partition; without an index strongly consistent."""
    cursor = None
    while True:
        items, cursor = query(table, where, values, index=index, cursor=cursor)
        yield from items
        if cursor is None:
            return


def transact(writes: Sequence[Mapping[str, Any]]) -> set[int]:
    """Do all of these writes (TransactWriteItems), or none; the answer holds the places of those whose condition failed.

    Empty means done. A transaction that met another one, or was throttled, is tried again: the writes must be such that
    doing them twice does no harm, for an answer may have been lost.

    Raises:
        TimeoutError: it kept meeting others.
    """
    for attempt in range(_TRANSACT_TRIES):
        if attempt:
            pause(attempt)
        try:
            aws.client("dynamodb").transact_write_items(TransactItems=list(writes))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            reasons: Any = error.response.get("CancellationReasons") or ()
            failed = {at for at, one in enumerate(reasons) if one.get("Code") == "ConditionalCheckFailed"}
            if failed:
                return failed
            if code not in _PASSING and not any(one.get("Code") in _PASSING for one in reasons):
                raise
        else:
            return set()
    raise TimeoutError(f"a transaction of {len(writes)} writes met others {_TRANSACT_TRIES} times")


@dataclass(slots=True)
class Together:
    """What became of writes by their places: the condition of the `failed` was not met, those `left` were not done, the others
    are done."""

    failed: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)


def write_many(writes: Sequence[Mapping[str, Any]]) -> Together:
    """Do these writes to rows that differ, each under its own condition, a hundred in one call (TransactWriteItems).

    None of them keeps another back: where a condition fails, or a row is in another transaction, the rest of its call goes without
    it. What is left is for the caller to write alone, and shows only there what is wrong with it. The writes must be such that doing them twice
    does no harm, for an answer may have been lost.
    """
    told = Together()
    for places in _calls(writes):
        _write_together(writes, places, told)
    return told


def _write_together(writes: Sequence[Mapping[str, Any]], places: list[int], told: Together) -> None:
    for attempt in range(_TOGETHER_TRIES):
        if not places:
            return
        try:
            aws.client("dynamodb").transact_write_items(TransactItems=[writes[at] for at in places])
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons") or ()
            why = {
                at: one["Code"] for at, one in zip(places, reasons, strict=False) if one.get("Code", "None") != "None"
            }
            failed = {at for at, code in why.items() if code == "ConditionalCheckFailed"}
            told.failed |= failed
            told.left |= why.keys() - failed
            places = [at for at in places if at not in why]
            if not why:  # nothing is wrong with any of them: it was throttled, or is refused as a whole
                if error.response["Error"]["Code"] not in _PASSING:
                    break
                pause(attempt)
        else:
            return
    told.left |= set(places)


def _calls(writes: Sequence[Mapping[str, Any]]) -> Iterator[list[int]]:
    """The places of the writes that fit into one call each."""
    places: list[int] = []
    size = 0
    for at, write in enumerate(writes):
        item = write.get("Put", {}).get("Item", {})
        characters = sum(len(value) for attribute in item.values() for value in attribute.values())
        if places and (len(places) == _TOGETHER or size + characters > _TOGETHER_CHARACTERS):
            yield places
            places, size = [], 0
        places.append(at)
        size += characters
    if places:
        yield places


def put_together(table: str, item: Item, condition: str, values: Mapping[str, Item]) -> Item:
    """`put` as one of the writes of `write_many`."""
    return {"Put": {"TableName": table, "Item": item, **_conditioned(values, condition)}}


def update_together(table: str, key: Item, expression: str, condition: str, values: Mapping[str, Item]) -> Item:
    """`update` as one of the writes of `write_many`."""
    what = {"TableName": table, "Key": key, "UpdateExpression": expression}
    return {"Update": {**what, **_conditioned(values, condition, expression)}}


def delete_together(table: str, key: Item) -> Item:
    """`delete`, whatever the row holds, as one of the writes of `write_many`."""
    return {"Delete": {"TableName": table, "Key": key}}


def _conditioned(values: Mapping[str, Item], condition: str, *expressions: str) -> Item:
    return {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names_in(condition, *expressions),
        "ExpressionAttributeValues": values,
    }


def scan(
    table: str,
    only: str | None,
    values: Mapping[str, Item],
    *,
    limit: int,
    cursor: str | None,
    fields: str | None = None,
) -> tuple[list[Item], str | None]:
    """One page of a whole table's rows, strongly consistent: at most `limit` are looked at, so a page may be empty.

    `only` is the condition on the rows, None for all of them; `fields` (`#account, #order`) leaves other attributes out.
    """
    what: dict[str, Any] = {
        "TableName": table,
        "ExpressionAttributeNames": names_in(*(part for part in (only, fields) if part is not None)),
        "ConsistentRead": True,
    }
    if only is not None:
        what |= {"FilterExpression": only, "ExpressionAttributeValues": values}
    if fields is not None:
        what["ProjectionExpression"] = fields
    return _page(aws.client("dynamodb").scan, what, limit, cursor, None)


@cache
def names_in(*expressions: str) -> Mapping[str, str]:
    """Placeholder → attribute, for every `#name` in the expressions."""
    return {f"#{name}": name for expression in expressions for name in _NAME.findall(expression)}


def pause(attempt: int) -> None:
    """Wait a little, and longer with each attempt, so that two who collided do not collide again."""
    time.sleep(random.uniform(0.2, 1.0) * min(0.01 * 2**attempt, 0.5))  # noqa: S311  # no secret depends on it


def _write(
    operation: str,
    what: dict[str, Any],
    condition: str | None,
    expression: str | None,
    values: Mapping[str, Item] | None,
) -> dict[str, Any]:
    if expression is not None:
        what["UpdateExpression"] = expression
    if condition is not None:
        what["ConditionExpression"] = condition
        what["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    found = names_in(*(part for part in (condition, expression) if part is not None))
    if found:
        what["ExpressionAttributeNames"] = found
    if values:
        what["ExpressionAttributeValues"] = values
    attempt = 0
    while True:
        try:
            answer: dict[str, Any] = getattr(aws.client("dynamodb"), operation)(**what)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ConditionalCheckFailedException":
                row: Any = error.response.get("Item")
                raise ConditionFailed(row or None) from None
            attempt += 1
            # The row is part of a transaction right now (an order's reservation), and botocore does not wait for that.
            if code != "TransactionConflictException" or attempt == _TRANSACT_TRIES:
                raise
            pause(attempt)
        else:
            return answer


def _page(
    operation: Any, what: dict[str, Any], limit: int | None, cursor: str | None, shape: CursorShape | None
) -> tuple[list[Item], str | None]:
    if limit is not None:
        what["Limit"] = limit
    if cursor is not None:
        what["ExclusiveStartKey"] = cursor_key(cursor, shape)
    answer = operation(**what)
    return answer["Items"], cursor_text(answer.get("LastEvaluatedKey"))


def cursor_text(key: Item | None) -> str | None:
    """Where a page ended, as a text that is safe in a URL."""
    if not key:
        return None
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode()


def cursor_key(cursor: str, shape: CursorShape | None = None) -> Item:
    """The key that a cursor stands for. Raises NotACursor for one that no page of this list can have ended with.

    DynamoDB refuses a start key with other attributes, of another partition, or that no row can have.
    """
    try:
        key = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise NotACursor from None
    if not isinstance(key, dict) or (shape is not None and key.keys() != shape.keys()):
        raise NotACursor
    for name, value in key.items():
        wanted = shape[name] if shape is not None else None
        if not _is_key_value(value) or not (wanted is None or wanted in (value, *value)):
            raise NotACursor
    return key


def _is_key_value(value: Any) -> bool:
    match value:
        case {"S": str(text), **rest} if not rest:
            return can_be_key(text)
        case {"N": str(digits), **rest} if not rest:
            return re.fullmatch(r"-?\d{1,30}", digits, re.ASCII) is not None
    return False


def unique(keys: Iterable[Item]) -> list[Item]:
    """Each key once: BatchGetItem refuses a repeated one."""
    return list({json.dumps(key, sort_keys=True): key for key in keys}.values())
