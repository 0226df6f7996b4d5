"""A product that was deleted in the shop and created again with the same SKUs: give its listings to the new variants.

A listing is one SKU on one account and site, and it stays: what it is linked to, its orders and its place in the list are
kept. Every sales list is done at once, for the same product stands in several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.catalog import ProductFacts
from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import AccountId, ListingKey, ProductId, Site, VariantKey
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.listing import Cause, Listing, Status
from listbridge.domain.listings.publication import Publication
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.problem import Problem
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.catalog.restocked import sell_restocked
from listbridge.services.deps import CoreDeps, LedgerDeps, OrderDeps, PublishDeps
from listbridge.services.orders.arrive.move_orders import move_orders
from listbridge.services.refusal import Refused

_CLAIM_S = 30.0


@dataclass(frozen=True, slots=True)
class Relinked:
    """What became of one listing whose product was gone: linked to the new variant, or why not."""

    listing: ListingKey
    problem: Problem | None = None


def relink_product(deps: PublishDeps, shop: Shop, product: ProductId, actor: str) -> list[Relinked]:
    """Give every listing that has one of the product's SKUs, and whose own variant is gone, to the product's variant.

    What had ended because the product was gone is put on sale again; what a person stopped stays stopped. Safe to run
    again after any interruption, and a second run finds nothing to do.

    Raises:
        Refused: the shop has no such product, or none of its SKUs has a listing whose product is gone.
        RemoteError: the shop could not be read.
    """
    observed = observe_products(deps, shop, deps.shops.open(shop), [product])
    facts = observed.products.get(product)
    if facts is None:
        raise Refused(Problem("product_not_in_shop", {"product": product}, "choose_other_product"))
    homes = _homes(deps, shop, facts)
    found = deps.listings.get_many(homes)
    orphans = _orphans(deps, found, homes)
    half_done = [
        row.key
        for key, row in found.items()
        if row.variant == homes[key] and row.hold is not None and row.hold.code == lifecycle.RELINKED
    ]
    if not orphans and not half_done:
        raise Refused(Problem("nothing_to_relink", {"product": product}, "choose_other_product"))
    done = [_relink(deps, row, variant, facts, actor) for row, variant in orphans]
    done += [Relinked(key) for key in half_done]
    linked = [one.listing for one in done if one.problem is None]
    rows = Recompute(deps, Cause.MANUAL).listings(linked)
    nudge_due(deps, rows)
    _sell_again(deps, rows)
    sell_restocked(deps, [row for row in rows if not _ended_with_it(row)])  # what waited for stock before
    return done


def _homes(deps: OrderDeps, shop: Shop, facts: ProductFacts) -> dict[ListingKey, VariantKey]:
    """The listings that the product's SKUs may have, on every account and site of the shop, with the SKU's variant."""
    return {
        ListingKey(account, site, sku): VariantKey(shop.id, facts.product, variant.variant)
        for variant in facts.variants
        if variant.sku
        for account, site in _places(deps, shop)
        for sku in (variant.sku, *deps.sku_mappings.marketplace_skus(account, variant.sku))
    }


def _orphans(
    deps: LedgerDeps, found: Mapping[ListingKey, Listing], homes: Mapping[ListingKey, VariantKey]
) -> list[tuple[Listing, VariantKey]]:
    """The listings among these whose own variant is proven gone."""
    owners = deps.variants.get_many({row.variant for row in found.values()})
    return [
        (row, homes[key])
        for key, row in sorted(found.items(), key=lambda one: str(one[0]))
        if row.variant != homes[key] and (owner := owners.get(row.variant)) is not None and owner.absent
    ]


def _places(deps: CoreDeps, shop: Shop) -> set[tuple[AccountId, Site]]:
    accounts = {account.id for account in deps.configuration.all(Account) if account.shop == shop.id}
    lists = deps.configuration.all(SalesList)
    return {(one.account, one.site) for one in lists if one.account in accounts}


def _relink(deps: PublishDeps, row: Listing, home: VariantKey, facts: ProductFacts, actor: str) -> Relinked:
    """One listing; what publishing remembered of the old product goes, or the next sending would take it up there."""
    old = row.variant
    now = deps.clock.now()
    publication = Publication(row.sales_list, old.product, row.key.account, row.key.site)
    claimed = deps.publications.claim(publication, seconds=_CLAIM_S, now=now)
    if claimed is None or row.status is Status.PENDING:
        if claimed is not None:
            deps.publications.release(claimed)
        return Relinked(row.key, Problem("pending"))
    try:
        # The new variant names the listing first, so that no observation of it can miss the row; and the row goes last,
        # for as long as it names the old variant the next run finds what is left to do.
        deps.variants.bind(home, row.key)
        deps.items.put(Item(row.sales_list, home, row.key.sku, row.title, row.key))
        before = deps.items.find(row.sales_list, old)
        if before is not None:
            deps.items.delete(before)
        move_orders(deps, row.key, old, home)
        deps.listings.change(row.key, partial(lifecycle.relinked, variant=home, now=now))
        move_orders(deps, row.key, old, home)  # what was taken in meanwhile found the old variant, and no match
        deps.variants.unbind(old, row.key)
        deps.publications.forget(claimed)
    finally:
        deps.publications.release(claimed)
    params = {"product": facts.product, "title": facts.title}
    deps.activity.note(ActivityEntry(str(row.key), "relinked", now, params, row.key.account, actor))
    return Relinked(row.key)


def _ended_with_it(row: Listing) -> bool:
    return row.hold is not None and row.hold.code == lifecycle.RELINKED


def _sell_again(deps: CoreDeps, rows: Iterable[Listing]) -> None:
    tasks = {
        PublishTask(
            action=PublishKind.SEND,
            sales_list=row.sales_list,
            product=row.variant.product,
            waited_as=lifecycle.RELINKED,
            fix="send",
        )
        for row in rows
        if _ended_with_it(row)
    }
    if tasks:
        deps.queues.send(Lane.PUBLISH, *tasks)
