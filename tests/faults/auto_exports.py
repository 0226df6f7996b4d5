"""A sales list in collection mode in a scripted world, whose members a test puts in and takes out as a reading of the shop does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from listbridge.domain.configuration import Account, SalesList, SalesListMode, Shop
from listbridge.domain.ids import CollectionId, ListingKey, ProductId
from listbridge.domain.jobs import Job, JobKind
from listbridge.domain.listings.listing import Listing
from listbridge.domain.listings.members import Export, Member, left
from listbridge.domain.work import ExportMembers
from listbridge.services.listings.export.export_members import look_through
from listbridge.services.listings.items.add_items import Shelf
from listbridge.services.listings.items.remove_items import remove_items
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, LIST, SHOP, SITE

SHELF = CollectionId("shelf")


def mirrored(*, limit: int | None = None, auto_export: bool = True) -> Scripted:
    """Its list mirrors one collection, and sends what is new of it automatically."""
    s = scripted_world()
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    s.world.stores.configuration.save(account.model_copy(update={"publish_limit": limit}))
    now = s.world.now
    edit(
        s,
        mode=SalesListMode.COLLECTION,
        collections=(SHELF,),
        attached={SHELF: now},
        auto_export=auto_export,
        auto_export_since=now if auto_export else None,
    )
    return s


def edit(s: Scripted, **changes: Any) -> None:
    """The sales list, saved as it is to be."""
    s.world.stores.configuration.save(s.world.edit(the_list(s), **changes))  # type: ignore[type-var]


def the_list(s: Scripted) -> SalesList:
    return s.world.stores.configuration.get(SalesList, LIST)


def enters(s: Scripted, *products: str, new: bool = True) -> None:
    """These products of the shop come into the collection: the member first, then its items."""
    ids = [ProductId(product) for product in products]
    known = s.world.stores.members.get_many(LIST, ids)
    now = s.world.now
    fresh = [
        replace(known[id], collections={SHELF: 1}, left_at=None, entered_at=now, backlog=True)
        if id in known
        else Member(LIST, SHOP, id, now, {SHELF: 1}, backlog=not new, export=Export.WAITING if new else Export.NONE)
        for id in ids
    ]
    s.world.stores.members.save_many(fresh)
    stores = s.world.stores.configuration
    Shelf(s.world.deps, the_list(s), stores.get(Account, ACCOUNT), stores.get(Shop, SHOP)).add(ids)


def leaves(s: Scripted, product: str) -> None:
    """The product leaves, and its items with it where nothing of it is live."""
    (member,) = s.world.stores.members.get_many(LIST, [ProductId(product)]).values()
    s.world.stores.members.save_many([left(member, s.world.now)])
    remove_items(s.world.deps, the_list(s), s.world.stores.items.of_product(SHOP, ProductId(product)), "kim")


def member(s: Scripted, product: str) -> Member:
    return s.world.stores.members.get_many(LIST, [ProductId(product)])[ProductId(product)]


def waits_for(s: Scripted, product: str) -> str:
    """The code of what the product waits for; empty while it waits for nothing, `sent` once it was sent."""
    row = member(s, product)
    if row.export is Export.SENT:
        return "sent"
    return row.reason.code if row.reason is not None else ""


def row_of(s: Scripted, sku: str) -> Listing:
    return s.world.row(s.world.key(sku))


def on_sale(s: Scripted) -> set[str]:
    return {str(offer.key.sku) for offer in s.market.offers if offer.live}


def look(s: Scripted) -> int:
    """The timer's look through the list."""
    return look_through(s.world.deps, ExportMembers(sales_list=LIST), remaining_s=60)


def questions(s: Scripted) -> list[Job]:
    """The jobs that ask a person, or asked, the newest first."""
    jobs, _ = s.world.stores.jobs.recent(100)
    return [job for job in jobs if job.kind is JobKind.EXPORT]


def sends(s: Scripted) -> list[Job]:
    jobs, _ = s.world.stores.jobs.recent(100)
    return [job for job in jobs if job.kind is JobKind.SEND]


def key_of(sku: str) -> ListingKey:
    return ListingKey(ACCOUNT, SITE, sku)  # type: ignore[arg-type]


def many(s: Scripted, count: int) -> list[str]:
    products = [f"P{number}" for number in range(count)]
    for product in products:
        s.shop.put(product, f"SKU-{product}")
    return products
