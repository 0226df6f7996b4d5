"""Unlink a listing, and leave the offer on the marketplace as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from listbridge.domain.configuration import SalesList
from listbridge.domain.ids import ListingKey, ProductId
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.listing import NOTHING, Listing, Status
from listbridge.domain.listings.publication import Publication
from listbridge.domain.problem import Problem
from listbridge.services.deps import PublishDeps
from listbridge.services.refusal import Refused

_CLAIM_S = 30.0


def unlink_product(
    deps: PublishDeps, sales_list: SalesList, product: ProductId, keys: list[ListingKey]
) -> list[Listing]:
    """Forget what these listings of one product are linked to; they are back at "never sent".

    What publishing remembered of the product goes too, or the next sending would pick up where the old one ended.

    Raises:
        Refused: a publishing operation runs on the product.
    """
    publication = Publication(sales_list.id, product, sales_list.account, sales_list.site)
    now = deps.clock.now()
    claimed = deps.publications.claim(publication, seconds=_CLAIM_S, now=now)
    if claimed is None:
        raise Refused(Problem("pending"))
    try:
        rows = [deps.listings.change(key, partial(unlinked, now=now)) for key in keys]
        deps.publications.forget(claimed)
    finally:
        deps.publications.release(claimed)
    return rows


def unlinked(listing: Listing, now: datetime) -> Listing:
    """The listing with its link forgotten, as if it had never been sent. Raises Refused while an operation runs on it."""
    if listing.status is Status.PENDING:
        raise Refused(Problem("pending"))
    ended = lifecycle.ended(listing, Status.NOT_ACTIVE, now)
    return replace(
        ended, offer=None, group=None, content_hash="", sent=NOTHING, seen=NOTHING, guard_passed=False, job=None
    )
