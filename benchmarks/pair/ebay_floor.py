"""What the floor asks of eBay, uploaded with `benchmarks/floor/functions.py`: urllib3 and nothing of ours."""

from __future__ import annotations

import os
import time
from typing import Any

import urllib3

_URL = os.environ["MARKET_URL"]
_ORDERS = f"{_URL}/sell/fulfillment/v1/order"
_HTTP = urllib3.PoolManager(maxsize=8)
_HEADERS = {
    "Authorization": f"Bearer {os.environ['MARKET_TOKEN']}",
    "Accept": "application/json",
    "Accept-Language": "de-DE",
    "Content-Language": "de-DE",
    "Content-Type": "application/json",
}
_REFUSED_S = 0.2
"""How long a call waits that the marketplace refused for its pace."""


def revise(sku: str, offer: str, quantity: int) -> None:
    """Send a quantity."""
    told = {"offerId": offer, "availableQuantity": quantity}
    row = {"sku": sku, "shipToLocationAvailability": {"quantity": quantity}, "offers": [told]}
    answer = _ask("POST", f"{_URL}/sell/inventory/v1/bulk_update_price_quantity", {"requests": [row]})
    if any(entry["statusCode"] != 200 for entry in answer["responses"]):
        raise RuntimeError(f"the marketplace refused {answer}")


def orders_since(since: str) -> list[str]:
    """The ids of orders since an instant."""
    answer = _ask("GET", f"{_ORDERS}?limit=200&filter=creationdate:%5B{since}..%5D")
    return [order["orderId"] for order in answer["orders"]]


def lines_of(order: str) -> list[tuple[str, int]]:
    """SKU and number of each of an order's lines."""
    return [(line["sku"], line["quantity"]) for line in _ask("GET", f"{_ORDERS}/{order}")["lineItems"]]


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
