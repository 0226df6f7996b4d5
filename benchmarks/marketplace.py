"""A simulated marketplace, or a simulated shop, in a process of its own; sellers that have listings already."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks import stage
from localrun.processes import Children, await_port, free_port
from localrun.progress import Progress
from localrun.scenario.outside import Marketplace

LATENCY_S = 0.3
"""The median of a call, on a time scale of 1 (design.md section 7)."""
CLIENT_ID = "bench-client"
CLIENT_SECRET = "bench-secret"  # noqa: S105 - the simulator's own
ARGUMENTS = ("--latency", str(LATENCY_S), "--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET)
SHOP_SECRET = {"client_id": "demo-client-id", "client_secret": "demo-client-secret"}
"""The simulated shop's own."""
_PER_DEED = 500


@dataclass(frozen=True, slots=True)
class Ebay:
    """The running simulator and its control door."""

    url: str
    door: Marketplace

    def limits(self) -> dict[str, Any]:
        """The limits in force."""
        told: dict[str, Any] = self.door.get("limits")["limits"]
        return told


@contextmanager
def ebay(name: str) -> Iterator[Ebay]:
    """eBay on a free port, without sellers; gone at the end."""
    with _simulator("ebay", name, ARGUMENTS) as url:
        yield Ebay(url, Marketplace(url))


@contextmanager
def shop(name: str, arguments: Sequence[str]) -> Iterator[str]:
    """Shopify on a free port, without products; gives its address, and is gone at the end."""
    with _simulator("shopify", name, arguments) as url:
        yield url


@contextmanager
def _simulator(slug: str, name: str, arguments: Sequence[str]) -> Iterator[str]:
    folder = stage.ROOT / ".local" / "run" / f"bench-{name}-{slug}"
    folder.mkdir(parents=True, exist_ok=True)
    children = Children(folder)
    children.end_leftovers(Progress(quiet=True))
    port = free_port()
    command = [sys.executable, "-m", f"simulators.{slug}", "--port", str(port), *arguments]
    variables = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    try:
        child = children.start(slug, command, env=variables, cwd=stage.ROOT)
        await_port(child, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        children.stop_all()


def add_seller(door: Marketplace, seller: str) -> dict[str, str]:
    """A seller on the site of the figures; returns the credentials that its account's secret holds."""
    told = door.do("add_seller", username=seller, marketplaces=[str(stage.SITE)])
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": str(told["refreshToken"]),
    }


def put_on_sale(
    door: Marketplace, seller: str, skus: Sequence[str], *, quantity: int, price: str
) -> dict[str, tuple[str, str]]:
    """Live single listings with these SKUs. Returns SKU → (offer id, listing id)."""
    offers: dict[str, tuple[str, str]] = {}
    for start in range(0, len(skus), _PER_DEED):
        told = door.do(
            "seed_listings", seller=seller, skus=list(skus[start : start + _PER_DEED]),
            marketplace=str(stage.SITE), quantity=quantity, price=price,
        )["listings"]  # fmt: skip
        offers |= {sku: (made["offerId"], made["listingId"]) for sku, made in told.items()}
    return offers
