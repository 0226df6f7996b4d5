"""A product that is to be published and has nothing to sell waits for stock, instead of failing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

from listbridge.domain import lifecycle
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.lifecycle import WAITS_FOR_STOCK
from listbridge.domain.listing import Listing, Status
from listbridge.domain.ports import MarketplaceTraits
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.domain.work import PublishKind, PublishTask
from listbridge.services.deps import Deps
from listbridge.services.job_results import item_skipped
from listbridge.services.restocked import sell_restocked


def nothing_to_sell(rows: Iterable[Listing]) -> bool:
    """Sold out altogether, and nothing of it live. A variation at 0 beside siblings that sell is published with them.

    A row that an interrupted run left pending may be live without our knowing: the marketplace is asked first.
    """
    return all(
        row.computed.quantity == 0 and row.remote is None and row.status is not Status.PENDING for row in rows
    )


def refused_for_want_of_stock(
    traits: MarketplaceTraits, task: PublishTask, rows: Collection[Listing], error: RemoteError
) -> bool:
    """The last unit went between our look at it and the marketplace's refusal."""
    if task.action not in (PublishKind.SEND, PublishKind.RELIST) or not isinstance(error, Rejected):
        return False
    empty = all(row.computed.quantity == 0 and row.remote is None for row in rows)
    return bool(rows) and empty and error.problem.code == traits.refuses_empty


def wait_for_stock(deps: Deps, task: PublishTask, rows: Iterable[Listing]) -> None:
    """These listings go on sale when stock arrives; the task's job has nothing more to do for them."""
    now = deps.clock.now()
    waiting = [deps.listings.change(row.key, partial(lifecycle.waits_for_stock, now=now)) for row in rows]
    for row in waiting:
        item_skipped(deps, task.job, str(row.key), Problem(WAITS_FOR_STOCK))
    deps.activity.note(
        *(ActivityEntry(str(row.key), WAITS_FOR_STOCK, now, {}, account=row.key.account) for row in waiting)
    )
    sell_restocked(deps, waiting)  # stock that came before the hold stood found nobody waiting
