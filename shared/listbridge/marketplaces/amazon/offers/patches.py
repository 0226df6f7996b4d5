"""New values as patches of a listing's attributes: the same for one call and for a message of a feed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from listbridge.domain.ids import ListingKey, Site, Sku
from listbridge.domain.ports import Revision, RevisionResult, UnitRevision
from listbridge.domain.verdicts import RemoteError
from listbridge.marketplaces.amazon.errors import OFFER_UNKNOWN, OTHER_SITE_REFUSED
from listbridge.marketplaces.amazon.sites import site_of

ANY_TYPE = "PRODUCT"
"""Stands for every product type in a patch that touches only an offer (developer-docs.amazon.com/sp-api, "Merge a listing")."""
SELLER_SHIPS = "DEFAULT"
"""The fulfilment channel of stock that the seller keeps (`FulfillmentAvailability.fulfillmentChannelCode`)."""
QUANTITY, OFFER = "fulfillment_availability", "purchasable_offer"
Patch = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SitePatches:
    """What one call, or one message, changes on one site. `tells` are the listings that it speaks for: those of other sites too,
    whose quantity it carries."""

    site: Site
    sku: Sku
    patches: tuple[Patch, ...]
    tells: tuple[ListingKey, ...]


def without_offer(unit: UnitRevision) -> dict[ListingKey, RevisionResult]:
    """What is refused without a call: listings of which no offer is known."""
    return {one.key: RevisionResult(one.key, OFFER_UNKNOWN.error()) for one in unit.revisions if one.offer is None}


def patches_of(unit: UnitRevision, *, alone: bool = False) -> list[SitePatches]:
    """The unit's new values, the quantity once: it is one number for all sites of the region, and the lowest counts.

    It rides with its first listing; that of a site which has nothing else to send makes no call of its own. `alone`: what is sent
    for one site may be refused and nobody learns of it before the others are in, so each says the same quantity.
    """
    revisions = [one for one in unit.revisions if one.offer is not None]
    numbers = [one.values.quantity for one in revisions if one.values.quantity is not None]
    quantity = min(numbers, default=None)
    carrier = next((one for one in revisions if one.values.quantity is not None), None)
    found: list[SitePatches] = []
    for revision in revisions:
        has_quantity = revision is carrier or (alone and revision.values.price is not None)
        patches = [_quantity(quantity)] if has_quantity and quantity is not None else []
        patches += [_price(revision)] if revision.values.price is not None else []
        if patches:
            found.append(
                SitePatches(revision.key.site, revision.key.sku, tuple(patches), _told_by(revision, revisions, carrier))
            )
    return found


def carried_on(part: SitePatches, refused: SitePatches) -> SitePatches:
    """The next part with the quantity that was in a refused one."""
    quantity = tuple(one for one in refused.patches if one["path"].endswith(QUANTITY))
    return replace(part, patches=(*quantity, *part.patches))


def refused(tells: Sequence[ListingKey], why: RemoteError) -> dict[ListingKey, RevisionResult]:
    """What the listings are told that a refused patch speaks for. Those of other sites had only their quantity in it: they go
    without the one that was refused."""
    first, *others = tells
    return {first: RevisionResult(first, why)} | {
        key: RevisionResult(key, OTHER_SITE_REFUSED.instead_of(why)) for key in others
    }


def _told_by(revision: Revision, revisions: Sequence[Revision], carrier: Revision | None) -> tuple[ListingKey, ...]:
    if revision is not carrier:
        return (revision.key,)
    return (revision.key, *_without_call(revisions, revision))


def _without_call(revisions: Sequence[Revision], carrier: Revision) -> list[ListingKey]:
    return [
        one.key
        for one in revisions
        if one is not carrier and one.values.price is None and one.values.quantity is not None
    ]


def _quantity(quantity: int) -> Patch:
    """A merge keeps what else the entry says, such as the lead time; its selector must be there."""
    value = {"fulfillment_channel_code": SELLER_SHIPS, "quantity": quantity}
    return {"op": "merge", "path": f"/attributes/{QUANTITY}", "value": [value]}


def _price(revision: Revision) -> Patch:
    """A merge keeps what else the offer says, such as a sale price; its selectors must be there."""
    price, site = revision.values.price, site_of(revision.key.site)
    assert price is not None  # noqa: S101  # asked only then
    value = {
        "marketplace_id": site.marketplace_id,
        "currency": price.currency,
        "audience": "ALL",
        "our_price": [{"schedule": [{"value_with_tax": float(price.amount)}]}],
    }
    return {"op": "merge", "path": f"/attributes/{OFFER}", "value": [value]}
