"""The shop and the marketplace of the figures in processes of their own; sellers that have listings already."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localrun.processes import Children, await_port, free_port
from localrun.progress import Progress
from localrun.simulators import Pair
from simulators.clock import VirtualClock
from simulators.ebay.stand_in import APP, REVISE
from simulators.ebay.stand_in import StandIn as Marketplace
from simulators.kit.stand_in import ControlDoor
from simulators.shopify import ShopifySimulator
from simulators.shopify.stand_in import StandIn as Shop

SHOP, MARKETPLACE = Shop.SLUG, Marketplace.SLUG
PAIR = Pair.of(SHOP, MARKETPLACE)
SITE, CURRENCY = Marketplace.SITE, "EUR"
SHOP_CONNECTION = Shop("").connection()
"""`platform`, `settings` and `credentials` of the simulated shop."""
LATENCY_S = 0.3
"""The median of a call, on a time scale of 1 (docs/reference/benchmarks.md)."""
ARGUMENTS = Marketplace.quick(LATENCY_S)
SHOP_LATENCY_S = 0.3
SHOP_ARGUMENTS = Shop.ARGUMENTS
SLOW_SHOP_ARGUMENTS = (*Shop.ARGUMENTS, "--latency", str(SHOP_LATENCY_S))
ROOT = Path(__file__).resolve().parents[2]
_PER_DEED = 500

__all__ = ["REVISE", "ControlDoor", "Marketplace"]


@dataclass(frozen=True, slots=True)
class Market:
    """The running marketplace and its control door."""

    url: str
    door: Marketplace

    def limits(self) -> dict[str, Any]:
        """The limits in force."""
        told: dict[str, Any] = self.door.get("limits")["limits"]
        return told


@contextmanager
def marketplace(name: str) -> Iterator[Market]:
    """The marketplace on a free port, without sellers; gone at the end."""
    with _simulator(MARKETPLACE, name, ARGUMENTS) as url:
        yield Market(url, Marketplace(url))


@contextmanager
def shop(name: str, arguments: Sequence[str]) -> Iterator[str]:
    """The shop on a free port, without products; gives its address, and is gone at the end."""
    with _simulator(SHOP, name, arguments) as url:
        yield url


def shop_in_process(clock: VirtualClock) -> ShopifySimulator:
    """The shop in this process."""
    return ShopifySimulator(clock=clock)


def variant_id(id: object) -> str:
    """A variant of the shop as its API names it."""
    return f"gid://shopify/ProductVariant/{id}"


@contextmanager
def _simulator(slug: str, name: str, arguments: Sequence[str]) -> Iterator[str]:
    folder = ROOT / ".local" / "run" / f"bench-{name}-{slug}"
    folder.mkdir(parents=True, exist_ok=True)
    children = Children(folder)
    children.end_leftovers(Progress(quiet=True))
    port = free_port()
    command = [sys.executable, "-m", f"simulators.{slug}", "--port", str(port), *arguments]
    variables = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    try:
        child = children.start(slug, command, env=variables, cwd=ROOT)
        await_port(child, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        children.stop_all()


def add_seller(door: Marketplace, seller: str) -> dict[str, str]:
    """A seller on the site of the figures; returns the credentials that its account's secret holds."""
    told = door.do("add_seller", username=seller, marketplaces=[SITE])
    return {**APP, "refresh_token": str(told["refreshToken"])}


def put_on_sale(
    door: Marketplace, seller: str, skus: Sequence[str], *, quantity: int, price: str
) -> dict[str, tuple[str, str]]:
    """Live single listings with these SKUs. Returns SKU → (offer id, listing id)."""
    offers: dict[str, tuple[str, str]] = {}
    for start in range(0, len(skus), _PER_DEED):
        told = door.do(
            "seed_listings", seller=seller, skus=list(skus[start : start + _PER_DEED]),
            marketplace=SITE, quantity=quantity, price=price,
        )["listings"]  # fmt: skip
        offers |= {sku: (made["offerId"], made["listingId"]) for sku, made in told.items()}
    return offers


def limits_told(market: dict[str, Any], shop: dict[str, Any]) -> dict[str, object]:
    """The limits of both, as a figure's settings tell them."""
    return {
        "version": market["version"], "marketplace_per_second": market["per_second"],
        "marketplace_orders_per_day": market["per_day"]["sell.fulfillment"], "shop_plan": shop["plan"],
        "shop_points_per_second": shop["restore_rate"],
    }  # fmt: skip
