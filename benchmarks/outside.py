"""The shop and the marketplace of the figures in processes of their own; sellers that have listings already.

Which they are, `BENCH_SHOP` and `BENCH_MARKETPLACE` say before this is imported (`python -m benchmarks --shop --marketplace`).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from localrun.processes import Children, await_port, free_port
from localrun.progress import Progress
from localrun.simulators import Pair, UnknownPlatform
from simulators.clock import VirtualClock
from simulators.kit.stand_in import ControlClient, MarketplaceStandIn, Seller

BY_VARIABLE = {"shop": "BENCH_SHOP", "marketplace": "BENCH_MARKETPLACE"}
LATENCY_S = 0.3
"""The median of a call, on a time scale of 1 (docs/reference/benchmarks.md)."""
ROOT = Path(__file__).resolve().parents[1]
_PER_DEED = 500


class Shop(Protocol):
    """What a shop's file in `benchmarks/pair` has."""

    TOPIC: str
    """The topic of `delivery`."""
    ID_HEADER: str
    """Which of its headers holds the delivery's id."""
    BODY: bytes
    CREDENTIALS: Mapping[str, str]
    """Of a shop that exists nowhere, with which `delivery` is signed."""

    def delivery(self, id: str, shop: str) -> dict[str, Any]:
        """A genuine delivery of this id to this shop of ours, as API Gateway hands it on."""

    def in_process(self, clock: VirtualClock) -> Any:
        """The simulator in this process."""

    def variant_id(self, id: object) -> str:
        """A variant as the shop's API names it."""

    def limits_told(self, limits: Mapping[str, Any]) -> dict[str, object]:
        """The limits as a figure's settings tell them."""

    def token(self, url: str) -> str:
        """A token for the shop at this address."""

    def subscribe(self, url: str, token: str, uri: str) -> None:
        """Have the shop at this address deliver changes of stock to `uri`."""


class Marketplace(Protocol):
    """What a marketplace's file in `benchmarks/pair` has."""

    REVISE: str
    """The call that sends a quantity, by its name in the simulator's journal."""
    SUBMITS: bool
    """Whether it takes many changes in one submission: then its file is a `Submitting` as well."""

    def put_on_sale(
        self, door: ControlClient, seller: str, skus: Sequence[str], *, quantity: int, price: str
    ) -> dict[str, tuple[str, str]]:
        """Live single listings with these SKUs: SKU → (offer id, listing id)."""

    def rate(self, limits: Mapping[str, Any]) -> tuple[float, float]:
        """Revisions a second, and how many at once."""

    def limits_told(self, limits: Mapping[str, Any]) -> dict[str, object]:
        """The limits as a figure's settings tell them."""

    def floor_variables(self, url: str, seller: Seller) -> dict[str, str]:
        """What the floor must know to call the marketplace at this address for this seller: MARKET_TOKEN, and what its own
        `_floor` file reads beside it."""


class Submitting(Protocol):
    """What the file of one has that takes many changes in one submission."""

    REVISE: str
    """As in `Marketplace`."""
    FEED_S: float
    """What a submission takes there."""
    ARGUMENTS: Sequence[str]
    """How it is started on its documented limits."""

    def rate(self, limits: Mapping[str, Any]) -> tuple[float, float]:
        """As in `Marketplace`."""

    def limits_told(self, limits: Mapping[str, Any]) -> dict[str, object]:
        """As in `Marketplace`."""


def _own(name: str) -> Any:
    """A file of `benchmarks/pair`. Raises UnknownPlatform where the platform has none yet."""
    path = f"benchmarks.pair.{name}"
    if importlib.util.find_spec(path) is None:
        raise UnknownPlatform(f"the figures know nothing of {name}: benchmarks/pair/{name}.py is missing")
    return importlib.import_module(path)


PAIR = Pair.of(*(os.environ.get(variable, "") for variable in BY_VARIABLE.values()))
SHOP, MARKETPLACE = PAIR.slugs
_SHOP, _MARKETPLACE = PAIR.shop_stand_in(), PAIR.marketplace_stand_in()
OF_SHOP, OF_MARKETPLACE = cast("Shop", _own(SHOP)), cast("Marketplace", _own(MARKETPLACE))
_PAIR = ROOT / "benchmarks" / "pair"
FLOORS = tuple(_PAIR / f"{slug}_floor.py" for slug in (SHOP, MARKETPLACE))
"""What the floor's functions ask of the shop and of the marketplace."""
SITE, CURRENCY = _MARKETPLACE.SITE, "EUR"
SHOP_CONNECTION = _SHOP("").connection()
"""`platform`, `settings` and `credentials` of the simulated shop."""
ARGUMENTS = _MARKETPLACE.quick(LATENCY_S)
SHOP_LATENCY_S = 0.3
SHOP_ARGUMENTS = _SHOP.ARGUMENTS
SLOW_SHOP_ARGUMENTS = (*_SHOP.ARGUMENTS, "--latency", str(SHOP_LATENCY_S))


@dataclass(frozen=True, slots=True)
class Market:
    """The running marketplace and its control door."""

    url: str
    door: MarketplaceStandIn

    def limits(self) -> dict[str, Any]:
        """The limits in force."""
        told: dict[str, Any] = self.door.get("limits")["limits"]
        return told


def marketplace_door(url: str) -> MarketplaceStandIn:
    """The control door of the marketplace at this address."""
    return _MARKETPLACE(url)


@contextmanager
def marketplace(name: str, arguments: Sequence[str] = ARGUMENTS) -> Iterator[Market]:
    """The marketplace on a free port, without sellers; gone at the end."""
    with _simulator(MARKETPLACE, name, arguments) as url:
        yield Market(url, marketplace_door(url))


@contextmanager
def shop(name: str, arguments: Sequence[str]) -> Iterator[str]:
    """The shop on a free port, without products; gives its address, and is gone at the end."""
    with _simulator(SHOP, name, arguments) as url:
        yield url


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


def put_on_sale(
    door: ControlClient, seller: str, skus: Sequence[str], *, quantity: int, price: str
) -> dict[str, tuple[str, str]]:
    """Live single listings with these SKUs, however many. Returns SKU → (offer id, listing id)."""
    offers: dict[str, tuple[str, str]] = {}
    for start in range(0, len(skus), _PER_DEED):
        some = skus[start : start + _PER_DEED]
        offers |= OF_MARKETPLACE.put_on_sale(door, seller, some, quantity=quantity, price=price)
    return offers


def limits_told(market: Mapping[str, Any], shop: Mapping[str, Any]) -> dict[str, object]:
    """The limits of both, as a figure's settings tell them."""
    return {**OF_MARKETPLACE.limits_told(market), **OF_SHOP.limits_told(shop)}
