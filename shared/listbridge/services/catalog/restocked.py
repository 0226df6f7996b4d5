"""What waits for stock goes on sale when there is some.

Three kinds wait: listings that were to be published and had no unit (`wait_for_stock.py`), those that had to be ended
because the marketplace keeps none at 0, and those that ended with a product that was created again.
"""

from __future__ import annotations

from collections.abc import Iterable

from listbridge.domain.listings.lifecycle import ENDED_AT_ZERO, RELINKED, WAITS_FOR_STOCK
from listbridge.domain.listings.listing import LedgerField, Listing, Status
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.deps import CoreDeps


def sell_restocked(deps: CoreDeps, rows: Iterable[Listing]) -> int:
    """Queue the products of these rows that can be sold now; returns how many. Running it again does no harm.

    A listing that a person stopped stays stopped.
    """
    tasks = {
        PublishTask(
            action=action,
            sales_list=row.sales_list,
            product=row.variant.product,
            waited_as=row.hold.code if row.hold is not None else "",
            fix=row.hold.fix if row.hold is not None else "",
        )
        for row in rows
        if (action := _what_it_waits_for(row)) is not None and (row.computed.quantity or 0) > 0
    }
    if tasks:
        deps.queues.send(Lane.PUBLISH, *tasks)
    return len(tasks)


def _what_it_waits_for(row: Listing) -> PublishKind | None:
    code = row.hold.code if row.hold is not None else ""
    if code in (WAITS_FOR_STOCK, RELINKED) and row.status is not Status.PENDING:
        return PublishKind.SEND
    if code == ENDED_AT_ZERO and row.status is Status.STOPPED and LedgerField.QUANTITY in row.auto:
        return PublishKind.RELIST
    return None
