"""Ending a listing, or one of its variations. What has ended already is a success.

A listing that ends becomes inactive: it keeps its page, its reviews and what was paid for it, and comes back without a fee. A variation
that ends alone is hidden and stays in its listing, for one that is left out of a write is lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.listings.publishing_runs import forget
from listbridge.domain.ports import PublishRequest, PublishSteps
from listbridge.domain.verdicts import NotFound
from listbridge.marketplaces.etsy.client import EtsyHttp
from listbridge.marketplaces.etsy.offers.inventory import read_with_listing, write_inventory
from listbridge.marketplaces.etsy.offers.merging import Inventory, left, on_sale, revalued, taken_off
from listbridge.marketplaces.etsy.offers.pausing import pause
from listbridge.marketplaces.etsy.offers.publishing import IMAGE, LISTING
from listbridge.marketplaces.etsy.offers.wire import ACTIVE, INACTIVE

_CALLS = ("getListingsInventoryByListingIds", "getListingInventory", "updateListing", "updateListingInventory")
"""The look at what sold last, the read, and the end of a whole listing with variants."""


def end(http: EtsyHttp, request: PublishRequest, steps: PublishSteps) -> None:
    """End the request's variants; all of a listing that sells nothing else. Raises RemoteError.

    What sold out has ended itself: an inventory of which nothing is left cannot be written there.
    """
    by_listing: dict[str, list[Sku]] = defaultdict(list)
    for variant in request.variants:
        by_listing[str(variant.remote or steps.progress.get(LISTING, ""))].append(variant.key.sku)
    by_listing.pop("", None)
    for listing, skus in by_listing.items():
        _end(http, steps, listing, skus)


def _end(http: EtsyHttp, steps: PublishSteps, listing: str, skus: Sequence[Sku]) -> None:
    for operation in _CALLS:  # inside the lease nothing is waited for
        http.connection.budget.prepay(operation, 1, wait_s=0)
    with steps.unit(*skus) as unit:
        unit.check()
        try:
            shown = read_with_listing(http, listing)
        except NotFound:
            forget(steps, LISTING, IMAGE)
            return
        if shown.listing.state not in (ACTIVE, INACTIVE):
            return
        inventory = Inventory(shown)
        offered = {Sku(one.sku) for one in inventory.products if on_sale(one)}
        there = inventory.unchanged()
        # All of them cannot be hidden: what is left of them would come back with the first that is put on sale again.
        nothing = revalued(there, dict.fromkeys(offered, Values(quantity=0)))
        body = taken_off(there, offered & set(skus)) if offered - set(skus) else nothing
        if not left(body):
            pause(http, listing, body, there, shown.listing.state, unit.check)
        elif body != there:
            unit.check()
            write_inventory(http, listing, body)
