"""A world around the two simulators of the first pair, with the real adapters between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from listbridge import bootstrap
from listbridge.domain.configuration import Account, ConnectionState, Deployment, Shop
from listbridge.domain.ids import ListingKey, ProductId, Site, Sku
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.platforms import OpenedMarketplaces, OpenedShops, Opener
from listbridge.services.catalog.nudge import nudge
from listbridge.services.catalog.sweep_shop import start_sweep
from listbridge.services.connection_state import secret_name
from listbridge.services.deps import TimeLimits
from listbridge.webhook_doors import CachedDoors
from simulators.door import Transport
from simulators.ebay import EbaySimulator, Limits
from simulators.shopify import ShopifySimulator
from tests.fakes import ebay_process
from tests.fakes.budget import FakeBudget
from tests.fakes.death import Fate
from tests.fakes.stores import Stores
from tests.fakes.world import ACCOUNT, SHOP, World

US = Site("EBAY_US")
BASE = "https://listbridge.example"
DOMAIN = "demo.myshopify.com"
CLIENT = {"client_id": "demo-client-id", "client_secret": "demo-client-secret"}
Shown = tuple[int, Decimal]


class Wire(BaseAdapter):
    """The network: each host's simulator. Every call may be the one at which its worker dies or is overtaken."""

    def __init__(self, fate: Fate, ebay: EbaySimulator, shopify: ShopifySimulator) -> None:
        super().__init__()
        self._fate = fate
        self._ebay, self._shopify = Transport(ebay), Transport(shopify)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        url = urlsplit(request.url or "")
        shop = (url.hostname or "").endswith("myshopify.com")
        name = f"{'shop' if shop else 'remote'}.{request.method}.{url.path.rsplit('/', 1)[-1]}"
        self._fate(name)
        response = (self._shopify if shop else self._ebay).send(request, **options)
        self._fate(f"{name}.answered")
        return response

    def close(self) -> None:
        """Nothing is open."""


@dataclass(repr=False)  # of all that it holds it would be megabytes
class Pair:
    """A Shopify shop, an eBay account, our system between them, and the truth to hold them against."""

    world: World
    shopify: ShopifySimulator
    ebay: EbaySimulator
    fate: Fate
    truth: dict[Sku, Shown] = field(default_factory=dict)
    """What the shop says now."""
    versions: dict[Sku, list[Shown]] = field(default_factory=dict)
    """Everything it ever said, oldest first."""
    bought: set[Sku] = field(default_factory=set)
    """What eBay's buyers took units of: the shop has fewer than the seller said, once the orders are in it."""
    beyond_us: bool = False
    """Something happened of which nobody told us: a delivery lost forever, a sale, an end of our credentials."""

    def use(self) -> None:
        """Make the handlers work in this pair, with the real doors."""
        stores = self.world.stores
        doors = CachedDoors(stores.configuration, stores.secrets, stores.clock)
        ingest = bootstrap.WebhookIngest(doors, stores.inbox, stores.queues, stores.clock, 2_097_152)
        bootstrap.use(self.world.deps, ingest)

    def add_product(self, *skus: str, stock: int = 5, price: str = "10.00", title: str = "Mug") -> ProductId:
        """A new product of the shop, one variant for each SKU."""
        variants: list[dict[str, Any]] = [{"sku": sku, "stock": stock, "price": price} for sku in skus]
        if len(skus) > 1:
            for variant in variants:
                variant["options"] = {"Size": str(variant["sku"])}
        made = self.shopify.deeds.add_product(
            title=title,
            variants=variants,
            images=["https://images.example/mug.jpg"],
            description_html="<p>A mug.</p>",
            vendor="Nordlicht",
        )
        for sku in skus:
            self.truth[Sku(sku)] = (stock, Decimal(price))
            self.versions[Sku(sku)] = [self.truth[Sku(sku)]]
        return ProductId(str(made["product_id"]))

    def set(self, sku: str, *, stock: int | None = None, price: str | None = None) -> None:
        """The seller, or a buyer of the shop, changes something; the shop's webhooks begin to wait."""
        old_stock, old_price = self.truth[Sku(sku)]
        if stock is not None:
            self.shopify.deeds.set_stock(stock, None, sku=sku)
            old_stock = stock
        if price is not None:
            self.shopify.deeds.set_price(price, sku=sku)
            old_price = Decimal(price)
        self.truth[Sku(sku)] = (old_stock, old_price)
        self.versions[Sku(sku)].append(self.truth[Sku(sku)])

    def pump(self) -> None:
        """Post the webhooks that are due to our door."""
        self.shopify.deliveries.pump()

    def live(self) -> list[tuple[str, Mapping[Sku, Shown]]]:
        """eBay's live listings with their variations as buyers see them."""
        with requests.Session() as session:
            session.mount("https://", Transport(self.ebay))
            rows = session.get("https://api.ebay.com/_sim/listings", params={"live": "1"}).json()["listings"]
        return [
            (row["listingId"], {Sku(v["sku"]): (v["quantity"], Decimal(v["price"])) for v in row["variations"]})
            for row in rows
        ]

    def shown(self, sku: str) -> Shown | None:
        """What buyers see of a SKU; at most one live listing may have it."""
        found = [variations[Sku(sku)] for _, variations in self.live() if sku in variations]
        assert len(found) <= 1, f"{sku} is live {len(found)} times"
        return found[0] if found else None

    def stock(self, sku: str) -> int:
        """What the shop has of it now."""
        live = self.shopify.world.live
        return sum(int(live.quantity(row)) for row in live.variants.values() if row.sku == sku)

    def key(self, sku: str) -> ListingKey:
        return self.world.key(sku, ACCOUNT, US)

    def rest(self) -> None:
        """The outside is well again, and what is under way comes to its end: no sweep and no drift check helps out."""
        self.ebay.faults.clear()
        self.shopify.faults.clear()
        self.pump()
        self.world.settle(hours=6)

    def settle(self) -> None:
        """As `rest`, with all that only a sweep, a new consent and a look at the marketplace can put right."""
        self.world.asks_for_orders = bool(self.bought)
        self.ebay.deeds.restore_token("anna")
        self.ebay.faults.clear()
        self.shopify.faults.clear()
        store = self.world.stores.configuration
        for document in [*store.all(Account), *store.all(Shop)]:
            if document.state is not ConnectionState.ACTIVE:
                store.save(document.model_copy(update={"state": ConnectionState.ACTIVE}))
        nudge(self.world.deps, ACCOUNT)
        self.rest()
        start_sweep(self.world.deps, store.get(Shop, SHOP), "test")
        self.world.settle(hours=6)
        self.world.tick("drift")
        self.world.settle(hours=6)

    def in_step(self, *, dead_letters: int = 0) -> None:
        """What is promised of listings, when the dust has settled (promises.md#p1, #p2, #p4, #p7)."""
        live: dict[Sku, Shown] = {}
        for _, variations in self.live():
            for sku, shown in variations.items():
                assert sku not in live, f"{sku} is live twice"
                live[sku] = shown
        for sku, (stock, price) in self.truth.items():
            row = self.world.row(self.key(sku))
            stock = self.stock(sku) if sku in self.bought else stock
            assert live.get(sku) == (max(0, stock), price), (sku, live.get(sku), row)
            assert (row.hold, row.attempt, row.settle_at) == (None, None, None)
        assert self.world.silent_rows() == []
        assert len(self.world.dead_letters()) == dead_letters
        self.never_sent_older_after_newer()

    def never_sent_older_after_newer(self) -> None:
        """Each value that left us can be put down to a version of the shop's, and these never go back (promises.md#p2)."""
        for place in (0, 1):
            at: dict[Sku, int] = {}
            for entry in self.ebay.world.journal:
                if "landed" in entry.fault:
                    continue  # our own late arrival: it was sent long ago
                for row in entry.sent:
                    value = row.get("quantity") if place == 0 else row.get("price")
                    sku = Sku(row.get("sku") or entry.sku)
                    if value is None or sku not in self.versions or sku in self.bought:
                        continue
                    said = [max(0, v[0]) if place == 0 else v[1] for v in self.versions[sku]]
                    sent = int(value) if place == 0 else Decimal(str(value))
                    later = [n for n, v in enumerate(said) if v == sent and n >= at.get(sku, 0)]
                    assert later, f"{sku}: {sent} was sent at {entry.at} after version {at.get(sku, 0)} of {said}"
                    at[sku] = later[0]


def pair(*, limits: TimeLimits | None = None) -> Pair:
    """The pair, connected, with its hooks in place, and nothing in it yet."""
    stores, fate = Stores(), Fate()
    ebay_process.begin()
    ebay = EbaySimulator(
        clock=stores.clock, latency_s=0.0, limits=Limits.load().raised(per_second={"rate": 100_000, "burst": 100_000})
    )
    shopify = ShopifySimulator(clock=stores.clock, currency="USD", limits={})
    wire, tokens = Wire(fate, ebay, shopify), TokenCache()
    opener = Opener(
        configuration=stores.configuration,
        secrets=stores.secrets,
        leases=stores.leases,
        counters=stores.counters,
        clock=stores.clock,
        tokens=tokens,
        make_session=lambda observe, budget, longest_call_s: HttpSession(
            transport=wire, observe=observe, budget=budget
        ),
        make_budget=lambda specs, scopes, share: FakeBudget(stores.clock),
    )
    seller = ebay.deeds.add_seller("anna", marketplaces=[US])
    stores.secrets.put(secret_name("shops", SHOP), CLIENT)
    stores.secrets.put(
        secret_name("accounts", ACCOUNT),
        {"client_id": ebay.client_id, "client_secret": ebay.client_secret, "refresh_token": seller["refreshToken"]},
    )
    marketplaces = OpenedMarketplaces(opener)
    world = World(stores, OpenedShops(opener), marketplaces, fate, limits or TimeLimits(drain_run_s=8))
    world.connect(
        platform="shopify",
        marketplace="ebay",
        currency="USD",
        shop={"settings": {"domain": DOMAIN}},
        site=US,
        creation=creation(seller["policies"][US]),
    )
    stores.configuration.save(Deployment(id="this", public_base_url=BASE))
    made = Pair(world, shopify, ebay, fate)
    made.use()

    def deliver(url: str, headers: dict[str, str], body: bytes) -> int:
        assert url == f"{BASE}/webhooks/{SHOP}"
        return world.webhook(body, headers)

    shopify.deliveries.deliver_with(deliver)
    world.on_tick.append(made.pump)
    world.shops.open(stores.configuration.get(Shop, SHOP)).ensure_webhooks(f"{BASE}/webhooks/{SHOP}")
    return made


def creation(policies: Mapping[str, str]) -> dict[str, Any]:
    """A creation profile's settings that the simulated eBay takes."""
    return {
        "category_id": "15687",
        "condition": "NEW",
        "merchant_location_key": "main",
        "fulfillment_policy_id": policies["fulfillmentPolicyId"],
        "payment_policy_id": policies["paymentPolicyId"],
        "return_policy_id": policies["returnPolicyId"],
        "aspects": {"Size": ["One Size"]},
    }
