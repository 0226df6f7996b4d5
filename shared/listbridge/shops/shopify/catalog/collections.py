"""Which collections a store has, and who is in them. A collection that rules fill is read like any other."""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from collections.abc import Sequence

from listbridge.domain.ids import CollectionId, ProductId
from listbridge.domain.ports import Collection, CollectionPage, MemberPage
from listbridge.infra.calls.cursor_pages import all_rows
from listbridge.shops.shopify.catalog import wire
from listbridge.shops.shopify.catalog.mapping import gid, is_number, number_of
from listbridge.shops.shopify.catalog.queries import (
    ALL_COLLECTIONS,
    COLLECTION_MEMBERS,
    COLLECTIONS_OF,
    MORE_COLLECTIONS,
    ONE_COLLECTION,
)
from listbridge.shops.shopify.client import AdminApi, beside, there

_PRODUCTS_AT_ONCE = 100


class Collections:
    """`domain.ports.ShopCollections` of one store."""

    def __init__(self, api: AdminApi) -> None:
        self._api = api

    def page(self, cursor: str | None) -> CollectionPage:
        page = self._api.query(ALL_COLLECTIONS, {"after": cursor}, operation="collections")
        return CollectionPage(tuple(map(_collection, page.nodes)), page.more)

    def one(self, id: CollectionId) -> Collection | None:
        if not is_number(id):
            return None
        told = self._api.look_up(ONE_COLLECTION, {"id": gid("Collection", id)}, operation="collections")
        return None if told is None else _collection(told)

    def members(self, id: CollectionId, cursor: str | None) -> MemberPage | None:
        """A page of 250, by the products' ids."""
        if not is_number(id):
            return None
        variables = {"id": gid("Collection", id), "after": cursor}
        told = self._api.look_up(COLLECTION_MEMBERS, variables, operation="members")
        if told is None:
            return None
        products = tuple(ProductId(number_of(one.id)) for one in told.products.nodes)
        total = told.products_count.exact if told.products_count is not None else None
        return MemberPage(products, told.products.more, total)

    def of(self, products: Sequence[ProductId], among: AnyOf[CollectionId]) -> dict[ProductId, frozenset[CollectionId]]:
        """In one call for a hundred products, unless one of them is in more than fifty collections."""
        found: dict[ProductId, frozenset[CollectionId]] = dict.fromkeys(products, frozenset())
        asked = [gid("Product", product) for product in found if is_number(product)]
        for at in range(0, len(asked), _PRODUCTS_AT_ONCE):
            batch = asked[at : at + _PRODUCTS_AT_ONCE]
            answer = self._api.query(COLLECTIONS_OF, {"ids": batch}, operation="collections_of")
            for product, node in beside(batch, answer.nodes, "collections_of"):
                if node is not None:
                    ids = {CollectionId(number_of(one.id)) for one in self._all_of(node)}
                    found[ProductId(number_of(product))] = frozenset(ids & set(among))
        return found

    def _all_of(self, node: wire.InCollections) -> list[wire.Named]:
        def more(after: str) -> wire.Page[wire.Named]:
            variables = {"id": node.id, "after": after}
            page = self._api.look_up(MORE_COLLECTIONS, variables, operation="collections_of")
            return there(page, "collections_of")

        return list(all_rows(node.collections, more))


def _collection(told: wire.Collection) -> Collection:
    members = told.products_count.exact if told.products_count is not None else None
    return Collection(CollectionId(number_of(told.id)), told.title, told.rule_set is not None, members)
