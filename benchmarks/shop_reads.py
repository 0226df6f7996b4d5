"""`shop.reads`: requests per SKU when everything a shop has is read, stock by location included."""

from __future__ import annotations

import time

from benchmarks import outside
from benchmarks.figures import Figure
from benchmarks.unlimited import NoCounters, NoGrants, NoLimit
from listbridge import registry
from listbridge.domain.verdicts import RateLimited
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.infra.clock import SystemClock
from simulators.clock import VirtualClock
from simulators.door import Transport, WsgiApp

PRODUCTS, VARIANTS = 500, 4


def measure() -> list[Figure]:
    """A sweep over 2,000 SKUs in 500 products, on the shop's standard limits."""
    clock = VirtualClock()
    shop = outside.OF_SHOP.in_process(clock)
    shop.deeds.seed_products(count=PRODUCTS, variants_per_product=VARIANTS)
    adapter = registry.open_shop(outside.SHOP, connection(shop))
    seen: set[str] = set()
    cursor, waited = None, 0.0
    before, began = len(shop.calls), time.process_time()
    while True:
        try:
            page = adapter.sweep(cursor)
        except RateLimited as error:
            clock.advance(error.after_s)
            waited += error.after_s
            continue
        seen |= {variant.sku for product in page.products for variant in product.variants}
        cursor = page.cursor
        if cursor is None:
            break
    requests = len(shop.calls) - before
    settings = {
        "skus": len(seen),
        "products": PRODUCTS,
        "requests": requests,
        "waited_for_shop_s": round(waited, 1),
        "cpu_s_both_sides": round(time.process_time() - began, 2),
    }
    if len(seen) != PRODUCTS * VARIANTS:
        raise AssertionError(f"the sweep saw {len(seen)} of {PRODUCTS * VARIANTS} SKUs")
    return [Figure("shop.reads", requests / len(seen), "requests/SKU", "<=0.05", settings=settings)]


def connection(shop: WsgiApp) -> Connection:
    """To a simulator in this process, without limits of our own."""
    return Connection(
        id="shop_bench",
        settings=outside.SHOP_CONNECTION["settings"],
        secret=outside.SHOP_CONNECTION["credentials"],
        base_url=None,
        session=HttpSession(transport=Transport(shop)),
        budget=NoLimit(),
        tokens=TokenCache(),
        clock=SystemClock(),
        grants=NoGrants(),
        counters=NoCounters(),
    )
