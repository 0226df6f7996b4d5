"""Groups that nothing sells: as long as one stands, its SKUs can join no other group and cannot be sold alone (25703)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.verdicts import NotFound
from listbridge.marketplaces.ebay.inventory import Inventory
from listbridge.marketplaces.ebay.sites import NationalSite

_ITEMS_PER_CALL = 25


def drop_if_unsold(
    inventory: Inventory, site: NationalSite, key: RemoteId, *, known_unsold: Collection[Sku] = ()
) -> bool:
    """Delete the group unless one of its members is on sale on any site; True when it is gone.

    `known_unsold`: members of which the caller has just seen that no site sells them. Items and drafts stay. Raises
    RemoteError.
    """
    group = inventory.group(key)
    if group is None:
        return True
    members = (Sku(sku) for sku in group.variant_skus if sku not in known_unsold)
    if any(_sold(inventory, sku) for sku in members):
        return False
    try:
        inventory.delete_group(site, key)
    except NotFound:
        return True
    return True


def free(
    inventory: Inventory, site: NationalSite, skus: Sequence[Sku], *, but: RemoteId | None = None
) -> bool:
    """Delete the groups that hold these SKUs and sell nothing; True when none but `but` holds any of them now."""
    keys = {group for group in _groups_of(inventory, skus) if group != but}
    gone = [drop_if_unsold(inventory, site, key) for key in sorted(keys)]
    return all(gone)


def _groups_of(inventory: Inventory, skus: Sequence[Sku]) -> Iterable[RemoteId]:
    for start in range(0, len(skus), _ITEMS_PER_CALL):
        for item in inventory.items(skus[start : start + _ITEMS_PER_CALL]).values():
            if item is not None and item.group:
                yield RemoteId(item.group)


def _sold(inventory: Inventory, sku: Sku) -> bool:
    return any(offer.listing_id for offer in inventory.offers(sku))
