"""Groups that nothing sells: as long as one stands, its SKUs can join no other group and cannot be sold alone (25703)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.verdicts import NotFound
from listbridge.marketplaces.ebay.offers.inventory import Inventory
from listbridge.marketplaces.ebay.sites import NationalSite


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


def free(inventory: Inventory, site: NationalSite, skus: Sequence[Sku], *, but: RemoteId | None = None) -> bool:
    """Delete the groups that hold these SKUs and sell nothing; True when none but `but` holds any of them now."""
    keys = {RemoteId(item.group) for item in inventory.items(skus).values() if item is not None and item.group}
    gone = [drop_if_unsold(inventory, site, key) for key in sorted(keys - {but})]
    return all(gone)


def _sold(inventory: Inventory, sku: Sku) -> bool:
    return any(offer.listing_id for offer in inventory.offers(sku))
