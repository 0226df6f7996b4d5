"""What a shop platform can be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import LocationId, ProductId, ShopOrderId, Sku, VariantId
from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.shop_orders import FoundOrder, OrderMark, ShopOrder, ShopOrderDraft
from listbridge.domain.ports.choosing import ChoosingProducts
from listbridge.domain.ports.collections import ShopCollections
from listbridge.domain.ports.coordination import Share
from listbridge.domain.ports.webhooks import WebhookScheme
from listbridge.domain.problem import Problem
from listbridge.domain.work import Hint


@dataclass(frozen=True, slots=True)
class ShopIdentity:
    """Who a shop says it is: `currency` is ISO 4217, `domain` the shop's own address. `lacks` is what the shop does not let
    us do, where the rest works without it. `facts` are what the adapter must know of it from then on: saved with the shop."""

    name: str
    domain: str
    currency: str
    locations: Mapping[LocationId, str]
    lacks: Problem | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """Products as read, and the ids for which the shop positively answered that there is no such product."""

    products: tuple[ProductFacts, ...]
    missing: tuple[ProductId, ...] = ()

    @classmethod
    def of(cls, asked: Iterable[ProductId], found: Iterable[ProductFacts]) -> ReadResult:
        """From an answer that speaks of all products that were asked for: what it does not hold is missing."""
        products = tuple(found)
        there = {one.product for one in products}
        return cls(products, tuple(id for id in dict.fromkeys(asked) if id not in there))


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


@dataclass(frozen=True, slots=True)
class ChangedOrders:
    """A page of orders that changed, with when each did last; `cursor` None says that it was the last page."""

    orders: Mapping[ShopOrderId, datetime]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class ChangedProducts:
    """A page of products that changed, with when each did last; `cursor` None says that it was the last page."""

    products: Mapping[ProductId, datetime]
    cursor: str | None = None


class ShopAdapter(ChoosingProducts, ShopCollections, Protocol):
    """A shop platform, opened for one shop. All errors are `RemoteError`s."""

    def identify(self) -> ShopIdentity:
        """Raises Unauthorized when the credentials do not open the shop, or lack what reading products and stock takes; the
        problem then names everything that is lacking."""

    def products_of(self, hints: Sequence[Hint]) -> tuple[ProductId, ...]:
        """The products that the hints touch (an inventory item or an order may have several); unknown ones are left out."""

    def read_products(self, products: Sequence[ProductId]) -> ReadResult:
        """In bulk, current state."""

    def sweep(self, cursor: str | None) -> SweepPage: ...

    def products_changed(self, since: datetime, cursor: str | None) -> ChangedProducts:
        """Products that were changed since then, their stock and price too, a page at a time and some more than once.

        What changed a moment ago may not be shown yet, and nothing need be said of a product that was deleted. Asked only
        where `ShopTraits.changes_every_s` says how often.
        """

    def search(self, text: str, limit: int, cursor: str | None = None) -> tuple[tuple[ProductFacts, ...], str | None]:
        """A page for the seller's picker, and where the next begins; an empty text finds all products."""

    def products_with_skus(self, skus: Sequence[Sku]) -> tuple[ProductId, ...]:
        """The products that have a variant with one of exactly these SKUs; the shop's search may lag."""

    def products_with_barcodes(self, barcodes: Sequence[str]) -> tuple[ProductId, ...]:
        """The products that have a variant with one of exactly these barcodes, and perhaps others; the shop's search may lag. None
        where it cannot be asked."""

    def look_for_order(self, mark: OrderMark) -> tuple[FoundOrder, ...]:
        """Every order of the shop that stands for this marketplace order: with our own mark first, then those that other
        tools or people made for it. Empty means: none, as far as this shop can look (`ShopTraits.strict_look`)."""

    def create_order(self, draft: ShopOrderDraft) -> ShopOrderRef:
        """Create the order with our mark. Raises Rejected (nothing was made; the problem names the SKU or field), or
        OutcomeUnknown: then only `look_for_order` can tell."""

    def orders_changed(self, since: datetime, cursor: str | None) -> ChangedOrders:
        """Orders that were changed in any way since then, the shop's own too, a page at a time, the oldest change first.

        What changed a moment ago may not be shown yet. Raises Unsupported where the shop cannot be asked for it.
        """

    def read_orders(self, orders: Sequence[ShopOrderRef]) -> dict[ShopOrderId, ShopOrder]:
        """Orders as they are now, by id; what the shop positively no longer has is absent.

        A reference names the lines where the shop's own do not carry the marketplace's ids.
        """

    def cancel_order(self, order: ShopOrderId) -> None:
        """Cancel and put the stock back, without mail to the buyer; cancelled already is success.

        Raises Rejected when the shop refuses, for example because something was already shipped.
        """

    def stock_taken(self, order: ShopOrderId) -> Mapping[VariantId, Mapping[LocationId, int]]:
        """Where the shop took the units of an order, those that were already shipped among them: by variant and
        location. What it does not count, and what we may not see, is left out. Raises Unsupported where the shop cannot
        tell us at all; the problem then says why."""

    def order_url(self, order: ShopOrderId) -> str:
        """Where the seller sees the order in the shop's own administration."""

    def remove_webhooks(self, url: str) -> tuple[str, ...]:
        """Stop the shop from calling us: removes whatever of our app leads to this shop's address, here or where it was
        before; the topics. Idempotent. Raises RemoteError."""

    def ensure_webhooks(self, url: str, secret: str = "") -> HookReport:
        """Make the shop call this address for every topic we need, and no longer any other address of ours; idempotent.

        `secret` is one that we made, for platforms that sign with what they are told (`ShopTraits.hook_keys`).
        """


@dataclass(frozen=True, slots=True)
class ShopTraits:
    """What services must know of a shop platform, from its manifest."""

    read_lag_s: float
    read_batch: int
    changes_every_s: float = 0.0
    """How often the shop is asked which products changed, for deliveries that are lost and for changes that it tells nobody; in
    whole minutes. 0: it cannot be asked."""
    order_settle_s: float = 60.0
    """After how long a look certainly finds an order whose create was under way."""
    strict_look: bool = False
    """A look for our mark misses nothing that was created `order_settle_s` ago (else a person decides)."""
    kept_at_rotation: Mapping[str, str] = field(default_factory=dict)
    """By the credential that signs deliveries, the one that keeps its value from before: deliveries may be signed with it yet."""
    longest_call_s: float = 0.0
    """How long a call may take where that is more than the deployment's own limit. Leases are measured against it."""
    takes_stock: bool = True
    """Creating an order takes its stock at once, somewhere. Else a setting of the shop's may keep it from that: the order is
    counted only when `stock_taken` shows it (protocol.md#absorption)."""
    counts_products: bool = True
    """A page of a sweep says how many products there are in all. Without a count nothing that a sweep did not see is proven
    gone: what was deleted is only known from deliveries and reads."""
    hook_keys: bool = False
    """Deliveries are signed by a secret that we choose, or not at all: the core makes the secret, and an address with a token
    that nobody else knows."""


class Shops(Protocol):
    """Opens shop adapters."""

    def open(self, shop: Shop, share: Share = Share.ORDINARY) -> ShopAdapter: ...

    def traits(self, shop: Shop) -> ShopTraits:
        """Of this shop: what it said of itself may change what its platform has in general."""

    def scheme(self, platform: str) -> WebhookScheme: ...
