"""Find the shop variant behind each line of an order: a person's word, else the listing it was bought from, else what a SKU
mapping says of its SKU, else the SKU itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from listbridge.domain.catalog import Variant
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import LineId, Sku, VariantKey
from listbridge.domain.orders.changes import MISSES_PRODUCT
from listbridge.domain.orders.orders import Match, MatchedBy, Order, RemoteLine
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.problem import Problem
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.deps import OrderDeps


@dataclass(frozen=True, slots=True)
class Matching:
    """The lines' variants as far as they were found, and what prevents a create when some were not."""

    matches: Mapping[LineId, Match]
    problem: Problem | None = None


def match_lines(deps: OrderDeps, shop: Shop, adapter: ShopAdapter, order: Order) -> Matching:
    """Match every line to a variant that the shop still has.

    Lines whose variant is gone, and lines without one, are looked up in the shop by their SKU. Raises RemoteError.
    """
    matches = dict(order.matches)
    known = deps.variants.get_many({match.variant for match in matches.values()})
    for id, match in order.matches.items():
        if match.by is not MatchedBy.PERSON and _gone(known.get(match.variant)):
            del matches[id]
    given_back = order.facts.refunded_lines  # they will not be shipped, so that nothing waits for their product
    unmatched = [line for line in order.facts.lines if line.id not in matches and line.id not in given_back]
    ambiguous: dict[Sku, int] = {}
    if unmatched:
        mapped = deps.sku_mappings.shop_skus(order.key.account, [line.sku for line in unmatched if line.sku])
        wanted = {line.sku: mapped.get(line.sku, line.sku) for line in unmatched if line.sku}
        found = _variants_by_sku(deps, shop, adapter, wanted.values())
        for line in unmatched:
            candidates = found.get(wanted.get(line.sku, line.sku), [])
            if len(candidates) == 1:
                by = MatchedBy.MAPPING if line.sku in mapped else MatchedBy.SKU
                matches[line.id] = Match(candidates[0], by)
            elif candidates:
                ambiguous[line.sku] = len(candidates)
    return Matching(matches, _problem([line for line in unmatched if line.id not in matches], ambiguous))


def _gone(variant: Variant | None) -> bool:
    return variant is None or variant.absent


def _variants_by_sku(
    deps: OrderDeps, shop: Shop, adapter: ShopAdapter, skus: Iterable[Sku]
) -> dict[Sku, list[VariantKey]]:
    wanted = sorted(set(skus))
    products = adapter.products_with_skus(wanted) if wanted else ()
    if not products:
        return {}
    found: dict[Sku, list[VariantKey]] = {}
    for facts in observe_products(deps, shop, adapter, products).products.values():
        for variant in facts.variants:
            if variant.sku in wanted:
                key = VariantKey(shop.id, facts.product, variant.variant)
                found.setdefault(variant.sku, []).append(key)
    return found


def _problem(unmatched: list[RemoteLine], ambiguous: Mapping[Sku, int]) -> Problem | None:
    if not unmatched:
        return None
    skus = list(dict.fromkeys(line.sku or line.title for line in unmatched))
    absent = [sku for sku in skus if sku not in ambiguous]
    if absent:
        return Problem(MISSES_PRODUCT, {"skus": ", ".join(absent)}, "add_sku_or_choose_product")
    return Problem("sku_not_unique", {"skus": ", ".join(skus)}, "choose_product_for_line")
