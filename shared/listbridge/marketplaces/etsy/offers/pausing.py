"""A listing of which nothing is left pauses, and comes back with stock.

Etsy takes no inventory without a single piece (etsy/open-api issue 395), and a listing that is taken out of sale keeps the quantities that it
had. So whatever was left last would come back on sale with the first product that has stock again: therefore one piece of one
product is left, and all else written at 0, before the listing is taken out of sale.
"""

from __future__ import annotations

from collections.abc import Callable

from listbridge.domain.listings.publishing_runs import HalfWritten
from listbridge.domain.verdicts import Rejected, RetryLater
from listbridge.infra.calls.api_client import path_of
from listbridge.marketplaces.etsy.client import EtsyHttp, Request, form_of
from listbridge.marketplaces.etsy.errors import NOT_ACTIVATED, UNKNOWN
from listbridge.marketplaces.etsy.offers.inventory import write_inventory
from listbridge.marketplaces.etsy.offers.merging import asleep, left, with_quantities_of
from listbridge.marketplaces.etsy.offers.wire import ACTIVE, INACTIVE, InventorySent, ListingTold


def pause(
    http: EtsyHttp, listing: str, body: InventorySent, there: InventorySent, state: str, check: Callable[[], None]
) -> None:
    """Take a listing out of sale of which `body` leaves nothing; `there` is its inventory until now, and `state` its state.

    A listing of one product without options comes back with its own stock alone, and keeps the quantity that it had. It is out of
    sale before anything is written: a cut between the calls leaves nothing on sale, and never the kept piece, which the next read
    would take for stock.
    Raises RemoteError.
    """
    alone = len(body.products) == len(there.products) == 1 and not body.products[0].property_values
    resting = with_quantities_of(body, there) if alone else asleep(body, there)
    if state == ACTIVE:
        check()
        told = set_state(http, listing, INACTIVE)
        if told.state == ACTIVE:
            raise UNKNOWN.error(detail="updateListing: still on sale")
    if not left(resting) or resting == there:
        return
    try:
        check()
        write_inventory(http, listing, resting)
    except (Rejected, RetryLater) as failed:
        if state == ACTIVE:
            raise HalfWritten(failed) from failed
        raise


def activate(http: EtsyHttp, listing: str) -> None:
    """Put a listing on sale again. Raises RemoteError, Rejected where Etsy answers with another state."""
    told = set_state(http, listing, ACTIVE)
    if told.state != ACTIVE:
        raise NOT_ACTIVATED.error(params={"state": told.state})


def set_state(http: EtsyHttp, listing: str, state: str) -> ListingTold:
    """What the listing is then. Raises RemoteError."""
    path = f"shops/{path_of(http.shop)}/listings/{path_of(listing)}"
    request = Request("PATCH", path, "updateListing", form=form_of({"state": state}), write=True)
    return http.read(request, ListingTold)
