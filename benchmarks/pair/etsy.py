"""Etsy in the figures: sellers that have listings already, and two calls for each change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests

from simulators.etsy.stand_in import APP, REVISE
from simulators.kit.stand_in import ControlClient

__all__ = ["REVISE"]

SUBMITS = False
CALLS = 2
"""A read and a write of the listing, whatever its number of variants."""
LISTINGS = 300
ARGUMENTS = ("--latency", "0.3", "--per-second", "10", "--per-day", "1000000")
"""The rate that Etsy gave to every app until it stopped to publish one; the day is a figure of its own."""


def add_seller(door: ControlClient, seller: str) -> dict[str, str]:
    told = door.do("add_seller", name=seller, currency="EUR", country="DE")
    return {**APP, "refresh_token": str(told["refreshToken"])}


def put_on_sale(
    door: ControlClient, seller: str, skus: Sequence[str], *, quantity: int, price: str
) -> dict[str, tuple[str, str]]:
    told = door.do("seed_listings", seller=seller, skus=list(skus), quantity=quantity, price=price)["listingIds"]
    return {sku: (sku, str(listing)) for sku, listing in zip(skus, told, strict=True)}


def rate(limits: Mapping[str, Any]) -> tuple[float, float]:
    """Revisions a second, and how many at once."""
    per_second = limits["per_second"] / CALLS
    return per_second, per_second


def limits_told(limits: Mapping[str, Any]) -> dict[str, object]:
    return {
        "version": limits["version"],
        "marketplace_per_second": limits["per_second"],
        "marketplace_per_day": limits["per_day"],
    }


def token(url: str, credentials: Mapping[str, str]) -> str:
    answer: dict[str, Any] = requests.post(
        f"{url}/v3/public/oauth/token",
        data={
            "grant_type": "refresh_token",
            "client_id": credentials["keystring"],
            "refresh_token": credentials["refresh_token"],
        },
        timeout=10,
    ).json()
    return str(answer["access_token"])


DAYS = ((10_000, 10), (5_000, 5))
"""What apps had before Etsy stopped to publish it, and what personal apps were seen with: calls in a day, and in a second."""


def set_day(stage: Any, per_day: int, per_second: int) -> None:
    """The day of the marketplace in this process."""
    stage.simulator.deeds.set_limits(per_second, per_day)


def take_time(stage: Any, seconds: float) -> None:
    """Let each call take about so long there."""
    stage.simulator.world.pace._latency_s = seconds  # the simulator is made without


def put_on_sale_at(stage: Any, skus: Sequence[str], *, quantity: int, price: str) -> dict[str, tuple[str, str]]:
    """As `put_on_sale`, of the marketplace in this process."""
    told = stage.simulator.deeds.seed_listings("anna", list(skus), quantity=quantity, price=price)["listingIds"]
    return {sku: (sku, str(listing)) for sku, listing in zip(skus, told, strict=True)}
