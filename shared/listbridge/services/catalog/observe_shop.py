"""Read products from a shop and write what was observed (protocol.md#observations)."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

from listbridge.domain.catalog import Observation, ProductFacts, Variant, Write
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ProductId, ShopId, VariantKey
from listbridge.domain.orders.reserving import orders_of
from listbridge.domain.orders.shortages import taken_by
from listbridge.domain.ports import ReadResult, ShopAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater
from listbridge.services.catalog.absent_products import missing_by_product, store_absent
from listbridge.services.catalog.observed import Observed
from listbridge.services.catalog.products_to_read import read_soon
from listbridge.services.deps import CoreDeps, LedgerDeps, OrderDeps

_READS = 6
_IN_THE_MAKING = 50
"""Lines on one variant whose orders are asked whether a read may know of them; beyond that it is believed as it is."""
R = TypeVar("R")


def observe_products(deps: OrderDeps, shop: Shop, adapter: ShopAdapter, products: Sequence[ProductId]) -> Observed:
    """Read these products and store what they are now.

    Reads that overlapped another worker's and disagree are made again. A product or variant is taken for gone only
    when a second read says so as positively as the first.

    Raises:
        RemoteError: the shop could not be read; what was stored before it failed stays, and is right.
    """
    observed = Observed()
    todo = list(dict.fromkeys(products))
    doubtful: set[VariantKey] = set()
    for _ in range(_READS):
        if not todo:
            break
        observation, result = numbered(deps, shop.id, partial(adapter.read_products, tuple(todo)))
        again: set[ProductId] = set()
        known = _known(deps, shop.id, result)
        observed.unknown |= {product for product in result.missing if not known[product]}
        for facts in result.products:
            observed.products[facts.product] = facts
        for product, missing in missing_by_product(result, known).items():
            stored = store_absent(deps, missing & doubtful, observation, observed)
            if missing - doubtful or not stored:
                doubtful |= missing
                again.add(product)
        for facts in result.products:
            rows = {row.key: row for row in known[facts.product]}
            if not store_product(deps, shop, facts, observation, observed, rows):
                again.add(facts.product)
        todo = [product for product in todo if product in again]
    read_deferred_again(deps, shop, observed)
    if todo:
        raise RetryLater(Problem("shop_busy", {"products": str(len(todo))}), after_s=2, detail="reads kept overlapping")
    return observed


def numbered(deps: CoreDeps, shop: ShopId, read: Callable[[], R]) -> tuple[Observation, R]:
    """Make a read between two numbers of the shop's counter.

    The first is its own. The second is whichever was given last: all that began before the read ended have that number or a
    lower one, all that begin afterwards a higher.
    """
    start, began = deps.counters.next(f"observation#{shop}"), deps.clock.now()
    result = read()
    return Observation(start, deps.counters.latest(f"observation#{shop}"), began), result


def store_product(
    deps: OrderDeps,
    shop: Shop,
    facts: ProductFacts,
    observation: Observation,
    observed: Observed,
    known: Mapping[VariantKey, Variant],
) -> bool:
    """Store each variant of a product as read; False when some read overlapped and disagrees.

    `known` are the product's rows, read before or after. A read that fell into the creation of an order, and shows nothing
    but what the order may have taken, is not stored: it is noted in `observed.deferred`, and the caller has the product
    read again (`read_deferred_again`).
    """
    stored = True
    digest = content_hash(facts)
    for variant in facts.variants:
        key = VariantKey(shop.id, facts.product, variant.variant)
        seen = Variant(
            key=key, facts=variant, visibility=facts.visibility, observation=observation, content_hash=digest
        )
        observed.touched.add(key)
        if key in known and _in_the_making(deps, shop, known[key], seen):
            observed.deferred.add(facts.product)
            continue
        write = deps.variants.observe(seen)
        if write is Write.NEW:
            observed.changed.add(key)
        stored = stored and write is not Write.OVERLAP
    return stored


def content_hash(facts: ProductFacts) -> str:
    """A fingerprint of what a full revise would send: everything a buyer reads, but neither stock nor price."""
    content = [
        facts.title,
        facts.description_html,
        facts.vendor,
        facts.product_type,
        list(facts.images),
        list(facts.options),
        [[v.variant, v.sku, v.title, v.barcode, dict(v.options), v.image] for v in facts.variants],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def read_deferred_again(deps: OrderDeps, shop: Shop, observed: Observed) -> None:
    """Have the products whose read was not believed read once more, when the shop's reads no longer lag behind it.

    The absorption does so as well; this is for an order whose worker dies before it.
    """
    if observed.deferred:
        lag = deps.shops.traits(shop).read_lag_s
        read_soon(deps, shop.id, observed.deferred, delay_s=max(1, math.ceil(lag)))


def _in_the_making(deps: OrderDeps, shop: Shop, stored: Variant, seen: Variant) -> bool:
    """Whether the read shows nothing but what orders may have taken that are being created at this moment.

    Their rows are read after the shop was: a create that such a row does not show yet had not begun when the shop was read.
    """
    fewer = sum(seen.facts.stock.values()) < sum(stored.facts.stock.values())
    if not fewer or not stored.reserved() or stored.holders > _IN_THE_MAKING:
        return False
    lag = timedelta(seconds=deps.shops.traits(shop).read_lag_s)
    orders = deps.orders.get_many(orders_of(deps.variants.reservations(stored.key))).values()
    return taken_by(stored, seen, orders, now=deps.clock.now(), read_lag=lag)


def _known(deps: LedgerDeps, shop: ShopId, result: ReadResult) -> dict[ProductId, list[Variant]]:
    products = [*(facts.product for facts in result.products), *result.missing]
    return {product: deps.variants.of_product(shop, product) for product in products}
