"""The collections that somebody chooses for a sales list: the shop must have them, and a list must be able to hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import CollectionId
from listbridge.services.deps import ConnectionDeps
from listbridge.services.listings.mirror.mirror_collections import MOST_MEMBERS


class UnfitCollections(Exception):
    """Collections that cannot be a sales list's, each with the reason. Nothing was changed."""

    def __init__(self, reasons: Mapping[CollectionId, str]) -> None:
        super().__init__("unfit collections")
        self.reasons = reasons


def check_collections(deps: ConnectionDeps, account: Account, chosen: Sequence[CollectionId]) -> None:
    """Ask the account's shop for each collection.

    Raises UnfitCollections for those that it does not have or that hold too many products, and RemoteError.
    """
    if not chosen:
        return
    shop = deps.configuration.get(Shop, account.shop)
    adapter, reasons = deps.shops.open(shop), dict[CollectionId, str]()
    for id in chosen:
        found = adapter.collection(id)
        if found is None:
            reasons[id] = f"the shop {shop.name} has no such collection"
        elif found.members is not None and found.members > MOST_MEMBERS:
            reasons[id] = f"{found.name} has {found.members} products; a sales list takes {MOST_MEMBERS} at the most"
    if reasons:
        raise UnfitCollections(reasons)
