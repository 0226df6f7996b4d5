"""Remove an item from a sales list, and give its SKU to the next list that waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import ListingKey, Sku, VariantKey
from listbridge.domain.listings.listing import Cause, Listing, Status
from listbridge.domain.listings.publication import Publication
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.problem import Problem
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.deps import LedgerDeps, PublishDeps
from listbridge.services.listings.items.add_items import Shelf

_PAGE = 500
_WAITS_FOR_SKU = frozenset({"sold_by_other_list", "sku_duplicate"})


def remove_items(
    deps: PublishDeps, sales_list: SalesList, items: Iterable[Item], actor: str
) -> dict[VariantKey, Problem]:
    """Take items whose listings are not live out of their list; safe to run again after any interruption.

    Returns why each item that stayed had to: its listing is live, or an operation is running on it.
    """
    stayed: dict[VariantKey, Problem] = {}
    gone: list[Item] = []
    for item in items:
        problem = _free(deps, sales_list, item)
        if problem is None:
            gone.append(item)
        else:
            stayed[item.variant] = problem
    # The items go last: as long as one is there, a run that was interrupted is completed by asking again.
    take_over(deps, {item.listing: item.variant for item in gone if item.listing is not None})
    for item in gone:
        deps.items.delete(item)
    now = deps.clock.now()
    deps.activity.note(
        *(
            ActivityEntry(
                sales_list.id,
                "item_removed",
                now,
                {"sku": item.sku, "list": sales_list.name},
                sales_list.account,
                actor,
            )
            for item in gone
        )
    )
    return stayed


def _free(deps: LedgerDeps, sales_list: SalesList, item: Item) -> Problem | None:
    """Delete the item's listing and remove it from its variant; or why that cannot be done now."""
    if item.listing is None:
        return None
    row = deps.listings.get_many([item.listing]).get(item.listing)
    if row is not None and (row.sales_list, row.variant) == (sales_list.id, item.variant):
        problem = _in_use(row)
        if problem is not None:
            return problem
        deps.listings.delete(row)
    unbind(deps, item.variant, item.listing)
    return None


def forget_items(deps: PublishDeps, items: Iterable[Item]) -> None:
    """Items whose listing is deleted. The item goes last: as long as it stands, a next run finds what is left to do."""
    gone = list(items)
    freed = {item.listing: item.variant for item in gone if item.listing is not None}
    for listing, variant in freed.items():
        unbind(deps, variant, listing)
    take_over(deps, freed)
    for item in gone:
        deps.items.delete(item)


def unbind(deps: LedgerDeps, variant: VariantKey, key: ListingKey) -> None:
    """Remove a listing that is gone from its variant, unless another list made it again meanwhile."""
    deps.variants.unbind(variant, key)
    row = deps.listings.get_many([key]).get(key)
    if row is not None and row.variant == variant:
        deps.variants.bind(variant, key)


def take_over(deps: PublishDeps, freed: Mapping[ListingKey, VariantKey]) -> None:
    """These keys are free now: the items that could not have them are judged again, those of the same variant first."""
    if not freed:
        return
    taken: list[ListingKey] = []
    for item, sales_list in _waiting(deps, freed):
        variant = deps.variants.get_many([item.variant]).get(item.variant)
        if variant is None:
            continue
        account = deps.configuration.get(Account, sales_list.account)
        shop = deps.configuration.get(Shop, account.shop)
        judged = Shelf(deps, sales_list, account, shop).put(variant, item.title)
        if judged.listing is not None:
            taken.append(judged.listing)
    nudge_due(deps, Recompute(deps, Cause.MANUAL).listings(taken))


def _waiting(deps: PublishDeps, freed: Mapping[ListingKey, VariantKey]) -> list[tuple[Item, SalesList]]:
    """Items that wait for one of the keys, from every list that sells on one of their accounts and sites.

    One look through these lists for all keys: nothing else knows an item by its SKU.
    """
    places = {(key.account, key.site) for key in freed}
    found = [
        (item, sales_list)
        for sales_list in deps.configuration.all(SalesList)
        if (sales_list.account, sales_list.site) in places
        for item in _items(deps, sales_list)
        if ListingKey(sales_list.account, sales_list.site, _missed(item)) in freed and _waits(item)
    ]
    return sorted(found, key=lambda one: one[0].variant not in set(freed.values()))


def _in_use(row: Listing) -> Problem | None:
    if row.status is Status.PENDING:
        return Problem("pending")
    if row.remote is not None or row.status is Status.ACTIVE:
        return Problem("listing_live", {"sku": row.key.sku}, "stop_and_remove")
    return None


def _missed(item: Item) -> Sku:
    """The SKU that the item could not have: that of its mapping, where it has one."""
    return Sku(item.problem.params.get("sku", item.sku)) if item.problem is not None else item.sku


def _waits(item: Item) -> bool:
    return item.problem is not None and item.problem.code in _WAITS_FOR_SKU


def _items(deps: PublishDeps, sales_list: SalesList) -> Iterator[Item]:
    cursor = None
    while True:
        items, cursor = deps.items.of_list(sales_list.id, cursor, _PAGE)
        yield from items
        if cursor is None:
            return


def remove_ended(deps: PublishDeps, publication: Publication, rows: Sequence[Listing]) -> None:
    """Take these listings, which are no longer live, out of their sales list, and forget how they were published."""
    for row in rows:
        deps.listings.delete(row)
    items = [deps.items.find(row.sales_list, row.variant) for row in rows]
    forget_items(deps, [item for item in items if item is not None])
    deps.publications.forget(publication)
