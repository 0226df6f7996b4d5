"""A seller's list that mirrors a collection, and what comes into it, as a complete reading of the shop would store it."""

from __future__ import annotations

from listbridge.domain.configuration import Account, SalesList, SalesListMode, Shop
from listbridge.domain.ids import AccountId, CollectionId, ProductId, SalesListId, ShopId
from listbridge.domain.listings.members import Export, Member
from listbridge.services.listings.items.add_items import Shelf
from tests.unit.functions.seller import Seller

SHELF = CollectionId("900")


def mirror(seller: Seller, *, auto_export: bool = True) -> None:
    """The seller's list mirrors a collection from now on, and sends what is new of it automatically."""
    store, now = seller.its.stores.configuration, seller.its.stores.clock.now()
    before = store.get(SalesList, seller.list)
    changes = {"mode": SalesListMode.COLLECTION, "collections": (SHELF,), "attached": {SHELF: now}}
    automatic = {"auto_export": auto_export, "auto_export_since": now if auto_export else None}
    store.save(before.model_copy(update={**changes, **automatic}))


def enter(seller: Seller, *products: str, new: bool = True) -> None:
    """These products come into the collection, and the lanes run dry."""
    its, now = seller.its, seller.its.stores.clock.now()
    list_id, shop = SalesListId(seller.list), ShopId(seller.shop)
    export = Export.WAITING if new else Export.NONE
    ids = [ProductId(product) for product in products]
    its.stores.members.save_many(
        [Member(list_id, shop, id, now, {SHELF: 1}, backlog=not new, export=export) for id in ids]
    )
    store = its.stores.configuration
    sales_list, account = store.get(SalesList, seller.list), store.get(Account, seller.account)
    Shelf(its.deps, sales_list, account, store.get(Shop, seller.shop)).add(ids)
    its.run()


def limit(seller: Seller, number: int) -> None:
    """The account's lists send no more than so many products automatically on one day."""
    store = seller.its.stores.configuration
    store.save(store.get(Account, AccountId(seller.account)).model_copy(update={"publish_limit": number}))
