"""SKU mappings: which SKU of the shop a marketplace's SKU stands for, where the two differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import AccountId, Sku, VariantId


@dataclass(frozen=True, slots=True, order=True)
class SkuMapping:
    """A pair of SKUs. A marketplace's SKU stands for one of the shop's; one of the shop's may be sold under several."""

    marketplace_sku: Sku
    shop_sku: Sku
    account: AccountId | None = None
    """Of which account; None for all. What an account has of its own comes before what holds for all."""


def as_listed(product: ProductFacts, listed: Mapping[VariantId, Sku]) -> ProductFacts:
    """The product as its listings call its variants, for a marketplace that knows no other SKU. A variant without a listing that has
    the SKU of another one's in the shop has none here."""
    taken = set(listed.values())
    variants = tuple(
        replace(one, sku=listed[one.variant])
        if one.variant in listed
        else replace(one, sku=Sku(""))
        if one.sku in taken
        else one
        for one in product.variants
    )
    return product if variants == product.variants else replace(product, variants=variants)


def nearest(mappings: Sequence[SkuMapping]) -> dict[Sku, Sku]:
    """The shop's SKU by the marketplace's, of one account: its own mapping before what holds for all."""
    return {one.marketplace_sku: one.shop_sku for one in sorted(mappings, key=lambda one: one.account is not None)}
