"""Ids for addresses. A SKU may hold anything, slashes and emoji too, so keys travel in a form that any address can hold."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import NoReturn

from listbridge.domain.ids import AccountId, ListingKey, OrderKey, Sku, VariantKey, can_be_key
from listbridge.domain.listings.sku_mappings import SkuMapping
from listbridge.domain.ports import ListingRepository, Missing


def listing_id(key: ListingKey) -> str:
    """The listing's id in addresses and bodies."""
    return _packed(str(key))


def listing_key(id: str) -> ListingKey:
    """The key behind an id. Raises Missing for what is none of our ids: there is no such listing."""
    try:
        key = ListingKey.parse(_unpacked(id))
        return key if all((key.account, key.site, key.sku)) else _none_of_ours(id)
    except ValueError:
        raise Missing("listing", id) from None


def item_id(key: VariantKey) -> str:
    """The id of a sales list's item: its variant's."""
    return _packed(str(key))


def item_key(id: str) -> VariantKey:
    """The variant behind an item's id. Raises Missing for what is none of our ids."""
    try:
        key = VariantKey.parse(_unpacked(id))
        return key if all((key.shop, key.product, key.variant)) else _none_of_ours(id)
    except ValueError:
        raise Missing("item", id) from None


def items_of(ledger: ListingRepository, keys: Iterable[ListingKey]) -> dict[ListingKey, str]:
    """The item's id of each listing that there is; for one page of keys, which are read at once."""
    return {key: item_id(row.variant) for key, row in ledger.get_many(dict.fromkeys(keys)).items()}


def line_id(name: str) -> str:
    """The id of a line of an inventory, by its entry's name."""
    return _packed(name)


def line_name(id: str) -> str:
    """The name behind a line's id. Raises Missing for what is none of our ids."""
    try:
        return _unpacked(id)
    except ValueError:
        raise Missing("line", id) from None


def mapping_id(mapping: SkuMapping) -> str:
    """The SKU mapping's id in addresses."""
    return _packed(f"{mapping.account or ''}#{mapping.marketplace_sku}")


def mapping_key(id: str) -> tuple[AccountId | None, Sku]:
    """Of which account (None: of all), and the marketplace's SKU. Raises Missing for what is none of our ids."""
    try:
        account, sku = _unpacked(id).split("#", 1)
    except ValueError:
        raise Missing("SKU mapping", id) from None
    return AccountId(account) if account else None, Sku(sku)


def order_id(key: OrderKey) -> str:
    """The order's id in addresses and bodies."""
    return _packed(str(key))


def order_key(id: str) -> OrderKey:
    """The order behind an id. Raises Missing for what is none of our ids."""
    try:
        key = OrderKey.parse(_unpacked(id))
        return key if all((key.account, key.remote)) else _none_of_ours(id)
    except ValueError:
        raise Missing("order", id) from None


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(id: str) -> str:
    try:
        text = base64.b64decode(id + "=" * (-len(id) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise ValueError(id) from error
    return text if can_be_key(text) else _none_of_ours(id)


def _none_of_ours(id: str) -> NoReturn:
    raise ValueError(id)
