"""What the floor asks of Shopify, uploaded with `benchmarks/floor/functions.py`: urllib3 and nothing of ours."""

from __future__ import annotations

import os
import time
from typing import Any

import urllib3

ID_HEADER = "x-shopify-webhook-id"
_HTTP = urllib3.PoolManager(maxsize=8)
_HEADERS = {"X-Shopify-Access-Token": os.environ["SHOP_TOKEN"], "Content-Type": "application/json"}
_ITEM = """query ($id: ID!) { inventoryItem(id: $id) {
  sku inventoryLevels(first: 10) { nodes { quantities(names: ["available"]) { quantity } } }
} }"""
_LOOK = "query ($query: String!) { orders(first: 1, query: $query) { nodes { id } } }"
_CREATE = """mutation ($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput!) {
  orderCreate(order: $order, options: $options) { order { id } userErrors { field message } }
}"""


def stock_of(delivery: dict[str, Any]) -> tuple[str, int]:
    """The SKU that a delivery is about, and how many the shop has."""
    item = _ask(_ITEM, {"id": f"gid://shopify/InventoryItem/{delivery['inventory_item_id']}"})["inventoryItem"]
    levels = item["inventoryLevels"]["nodes"]
    return item["sku"], sum(one["quantity"] for level in levels for one in level["quantities"])


def has_order(mark: str) -> bool:
    """Whether the shop has an order with this mark."""
    return bool(_ask(_LOOK, {"query": f"source_identifier:{mark}"})["orders"]["nodes"])


def create_order(mark: str, lines: list[tuple[str, int]]) -> None:
    """Create an order of these variants."""
    items = [{"variantId": variant, "quantity": quantity} for variant, quantity in lines]
    wanted = {"sourceIdentifier": mark, "financialStatus": "PAID", "lineItems": items}
    options = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
    made = _ask(_CREATE, {"order": wanted, "options": options})["orderCreate"]
    if made["userErrors"]:
        raise RuntimeError(f"the shop refused {made['userErrors']}")


def _ask(query: str, variables: dict[str, Any]) -> Any:
    """The answer's data; a call that the shop's bucket has no points for waits for them."""
    url = f"{os.environ['SHOP_URL']}/admin/api/2026-04/graphql.json"
    while True:
        asked = {"query": query, "variables": variables}
        answer = _HTTP.request("POST", url, headers=_HEADERS, json=asked).json()
        if not answer.get("errors"):
            return answer["data"]
        if answer["errors"][0].get("extensions", {}).get("code") != "THROTTLED":
            raise RuntimeError(f"the shop answered {answer['errors']}")
        cost = answer["extensions"]["cost"]
        status = cost["throttleStatus"]
        time.sleep(max(0.1, (cost["requestedQueryCost"] - status["currentlyAvailable"]) / status["restoreRate"]))
