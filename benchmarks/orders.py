"""`e2e.order` and `orders.rate`: from an order seen on the marketplace to the shop's order, through the deployed system.

An order is detected when its row is written, and in the shop when the shop has confirmed it; both instants stand on the
row. Polling goes by its own rhythm, so orders arrive in the handfuls in which a real account's would. In turns with ours
go as many orders through the floor chain, whose account is asked in the same rhythm.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks import outside, stage
from benchmarks.figures import Figure
from benchmarks.floor import chain
from listbridge import bootstrap
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import AccountId, OrderKey, ProductId, RemoteOrderId
from listbridge.domain.listings.listing import Values
from listbridge.domain.orders import polling
from listbridge.domain.orders.orders import ImportState, Order
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.deps import Deps
from listbridge.services.orders.arrive.ask_for_orders import poll_now
from localrun import template
from localrun.system import LocalSystem
from localrun.variables import of_all
from simulators.kit.stand_in import ControlClient, MarketplaceStandIn

ACCOUNT = "acc_orders"
PRODUCTS = 100
_STOCK, _PRICE = 1_000, "19.90"
PER_SECOND, SECONDS = 1, 60
AT_ONCE, ROUNDS = 100, 3
_LATEST_S = 300.0


@dataclass(frozen=True, slots=True)
class Bare:
    """The floor's orders: when each was seen first and when it was in the shop, in seconds since 1970."""

    seen: Mapping[str, float]
    confirmed: Mapping[str, float]

    def took(self) -> list[float]:
        return [self.confirmed[id] - seen for id, seen in self.seen.items()]

    def whole(self) -> float:
        return max(self.confirmed.values()) - min(self.seen.values())


def measure() -> list[Figure]:
    """Orders at a steady pace for the first figure, and heaps of them at once for the second."""
    arguments = {outside.MARKETPLACE: outside.ARGUMENTS, outside.SHOP: outside.SLOW_SHOP_ARGUMENTS}
    with (
        LocalSystem(name="bench-orders", pair=outside.PAIR, simulator_arguments=arguments) as system,
        chain.beside(system, shop_arguments=outside.SLOW_SHOP_ARGUMENTS) as floor,
    ):
        declared = template.load(stage.ROOT / "template.yaml")
        variables = of_all(declared, endpoint_url=system.emulator.url)
        urls = {"PLATFORM_URLS": json.dumps(system.simulator_urls)}
        deps = stage.ports_over({**variables, **urls})
        shop, market = ControlClient(system.shop_url), outside.marketplace_door(system.marketplace_url)
        skus, floor_skus = _seed(deps, system, shop, market), _seed_floor(floor)
        account = deps.configuration.get(Account, ACCOUNT)
        poll_now(deps, account)
        with _polled(floor):
            steady, floor_steady = _buy_steadily(market, skus, floor, floor_skus)
            one_by_one, bare_one_by_one = _imported(deps, steady), _floor_orders(floor, floor_steady)
        heaps: list[list[Order]] = []
        bare_heaps: list[Bare] = []
        for _ in range(ROUNDS):
            heap = [_buy(market, skus[number % len(skus)]) for number in range(AT_ONCE)]
            poll_now(deps, account)
            heaps.append(_imported(deps, heap))
            began = time.time()
            bought = [_floor_buy(floor, floor_skus[number % len(floor_skus)]) for number in range(AT_ONCE)]
            floor.poll_since(began - 1)
            bare_heaps.append(_floor_orders(floor, bought))
        _check(shop, [order.key.remote for order in [*one_by_one, *(order for heap in heaps for order in heap)]])
        _check(floor.outside.shop, [id for bare in [bare_one_by_one, *bare_heaps] for id in bare.seen])
        settings = _settings(market.get("limits")["limits"], shop.get("limits"))
    bootstrap.use(None)
    return [_latency(one_by_one, bare_one_by_one, settings), _rate(heaps, bare_heaps, settings)]


def _seed_floor(floor: chain.Chain) -> list[str]:
    """As many products as ours has, on sale; returns their SKUs."""
    theirs = floor.outside
    theirs.shop.do("seed_products", count=PRODUCTS, stock=_STOCK, price=_PRICE)
    told = [one["variants"][0] for one in theirs.shop.get("state", limit=PRODUCTS)["products"]]
    variants = {str(one["sku"]): {"variant": outside.OF_SHOP.variant_id(one["id"])} for one in told}
    outside.put_on_sale(theirs.market, chain.SELLER, list(variants), quantity=_STOCK, price=_PRICE)
    floor.put(variants)
    return list(variants)


@contextmanager
def _polled(floor: chain.Chain) -> Iterator[None]:
    """Meanwhile the floor's account is asked for orders in the rhythm of a busy account, half a period after ours."""
    ended = threading.Event()

    def ask() -> None:
        since = time.time()
        wait = polling.BUSY_S / 2
        while not ended.wait(wait):
            wait, now = polling.BUSY_S, time.time()
            floor.poll_since(since - 1)
            since = now

    thread = threading.Thread(target=ask, name="floor-rhythm")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _seed(deps: Deps, system: LocalSystem, shop: ControlClient, market: MarketplaceStandIn) -> list[str]:
    """Products with listings on sale: publishing them would take longer than the figures."""
    sellers = {ACCOUNT: market.add_seller(ACCOUNT)}
    stage.connect(deps, (ACCOUNT,), sellers=sellers, shop_credentials=outside.SHOP_CONNECTION["credentials"])
    shop.do("seed_products", count=PRODUCTS, stock=_STOCK, price=_PRICE)
    adapter = deps.shops.open(deps.configuration.get(Shop, stage.SHOP))
    adapter.ensure_webhooks(f"{system.public_url}/webhooks/{stage.SHOP}")
    products = [ProductId(str(one["id"])) for one in shop.get("state", limit=PRODUCTS)["products"]]
    document = deps.configuration.get(Shop, stage.SHOP)
    observed = observe_products(deps, document, adapter, products)
    variants = deps.variants.get_many(observed.touched).values()
    offers = outside.put_on_sale(market, ACCOUNT, [row.facts.sku for row in variants], quantity=_STOCK, price=_PRICE)
    keys = []
    for row in variants:
        known = Values(_STOCK, row.facts.price, deps.clock.now())
        listing = stage.live_listing(ACCOUNT, row.key, row.facts.sku, offers[row.facts.sku], known)
        deps.variants.bind(row.key, listing.key)
        deps.listings.create(listing)
        keys.append(listing.key)
    stage.compute(deps, keys)
    return [row.facts.sku for row in variants]


def _buy(market: MarketplaceStandIn, sku: str) -> OrderKey:
    return OrderKey(AccountId(ACCOUNT), RemoteOrderId(market.buy(sku, ACCOUNT)))


def _floor_buy(floor: chain.Chain, sku: str) -> str:
    return floor.outside.market.buy(sku, chain.SELLER)


def _buy_steadily(
    market: MarketplaceStandIn, skus: Sequence[str], floor: chain.Chain, floor_skus: Sequence[str]
) -> tuple[list[OrderKey], list[str]]:
    """One order here and one of the floor's, in turns."""
    began = time.monotonic()
    ours, bare = [], []
    for number in range(PER_SECOND * SECONDS):
        time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
        ours.append(_buy(market, skus[number % len(skus)]))
        time.sleep(max(0.0, began + (number + 0.5) / PER_SECOND - time.monotonic()))
        bare.append(_floor_buy(floor, floor_skus[number % len(floor_skus)]))
    return ours, bare


def _floor_orders(floor: chain.Chain, ids: Sequence[str]) -> Bare:
    """Both instants of these orders, once all of them are in the floor's shop."""
    confirmed = floor.await_numbers(ids, "confirmed_at", latest_s=_LATEST_S)
    return Bare(floor.numbers(ids, "seen_at"), confirmed)


def _imported(deps: Deps, keys: Sequence[OrderKey]) -> list[Order]:
    """The rows of these orders, once all of them are in the shop."""
    ends = time.monotonic() + _LATEST_S
    while True:
        rows = deps.orders.get_many(keys)
        late = [key for key in keys if key not in rows or rows[key].state is not ImportState.CREATED]
        if not late:
            return [rows[key] for key in keys]
        if time.monotonic() > ends:
            raise AssertionError(f"{len(late)} orders never arrived, such as {rows.get(late[0], late[0])}")
        time.sleep(1.0)


def _check(shop: ControlClient, ids: Sequence[str]) -> None:
    """Each is in the shop exactly once. A figure of twins would be worth nothing."""
    told = shop.get("state", limit=10_000)["orders"]
    marks = Counter(one["source_identifier"] for one in told)
    wrong = [id for id in ids if marks[id] != 1]
    if wrong:
        raise AssertionError(f"not exactly once in the shop: {wrong[:5]}")


def _latency(orders: Sequence[Order], bare: Bare, settings: dict[str, object]) -> Figure:
    took = [(_at(order.confirmed_at) - order.first_seen_at).total_seconds() for order in orders]
    details = {
        "orders": len(orders),
        "per_second": PER_SECOND,
        "p50": round(statistics.median(took), 2),
        "worst": round(max(took), 2),
        "floor": "the same hops, and per order read, look, create",
        "floor_p50": round(statistics.median(bare.took()), 2),
        "floor_worst": round(max(bare.took()), 2),
        **settings,
    }
    return Figure("e2e.order", _p95(took), "s (p95)", "<=2.0", floor=_p95(bare.took()), settings=details)


def _rate(heaps: Sequence[Sequence[Order]], bare_heaps: Sequence[Bare], settings: dict[str, object]) -> Figure:
    seconds, bare_seconds = sum(map(_whole, heaps)), sum(bare.whole() for bare in bare_heaps)
    orders = sum(map(len, heaps))
    details = {
        "orders": orders,
        "at_once": AT_ONCE,
        "seconds": round(seconds, 1),
        "floor_seconds": round(bare_seconds, 1),
        **settings,
    }
    per_hour, floor = orders / seconds * 3600, orders / bare_seconds * 3600
    return Figure("orders.rate", per_hour, "orders/h", ">=0.5", floor=floor, settings=details)


def _whole(orders: Sequence[Order]) -> float:
    """Seconds from the first one's first sight to the last one's confirmation."""
    began = min(order.first_seen_at for order in orders)
    return (max(_at(order.confirmed_at) for order in orders) - began).total_seconds()


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def _settings(market: Mapping[str, Any], shop: Mapping[str, Any]) -> dict[str, object]:
    declared = template.load(stage.ROOT / "template.yaml")["Resources"]["ImportOrdersFunction"]["Properties"]
    source = declared["Events"]["Messages"]["Properties"]
    return {
        "import_orders": {
            "memory_mb": declared.get("MemorySize", 512),
            "timeout_s": declared["Timeout"],
            "batch": source["BatchSize"],
            "maximum_concurrency": source["ScalingConfig"]["MaximumConcurrency"],
        },
        "latency_s": {outside.MARKETPLACE: outside.LATENCY_S, outside.SHOP: outside.SHOP_LATENCY_S},
        "limits": outside.limits_told(dict(market), dict(shop)),
        "polling": {"busy_s": polling.BUSY_S, "awake_s": polling.AWAKE_S, "asleep_s": polling.ASLEEP_S},
    }


def _at(instant: datetime | None) -> datetime:
    if instant is None:
        raise AssertionError("an order that is in the shop has no instant of it")
    return instant
