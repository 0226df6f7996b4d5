"""What a shop's events mean for the sales lists that follow its collections: they look again, in the lane of big jobs."""

from __future__ import annotations

from collections.abc import Sequence

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import CollectionId, ProductId
from listbridge.domain.work import Hint, HintKind, Lane, MirrorChange
from listbridge.services.catalog.products_to_read import IN_BULK
from listbridge.services.deps import CoreDeps
from listbridge.services.listings.mirror.mirror_collections import lists_of


def tell_mirrors(deps: CoreDeps, shop: Shop, hints: Sequence[Hint], read: Sequence[ProductId]) -> None:
    """Queue a look at the collections that these hints name, and at the products, of those that were read; nothing where no list
    follows collections.

    A change of stock alone names no product, and is left to the next reading of the collection: few rules look at stock, and
    it would cost a question to the shop for each sale.
    """
    known = set(read)
    products = [ProductId(hint.id) for hint in hints if hint.kind is HintKind.PRODUCT and hint.id in known]
    collections = [CollectionId(hint.id) for hint in hints if hint.kind is HintKind.COLLECTION]
    if not (products or collections) or not lists_of(deps, shop.id):
        return
    parts = [tuple(products[at : at + IN_BULK]) for at in range(0, len(products), IN_BULK)] or [()]
    first = MirrorChange(shop=shop.id, products=parts[0], collections=tuple(collections))
    deps.queues.send(Lane.RECOMPUTE, first, *(MirrorChange(shop=shop.id, products=part) for part in parts[1:]))
