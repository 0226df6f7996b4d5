"""Withdrawing a product from sale. Offers survive a withdrawal, unpublished; what has ended already is a success.

A group outlives its listing too, and holds its SKUs: a product that is created again in the shop, with the same SKUs,
could never be sold. So a group goes when no site sells any of its members; publishing makes it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.publishing_runs import WRITTEN, forget
from listbridge.domain.ports import PublishRequest, PublishSteps
from listbridge.domain.verdicts import NotFound, Rejected
from listbridge.marketplaces.ebay.errors import VARIATION_STAYS
from listbridge.marketplaces.ebay.offers.inventory import Inventory
from listbridge.marketplaces.ebay.offers.unsold_groups import drop_if_unsold
from listbridge.marketplaces.ebay.offers.wire import Offer
from listbridge.marketplaces.ebay.sites import NationalSite, site_of


def end(inventory: Inventory, request: PublishRequest, steps: PublishSteps) -> None:
    """End the live listing of the request's variants on its site, and delete its group when nothing sells it any more.

    When siblings that the request does not name are on sale in the same listing, only its own variations leave it.
    A refusal counts only if something is still live afterwards. Raises RemoteError.
    """
    site = site_of(request.site)
    offers = {variant.key.sku: inventory.offers(variant.key.sku) for variant in request.variants}
    live = _live_on(site, offers)
    group = request.group if request.product.has_options else None
    if live:
        try:
            group = _withdraw(inventory, site, live, steps)
        except Rejected:
            if _live_on(site, {sku: inventory.offers(sku) for sku in live}):
                raise
    if group is not None:
        _drop(inventory, site, group, offers)
    forget(steps, "listing", WRITTEN)


def _live_on(site: NationalSite, offers: Mapping[Sku, Sequence[Offer]]) -> dict[Sku, Offer]:
    return {
        sku: offer
        for sku, found in offers.items()
        for offer in found
        if offer.marketplace_id == site.id and offer.listing_id
    }


def _withdraw(
    inventory: Inventory, site: NationalSite, live: Mapping[Sku, Offer], steps: PublishSteps
) -> RemoteId | None:
    """By group or one by one, as eBay has them now: the product may have got its options after it was listed.

    Returns the group that was withdrawn as a whole.
    """
    item = inventory.item(next(iter(live)))
    if item is None or not item.group:
        for offer in live.values():
            inventory.withdraw_offer(site, RemoteId(offer.offer_id))
        return None
    key = RemoteId(item.group)
    group = inventory.group(key)
    siblings = [Sku(sku) for sku in group.variant_skus if sku not in live] if group is not None else []
    if not _live_on(site, {sku: inventory.offers(sku) for sku in siblings}):
        inventory.withdraw_group(site, key)
        return key
    for sku, offer in live.items():
        _remove_variation(inventory, site, sku, offer)
        if steps.progress.get(f"offer:{sku}"):
            steps.forget(f"offer:{sku}")
    return None


def _drop(inventory: Inventory, site: NationalSite, group: RemoteId, offers: Mapping[Sku, Sequence[Offer]]) -> None:
    elsewhere = (offer for found in offers.values() for offer in found if offer.marketplace_id != site.id)
    if any(offer.listing_id for offer in elsewhere):
        return
    with suppress(Rejected):  # the listing has ended all the same, and publishing one of the SKUs tries again
        drop_if_unsold(inventory, site, group, known_unsold=offers.keys())


def _remove_variation(inventory: Inventory, site: NationalSite, sku: Sku, offer: Offer) -> None:
    """Deleting the offer is the only way to take one variation out; one that has been sold stays, at 0 (deleteOffer).

    With which id eBay refuses that is not documented, so any refusal is told as this one, in eBay's words.
    """
    try:
        inventory.delete_offer(site, RemoteId(offer.offer_id))
    except NotFound:
        return
    except Rejected as error:
        params = {"sku": sku, "message": error.problem.params.get("message", "")}
        raise VARIATION_STAYS.instead_of(error, params=params) from error
