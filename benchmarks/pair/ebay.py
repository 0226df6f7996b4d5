"""eBay in the figures: sellers that have listings already, and how the floor gets in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests

from simulators.ebay.stand_in import REVISE, StandIn
from simulators.kit.stand_in import ControlClient, Seller

__all__ = ["REVISE"]

SUBMITS = False


def put_on_sale(
    door: ControlClient, seller: str, skus: Sequence[str], *, quantity: int, price: str
) -> dict[str, tuple[str, str]]:
    told = door.do(
        "seed_listings", seller=seller, skus=list(skus), marketplace=StandIn.SITE, quantity=quantity, price=price
    )["listings"]
    return {sku: (made["offerId"], made["listingId"]) for sku, made in told.items()}


def rate(limits: Mapping[str, Any]) -> tuple[float, float]:
    """Revisions a second, and how many at once."""
    return float(limits["per_second"]["rate"]), float(limits["per_second"]["burst"])


def limits_told(limits: Mapping[str, Any]) -> dict[str, object]:
    return {
        "version": limits["version"],
        "marketplace_per_second": limits["per_second"],
        "marketplace_orders_per_day": limits["per_day"]["sell.fulfillment"],
    }


def floor_variables(url: str, seller: Seller) -> dict[str, str]:
    credentials = seller.credentials
    answer: dict[str, Any] = requests.post(
        f"{url}/identity/v1/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": credentials["refresh_token"]},
        auth=(credentials["client_id"], credentials["client_secret"]),
        timeout=10,
    ).json()
    return {"MARKET_TOKEN": str(answer["access_token"])}
