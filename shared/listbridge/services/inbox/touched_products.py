"""Which products the shop's events touch. Our own table says whose a variant is, even one that the shop no longer has.

To some shops a variant is a product of its own, and others tell the deletion of a variant with nothing but its id: the
shop itself can no longer say whose it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ProductId, VariantId
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.work import Hint, HintKind
from listbridge.services.deps import LedgerDeps


def touched_products(deps: LedgerDeps, shop: Shop, adapter: ShopAdapter, hints: Sequence[Hint]) -> list[ProductId]:
    """Each product once: those named first, then those whose variants are named, then what only the shop can tell.

    The shop is asked for nothing that our own table knows. Raises RemoteError.
    """
    named = [ProductId(hint.id) for hint in hints if hint.kind is HintKind.PRODUCT]
    variants = {VariantId(hint.id) for hint in hints if hint.kind is HintKind.VARIANT}
    owners = deps.variants.owners(shop.id, variants)
    unknown = variants - owners.keys()
    products = {ProductId(id) for id in unknown if deps.variants.of_product(shop.id, ProductId(id))}
    known = owners.keys() | products
    rest = [
        hint
        for hint in hints
        if hint.kind is not HintKind.PRODUCT and not (hint.kind is HintKind.VARIANT and hint.id in known)
    ]
    ours = sorted(set().union(products, *owners.values()))
    return list(dict.fromkeys([*named, *ours, *(adapter.products_of(rest) if rest else ())]))


def owners_of(deps: LedgerDeps, shop: Shop, ids: Iterable[ProductId]) -> set[ProductId]:
    """The products that have, or had, a variant of one of these ids, which came as the ids of products."""
    owners = deps.variants.owners(shop.id, [VariantId(id) for id in ids])
    return set().union(*owners.values())
