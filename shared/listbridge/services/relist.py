"""A listing that had to be ended because the marketplace keeps none at 0 comes back when there is stock again."""

from __future__ import annotations

from collections.abc import Iterable

from listbridge.domain.listing import Field, Listing, Status
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.deps import Deps

ENDED_AT_ZERO = "ended_at_zero"


def relist_restocked(deps: Deps, rows: Iterable[Listing]) -> int:
    """Queue the products of these rows that sell again; returns how many. A listing that a person stopped stays stopped."""
    tasks = {
        PublishTask(action=PublishKind.RELIST, sales_list=row.sales_list, product=row.variant.product)
        for row in rows
        if _sells_again(row)
    }
    if tasks:
        deps.queues.send(Lane.PUBLISH, *tasks)
    return len(tasks)


def _sells_again(row: Listing) -> bool:
    ended = row.status is Status.STOPPED and row.hold is not None and row.hold.code == ENDED_AT_ZERO
    return ended and (row.computed.quantity or 0) > 0 and Field.QUANTITY in row.auto
