"""Save and delete SKU mappings, and do what follows from one: items of the shop's SKU that were never sent get the listing with the
marketplace's SKU, and orders that missed the product are tried again.

What is live keeps its SKU. Neither a price nor a quantity moves, so no guard counts it.
"""

from __future__ import annotations

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import AccountId, JobId, Sku, new_id
from listbridge.domain.job_params import MappingParams
from listbridge.domain.jobs import Job, JobKind, JobState, Outcome
from listbridge.domain.listings.listing import Cause
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.listings.sku_mappings import SkuMapping
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unauthorized
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import CoreDeps, OrderDeps, PublishDeps
from listbridge.services.listings.items.add_items import Shelf
from listbridge.services.listings.items.remove_items import take_over
from listbridge.services.orders.missing_products import retry_orders


def save_mapping(deps: OrderDeps, mapping: SkuMapping, actor: str) -> Job:
    """Save it in place of what the marketplace's SKU stood for, and begin what follows.

    The job is made first: a worker that dies in between leaves a job that finds a mapping, or the one before.
    """
    now = deps.clock.now()
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.MAP_SKU,
        account=mapping.account,
        created_by=actor,
        created_at=now,
        params=MappingParams(mapping=mapping),
    )
    deps.jobs.create(job)
    deps.sku_mappings.put(mapping)
    deps.activity.note(ActivityEntry(job.id, "sku_mapped", now, _told(mapping), mapping.account, actor))
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return deps.jobs.get(job.id)


def delete_mapping(deps: OrderDeps, account: AccountId | None, marketplace_sku: Sku, actor: str) -> None:
    """What was made by it stays as it is. Raises Missing."""
    mapping = deps.sku_mappings.find(account, marketplace_sku)
    if mapping is None:
        raise Missing("SKU mapping", marketplace_sku)
    deps.sku_mappings.delete(account, marketplace_sku)
    now = deps.clock.now()
    subject = f"sku_mapping#{account or ''}"
    deps.activity.note(ActivityEntry(subject, "sku_mapping_deleted", now, _told(mapping), account, actor))


def _told(mapping: SkuMapping) -> dict[str, str]:
    return {"marketplace_sku": mapping.marketplace_sku, "shop_sku": mapping.shop_sku}


def run_mapping_chunk(deps: PublishDeps, job: Job) -> Job:
    """Do what follows from a saved mapping, at once. Safe to run again. Raises RemoteError while a shop cannot be asked."""
    mapping = job.params_of(MappingParams).mapping
    accounts = [one for one in deps.configuration.all(Account) if mapping.account in (None, one.id)]
    outcomes = []
    for id in sorted({account.shop for account in accounts}):
        shop = deps.configuration.get(Shop, id)
        try:
            outcomes += _in_shop(deps, shop, [one for one in accounts if one.shop == id], mapping)
        except Unauthorized as error:
            expire_shop(deps, shop, error.problem)
            return _ended(deps, job, outcomes, error.problem)
        retry_orders(deps, shop, {mapping.shop_sku})
    return _ended(deps, job, outcomes, None)


def _in_shop(deps: PublishDeps, shop: Shop, accounts: list[Account], mapping: SkuMapping) -> list[Outcome]:
    adapter = deps.shops.open(shop)
    found = adapter.products_with_skus([mapping.shop_sku])
    products = observe_products(deps, shop, adapter, found).products if found else {}
    outcomes = []
    for facts in products.values():
        variants = {one.variant for one in facts.variants if one.sku == mapping.shop_sku}
        for item in deps.items.of_product(shop.id, facts.product):
            home = _home(deps, item, accounts) if item.variant.variant in variants else None
            if home is not None:
                outcomes.append(_moved(deps, shop, home, item, mapping))
    return outcomes


def _home(deps: CoreDeps, item: Item, accounts: list[Account]) -> tuple[SalesList, Account] | None:
    try:
        sales_list = deps.configuration.get(SalesList, item.sales_list)
    except Missing:  # it is being deleted
        return None
    return next(((sales_list, one) for one in accounts if one.id == sales_list.account), None)


def _moved(deps: PublishDeps, shop: Shop, home: tuple[SalesList, Account], item: Item, mapping: SkuMapping) -> Outcome:
    """The item has the listing with the marketplace's SKU, unless it has one under another SKU of its mappings, or one that is
    live."""
    sales_list, account = home
    variant = deps.variants.get_many([item.variant]).get(item.variant)
    its = deps.sku_mappings.marketplace_skus(account.id, mapping.shop_sku)
    if variant is None or mapping.marketplace_sku not in its or (item.listing is not None and item.listing.sku in its):
        return Outcome.SKIPPED
    put = Shelf(deps, sales_list, account, shop).put_as(variant, item.title, mapping.marketplace_sku)
    if isinstance(put, Problem) or put.listing is None:
        return Outcome.SKIPPED
    if item.listing is not None:
        take_over(deps, {item.listing: item.variant})
    nudge_due(deps, Recompute(deps, Cause.MANUAL).listings([put.listing]))
    return Outcome.DONE


def _ended(deps: CoreDeps, job: Job, outcomes: list[Outcome], problem: Problem | None) -> Job:
    update = {
        "state": JobState.DONE if problem is None else JobState.FAILED,
        "reason": problem,
        "total": len(outcomes),
        "done": sum(one is Outcome.DONE for one in outcomes),
        "skipped": sum(one is Outcome.SKIPPED for one in outcomes),
        "finished_at": deps.clock.now(),
    }
    return deps.jobs.save(job.model_copy(update=update))
