"""What the contract suite asks of a simulated shop, whichever platform it plays: deeds, troubles and a look inside.

A platform takes part by having a module `staged_<slug>` here with a class `StagedShop`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from listbridge.domain.catalog import Visibility
from listbridge.domain.ids import LineId, LocationId, ParcelId, ProductId, ShopOrderId, VariantId
from listbridge.domain.money import Money
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.domain.ports import Clock, ShopAdapter, WebhookScheme
from listbridge.domain.verdicts import RateLimited
from tests.platforms_in_tests import staged_module

HOOK_URL = "https://listbridge.example/webhooks/shop_1"


Door = Callable[[bytes, dict[str, str]], int]
"""Takes a webhook's body and headers, their names in lower case, and answers with a status."""


@dataclass(frozen=True, slots=True)
class StagedProduct:
    """A product in the simulated shop, by the ids its webhooks use."""

    product: ProductId
    variants: tuple[VariantId, ...]


@dataclass(frozen=True, slots=True)
class StagedOrder:
    """An order as it stands in the simulated shop."""

    id: ShopOrderId
    name: str
    total: Money
    paid: bool
    cancelled: bool
    placed_at: datetime
    tags: tuple[str, ...]
    units: Mapping[str, int]
    """By SKU."""
    amounts: Mapping[str, Money]
    """By SKU: what the buyer paid for all units of it, taxes as the order has them."""
    shipping: Money
    """What the buyer paid for shipping."""
    ship_to: frozenset[str]
    """The parts of the address that it goes to, in whatever fields the shop has; none without an address."""


class StagedShop(Protocol):
    """One simulated shop with one of our adapters' connections to it."""

    clock: Clock
    secrets: Sequence[str]
    """With which the shop signs its webhooks."""
    signature: str
    """The header, in lower case, that holds the signature. Empty where nothing is signed, and the address alone shows whose a
    webhook is."""
    product_topic: str
    """By which the shop tells of a product that changed, in its own words."""
    silent_topics: frozenset[str]
    """Of what it tells, what the scheme knows and needs to do nothing about."""
    sends_again: bool
    """A webhook that was not taken comes again, by a schedule of the shop's."""
    renews_tokens: bool
    """Its access tokens end, and others come for the same credentials."""

    def app(self) -> Any:
        """The simulator."""

    def connection(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """The settings and the credentials with which it is connected."""

    def open(self, **credentials: str) -> ShopAdapter:
        """The adapter, with the right credentials except where told otherwise."""

    def scheme(self) -> WebhookScheme: ...

    def calls(self) -> int:
        """API calls so far, without those for tokens."""

    def grants(self) -> int:
        """Tokens asked for so far."""

    def add_product(
        self, *skus: str, title: str = "Mug", stock: int = 5, price: str = "10.00", picture: str = ""
    ) -> StagedProduct:
        """A product with one variant per SKU, visible."""

    def fill(self, products: int, variants: int) -> None:
        """Many products, in silence."""

    def add_location(self, name: str) -> LocationId: ...

    def set_stock(self, sku: str, available: int | None, location: LocationId | None = None) -> None:
        """None: the shop stops counting."""

    def set_price(self, sku: str, price: str) -> None: ...

    def set_visibility(self, product: ProductId, visibility: Visibility) -> None: ...

    def delete_product(self, product: ProductId) -> None: ...

    def delete_variant(self, sku: str) -> None: ...

    def expire_tokens(self) -> None:
        """What was granted is dead; a fresh grant works."""

    def refuse_credentials(self) -> None:
        """Neither the tokens nor the credentials work any longer."""

    def throttle(self) -> float | None:
        """The next call finds the limit spent. The seconds that its refusal says, other than what the adapter takes without
        them; None where they follow from the call's own cost, and tests of this platform alone compare them."""

    def time_out(self) -> None:
        """The next call gets no answer."""

    def answer_html(self, status: int) -> None:
        """The next call gets a page for people."""

    def fail(self, status: int) -> None:
        """The next call gets an error with this status."""

    def answer_nonsense(self) -> None:
        """The next call gets 200 with a body of the wrong kind."""

    def cut(self, calls: int, *, applied: bool) -> None:
        """After so many API calls more, one gets no answer: carried out all the same, or never."""

    def answer_partly(self) -> None:
        """The next answer about products leaves out one that is there, in the way in which the platform would."""

    def meanwhile(self, calls: int, act: Callable[[], object]) -> None:
        """After so many API calls more, this happens before the next one arrives."""

    def recover(self) -> None:
        """No trouble is waiting any more, and the limit is whole again."""

    def hooks(self) -> Mapping[str, Sequence[str]]:
        """Addresses by topic."""

    def drop_hook(self, topic: str) -> None:
        """The shop removes its subscriptions to a topic, as after too many failures."""

    def post(self, door: Door) -> None:
        """Post the webhooks that are due. What the door does not take comes again later, if the shop `sends_again`."""

    def uninstall(self) -> None: ...

    def place_order(self, sku: str, quantity: int) -> None:
        """A buyer buys in the shop."""

    # Orders

    def orders(self) -> Sequence[StagedOrder]:
        """All orders, oldest first."""

    def stock_of(self, sku: str) -> int: ...

    def ship(
        self, order: ShopOrderId, lines: Mapping[LineId, int] | None = None, *, carrier: str = "", tracking: str = ""
    ) -> ParcelId:
        """Send units by the marketplace's lines, or all that is left."""

    def take_back(self, order: ShopOrderId, parcel: ParcelId) -> None:
        """Cancel a fulfilment."""

    def cancel_in_shop(self, order: ShopOrderId) -> None: ...

    def refund_in_shop(self, order: ShopOrderId, amount: str) -> None: ...

    def take_off(self, order: ShopOrderId, lines: Mapping[LineId, int]) -> None:
        """Remove units from the order that were not shipped, without a refund."""

    def ship_in_boxes(self, order: ShopOrderId, carrier: str, numbers: Sequence[str]) -> None:
        """Send all that is left in one fulfilment with several tracking numbers."""

    def order_by_another_tool(self, mark: OrderMark) -> ShopOrderId:
        """Another tool imports the same order of the marketplace."""

    def signed(self, body: bytes, topic: str) -> dict[str, str]:
        """Headers, lower-case, of a genuine delivery of this body. The topic is one of the shop's own, as in `hooks`."""

    def topic_of(self, file_name: str) -> str:
        """The topic of a recorded payload, by the name of its file."""


TROUBLES: Mapping[str, Callable[[StagedShop], None]] = {
    "no answer": lambda shop: shop.time_out(),
    "a page with 200": lambda shop: shop.answer_html(200),
    "a page with 503": lambda shop: shop.answer_html(503),
    "500": lambda shop: shop.fail(500),
    "502": lambda shop: shop.fail(502),
    "a body of the wrong kind": lambda shop: shop.answer_nonsense(),
    "429": lambda shop: shop.fail(429),
}
"""What passes on its own."""


def staged_shop(slug: str) -> Any:
    """The platform's `StagedShop` class. A shop without one has no proof: ModuleNotFoundError."""
    return staged_module(f"staged_{slug}", "tests.contract.shops").StagedShop


def posted(shop: StagedShop) -> list[tuple[bytes, dict[str, str]]]:
    """The webhooks that are due, all of them taken."""
    taken: list[tuple[bytes, dict[str, str]]] = []

    def door(body: bytes, headers: dict[str, str]) -> int:
        taken.append((body, headers))
        return 200

    shop.post(door)
    return taken


def wait_out(shop: StagedShop, limited: RateLimited) -> None:
    """Let as much time pass as the shop or our own budget says."""
    now = shop.clock.now()
    until = limited.until or now + timedelta(seconds=limited.after_s)
    shop.clock.sleep(max(0.0, (until - now).total_seconds()))
