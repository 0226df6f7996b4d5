"""What the floor asks of Etsy, uploaded with `benchmarks/floor/functions.py`: urllib3 and nothing of ours."""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import Any

import urllib3

_URL = f"{os.environ['MARKET_URL']}/v3/application"
_HTTP = urllib3.PoolManager(maxsize=8)
_HEADERS = {
    "Authorization": f"Bearer {os.environ['MARKET_TOKEN']}",
    "Accept": "application/json",
    "x-api-key": "simkeystring0123456789ab:simsecret0",
}
_REFUSED_S = 0.2
"""How long a call waits that the marketplace refused for its pace."""
_shops: list[str] = []
_listings: dict[str, int] = {}


def revise(sku: str, offer: str, quantity: int) -> None:
    """Send a quantity: the listing's one product with its price as it was read."""
    path = f"{_URL}/listings/{_listing(sku)}/inventory"
    told = _ask("GET", path)
    [product] = told["products"]
    [offering] = product["offerings"]
    price = offering["price"]["amount"] / offering["price"]["divisor"]
    ready = offering["readiness_state_id"]
    row = {"price": price, "quantity": quantity, "is_enabled": True, "readiness_state_id": ready}
    _ask("PUT", path, {"products": [{"sku": sku, "property_values": [], "offerings": [row]}]})


def orders_since(since: str) -> list[str]:
    """The ids of orders since an instant."""
    began = int(datetime.fromisoformat(since).timestamp())
    told = _ask("GET", f"{_URL}/shops/{_shop()}/receipts?limit=100&min_created={began}")
    return [str(order["receipt_id"]) for order in told["results"]]


def lines_of(order: str) -> list[tuple[str, int]]:
    """SKU and number of each of an order's lines."""
    told = _ask("GET", f"{_URL}/shops/{_shop()}/receipts/{order}")
    return [(line["sku"], line["quantity"]) for line in told["transactions"]]


def _shop() -> str:
    if not _shops:
        _shops.append(str(_ask("GET", f"{_URL}/users/me")["shop_id"]))
    return _shops[0]


def _listing(sku: str) -> int:
    """Nothing is found by SKU: all that the shop has on sale is read, once."""
    offset, count = 0, 1
    while sku not in _listings and offset < count:
        told = _ask("GET", f"{_URL}/shops/{_shop()}/listings?state=active&limit=100&offset={offset}")
        for row in told["results"]:
            _listings.update(dict.fromkeys(row["skus"], row["listing_id"]))
        offset, count = offset + 100, told["count"]
    return _listings[sku]


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
