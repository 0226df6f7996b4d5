"""New items of collections go on sale automatically as soon as they can: a look at them is asked for when their values change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from listbridge.domain.ids import ProductId, SalesListId
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.work import ExportMembers, Lane
from listbridge.services.deps import LedgerDeps


def look_at_fit(deps: LedgerDeps, rows: Iterable[Listing]) -> int:
    """Have the products of these rows looked at that were never on sale, can be, and are in a list that sends new items automatically; returns how many. Running it again does no harm."""
    fit: dict[SalesListId, dict[ProductId, None]] = defaultdict(dict)
    for row in rows:
        context = deps.rules.get(row.sales_list)
        if context is not None and context.exports and _can_be_sent(row):
            fit[row.sales_list][row.variant.product] = None
    messages = [ExportMembers(sales_list=sales_list, products=tuple(of_list)) for sales_list, of_list in fit.items()]
    if messages:
        deps.queues.send(Lane.RECOMPUTE, *messages)
    return sum(len(of_list) for of_list in fit.values())


def _can_be_sent(row: Listing) -> bool:
    computed = row.computed
    return row.status in (Status.NOT_ACTIVE, Status.ERROR) and bool(computed.quantity) and computed.price is not None
