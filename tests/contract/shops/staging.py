"""What the contract suite asks of a simulated shop, whichever platform it plays: deeds, troubles and a look inside.

A platform takes part by having a module `staged_<slug>` here with a class `Staged`.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

from listbridge import registry
from listbridge.domain.catalog import Visibility
from listbridge.domain.ids import CollectionId, LineId, LocationId, ParcelId, ProductId, ShopOrderId, VariantId
from listbridge.domain.money import Money
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.domain.ports import Grants, WebhookScheme
from listbridge.domain.verdicts import RateLimited
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from simulators.faults import Fault
from simulators.kit.deliveries import DeliveryQueue
from simulators.kit.serving import Simulator
from tests.contract.shops.cut_transport import CutTransport
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import VirtualClock
from tests.fakes.coordination import FakeCounters
from tests.fakes.grants import NoGrants
from tests.platforms_in_tests import staged_module

HOOK_URL = "https://listbridge.example/webhooks/shop_1"
TOKEN = "token"
"""The operation by which a simulator grants tokens, where there is one: it counts as no call."""

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


class StagedShop(abc.ABC):
    """One simulated shop with one of our adapters' connections to it. What all stages share stands here; a platform's own,
    `Staged`, says how things happen in its simulator.

    Any limits that it is made with are the simulator's.
    """

    slug: ClassVar[str]
    secrets: Sequence[str] = ()
    """With which the shop signs its webhooks."""
    signature: str = ""
    """The header, in lower case, that holds the signature. Empty where nothing is signed, and the address alone shows whose a
    webhook is."""
    product_topic: str
    """By which the shop tells about a product that changed, in its own words."""
    silent_topics: frozenset[str] = frozenset()
    """Of what it tells, what the scheme knows and needs to do nothing about."""
    sends_again: bool = False
    """A webhook that was not taken comes again, by a schedule of the shop's."""
    renews_tokens: bool = False
    """Its access tokens end, and others come for the same credentials."""
    tells_kind: bool = True
    """It says of a collection whether rules fill it."""
    gives_token_again: bool = True
    """A token whose answer was lost may be asked for again: credentials stay as they are, or the refresh token that was used
    lives on for a while. Else nobody has a good one any more, and the seller connects again."""

    def __init__(self, clock: VirtualClock | None = None, **limits: Any) -> None:
        self.clock = clock or VirtualClock()
        self.budget = FakeBudget(self.clock)
        self.simulator = self.simulated(**limits)
        self.transport = self.way()
        self.settings: dict[str, Any] = {}

    @abc.abstractmethod
    def simulated(self, **limits: Any) -> Simulator[Any]:
        """A new simulator on this stage's clock."""

    @abc.abstractmethod
    def secret(self) -> Mapping[str, str]:
        """The credentials with which it is connected, as they are now."""

    @abc.abstractmethod
    def operations(self) -> Sequence[str]:
        """The simulator's names of all calls but those for tokens: one of them is struck by the next trouble."""

    def way(self) -> CutTransport:
        """The way to the simulator."""
        return CutTransport(self.simulator, self.is_call)

    def is_call(self, request: requests.PreparedRequest) -> bool:
        """Whether a request is an API call, and none for a token."""
        return not urlsplit(request.url or "").path.endswith(f"/{TOKEN}")

    def grants_of(self, held: Mapping[str, str]) -> Grants:
        """How a connection that was opened with this secret renews its access: `StoredGrants` where refresh tokens change."""
        return NoGrants()

    def app(self) -> Any:
        """The simulator."""
        return self.simulator

    def connection(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """The settings and the credentials with which it is connected."""
        return self.settings, self.secret()

    def open(self, **credentials: str) -> Any:
        """The adapter, with the right credentials except where told otherwise."""
        held = {**self.secret(), **credentials}
        connection = Connection(
            id="shop_1",
            settings=self.settings,
            secret=held,
            base_url=None,
            session=HttpSession(transport=self.transport, budget=self.budget),
            budget=self.budget,
            tokens=TokenCache(),
            clock=self.clock,
            grants=self.grants_of(held),
            counters=FakeCounters(),
        )
        return registry.open_shop(self.slug, connection)

    def scheme(self) -> WebhookScheme:
        return registry.webhook_scheme(self.slug)

    def calls(self) -> int:
        """API calls so far, without those for tokens."""
        return sum(one.operation != TOKEN for one in self.simulator.world.journal)

    def grants(self) -> int:
        """Tokens asked for so far."""
        return sum(one.operation == TOKEN for one in self.simulator.world.journal)

    # Troubles

    @abc.abstractmethod
    def expire_tokens(self) -> None:
        """What was granted is dead; a fresh grant works."""

    @abc.abstractmethod
    def refuse_credentials(self) -> None:
        """Neither the tokens nor the credentials work any longer."""

    @abc.abstractmethod
    def throttle(self) -> float | None:
        """The next call finds the limit spent. The seconds that its refusal says, other than what the adapter takes without
        them; None where they follow from the call's own cost, and tests of this platform alone compare them."""

    @abc.abstractmethod
    def answer_partly(self) -> None:
        """The next answer about products leaves out one that is there, in the way in which the platform would."""

    def time_out(self) -> None:
        """The next call gets no answer."""
        self.trouble("drop_after")

    def answer_html(self, status: int) -> None:
        """The next call gets a page for people."""
        self.trouble("html", status=status)

    def lose_a_token(self) -> None:
        """The next token is granted, and its answer never comes."""
        self.simulator.faults.add(Fault(TOKEN, "drop_after"))

    def fail(self, status: int) -> None:
        """The next call gets an error with this status."""
        self.trouble("status", status=status)

    def answer_nonsense(self) -> None:
        """The next call gets 200 with a body of the wrong kind."""
        self.trouble("status", status=200, body=["nonsense"])

    def trouble(self, kind: Any, **what: Any) -> None:
        """The next call of each operation suffers this. Not "*": that would strike the token request of an adapter opened just
        now."""
        self.simulator.faults.add(*(Fault(operation, kind, **what) for operation in self.operations()))

    def cut(self, calls: int, *, applied: bool) -> None:
        """After so many API calls more, one gets no answer: carried out all the same, or never."""
        self.transport.cut, self.transport.applied = self.transport.calls + calls, applied

    def meanwhile(self, calls: int, act: Callable[[], object]) -> None:
        """After so many API calls more, this happens before the next one arrives."""
        at = self.transport.calls + calls
        self.transport.meanwhile = lambda number: act() if number == at else None

    def recover(self) -> None:
        """No trouble is waiting any more, and the limit is whole again."""
        self.transport.cut = None
        self.transport.meanwhile = lambda _: None
        self.simulator.faults.clear()
        self.clock.advance(60)

    # Deeds

    @abc.abstractmethod
    def add_product(
        self, *skus: str, title: str = "Mug", stock: int = 5, price: str = "10.00", picture: str = ""
    ) -> StagedProduct:
        """A product with one variant per SKU, visible."""

    @abc.abstractmethod
    def describe(self, product: ProductId, *, vendor: str, tags: Sequence[str] = ()) -> None:
        """Say who makes a product, and in place of its tags these."""

    @abc.abstractmethod
    def fill(self, products: int, variants: int) -> None:
        """Many products, in silence."""

    @abc.abstractmethod
    def add_location(self, name: str) -> LocationId: ...

    @abc.abstractmethod
    def set_stock(self, sku: str, available: int | None, location: LocationId | None = None) -> None:
        """None: the shop stops counting."""

    @abc.abstractmethod
    def set_price(self, sku: str, price: str) -> None: ...

    @abc.abstractmethod
    def set_visibility(self, product: ProductId, visibility: Visibility) -> None: ...

    @abc.abstractmethod
    def delete_product(self, product: ProductId) -> None: ...

    @abc.abstractmethod
    def delete_variant(self, sku: str) -> None: ...

    # Collections

    @abc.abstractmethod
    def add_collection(self, name: str, *members: ProductId, rule_based: bool = False) -> CollectionId:
        """A collection of the seller's own choice, or one that rules fill."""

    @abc.abstractmethod
    def set_members(self, collection: CollectionId, members: Sequence[ProductId]) -> None: ...

    @abc.abstractmethod
    def delete_collection(self, collection: CollectionId) -> None: ...

    # Webhooks

    @abc.abstractmethod
    def hooks(self) -> Mapping[str, Sequence[str]]:
        """Addresses by topic."""

    @abc.abstractmethod
    def drop_hook(self, topic: str) -> None:
        """The shop removes its subscriptions to a topic, as after too many failures."""

    @abc.abstractmethod
    def post(self, door: Door) -> None:
        """Post the webhooks that are due. What the door does not take comes again later, if the shop `sends_again`."""

    @abc.abstractmethod
    def uninstall(self) -> None: ...

    @abc.abstractmethod
    def place_order(self, sku: str, quantity: int) -> None:
        """A buyer buys in the shop."""

    # Orders

    @abc.abstractmethod
    def orders(self) -> Sequence[StagedOrder]:
        """All orders, oldest first."""

    @abc.abstractmethod
    def stock_of(self, sku: str) -> int: ...

    @abc.abstractmethod
    def ship(
        self, order: ShopOrderId, lines: Mapping[LineId, int] | None = None, *, carrier: str = "", tracking: str = ""
    ) -> ParcelId:
        """Ship units by the marketplace's lines, or all that is left."""

    @abc.abstractmethod
    def take_back(self, order: ShopOrderId, parcel: ParcelId) -> None:
        """Cancel a fulfilment."""

    @abc.abstractmethod
    def cancel_in_shop(self, order: ShopOrderId) -> None: ...

    @abc.abstractmethod
    def refund_in_shop(self, order: ShopOrderId, amount: str) -> None: ...

    @abc.abstractmethod
    def take_off(self, order: ShopOrderId, lines: Mapping[LineId, int]) -> None:
        """Remove units from the order that were not shipped, without a refund."""

    @abc.abstractmethod
    def ship_in_boxes(self, order: ShopOrderId, carrier: str, numbers: Sequence[str]) -> None:
        """Ship all that is left in one fulfilment with several tracking numbers."""

    @abc.abstractmethod
    def order_by_another_tool(self, mark: OrderMark) -> ShopOrderId:
        """Another tool imports the same order of the marketplace."""

    @abc.abstractmethod
    def signed(self, body: bytes, topic: str) -> dict[str, str]:
        """Headers, lower-case, of a genuine delivery of this body. The topic is one of the shop's own, as in `hooks`."""

    @abc.abstractmethod
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


def staged_shop(slug: str) -> type[StagedShop]:
    """The platform's stage: class `Staged` of the module `staged_<slug>`. A shop without one has no proof: ModuleNotFoundError."""
    found: type[StagedShop] = staged_module(f"staged_{slug}", "tests.contract.shops").Staged
    return found


def by_topic(hooks: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Addresses by topic, of pairs of both."""
    found: dict[str, list[str]] = {}
    for topic, url in hooks:
        found.setdefault(topic, []).append(url)
    return found


def pump(queue: DeliveryQueue, door: Door) -> None:
    """`StagedShop.post` of a simulator with the kit's queue."""

    def deliver(_url: str, headers: dict[str, str], body: bytes) -> int:
        return door(body, {name.lower(): value for name, value in headers.items()})

    queue.deliver_with(deliver)
    queue.pump()


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
