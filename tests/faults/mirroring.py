"""A world with a sales list that follows the shop's collections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from listbridge.domain.configuration import Account, OnLeave, SalesList, SalesListMode, Shop, stamped
from listbridge.domain.ids import CollectionId, ListingKey, ProductId
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.listings.listing import Listing
from listbridge.domain.listings.members import Member
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.work import Hint, HintKind, Lane, PublishKind, ShopEvent
from listbridge.services.listings.mirror.mirror_collections import start_mirror
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, LIST, SHOP

MUGS, SALE = CollectionId("mugs"), CollectionId("sale")


@dataclass
class Mirrored:
    """The scripted world, whose one list follows collections, and a seller's words for it."""

    s: Scripted

    def put(self, *skus: str, into: CollectionId = MUGS, stock: int = 5) -> list[ProductId]:
        """A product for each SKU, in the collection. Nobody tells us."""
        products = [self.s.shop.put(f"p_{sku}", sku, stock=stock).product for sku in skus]
        self.s.shop.shelves[into] = [*self.s.shop.shelves.get(into, []), *products]
        return products

    def take(self, *skus: str, out_of: CollectionId = MUGS) -> None:
        """Take products out of the collection. Nobody tells us."""
        gone = {f"p_{sku}" for sku in skus}
        self.s.shop.shelves[out_of] = [one for one in self.s.shop.shelves[out_of] if one not in gone]

    def follow(self, *collections: CollectionId, on_leave: OnLeave = OnLeave.KEEP, **changes: Any) -> None:
        """The list follows these collections from now on."""
        stores = self.s.world.stores
        before = stores.configuration.get(SalesList, LIST)
        told = {"mode": SalesListMode.COLLECTION, "collections": collections, "on_leave": on_leave, **changes}
        stores.configuration.save(stamped(before, before.model_copy(update=told), stores.clock.now()))

    def read(self) -> Job:
        """A complete reading of the list's collections, as far as it goes unasked."""
        job = start_mirror(self.s.world.deps, self.list, "kim")
        self.s.world.deliver_all()
        return self.s.world.stores.jobs.get(job.id)

    def tell(self, *skus: str) -> None:
        """The shop says that these products changed."""
        self.s.world.hint(*(ProductId(f"p_{sku}") for sku in skus))
        self.s.world.deliver_all()

    def tell_collection(self, collection: CollectionId) -> None:
        """The shop says that a collection was edited, or deleted."""
        hints = (Hint(kind=HintKind.COLLECTION, id=collection),)
        self.s.world.stores.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=SHOP, hints=hints))
        self.s.world.deliver_all()

    def send(self, *skus: str) -> list[ListingKey]:
        """Put these on sale."""
        self.s.world.action(PublishKind.SEND, *(ProductId(f"p_{sku}") for sku in skus))
        self.s.world.settle()
        return [self.s.world.key(sku) for sku in skus]

    @property
    def list(self) -> SalesList:
        return self.s.world.stores.configuration.get(SalesList, LIST)

    @property
    def account(self) -> Account:
        return self.s.world.stores.configuration.get(Account, ACCOUNT)

    @property
    def shop(self) -> Shop:
        return self.s.world.stores.configuration.get(Shop, SHOP)

    def guard(self, **limits: Any) -> None:
        account = self.account
        new = account.model_copy(update={"guard": account.guard.model_copy(update=limits)})
        self.s.world.stores.configuration.save(new)

    def items(self) -> list[Item]:
        """What a seller sees in the list."""
        found, cursor = list[Item](), None
        while True:
            page, cursor = self.s.world.stores.items.of_list(LIST, cursor, 100)
            found += page
            if cursor is None:
                break
        rows = self.s.world.stores.listings.get_many([one.listing for one in found if one.listing])
        return [one for one in found if one.listing is None or rows[one.listing].detached is None]

    def skus(self) -> list[str]:
        """The SKUs in the list."""
        return sorted(item.sku for item in self.items())

    def members(self) -> dict[ProductId, Member]:
        rows, _ = self.s.world.stores.members.of_list(LIST, None, 10_000)
        return {row.product: row for row in rows}

    def inside(self) -> list[str]:
        """The products that are members."""
        return sorted(product.removeprefix("p_") for product, row in self.members().items() if row.inside)

    def jobs(self, state: JobState | None = None) -> list[Job]:
        found = self.s.world.stores.jobs.recent(1000, state)[0]
        return [job for job in found if job.kind is JobKind.MIRROR]


def mirrored_world(*collections: CollectionId, on_leave: OnLeave = OnLeave.KEEP) -> Mirrored:
    """A connected world, whose list follows these collections, or the mugs; they are empty."""
    m = Mirrored(scripted_world())
    for one in collections or (MUGS,):
        m.s.shop.shelves[one] = []
    m.follow(*(collections or (MUGS,)), on_leave=on_leave)
    return m


def row_of(m: Mirrored, sku: str) -> Listing:
    return m.s.world.row(m.s.world.key(sku))


def on_market(m: Mirrored) -> list[str]:
    """The SKUs that buyers can see on the marketplace."""
    return sorted(offer.key.sku for offer in m.s.market.offers if offer.live)


def on_sale(m: Mirrored, *skus: str) -> list[ListingKey]:
    """In the collection, in the list and live."""
    m.put(*skus)
    m.read()
    return m.send(*skus)
