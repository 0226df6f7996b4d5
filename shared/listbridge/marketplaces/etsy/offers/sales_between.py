"""What was sold between a read of an inventory and its write, where nobody else would put it right (protocol.md#write-units).

A price is written together with the quantity that was read a moment ago, so a sale in between is undone by it. Where the quantity is
ours, the next look corrects it. Where the seller keeps it on Etsy by hand, nobody does: so after the write the shop's receipts are
asked, and what was sold is subtracted once. Left is what a receipt shows later than it was made (the README says so).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.infra.calls.answers import readable
from listbridge.infra.calls.api_client import path_of
from listbridge.marketplaces.etsy.client import EtsyHttp, Request
from listbridge.marketplaces.etsy.manifest import PER_CALL
from listbridge.marketplaces.etsy.offers.inventory import read_with_listing, write_inventory
from listbridge.marketplaces.etsy.offers.merging import Inventory, left, values_of
from listbridge.marketplaces.etsy.offers.pausing import pause
from listbridge.marketplaces.etsy.orders.wire import BoughtTold, ReceiptsTold

_LOG = logging.getLogger(__name__)


def subtract_sales(
    http: EtsyHttp, listing: str, written: Mapping[Sku, int], since: datetime, check: Callable[[], None]
) -> None:
    """Subtract what was bought of these products since then and is not subtracted yet; `written` are the quantities that
    were sent with their prices. Raises RemoteError."""
    check()
    bought = _bought(http, listing, since)
    if not any(bought[sku] for sku in written):
        return
    check()
    shown = read_with_listing(http, listing)
    inventory = Inventory(shown)
    changes = {}
    for sku, quantity in written.items():
        there = next((values_of(one).quantity for one in inventory.named(sku)), None)
        if there is None:
            continue
        undone = bought[sku] - max(0, quantity - there)
        if undone > 0:
            changes[sku] = Values(quantity=max(0, there - undone))
    if not changes:
        return
    _LOG.info("etsy.sold_between", extra={"fields": {"listing": listing, "skus": sorted(changes)}})
    body = inventory.merged(changes)
    if not left(body):
        pause(http, listing, body, inventory.unchanged(), shown.listing.state, check)
        return
    check()
    write_inventory(http, listing, body)


def _bought(http: EtsyHttp, listing: str, since: datetime) -> Counter[Sku]:
    """By SKU how many were bought of a listing since then, by the second."""
    began = int(since.timestamp())
    path = f"shops/{path_of(http.shop)}/receipts"
    params = {"min_created": str(began), "limit": str(PER_CALL)}
    told = http.read(Request("GET", path, "getShopReceipts", params), ReceiptsTold)
    bought: Counter[Sku] = Counter()
    for receipt in readable(list(told.results), BoughtTold):
        for line in receipt.transactions:
            if str(line.listing_id) == listing:
                bought[Sku(line.sku)] += line.quantity
    return bought
