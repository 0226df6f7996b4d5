"""The floor's functions, uploaded with the two `_floor` files of the pair: boto3, urllib3 and nothing of ours.

A change goes through `door`, `read` and `write`: it is stored and queued, read from the shop, written to the marketplace.
An order goes through `poll` and `create`: seen in the marketplace's list, queued, read, looked for in the shop, created there.
Each function keeps one row per SKU or order, and the row carries the instants that the figures ask for. Like ours, a
function works on a batch with eight threads. Nothing is guarded, budgeted, matched or reserved here.
"""

from __future__ import annotations

import importlib
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

_THREADS = 8
_TABLE = os.environ["TABLE"]
_SHOP: Any = importlib.import_module(os.environ["SHOP_FLOOR"])
_MARKET: Any = importlib.import_module(os.environ["MARKET_FLOOR"])
_DYNAMODB, _SQS = boto3.client("dynamodb"), boto3.client("sqs")


def door(event: dict[str, Any], context: object) -> dict[str, Any]:
    """A delivery of the shop: stored, queued, answered."""
    id = next(value for name, value in event["headers"].items() if name.lower() == _SHOP.ID_HEADER)
    _DYNAMODB.put_item(TableName=_TABLE, Item={"id": {"S": f"delivery#{id}"}, "body": {"S": event["body"]}})
    _send("READ_QUEUE", [event["body"]])
    return {"statusCode": 200, "body": "{}"}


def read(event: dict[str, Any], context: object) -> None:
    """One read of the shop per delivery; the number is stored, and queued for the marketplace."""
    _each(event, _read)


def write(event: dict[str, Any], context: object) -> None:
    """One write to the marketplace per number; its acceptance is stored."""
    _each(event, _write)


def poll(event: dict[str, Any], context: object) -> None:
    """The marketplace's orders since an instant: a row for each that is new, and a message."""
    for record in event["Records"]:
        orders = _MARKET.orders_since(json.loads(record["body"])["since"])
        with ThreadPoolExecutor(_THREADS) as pool:
            new = [id for id in pool.map(_seen, orders) if id]
        _send("CREATE_QUEUE", [json.dumps({"order": id}) for id in new])


def create(event: dict[str, Any], context: object) -> None:
    """Three remote calls per order: read it, look for it in the shop, create it there."""
    _each(event, _create)


def _read(message: dict[str, Any]) -> None:
    sku, quantity = _SHOP.stock_of(message)
    row = _note(sku, "quantity", quantity)
    change = {"sku": sku, "offer": row["offer"]["S"], "quantity": quantity}
    _send("WRITE_QUEUE", [json.dumps(change)])


def _write(message: dict[str, Any]) -> None:
    _MARKET.revise(message["sku"], message["offer"], message["quantity"])
    _note(message["sku"], "accepted_at", time.time())


def _seen(order: str) -> str | None:
    """The order's id if it has no row yet."""
    row = {"id": {"S": order}, "seen_at": {"N": repr(time.time())}}
    try:
        _DYNAMODB.put_item(TableName=_TABLE, Item=row, ConditionExpression="attribute_not_exists(id)")
    except _DYNAMODB.exceptions.ConditionalCheckFailedException:
        return None
    return order


def _create(message: dict[str, Any]) -> None:
    id = message["order"]
    wanted = _MARKET.lines_of(id)
    if _SHOP.has_order(id):
        return
    lines = []
    for sku, quantity in wanted:
        variant = _DYNAMODB.get_item(TableName=_TABLE, Key={"id": {"S": sku}})["Item"]["variant"]["S"]
        lines.append((variant, quantity))
    _SHOP.create_order(id, lines)
    _note(id, "confirmed_at", time.time())


def _each(event: dict[str, Any], one: Callable[[dict[str, Any]], None]) -> None:
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(one, [json.loads(record["body"]) for record in event["Records"]]))


def _note(id: str, name: str, value: float) -> dict[str, Any]:
    """Set one number of a row; returns the row."""
    row: dict[str, Any] = _DYNAMODB.update_item(
        TableName=_TABLE,
        Key={"id": {"S": id}},
        UpdateExpression="SET #name = :value",
        ReturnValues="ALL_NEW",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": {"N": repr(value)}},
    )["Attributes"]
    return row


def _send(queue: str, bodies: list[str]) -> None:
    """In batches of ten, the most that SQS takes."""
    for at in range(0, len(bodies), 10):
        entries: Any = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies[at : at + 10])]
        _SQS.send_message_batch(QueueUrl=os.environ[queue], Entries=entries)
