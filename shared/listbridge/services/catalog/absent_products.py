"""What the shop no longer has: only an answer that positively lacks it makes it absent (protocol.md#absence)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from listbridge.domain.catalog import Observation, ProductFacts, Variant, Write
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ProductId, VariantKey
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import ReadResult
from listbridge.services.catalog.observed import Observed
from listbridge.services.deps import LedgerDeps


def missing_by_product(
    result: ReadResult, known: Mapping[ProductId, Sequence[Variant]]
) -> dict[ProductId, set[VariantKey]]:
    """Variants that we know and the shop's answer positively lacks."""
    missing: dict[ProductId, set[VariantKey]] = {}
    present = {facts.product: {variant.variant for variant in facts.variants} for facts in result.products}
    for product, rows in known.items():
        gone = {row.key for row in rows if row.key.variant not in present.get(product, set())}
        if gone:
            missing[product] = gone
    return missing


def store_absent(deps: LedgerDeps, keys: set[VariantKey], observation: Observation, observed: Observed) -> bool:
    """Store that these variants are proven gone; False when some read overlapped and saw one of them."""
    stored = True
    for key, row in deps.variants.get_many(keys).items():
        observed.touched.add(key)
        if row.absent:
            continue
        write = deps.variants.observe(replace(row, absent=True, observation=observation))
        if write in (Write.NEW, Write.SAME):
            observed.absent.add(key)
            observed.changed.add(key)
        stored = stored and write is not Write.OVERLAP
    return stored


def remembered_product(deps: LedgerDeps, shop: Shop, product: ProductId, listings: Iterable[Listing]) -> ProductFacts:
    """A product that the shop no longer has, as far as ending its listing needs it."""
    variants = deps.variants.of_product(shop.id, product)
    title = next((row.title for row in listings), "")
    return ProductFacts(product, title, variants[0].visibility, tuple(variant.facts for variant in variants))
