"""`e2e.order` and `orders.rate`: from an order seen on the marketplace to the shop's order, through the deployed system.

An order is detected when its row is written, and in the shop when the shop has confirmed it; both instants stand on the
row. Polling goes by its own rhythm, so orders arrive in the handfuls in which a real account's would.
"""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from benchmarks import marketplace, stage
from benchmarks.figures import Figure
from listbridge import bootstrap
from listbridge.domain import polling
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import AccountId, OrderKey, ProductId, RemoteOrderId
from listbridge.domain.listing import Values
from listbridge.domain.orders import ImportState, Order
from listbridge.services.ask_for_orders import poll_now
from listbridge.services.deps import Deps
from listbridge.services.observe_shop import observe_products
from localrun import template
from localrun.scenario.outside import ControlDoor, Marketplace
from localrun.system import LocalSystem
from localrun.variables import of_functions

ACCOUNT = "acc_orders"
PRODUCTS = 100
_STOCK, _PRICE = 1_000, "19.90"
PER_SECOND, SECONDS = 1, 60
AT_ONCE = 300
_LATEST_S = 300.0
_SHOP_LATENCY_S = 0.3
_SHOP_SECRET = {"client_id": "demo-client-id", "client_secret": "demo-client-secret"}
_GOAL_PER_HOUR = 10_000


def measure() -> list[Figure]:
    """Orders at a steady pace for the first figure, and a heap of them at once for the second."""
    arguments = {
        "ebay": marketplace.ARGUMENTS,
        "shopify": ("--webhook-allow-http", "--latency", str(_SHOP_LATENCY_S)),
    }
    with LocalSystem(name="bench-orders", simulator_arguments=arguments) as system:
        declared = template.load(stage.ROOT / "template.yaml")
        variables = of_functions(declared, endpoint_url=system.emulator.url)["ImportOrdersFunction"]
        urls = {"PLATFORM_URLS": json.dumps(system.simulator_urls)}
        deps = stage.ports_over({**variables, **urls})
        shop, ebay = ControlDoor(system.shopify_url), Marketplace(system.ebay_url)
        skus = _seed(deps, system, shop, ebay)
        poll_now(deps, deps.configuration.get(Account, ACCOUNT))
        steady = _buy_steadily(ebay, skus)
        one_by_one = _imported(deps, steady)
        heap = [_buy(ebay, skus[number % len(skus)]) for number in range(AT_ONCE)]
        poll_now(deps, deps.configuration.get(Account, ACCOUNT))
        all_at_once = _imported(deps, heap)
        _check(shop, [*one_by_one, *all_at_once])
        settings = _settings(ebay.get("limits")["limits"], shop.get("limits"))
    bootstrap.use(None)
    return [_latency(one_by_one, settings), _rate(all_at_once, settings)]


def _seed(deps: Deps, system: LocalSystem, shop: ControlDoor, ebay: Marketplace) -> list[str]:
    """Products with listings on sale: publishing them would take longer than the figures."""
    credentials = {ACCOUNT: marketplace.add_seller(ebay, ACCOUNT), stage.SHOP: _SHOP_SECRET}
    stage.connect(deps, (ACCOUNT,), credentials=credentials)
    shop.do("seed_products", count=PRODUCTS, stock=_STOCK, price=_PRICE)
    adapter = deps.shops.open(deps.configuration.get(Shop, stage.SHOP))
    adapter.ensure_webhooks(f"{system.public_url}/webhooks/{stage.SHOP}")
    products = [ProductId(str(one["id"])) for one in shop.get("state", limit=PRODUCTS)["products"]]
    document = deps.configuration.get(Shop, stage.SHOP)
    observed = observe_products(deps, document, adapter, products)
    variants = deps.variants.get_many(observed.touched).values()
    offers = marketplace.put_on_sale(
        ebay, ACCOUNT, [row.facts.sku for row in variants], quantity=_STOCK, price=_PRICE
    )
    keys = []
    for row in variants:
        known = Values(_STOCK, row.facts.price, deps.clock.now())
        listing = stage.live_listing(ACCOUNT, row.key, row.facts.sku, offers[row.facts.sku], known)
        deps.variants.bind(row.key, listing.key)
        deps.listings.create(listing)
        keys.append(listing.key)
    stage.compute(deps, keys)
    return [row.facts.sku for row in variants]


def _buy(ebay: Marketplace, sku: str) -> OrderKey:
    told = ebay.do("buy", seller=ACCOUNT, sku=sku, marketplace=str(stage.SITE), quantity=1)
    return OrderKey(AccountId(ACCOUNT), RemoteOrderId(told["orderId"]))


def _buy_steadily(ebay: Marketplace, skus: Sequence[str]) -> list[OrderKey]:
    began = time.monotonic()
    bought = []
    for number in range(PER_SECOND * SECONDS):
        time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
        bought.append(_buy(ebay, skus[number % len(skus)]))
    return bought


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


def _check(shop: ControlDoor, orders: Sequence[Order]) -> None:
    """Each is in the shop exactly once. A figure of twins would be worth nothing."""
    told = shop.get("state", limit=10_000)["orders"]
    marks = Counter(one["source_identifier"] for one in told)
    wrong = [order.key.remote for order in orders if marks[order.key.remote] != 1]
    if wrong:
        raise AssertionError(f"not exactly once in the shop: {wrong[:5]}")


def _latency(orders: Sequence[Order], settings: dict[str, object]) -> Figure:
    took = [(_at(order.confirmed_at) - order.first_seen_at).total_seconds() for order in orders]
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
    details = {
        "orders": len(orders), "per_second": PER_SECOND, "p50": round(statistics.median(took), 2),
        "worst": round(max(took), 2), **settings,
    }  # fmt: skip
    return Figure("e2e.order", p95, "s (p95)", "<=5", settings=details)


def _rate(orders: Sequence[Order], settings: dict[str, object]) -> Figure:
    began = min(order.first_seen_at for order in orders)
    ended = max(_at(order.confirmed_at) for order in orders)
    per_hour = len(orders) / (ended - began).total_seconds() * 3600
    details = {"orders": len(orders), "seconds": round((ended - began).total_seconds(), 1), **settings}
    return Figure("orders.rate", per_hour, "orders/h", f">={_GOAL_PER_HOUR}", settings=details)


def _settings(ebay: Mapping[str, Any], shop: Mapping[str, Any]) -> dict[str, object]:
    declared = template.load(stage.ROOT / "template.yaml")["Resources"]["ImportOrdersFunction"]["Properties"]
    source = declared["Events"]["Messages"]["Properties"]
    return {
        "import_orders": {
            "memory_mb": declared.get("MemorySize", 512), "timeout_s": declared["Timeout"],
            "batch": source["BatchSize"], "maximum_concurrency": source["ScalingConfig"]["MaximumConcurrency"],
        },
        "latency_s": {"ebay": marketplace.LATENCY_S, "shopify": _SHOP_LATENCY_S},
        "limits": {
            "version": ebay["version"], "ebay_per_second": ebay["per_second"],
            "ebay_orders_per_day": ebay["per_day"]["sell.fulfillment"], "shopify_plan": shop["plan"],
            "shopify_points_per_second": shop["restore_rate"],
        },
        "polling": {"busy_s": polling.BUSY_S, "awake_s": polling.AWAKE_S, "asleep_s": polling.ASLEEP_S},
    }  # fmt: skip


def _at(instant: datetime | None) -> datetime:
    if instant is None:
        raise AssertionError("an order that is in the shop has no instant of it")
    return instant
