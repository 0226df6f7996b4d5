"""A simulator as the local run and its story meet it: one vocabulary for every shop, and one for every marketplace.

A simulator takes part by having `stand_in.py` in its folder with a class `StandIn`. What happens is done, and what came of it
is looked at, through its control door (`/_sim/`), never through what is being tried out.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import requests

_TIMEOUT_S = 10.0


class ControlClient:
    """Calls the control door (`/_sim/`) of one simulator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._door = f"{url}/_sim"
        self._session = requests.Session()

    def do(self, deed: str, **told: Any) -> dict[str, Any]:
        """Let something happen out there."""
        return self.post("deeds", {"deed": deed, **told})

    def post(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._session.post(f"{self._door}/{what}", json=body, timeout=_TIMEOUT_S)
        if not answer.ok:
            raise requests.HTTPError(f"{what} {body.get('deed', '')}: {answer.text[:300]}", response=answer)
        told: dict[str, Any] = answer.json()
        return told

    def get(self, what: str, **query: Any) -> dict[str, Any]:
        answer = self._session.get(f"{self._door}/{what}", params=query, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def delete(self, what: str) -> None:
        """Clear the faults, or forget the calls."""
        self._session.delete(f"{self._door}/{what}", timeout=_TIMEOUT_S).raise_for_status()


@dataclass(frozen=True, slots=True)
class Goods:
    """A product for the shop: `variants` by SKU with price and stock; `option` names by what they differ."""

    title: str
    variants: Mapping[str, tuple[str, int]]
    description_html: str = ""
    vendor: str = ""
    kind: str = ""
    picture: str = ""
    option: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order as the shop has it. `total` is a decimal text in `currency`."""

    id: str
    name: str
    total: str
    currency: str
    paid: bool
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Seller:
    """A seller of the marketplace: how an account of theirs is connected, and how new listings are made there."""

    name: str
    settings: Mapping[str, Any]
    credentials: Mapping[str, str]
    creation: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """One write of values that arrived for a SKU."""

    sku: str
    quantities: tuple[int, ...]
    prices: tuple[str, ...]


class AnyStandIn(ControlClient, abc.ABC):
    """What both kinds have."""

    ROOM: ClassVar[Literal["shops", "marketplaces"]]
    SLUG: ClassVar[str]
    LABEL: ClassVar[str]
    VARIABLE: ClassVar[str]
    """Under which name its address stands in the shell (`make up`)."""
    ARGUMENTS: ClassVar[Sequence[str]] = ()
    """Its command line on one machine."""
    FIRST: ClassVar[bool] = False
    """Of all in its room it is the one that a run takes where none is named."""

    @classmethod
    def queues(cls, endpoint: str) -> Sequence[str]:
        """What is added to its command line where the queues that it delivers to are served at this address."""
        return ()

    @classmethod
    @abc.abstractmethod
    def quick(cls, latency_s: float) -> Sequence[str]:
        """The command line for a story that is about what happens: so long a call takes, in the median."""

    @classmethod
    @abc.abstractmethod
    def access(cls) -> Sequence[str]:
        """What a newcomer needs to connect it, line by line."""

    @classmethod
    @abc.abstractmethod
    def examples(cls) -> Mapping[str, str]:
        """Deeds to begin with, each with its JSON."""


class ShopStandIn(AnyStandIn):
    """A simulated shop."""

    ROOM = "shops"

    @abc.abstractmethod
    def connection(self) -> dict[str, Any]:
        """`platform`, `settings` and `credentials` of POST /v1/shops."""

    @abc.abstractmethod
    def hooks(self) -> set[str]:
        """The topics that it will call us for; the one for stock is `STOCK_HOOK`."""

    STOCK_HOOK: ClassVar[str]
    PARCEL_HOOK: ClassVar[str]

    def deliveries(self, play: str, **told: Any) -> None:
        """Hold, duplicate, reorder or release the hooks on their way."""
        self.post("deliveries", {"play": play, **told})

    @abc.abstractmethod
    def add(self, goods: Goods) -> str:
        """Put a product in the shop; its id there."""

    @abc.abstractmethod
    def add_collection(self, title: str, products: Sequence[str]) -> str:
        """Put a hand-picked collection with these products in the shop; its id there."""

    @abc.abstractmethod
    def set_members(self, collection: str, products: Sequence[str]) -> None:
        """Let these products, and no others, be in the collection."""

    @abc.abstractmethod
    def set_stock(self, sku: str, count: int) -> None: ...

    @abc.abstractmethod
    def set_price(self, sku: str, price: str) -> None: ...

    @abc.abstractmethod
    def set_title(self, product: str, title: str) -> None: ...

    @abc.abstractmethod
    def sell(self, sku: str) -> None:
        """A buyer of the shop's own takes one."""

    @abc.abstractmethod
    def stock(self, sku: str) -> int:
        """Over all places. Raises LookupError."""

    @abc.abstractmethod
    def orders_of(self, remote: str) -> list[ShopOrder]:
        """Every order of the shop that stands for this order of the marketplace."""

    @abc.abstractmethod
    def ship(self, order: str, carrier: str, tracking: str) -> None: ...


class MarketplaceStandIn(AnyStandIn):
    """A simulated marketplace, as a buyer and as its operator see it."""

    ROOM = "marketplaces"
    SITE: ClassVar[str]
    REVISE: ClassVar[str]
    """The call that sends a quantity, by its name in the journal."""
    DECIDES_S: ClassVar[float] = 0.0
    """How much longer than elsewhere it may take until what was sent to it is decided, and somebody has looked."""
    ONE_WRITE: ClassVar[bool] = False
    """It takes quantity and price in one write only, so that both are updated automatically, or neither."""

    @abc.abstractmethod
    def add_seller(self, name: str) -> Seller: ...

    def on_sale(self, seller: str = "") -> dict[str, dict[str, Any]]:
        """Every live variation by SKU: `quantity`, `price`, and `title` and `url` of its listing. One that the look `listings` shows
        as not `offered` is none."""
        rows = self.get("listings", live=1, **({"seller": seller} if seller else {}))["listings"]
        return {
            variation["sku"]: {**variation, "title": row["title"], "url": row["url"]}
            for row in rows
            for variation in row["variations"]
            if variation.get("offered", True)
        }

    def quantity(self, sku: str, seller: str = "") -> int | None:
        """None: not on sale."""
        shown = self.on_sale(seller).get(sku)
        return None if shown is None else int(shown["quantity"])

    def price(self, sku: str) -> str | None:
        shown = self.on_sale().get(sku)
        return None if shown is None else str(shown["price"])

    @abc.abstractmethod
    def revisions(self) -> list[Sent]:
        """The writes of values that have arrived, oldest first."""

    def slow_revisions(self, *, seconds: float, times: int) -> None:
        """Let the next of them take that much longer."""
        self.post("faults", {"operation": self.REVISE, "kind": "delay", "seconds": seconds, "times": times})

    ORDER_ID: ClassVar[str] = "orderId"
    """What an order's id is called there."""

    def order(self, id: str) -> dict[str, Any]:
        """An order as the look `orders` shows it."""
        rows = self.get("orders")["orders"]
        return dict(next(row for row in rows if str(row[self.ORDER_ID]) == id))

    @abc.abstractmethod
    def list_by_hand(self, seller: str, sku: str, *, quantity: int, price: str) -> None: ...

    @abc.abstractmethod
    def buy(self, sku: str, seller: str) -> str:
        """A buyer takes one; the order's id."""

    @abc.abstractmethod
    def cancel(self, order: str) -> None: ...

    @abc.abstractmethod
    def total(self, order: str) -> str:
        """What the buyer paid, a decimal text."""

    @abc.abstractmethod
    def parcels(self, order: str) -> list[tuple[str, str]]:
        """Carrier and tracking number of each parcel that it was told about."""
