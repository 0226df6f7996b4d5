"""The members of one sales list in collection mode, and what follows for its items and listings.

What a reading showed is saved first (`learn`), and then done (`settle`): a member whose row disagrees with the list's items
says that something is left to do, whichever worker died over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import ListingKey, ProductId
from listbridge.domain.listings.listing import Listing
from listbridge.domain.listings.members import Member, Place, left
from listbridge.domain.ports import Conflict
from listbridge.services.deps import PublishDeps
from listbridge.services.listings.items.add_items import Shelf
from listbridge.services.listings.mirror.leave_list import Departure, take_out

_TRIES = 12
_OUT_TOGETHER = 100
"""Products that leave by one look through the lists that may wait for their SKUs: few enough to be done before a worker's time is over."""


@dataclass(slots=True)
class Membership:
    """One list, what its members are, and how they become it."""

    deps: PublishDeps
    sales_list: SalesList
    account: Account
    shop: Shop
    place: Place

    @classmethod
    def of(cls, deps: PublishDeps, sales_list: SalesList) -> Membership:
        """With what is known of its collections now. Raises Missing."""
        account = deps.configuration.get(Account, sales_list.account)
        shop = deps.configuration.get(Shop, account.shop)
        return cls(deps, sales_list, account, shop, Place(sales_list, shop.id, deps.members.known(sales_list.id)))

    def learn(
        self, products: Iterable[ProductId], change: Callable[[Member | None, ProductId], Member | None]
    ) -> list[Member]:
        """Apply to each product's member what was learned of it, and save it; the members as they are now.

        `change` is asked again where somebody else changed a member meanwhile. None: there is none, and there comes none.
        """
        members = self.deps.members
        wanted, now = list(dict.fromkeys(products)), dict[ProductId, Member]()
        for _ in range(_TRIES):
            if not wanted:
                return list(now.values())
            rows = members.get_many(self.sales_list.id, wanted)
            changed = []
            for product in wanted:
                row = rows.get(product)
                new = change(row, product)
                if new is not None and new != row:
                    changed.append(new)
                elif new is not None:
                    now[product] = new
            saved = members.save_many(changed)
            now |= saved
            wanted = [member.product for member in changed if member.product not in saved]
        raise Conflict(f"members of {self.sales_list.id} kept changing")

    def settle(self, members: Sequence[Member], *, again: bool = False) -> int:
        """Put those that are inside into the list, and take the others out; how many were. Raises RemoteError.

        A worker that changed a member meanwhile may have done the opposite: then it is done once more, by how it is now. With
        `again` those that are in the list are put there once more: their products may have new variants.
        """
        todo = [member for member in members if again or member.inside != member.shelved]
        count = len(todo)
        for _ in range(_TRIES):
            if not todo:
                return count
            self._put_in([member.product for member in todo if member.inside])
            ending = self._take_out([member.product for member in todo if not member.inside])
            # Saved even where it says so already: a worker between its reading and its deed must not come last.
            now = [replace(member, shelved=member.inside or member.product in ending) for member in todo]
            saved = self.deps.members.save_many(now)
            rest = [member.product for member in todo if member.product not in saved]
            todo = list(self.deps.members.get_many(self.sales_list.id, rest).values())
        raise Conflict(f"members of {self.sales_list.id} kept changing")

    def lacks_items(self, member: Member) -> bool:
        """Whether a variant of the product came after its others were put into the list."""
        rows = self.deps.variants.of_product(self.shop.id, member.product)
        return any(self.deps.items.find(self.sales_list.id, row.key) is None for row in rows if not row.absent)

    def release(self, products: Iterable[ProductId], still: Callable[[Member], bool]) -> int:
        """Those of the products that leave, by `still`, are out of the list from now on; how many they were."""
        now = self.deps.clock.now()

        def go(member: Member | None, _: ProductId) -> Member | None:
            return left(member, now) if member is not None and member.inside and still(member) else member

        members = self.learn(products, go)
        return self.settle([member for member in members if not member.inside])

    def live_among(self, members: Iterable[Member]) -> list[Listing]:
        """The live listings of the list that leave with these members: what the guard counts."""
        keys: list[ListingKey] = []
        for member in members:
            for variant in self.deps.variants.of_product(self.shop.id, member.product):
                keys += variant.listings
        rows = self.deps.listings.get_many(keys).values()
        return [row for row in rows if row.sales_list == self.sales_list.id and row.live and row.detached is None]

    def _put_in(self, products: Sequence[ProductId]) -> None:
        batch = max(1, self.deps.shops.traits(self.shop).read_batch)
        shelf = Shelf(self.deps, self.sales_list, self.account, self.shop)
        for at in range(0, len(products), batch):
            shelf.add(products[at : at + batch])

    def _take_out(self, products: Sequence[ProductId]) -> set[ProductId]:
        """Those of which a listing is to be ended yet: they are taken out again by the next reading, until it is."""
        going = dict[ProductId, Departure]()
        for at in range(0, len(products), _OUT_TOGETHER):
            going |= take_out(self.deps, self.sales_list, self.account, products[at : at + _OUT_TOGETHER])
        begun = [departure for departure in going.values() if departure.begins]
        if begun:
            params = {"list": self.sales_list.name, "products": str(len(begun))}
            entry = ActivityEntry(
                self.sales_list.id, "left_collections", self.deps.clock.now(), params, self.account.id
            )
            self.deps.activity.note(entry)
        return {product for product, departure in going.items() if departure.ends}
