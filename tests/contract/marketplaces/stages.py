"""A stage per marketplace: its simulator, an opened account, products to sell, and deeds that only the outside can do.

The suites beside this file play on every stage: one module `staged_<slug>` for each marketplace, here or where the platforms
that exist only in tests stand. A marketplace that the registry finds and that has no stage fails them.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

import requests

from listbridge import registry
from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.configuration import CreationProfile
from listbridge.domain.ids import (
    AccountId,
    ListingKey,
    ProductId,
    ProfileId,
    RemoteId,
    RemoteOrderId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.listings.listing import Listing, Status, Values
from listbridge.domain.money import Money
from listbridge.domain.ports import MarketplaceAdapter, PublishRequest, PublishVariant, Revision
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from simulators.door import Transport
from simulators.faults import Fault
from tests.contract.marketplaces.memory_steps import Desk
from tests.contract.marketplaces.patient import Patient
from tests.contract.unread import unread
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import VirtualClock
from tests.fakes.coordination import FakeCounters
from tests.fakes.grants import NoGrants
from tests.platforms_in_tests import staged_module

ACCOUNT = AccountId("acc_1")
SIZES = ("XS", "S", "M", "L", "XL", "XXL")
PICTURE = "https://images.example/{}.jpg"


@dataclass(frozen=True)
class Shown:
    """A variation as buyers see it."""

    quantity: int
    price: Decimal
    title: str
    aspects: Mapping[str, list[str]]


@dataclass(frozen=True)
class LiveListing:
    """A live listing as buyers see it."""

    remote: RemoteId
    site: Site
    variations: Mapping[Sku, Shown]


class Watched(Transport):
    """A transport that shows each call to the stage before it leaves and after it is answered."""

    def __init__(self, stage: Stage, app: Any) -> None:
        super().__init__(app)
        self._stage = stage

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        self._stage.before(request)
        response = super().send(request, **more)
        self._stage.after(request, response)
        return unread(response)


@dataclass(repr=False)  # of all that it holds it would be megabytes
class Stage(abc.ABC):
    """One marketplace under test. `hook` is called before and after every call with `before …` or `after …`."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    counters: FakeCounters = field(default_factory=FakeCounters)
    hook: Callable[[str], None] = lambda _: None
    desk: Desk | None = None
    checked: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    slug: str = ""
    sites: tuple[Site, ...] = ()
    revise_operation: str = ""
    list_operation: str = ""
    ship_operation: str = ""
    orders_per_page: int = 1
    prices_after_s: float = 0.0
    """Orders come so long before their prices."""
    tells_waits: bool = True
    """A spent limit says how long it lasts."""
    refuses_zeros: bool = True
    """There are sellers whose zeros are refused: `refuse_zeros` makes one of them."""
    answers_in_halves: bool = True
    """One answer may tell of several listings: `partial_answer` is such a one."""
    relists_under_new_id: bool = True
    """A listing that was ended comes back as another one."""
    token_operation: str = ""
    """The call whose lost answer ends the access: it renews a token that changes at each use and is not given again."""
    beside: frozenset[str] = frozenset()
    """Calls to hosts beside the simulator, which plays no faults there."""
    refuses_twins: bool = True
    """A second listing of the same SKU is found or refused by the marketplace itself."""
    writes_whole_groups: bool = True
    """The variations of one listing may not be written at once."""
    unchecked: bool = False
    order_calls: tuple[int, ...] = (1, 1, 1, 1)
    """How often each operation is called, the rarest first, to list the orders, read one, look for its parcels and tell of one."""
    least_checked: int = 14
    """So many operations are needed to publish, revise, read and end one product."""
    documented: bool = False
    """There are official documents, and `check` holds each exchange against them."""

    @abc.abstractmethod
    def operation(self, request: requests.PreparedRequest) -> str:
        """The call's name in the simulator's fault plan."""

    @abc.abstractmethod
    def carries_values(self, operation: str) -> bool: ...

    @abc.abstractmethod
    def check(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        """Hold the exchange against the official documents."""

    @abc.abstractmethod
    def creation(self, site: Site) -> CreationProfile: ...

    @abc.abstractmethod
    def live(self) -> list[LiveListing]: ...

    @abc.abstractmethod
    def ever_made(self) -> int:
        """How many listings there have ever been."""

    @abc.abstractmethod
    def add_faults(self, *faults: Fault) -> None: ...

    @abc.abstractmethod
    def app(self) -> Any: ...

    @abc.abstractmethod
    def secret(self) -> dict[str, str]: ...

    @abc.abstractmethod
    def stranger(self) -> dict[str, str]:
        """The secret of another seller who connected through the same app."""

    # ---- deeds ----
    @abc.abstractmethod
    def revoke(self) -> None: ...
    @abc.abstractmethod
    def expire_tokens(self) -> None: ...
    @abc.abstractmethod
    def refuse_zeros(self) -> None: ...
    @abc.abstractmethod
    def end_from_outside(self, listing: RemoteId) -> None: ...
    @abc.abstractmethod
    def edit_from_outside(self, sku: Sku, site: Site, quantity: int) -> None: ...
    @abc.abstractmethod
    def partial_answer(self, accepted: Revision, refused: Revision) -> Fault:
        """An answer in which the one listing's revision came true and the other's was refused for its price."""

    # ---- deeds of buyers, and of the seller in the marketplace's own pages ----
    @abc.abstractmethod
    def put_on_sale(self, *skus: Sku) -> None:
        """More of each than any test buys, at 10.05 in the first site's currency, listed by the seller's own hand."""

    @abc.abstractmethod
    def buy(self, *wanted: tuple[Sku, int], paid: bool = True) -> RemoteOrderId:
        """One order, with a line for each."""

    @abc.abstractmethod
    def pay(self, order: RemoteOrderId) -> None: ...
    @abc.abstractmethod
    def cancel(self, order: RemoteOrderId) -> None: ...
    @abc.abstractmethod
    def ship_from_outside(self, order: RemoteOrderId, tracking: str) -> None: ...
    @abc.abstractmethod
    def buyers_words(self) -> tuple[str, ...]:
        """What identifies the buyers of this stage: in no log."""

    # ---- what all stages share ----

    def account_sites(self) -> set[Site]:
        """Where the seller of this stage may sell: everywhere, unless the marketplace ties an account to some sites."""
        return set(registry.marketplace(self.slug).sites)

    def tell_prices(self) -> None:
        """Let so much time pass that the orders' prices are told."""
        self.clock.advance(self.prices_after_s)

    def without_documents(self) -> None:
        """From now on answers are planned that are in no document: those of some edge server."""
        self.unchecked = True

    def before(self, request: requests.PreparedRequest) -> None:
        operation = self.operation(request)
        self.calls.append(operation)
        if self.desk is not None and self.carries_values(operation):
            assert self.desk.may_send, f"{operation} left without a check of its lease"
            self.desk.may_send = False
        self.hook(f"before {operation}")

    def after(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        if not self.unchecked:
            self.check(request, response)
        self.hook(f"after {self.operation(request)}")

    def open(self, *, tokens: TokenCache | None = None, **settings: Any) -> MarketplaceAdapter:
        self.budget = FakeBudget(self.clock)
        return self._patient(registry.open_marketplace(self.slug, self.connection(tokens, **settings)))

    def open_stranger(self, tokens: TokenCache) -> MarketplaceAdapter:
        connection = replace(self.connection(tokens), id="acc_stranger", secret=self.stranger())
        return self._patient(registry.open_marketplace(self.slug, connection))

    def open_observing(self) -> MarketplaceAdapter:
        session = HttpSession(transport=Watched(self, self.app()), observe=True)
        return self._patient(registry.open_marketplace(self.slug, replace(self.connection(), session=session)))

    def _patient(self, adapter: MarketplaceAdapter) -> MarketplaceAdapter:
        traits = registry.marketplace(self.slug).traits
        return cast(MarketplaceAdapter, Patient(adapter, self.clock, traits.finds_by_sku))

    def profile(self, site: Site, settings: Mapping[str, Any]) -> CreationProfile:
        """A creation profile with these settings."""
        return CreationProfile(
            id=ProfileId("cp_1"), name="c", marketplace=self.slug, site=site, settings=dict(settings)
        )

    def account_settings(self) -> dict[str, Any]:
        """What an account's settings have to say here."""
        return {}

    def account_facts(self) -> dict[str, str]:
        """What the account said of itself when it was connected."""
        return {}

    def connection(self, tokens: TokenCache | None = None, **settings: Any) -> Connection:
        session = HttpSession(transport=Watched(self, self.app()), budget=self.budget)
        return Connection(
            ACCOUNT,
            settings,
            self.secret(),
            None,
            session,
            self.budget,
            tokens or TokenCache(),
            self.clock,
            NoGrants(),
            self.counters,
        )

    def request(self, variants: int, *, site: Site | None = None, **changes: Any) -> PublishRequest:
        """A product with this many variants, to be sold on the first site unless another is named."""
        site = site or self.sites[0]
        facts = jumper(**changes) if variants > 1 else candle(**changes)
        return PublishRequest(
            product=facts,
            variants=tuple(
                PublishVariant(ListingKey(ACCOUNT, site, v.sku), v.variant, None, None)
                for v in facts.variants[:variants]
            ),
            site=site,
            creation=self.creation(site),
            group=RemoteId("LB-group-1"),
        )

    def new_desk(self, request: PublishRequest, *, quantity: int = 7, price: str = "19.90") -> Desk:
        currency = registry.marketplace(self.slug).sites[request.site].currency
        skus = [variant.key.sku for variant in request.variants]
        value = Values(quantity, Money(Decimal(price), currency))
        self.desk = Desk(dict.fromkeys(skus, value), dict.fromkeys(skus, quantity))
        return self.desk


def candle(*, title: str = "Beeswax candle", **changes: Any) -> ProductFacts:
    """A product without options."""
    variant = VariantFacts(
        VariantId("v1"), Sku("CANDLE"), title, Money(Decimal("19.90"), "USD"), barcode="4006381333931"
    )
    facts: dict[str, Any] = {
        "description_html": "<p>Pure <b>beeswax</b>.</p><script>alert(1)</script>",
        "vendor": "Nordlicht",
        "images": (PICTURE.format("candle"),),
        **changes,
    }
    return ProductFacts(ProductId("p1"), title, Visibility.VISIBLE, (variant,), **facts)


def jumper(*, title: str = "Fisherman's jumper", sizes: tuple[str, ...] = SIZES, **changes: Any) -> ProductFacts:
    """A product with an option."""
    variants = tuple(
        VariantFacts(
            VariantId(f"v{n}"),
            Sku(f"JUMPER-{size}"),
            size,
            Money(Decimal("19.90"), "USD"),
            options={"Size": size},
            image=PICTURE.format(f"jumper-{size}"),
        )
        for n, size in enumerate(sizes)
    )
    facts: dict[str, Any] = {
        "description_html": "<p>Pure wool.</p>",
        "vendor": "Nordlicht",
        "images": (PICTURE.format("jumper"),),
        "options": ("Size",),
        **changes,
    }
    return ProductFacts(ProductId("p2"), title, Visibility.VISIBLE, variants, **facts)


def listing(
    key: ListingKey, *, offer: RemoteId | None, remote: RemoteId | None, group: RemoteId | None = None
) -> Listing:
    """A ledger row, as far as an adapter looks at it."""
    variant = VariantKey(ShopId("shop_1"), ProductId("p"), VariantId("v"))
    return Listing(key, variant, SalesListId("list_1"), status=Status.ACTIVE, offer=offer, remote=remote, group=group)


def staged(slug: str) -> type[Stage]:
    """The stage of a marketplace: class `Staged` of the module `staged_<slug>`. One without it fails the suites."""
    module: Any = staged_module(f"staged_{slug}", "tests.contract.marketplaces")
    found: type[Stage] = module.Staged
    return found
