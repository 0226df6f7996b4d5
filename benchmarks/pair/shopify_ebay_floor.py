"""The floor's functions, uploaded as this one file: boto3, urllib3 and nothing of ours.

A change goes through `door`, `read` and `write`: it is stored and queued, read from the shop, written to the marketplace.
An order goes through `poll` and `create`: seen in the marketplace's list, queued, read, looked for in the shop, created there.
Each function keeps one row per SKU or order, and the row carries the instants that the figures ask for. Like ours, a
function works on a batch with eight threads. Nothing is guarded, budgeted, matched or reserved here.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import urllib3

_THREADS = 8
_TABLE, _EBAY, _SHOP = os.environ["TABLE"], os.environ["MARKET_URL"], os.environ["SHOP_URL"]
_ORDERS = f"{_EBAY}/sell/fulfillment/v1/order"
_DYNAMODB, _SQS = boto3.client("dynamodb"), boto3.client("sqs")
_HTTP = urllib3.PoolManager(maxsize=_THREADS)
_TO_EBAY = {
    "Authorization": f"Bearer {os.environ['MARKET_TOKEN']}",
    "Accept": "application/json",
    "Accept-Language": "de-DE",
    "Content-Language": "de-DE",
    "Content-Type": "application/json",
}
_TO_SHOP = {"X-Shopify-Access-Token": os.environ["SHOP_TOKEN"], "Content-Type": "application/json"}
_REFUSED_S = 0.2
"""How long a call waits that the marketplace refused for its pace."""

_ITEM = """query ($id: ID!) { inventoryItem(id: $id) {
  sku inventoryLevels(first: 10) { nodes { quantities(names: ["available"]) { quantity } } }
} }"""
_LOOK = "query ($query: String!) { orders(first: 1, query: $query) { nodes { id } } }"
_CREATE = """mutation ($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput!) {
  orderCreate(order: $order, options: $options) { order { id } userErrors { field message } }
}"""


def door(event: dict[str, Any], context: object) -> dict[str, Any]:
    """A delivery of the shop: stored, queued, answered."""
    id = next(value for name, value in event["headers"].items() if name.lower() == "x-shopify-webhook-id")
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
        answer = _ebay("GET", f"{_ORDERS}?limit=200&filter=creationdate:%5B{json.loads(record['body'])['since']}..%5D")
        with ThreadPoolExecutor(_THREADS) as pool:
            new = [id for id in pool.map(_seen, [order["orderId"] for order in answer["orders"]]) if id]
        _send("CREATE_QUEUE", [json.dumps({"order": id}) for id in new])


def create(event: dict[str, Any], context: object) -> None:
    """Three remote calls per order: read it, look for it in the shop, create it there."""
    _each(event, _create)


def _read(message: dict[str, Any]) -> None:
    item = _shop(_ITEM, {"id": f"gid://shopify/InventoryItem/{message['inventory_item_id']}"})["inventoryItem"]
    levels = item["inventoryLevels"]["nodes"]
    quantity = sum(one["quantity"] for level in levels for one in level["quantities"])
    row = _note(item["sku"], "quantity", quantity)
    change = {"sku": item["sku"], "offer": row["offer"]["S"], "quantity": quantity}
    _send("WRITE_QUEUE", [json.dumps(change)])


def _write(message: dict[str, Any]) -> None:
    quantity = message["quantity"]
    offer = {"offerId": message["offer"], "availableQuantity": quantity}
    row = {"sku": message["sku"], "shipToLocationAvailability": {"quantity": quantity}, "offers": [offer]}
    answer = _ebay("POST", f"{_EBAY}/sell/inventory/v1/bulk_update_price_quantity", {"requests": [row]})
    if any(entry["statusCode"] != 200 for entry in answer["responses"]):
        raise RuntimeError(f"the marketplace refused {answer}")
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
    order = _ebay("GET", f"{_ORDERS}/{id}")
    if _shop(_LOOK, {"query": f"source_identifier:{id}"})["orders"]["nodes"]:
        return
    lines = []
    for line in order["lineItems"]:
        variant = _DYNAMODB.get_item(TableName=_TABLE, Key={"id": {"S": line["sku"]}})["Item"]["variant"]["S"]
        lines.append({"variantId": variant, "quantity": line["quantity"]})
    wanted = {"sourceIdentifier": id, "financialStatus": "PAID", "lineItems": lines}
    options = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
    made = _shop(_CREATE, {"order": wanted, "options": options})["orderCreate"]
    if made["userErrors"]:
        raise RuntimeError(f"the shop refused {made['userErrors']}")
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


def _ebay(method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    """The answer; a call above the marketplace's pace is made again."""
    while True:
        answer = _HTTP.request(method, url, headers=_TO_EBAY, json=body)
        if answer.status != 429:
            break
        time.sleep(_REFUSED_S)
    if not 200 <= answer.status < 300:
        raise RuntimeError(f"{url}: {answer.status} {answer.data[:300]!r}")
    return answer.json()


def _shop(query: str, variables: dict[str, Any]) -> Any:
    """The answer's data; a call that the shop's bucket has no points for waits for them."""
    url, asked = f"{_SHOP}/admin/api/2026-04/graphql.json", {"query": query, "variables": variables}
    while True:
        answer = _HTTP.request("POST", url, headers=_TO_SHOP, json=asked).json()
        if not answer.get("errors"):
            return answer["data"]
        if answer["errors"][0].get("extensions", {}).get("code") != "THROTTLED":
            raise RuntimeError(f"the shop answered {answer['errors']}")
        cost = answer["extensions"]["cost"]
        status = cost["throttleStatus"]
        time.sleep(max(0.1, (cost["requestedQueryCost"] - status["currentlyAvailable"]) / status["restoreRate"]))
