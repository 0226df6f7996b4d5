"""eBay in the figures: sellers that have listings already, and how the floor gets in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests

from simulators.ebay.stand_in import APP, REVISE, StandIn
from simulators.kit.stand_in import ControlClient

__all__ = ["REVISE"]

SUBMITS = False


def add_seller(door: ControlClient, seller: str) -> dict[str, str]:
    told = door.do("add_seller", username=seller, marketplaces=[StandIn.SITE])
    return {**APP, "refresh_token": str(told["refreshToken"])}


def put_on_sale(
    door: ControlClient, seller: str, skus: Sequence[str], *, quantity: int, price: str
) -> dict[str, tuple[str, str]]:
    told = door.do(
        "seed_listings", seller=seller, skus=list(skus), marketplace=StandIn.SITE, quantity=quantity, price=price
    )["listings"]
    return {sku: (made["offerId"], made["listingId"]) for sku, made in told.items()}


def limits_told(limits: Mapping[str, Any]) -> dict[str, object]:
    return {
        "version": limits["version"],
        "marketplace_per_second": limits["per_second"],
        "marketplace_orders_per_day": limits["per_day"]["sell.fulfillment"],
    }


def token(url: str, credentials: Mapping[str, str]) -> str:
    answer: dict[str, Any] = requests.post(
        f"{url}/identity/v1/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": credentials["refresh_token"]},
        auth=(credentials["client_id"], credentials["client_secret"]),
        timeout=10,
    ).json()
    return str(answer["access_token"])
