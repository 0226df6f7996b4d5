"""A world around any shop and any marketplace that has a stage in the contract suites, with the real adapters between."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from listbridge import bootstrap, registry
from listbridge.domain.configuration import Account, CreationProfile, Deployment, Profile, SalesList, Shop
from listbridge.domain.ids import ListingKey, ProductId, ProfileId, RemoteOrderId, ShopOrderId, Site, Sku
from listbridge.domain.manifest import BudgetSpec
from listbridge.domain.orders.orders import Order
from listbridge.domain.ports import Budget, Share
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.infra.coordination.budgets import BudgetPool
from listbridge.platforms import OpenedMarketplaces, OpenedShops, Opener
from listbridge.services.configuration.connect_shop import connect_shop
from listbridge.services.connection_state import secret_name
from listbridge.services.deps import TimeLimits
from listbridge.webhook_doors import CachedDoors
from simulators.door import Transport
from tests.contract.marketplaces.stages import Stage, staged
from tests.contract.shops.staging import StagedShop, staged_shop
from tests.contract.unread import unread
from tests.fakes.buckets import FakeBuckets
from tests.fakes.budget import FakeBudget
from tests.fakes.death import Fate
from tests.fakes.hand_overs import NO_HAND_OVERS
from tests.fakes.stores import Stores
from tests.fakes.world import ACCOUNT, CREATION, LIST, NEVER_ASKS, SHOP, World
from tests.platforms_in_tests import MARKETPLACES, SHOPS

BASE = "https://listbridge.example"
CURRENCY = "EUR"
PICTURE = "https://images.example/mug.jpg"
PAIRS = [
    (shop, marketplace)
    for shop in (*registry.slugs("shops"), *SHOPS)
    for marketplace in (*registry.slugs("marketplaces"), *MARKETPLACES)
]
"""Any shop with any marketplace, those that exist only in tests too."""


class Wire(BaseAdapter):
    """The network: each host's simulator. Every call may be the one at which its worker dies or is overtaken."""

    def __init__(self, fate: Fate, hosts: dict[str, Any]) -> None:
        super().__init__()
        self._fate = fate
        self._hosts = {host: Transport(app) for host, app in hosts.items()}
        self.on_answer: list[Callable[[requests.PreparedRequest, requests.Response], None]] = []
        """Who is shown each answered call."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        host = urlsplit(request.url or "").hostname or ""
        self._fate(f"{host.partition('.')[0]}.{request.method}")
        response = self._hosts[host].send(request, **options)
        for shown in self.on_answer:
            shown(request, response)
        return unread(response) if self.on_answer else response

    def close(self) -> None:
        """Nothing is open."""


@dataclass(repr=False)  # of all that it holds it would be megabytes
class AnyPair:
    """A shop and an account, our system between them, and what buyers and the seller do."""

    world: World
    shop: StagedShop
    market: Stage
    site: Site
    fate: Fate
    wire: Wire
    deaf: bool = False
    """The shop's deliveries are lost."""
    answered: list[int] = field(default_factory=list)
    """What our door said to each of them; 502 where it died."""
    dies_at: str = ""
    """Our door dies at each of them, before this write."""
    products: dict[str, ProductId] = field(default_factory=dict)

    # ---- what happens ----

    def add_product(self, *skus: str, stock: int = 5, price: str = "10.00") -> ProductId:
        made = self.shop.add_product(*skus, stock=stock, price=price, picture=PICTURE)
        self.products |= dict.fromkeys(skus, made.product)
        return made.product

    def sell(self, *skus: str, stock: int = 5) -> list[ListingKey]:
        """A product of the shop with these variants, put on sale."""
        return self.world.sell(self.add_product(*skus, stock=stock))

    def buy(self, sku: str, quantity: int = 1) -> RemoteOrderId:
        """A buyer of the marketplace takes some."""
        return self.market.buy((Sku(sku), quantity))

    def run(self, seconds: float) -> None:
        self.world.run(seconds)

    def pump(self) -> None:
        """Post what the shop tells to our door. If the door dies, the shop sends again as its platform does, or never."""
        [name] = {urlsplit(url).path.rsplit("/", 1)[-1] for urls in self.shop.hooks().values() for url in urls}

        def door(body: bytes, headers: dict[str, str]) -> int:
            if self.deaf:
                return 200
            if self.dies_at:
                self.fate.die_before(self.dies_at)
            self.answered.append(self.world.webhook(body, headers, shop=name))
            return self.answered[-1]

        self.shop.post(door)
        assert set(self.answered) <= {200, 502}

    # ---- what is to be seen ----

    def shown(self, sku: str) -> tuple[int, Decimal] | None:
        """What buyers see; at most one live listing may have it. A paused one is not shown."""
        found = [one.variations[Sku(sku)] for one in self.market.live() if sku in one.variations]
        assert len(found) <= 1, f"{sku} is live {len(found)} times"
        return (found[0].quantity, found[0].price) if found else None

    def key(self, sku: str) -> ListingKey:
        return self.world.key(sku, ACCOUNT, self.site)

    def order(self, remote: RemoteOrderId) -> Order:
        [row] = [one for one in self.world.stores.orders.recent(ACCOUNT, None, 1000)[0] if one.key.remote == remote]
        return row

    def shop_order(self, remote: RemoteOrderId) -> ShopOrderId:
        """The one and only that stands for it."""
        found = self.order(remote).shop_order
        assert found is not None
        assert [one.id for one in self.shop.orders()].count(found.id) == 1
        return found.id

    def tracking(self, remote: RemoteOrderId) -> list[str]:
        """What the marketplace knows of parcels."""
        account = self.world.stores.configuration.get(Account, ACCOUNT)
        return [one.tracking for one in self.world.marketplaces.open(account).shipments(remote)]


MakeBudget = Callable[[Sequence[BudgetSpec], Mapping[str, str], Share], Budget]
"""As the budgets of all lanes are opened."""


def any_pair(
    shop_slug: str,
    marketplace_slug: str,
    *,
    limits: TimeLimits | None = None,
    sites: tuple[Site, ...] = (),
    prepare: Callable[[Any], None] = lambda shop: None,
    budgets: bool = False,
) -> AnyPair:
    """The pair, connected, with its hooks in place, and nothing in it yet. What is sold is on the first of the sites, else on the
    first whose currency is the shop's, or can be. `prepare` is given the staged shop before it is connected. With `budgets` the
    marketplace's real ones are drawn from."""
    stores, fate = Stores(), Fate()
    known = registry.marketplace(marketplace_slug).sites
    theirs = [one for one, bounds in known.items() if bounds.currency == CURRENCY]
    sites = sites or tuple(theirs[:1] or list(known)[:1])
    market: Any = staged(marketplace_slug)
    # Where no site has a currency of its own, each account has.
    market = market(clock=stores.clock, sites=sites, **({} if theirs else {"currency": CURRENCY}))
    market.unchecked = True
    shop: StagedShop = staged_shop(shop_slug)(clock=stores.clock)
    prepare(shop)
    hosts = {"shop.example": shop.app(), "market.example": market.app(), urlsplit(PICTURE).netloc: market.app()}
    limited = registry.marketplace(marketplace_slug).budgets
    wire, pool = Wire(fate, hosts), BudgetPool(FakeBuckets(), stores.leases, stores.clock)
    opener = Opener(
        configuration=stores.configuration,
        secrets=stores.secrets,
        leases=stores.leases,
        counters=stores.counters,
        clock=stores.clock,
        tokens=TokenCache(),
        make_session=lambda observe, budget, longest_call_s: HttpSession(
            transport=wire, observe=observe, budget=budget
        ),
        make_budget=lambda specs, scopes, share: (
            pool.open(specs, scopes, share) if budgets and specs == limited else FakeBudget(stores.clock)
        ),
        base_urls={shop_slug: "https://shop.example", marketplace_slug: "https://market.example"},
    )
    world = World(stores, OpenedShops(opener), OpenedMarketplaces(opener), fate, limits or TimeLimits(drain_run_s=8))
    world.asks_for_orders = True
    stores.configuration.save(Deployment(id="this", public_base_url=BASE))
    settings, credentials = shop.connection()
    draft = Shop(id=SHOP, name="Shop", platform=shop_slug, currency="XXX", settings=dict(settings))
    connect_shop(world.deps, draft, dict(credentials), "kim")
    _account(world, market, marketplace_slug, sites)
    doors = CachedDoors(stores.configuration, stores.secrets, stores.clock)
    bootstrap.use(world.deps, bootstrap.WebhookIngest(doors, stores.inbox, stores.queues, stores.clock, 2_097_152))
    made = AnyPair(world, shop, market, sites[0], fate, wire)
    world.on_round.append(made.pump)
    assert world.deps.hand_overs is NO_HAND_OVERS
    return made


def _account(world: World, market: Stage, marketplace: str, sites: tuple[Site, ...]) -> None:
    stores, site = world.stores, sites[0]
    stores.secrets.put(secret_name("accounts", ACCOUNT), dict(market.secret()))
    save = stores.configuration.save
    save(Profile(id=ProfileId("profile_1"), name="Rules"))
    save(
        Account(
            id=ACCOUNT,
            name="Account",
            marketplace=marketplace,
            shop=SHOP,
            sites=sites,
            guard=NEVER_ASKS,
            settings=market.account_settings(),
            facts=market.account_facts(),
        )
    )
    creation = market.creation(site)
    save(CreationProfile(id=CREATION, name="New", marketplace=marketplace, site=site, settings=creation.settings))
    save(
        SalesList(
            id=LIST, name="List", account=ACCOUNT, site=site, profile=ProfileId("profile_1"), creation_profile=CREATION
        )
    )
