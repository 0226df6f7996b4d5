"""What the floor asks of Amazon, uploaded with `benchmarks/floor/functions.py`: urllib3 and nothing of ours.

A quantity counts as accepted when Amazon has taken the patch in. Ours counts when Amazon shows it.
"""

from __future__ import annotations

import os
import time
from typing import Any
from urllib.parse import quote

import urllib3

_URL, _SELLER, _STORE = os.environ["MARKET_URL"], os.environ["MARKET_SELLER"], os.environ["MARKET_STORE"]
_ORDERS = f"{_URL}/orders/2026-01-01/orders"
_HTTP = urllib3.PoolManager(maxsize=8)
_HEADERS = {
    "x-amz-access-token": os.environ["MARKET_TOKEN"],
    "User-Agent": "Floor/1 (Language=Python)",
    "Content-Type": "application/json",
}
_REFUSED_S = 0.2
"""How long a call waits that the marketplace refused for its pace."""


def revise(sku: str, offer: str, quantity: int) -> None:
    """Send a quantity."""
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity}]
    patch = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}
    url = f"{_URL}/listings/2021-08-01/items/{_SELLER}/{quote(offer, safe='')}?marketplaceIds={_STORE}"
    answer = _ask("PATCH", url, {"productType": "PRODUCT", "patches": [patch]})
    if answer["status"] != "ACCEPTED":
        raise RuntimeError(f"the marketplace refused {answer}")


def orders_since(since: str) -> list[str]:
    """The ids of orders since an instant."""
    answer = _ask("GET", f"{_ORDERS}?createdAfter={since}&maxResultsPerPage=100")
    return [order["orderId"] for order in answer["orders"]]


def lines_of(order: str) -> list[tuple[str, int]]:
    """SKU and number of each of an order's lines."""
    lines = _ask("GET", f"{_ORDERS}/{order}")["order"]["orderItems"]
    return [(line["product"]["sellerSku"], line["quantityOrdered"]) for line in lines]


def _ask(method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    """The answer; a call above the marketplace's pace is made again."""
    while True:
        answer = _HTTP.request(method, url, headers=_HEADERS, json=body)
        if answer.status != 429:
            break
        time.sleep(_REFUSED_S)
    if not 200 <= answer.status < 300:
        raise RuntimeError(f"{url}: {answer.status} {answer.data[:300]!r}")
    return answer.json()
