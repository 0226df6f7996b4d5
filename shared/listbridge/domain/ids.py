"""Typed names of things. Vendors' ids are kept as text, exactly as the vendor writes them: never as float."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import NewType

ShopId = NewType("ShopId", str)
"""A connected shop, named by us."""
AccountId = NewType("AccountId", str)
"""A connected seller account on a marketplace, named by us."""
SalesListId = NewType("SalesListId", str)
ProfileId = NewType("ProfileId", str)
JobId = NewType("JobId", str)
Site = NewType("Site", str)
"""One of a marketplace's national sites, in the marketplace's own spelling."""
Sku = NewType("Sku", str)
ProductId = NewType("ProductId", str)
"""A product, as the shop names it."""
VariantId = NewType("VariantId", str)
"""A variant, as the shop names it. A product without options has exactly one."""
CollectionId = NewType("CollectionId", str)
"""A collection (or category) of products, as the shop names it."""
LocationId = NewType("LocationId", str)
RemoteId = NewType("RemoteId", str)
"""Any id that a marketplace gave us: offer, listing, group, shipment."""
RemoteOrderId = NewType("RemoteOrderId", str)
"""An order, as the marketplace names it."""
LineId = NewType("LineId", str)
"""A line of an order, as the marketplace names it."""
ShopOrderId = NewType("ShopOrderId", str)
"""An order, as the shop names it."""
ParcelId = NewType("ParcelId", str)
"""One fulfilment of an order, as the shop names it."""

LONGEST_KEY = 1024
"""Bytes of UTF-8 that the key of a row can have (DynamoDB's limit for a sort key; a partition key may have twice that)."""


def can_be_key(text: str) -> bool:
    """Whether a row can have this key at all. DynamoDB refuses an empty key and a longer one, even to look for."""
    try:
        return 0 < len(text.encode()) <= LONGEST_KEY
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        return False


@dataclass(frozen=True, slots=True, order=True)
class VariantKey:
    """One variant of one shop; two shops may use the same ids and the same SKU."""

    shop: ShopId
    product: ProductId
    variant: VariantId

    def __str__(self) -> str:
        return f"{self.shop}#{self.product}#{self.variant}"

    @classmethod
    def parse(cls, text: str) -> VariantKey:
        shop, product, variant = text.split("#", 2)
        return cls(ShopId(shop), ProductId(product), VariantId(variant))


@dataclass(frozen=True, slots=True, order=True)
class ListingKey:
    """At most one live listing per account, site and SKU (promises.md#p4)."""

    account: AccountId
    site: Site
    sku: Sku

    def __str__(self) -> str:
        return f"{self.account}#{self.site}#{self.sku}"

    @classmethod
    def parse(cls, text: str) -> ListingKey:
        account, site, sku = text.split("#", 2)  # the SKU comes last because it may hold a # itself
        return cls(AccountId(account), Site(site), Sku(sku))


@dataclass(frozen=True, slots=True, order=True)
class OrderKey:
    """At most one shop order per account and marketplace order (promises.md#p3)."""

    account: AccountId
    remote: RemoteOrderId

    def __str__(self) -> str:
        return f"{self.account}#{self.remote}"

    @classmethod
    def parse(cls, text: str) -> OrderKey:
        account, remote = text.split("#", 1)
        return cls(AccountId(account), RemoteOrderId(remote))


def new_id(prefix: str) -> str:
    """A fresh id such as `acc_5k2w…`: 60 random bits, safe in a URL, in a key and in a log."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    return f"{prefix}_" + "".join([alphabet[byte % 32] for byte in secrets.token_bytes(12)])  # 32 divides 256: no bias
