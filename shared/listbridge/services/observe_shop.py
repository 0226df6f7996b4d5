"""Read products from a shop and write what was observed (protocol 3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from listbridge.domain.catalog import Observation, ProductFacts, Variant, Write
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ProductId, ShopId, VariantKey
from listbridge.domain.ports import ReadResult, ShopAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater
from listbridge.services.deps import Deps

_READS = 6
R = TypeVar("R")


@dataclass(slots=True)
class Observed:
    """What one look at the shop found: every touched variant, and the products as read."""

    products: dict[ProductId, ProductFacts] = field(default_factory=dict)
    touched: set[VariantKey] = field(default_factory=set)
    changed: set[VariantKey] = field(default_factory=set)
    absent: set[VariantKey] = field(default_factory=set)


def observe_products(deps: Deps, shop: Shop, adapter: ShopAdapter, products: Sequence[ProductId]) -> Observed:
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
        for facts in result.products:
            observed.products[facts.product] = facts
        for product, missing in _missing_by_product(deps, shop.id, result).items():
            settled = store_absent(deps, missing & doubtful, observation, observed)
            if missing - doubtful or not settled:
                doubtful |= missing
                again.add(product)
        for facts in result.products:
            if not store_product(deps, shop.id, facts, observation, observed):
                again.add(facts.product)
        todo = [product for product in todo if product in again]
    if todo:
        raise RetryLater(
            Problem("shop_busy", {"products": str(len(todo))}), after_s=2, detail="reads kept overlapping"
        )
    return observed


def numbered(deps: Deps, shop: ShopId, read: Callable[[], R]) -> tuple[Observation, R]:
    """Make a read between two numbers of the shop's counter."""
    start = deps.counters.next(f"observation#{shop}")
    result = read()
    return Observation(start=start, end=deps.counters.next(f"observation#{shop}")), result


def store_product(
    deps: Deps, shop: ShopId, facts: ProductFacts, observation: Observation, observed: Observed
) -> bool:
    """Store each variant of a product as read; False when some read overlapped and disagrees."""
    settled = True
    digest = content_hash(facts)
    for variant in facts.variants:
        key = VariantKey(shop, facts.product, variant.variant)
        write = deps.variants.observe(
            Variant(
                key=key, facts=variant, visibility=facts.visibility, observation=observation, content_hash=digest
            )
        )  # fmt: skip
        observed.touched.add(key)
        if write is Write.NEW:
            observed.changed.add(key)
        settled = settled and write is not Write.OVERLAP
    return settled


def store_absent(deps: Deps, keys: set[VariantKey], observation: Observation, observed: Observed) -> bool:
    """Store that these variants are proven gone; False when some read overlapped and saw one of them."""
    settled = True
    for key, row in deps.variants.get_many(keys).items():
        observed.touched.add(key)
        if row.absent:
            continue
        write = deps.variants.observe(replace(row, absent=True, observation=observation))
        if write in (Write.NEW, Write.SAME):
            observed.absent.add(key)
            observed.changed.add(key)
        settled = settled and write is not Write.OVERLAP
    return settled


def content_hash(facts: ProductFacts) -> str:
    """A fingerprint of what a full revise would send: everything a buyer reads, but neither stock nor price."""
    content = [
        facts.title, facts.description_html, facts.vendor, facts.product_type, list(facts.images), list(facts.options),
        [[v.variant, v.sku, v.title, v.barcode, dict(v.options), v.image] for v in facts.variants],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _missing_by_product(deps: Deps, shop: ShopId, result: ReadResult) -> dict[ProductId, set[VariantKey]]:
    """Variants that we know and the shop's answer positively lacks."""
    missing: dict[ProductId, set[VariantKey]] = {}
    present = {facts.product: {variant.variant for variant in facts.variants} for facts in result.products}
    for product in [*present, *result.missing]:
        known = deps.variants.of_product(shop, product)
        gone = {row.key for row in known if row.key.variant not in present.get(product, set())}
        if gone:
            missing[product] = gone
    return missing
