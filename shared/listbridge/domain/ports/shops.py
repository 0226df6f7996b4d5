"""What a shop platform can be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import (
    LocationId,
    ProductId,
)
from listbridge.domain.work import Hint


@dataclass(frozen=True, slots=True)
class ShopIdentity:
    """Who a shop says it is: `currency` is ISO 4217, `domain` the shop's own address."""

    name: str
    domain: str
    currency: str
    locations: Mapping[LocationId, str]


@dataclass(frozen=True, slots=True)
class ReadResult:
    """Products as read, and the ids for which the shop positively answered that there is no such product."""

    products: tuple[ProductFacts, ...]
    missing: tuple[ProductId, ...] = ()


@dataclass(frozen=True, slots=True)
class SweepPage:
    """One page of everything the shop has. `total` is the shop's own count where it gives one."""

    products: tuple[ProductFacts, ...]
    cursor: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class HookReport:
    """What `ensure_webhooks` found and did, by topic."""

    healthy: tuple[str, ...] = ()
    created: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class ShopAdapter(Protocol):
    """A shop platform, opened for one shop. All errors are `RemoteError`s."""

    def identify(self) -> ShopIdentity: ...

    def products_of(self, hints: Sequence[Hint]) -> tuple[ProductId, ...]:
        """The products that the hints touch (an inventory item may serve several); unknown ones are left out."""

    def read_products(self, products: Sequence[ProductId]) -> ReadResult:
        """In bulk, current state."""

    def sweep(self, cursor: str | None) -> SweepPage: ...

    def search(self, text: str, limit: int) -> tuple[ProductFacts, ...]:
        """For the seller's picker; an empty text is the first page."""

    def ensure_webhooks(self, url: str) -> HookReport:
        """Make the shop call this address for every topic we need, and no longer any other address of ours; idempotent."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A genuine webhook, parsed. `hints` may be empty: a topic we do not need."""

    id: str
    topic: str
    known: bool
    hints: tuple[Hint, ...]


class WebhookScheme(Protocol):
    """How one shop platform signs and shapes its deliveries: pure functions of bytes, headers and secret."""

    def verify(self, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> bool:
        """True only for a genuine body. An empty secret, or none, verifies nothing. Header names are lower-case."""

    def parse(self, body: bytes, headers: Mapping[str, str]) -> Delivery:
        """Raises ValueError when a genuine body cannot be understood."""


@dataclass(frozen=True, slots=True)
class ShopTraits:
    """What services must know of a shop platform, from its manifest."""

    read_lag_s: float
    read_batch: int


class Shops(Protocol):
    """Opens shop adapters."""

    def open(self, shop: Shop) -> ShopAdapter: ...

    def traits(self, platform: str) -> ShopTraits: ...

    def scheme(self, platform: str) -> WebhookScheme: ...
