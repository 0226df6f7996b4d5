"""Amazon in the figures: sellers that have listings already, and its documented limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests

from simulators.amazon.stand_in import REVISE
from simulators.kit.stand_in import ControlClient, Seller

__all__ = ["REVISE"]

SUBMITS = True
FEED_S = 60.0
"""What the simulator takes for a feed: 15 s in its queue, 45 s of work (simulators/amazon/feeds.py, `Pace`)."""
ARGUMENTS = ("--latency", "0.3")
"""Everything else as documented: rates, what a patch and what a feed takes."""
_STORE = "A1PA6795UKMFR9"


def put_on_sale(
    door: ControlClient, seller: str, skus: Sequence[str], *, quantity: int, price: str
) -> dict[str, tuple[str, str]]:
    made = door.do("seed_listings", seller=seller, skus=list(skus), site=_STORE, quantity=quantity, price=price)
    return {sku: (sku, asin) for sku, asin in made["listings"].items()}


def rate(limits: Mapping[str, Any]) -> tuple[float, float]:
    """Revisions a second, and how many at once."""
    per_second, burst = limits["rates"][REVISE]
    return float(per_second), float(burst)


def limits_told(limits: Mapping[str, Any]) -> dict[str, object]:
    return {"version": limits["version"], "marketplace_rates": {REVISE: limits["rates"][REVISE]}}


def floor_variables(url: str, seller: Seller) -> dict[str, str]:
    asked = {"grant_type": "refresh_token", **seller.credentials}
    answer: dict[str, Any] = requests.post(f"{url}/auth/o2/token", data=asked, timeout=10).json()
    return {
        "MARKET_TOKEN": str(answer["access_token"]),
        "MARKET_SELLER": str(seller.settings["seller_id"]),
        "MARKET_STORE": _STORE,
    }
