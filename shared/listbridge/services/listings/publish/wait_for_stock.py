"""A product that is to be published and has nothing to sell waits for stock, instead of failing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.lifecycle import WAITS_FOR_STOCK
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import EmptyRefused, ObserveMode, OutcomeUnknown, RemoteError, RetryLater, Unauthorized
from listbridge.domain.work import PublishKind, PublishTask
from listbridge.services.catalog.restocked import sell_restocked
from listbridge.services.deps import AccountDeps
from listbridge.services.job_results import item_skipped


def nothing_to_sell(rows: Iterable[Listing]) -> bool:
    """Sold out altogether, and nothing of it live. A variation at 0 beside siblings that sell is published with them.

    A row that an interrupted run left pending may be live without our knowing: the marketplace is asked first.
    """
    return all(row.computed.quantity == 0 and row.remote is None and row.status is not Status.PENDING for row in rows)


def refused_for_want_of_stock(task: PublishTask, rows: Collection[Listing], error: RemoteError) -> bool:
    """The last unit went between our look at it and the marketplace's refusal."""
    if task.action not in (PublishKind.SEND, PublishKind.RELIST) or not isinstance(error, EmptyRefused):
        return False
    return bool(rows) and all(row.computed.quantity == 0 and row.remote is None for row in rows)


def may_pass(error: RemoteError) -> bool:
    """Whether the failure is the account's or the marketplace's, so that nothing is wrong with the product."""
    return isinstance(error, Unauthorized | ObserveMode | RetryLater | OutcomeUnknown)


def wait_again(deps: AccountDeps, task: PublishTask, rows: Iterable[Listing], problem: Problem) -> bool:
    """What was to go on sale automatically, and could not now, waits as before; False where a person asked for it.

    The next read of its variants by an event or a sweep tries again.
    """
    if not task.waited_as:
        return False
    hold, now = Problem(task.waited_as, fix=task.fix), deps.clock.now()

    def change(row: Listing) -> Listing:
        if row.remote is not None:
            return lifecycle.still_live(row, now)
        waited = row.status is Status.PENDING or (row.hold is not None and row.hold.code == task.waited_as)
        return lifecycle.waits_again(row, hold, now) if waited else row

    changed = [deps.listings.change(row.key, change) for row in rows]
    params = problem.as_reason()
    deps.activity.note(
        *(
            ActivityEntry(str(row.key), f"{task.action.value}_failed", now, params, account=row.key.account)
            for row in changed
        )
    )
    return True


def wait_for_stock(deps: AccountDeps, task: PublishTask, rows: Iterable[Listing]) -> None:
    """These listings go on sale when stock arrives; the task's job has nothing more to do for them."""
    now = deps.clock.now()
    waiting = [deps.listings.change(row.key, partial(lifecycle.waits_for_stock, now=now)) for row in rows]
    for row in waiting:
        item_skipped(deps, task.job, str(row.key), Problem(WAITS_FOR_STOCK, fix="restock"))
    deps.activity.note(
        *(ActivityEntry(str(row.key), WAITS_FOR_STOCK, now, {}, account=row.key.account) for row in waiting)
    )
    sell_restocked(deps, waiting)  # stock that came before the hold stood found nobody waiting
