"""Orders as Amazon tells them, for tests that read them: our own, and the examples of the official model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from listbridge.domain.orders.orders import Buyer, RemoteOrder
from listbridge.marketplaces.amazon.orders.mapping import READER
from simulators import amazon

MODEL = Path(amazon.__path__[0]) / "official" / "models" / "orders_2026-01-01.json"


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "USD"}


def row(kind: str, amount: str, **about: str) -> dict[str, Any]:
    """A row of `breakdowns`; `about` are amounts by what they are about."""
    parts = [{"subtype": name.upper(), "value": usd(value)} for name, value in about.items()]
    return {"type": kind, "subtotal": usd(amount), **({"detailedBreakdowns": parts} if parts else {})}


def item(number: int, *rows: dict[str, Any], quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "orderItemId": f"{number}",
        "quantityOrdered": quantity,
        "product": {"asin": "B0CANDLE01", "title": "Candle", "sellerSku": f"C-{number}"},
        "proceeds": {"breakdowns": list(rows)},
        "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": quantity},
        **more,
    }


def told(*items: dict[str, Any], total: str, status: str = "UNSHIPPED", **more: Any) -> dict[str, Any]:
    return {
        "orderId": "114-0000001-0000001",
        "createdTime": "2026-11-01T10:00:00Z",
        "lastUpdatedTime": "2026-11-01T10:05:00Z",
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": "ATVPDKIKX0DER"},
        "fulfillment": {"fulfillmentStatus": status, "fulfilledBy": "MERCHANT"},
        "proceeds": {"grandTotal": usd(total)},
        "orderItems": list(items),
        **more,
    }


def order_of(body: dict[str, Any]) -> RemoteOrder:
    return READER.read(body, strict=True).order


def buyer_of(body: dict[str, Any]) -> Buyer:
    buyer = READER.read(body, strict=True).buyer
    assert buyer is not None
    return buyer


def examples() -> dict[str, dict[str, Any]]:
    """Every order in the model's sandbox answers, by its id."""
    found: dict[str, dict[str, Any]] = {}
    for path in json.loads(MODEL.read_text())["paths"].values():
        answer = path["get"]["responses"]["200"]
        for pair in answer["x-amzn-api-sandbox"]["static"]:
            response = pair["response"]
            for order in response.get("orders", [response.get("order")]):
                found[order["orderId"]] = order
    return found
