"""What a worker asks and tells about a job while it works through its items."""

from __future__ import annotations

from collections.abc import Iterable

from listbridge.domain.ids import JobId
from listbridge.domain.jobs import JobEntry, JobState, Outcome
from listbridge.domain.listings import ledger
from listbridge.domain.listings.holds import status_hold
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.planned_change import PlannedChange
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.services.deps import CoreDeps


def item_done(deps: CoreDeps, job: JobId | None, item: str) -> None:
    """The item of the job succeeded; recording it twice changes nothing."""
    _finish(deps, job, JobEntry(item=item, outcome=Outcome.DONE, at=deps.clock.now()))


def item_failed(deps: CoreDeps, job: JobId | None, item: str, problem: Problem) -> None:
    """The item of the job failed, for this reason."""
    _finish(deps, job, JobEntry(item=item, outcome=Outcome.FAILED, reason=problem, at=deps.clock.now()))


def item_skipped(
    deps: CoreDeps, job: JobId | None, item: str, problem: Problem, change: PlannedChange | None = None
) -> None:
    """There was nothing to do for the item, for this reason; or this is what would be done."""
    at = deps.clock.now()
    _finish(deps, job, JobEntry(item=item, outcome=Outcome.SKIPPED, reason=problem, change=change, at=at))


def taken_over(deps: CoreDeps, row: Listing, job: JobId | None) -> None:
    """This job, or one of nobody's, has the row from now on: the one that waits for its demanded values hears that."""
    if row.job is not None and row.job != job and row.demanded:
        item_skipped(deps, row.job, str(row.key), Problem("superseded"))


def demanded_fields_sent(deps: CoreDeps, rows: Iterable[Listing]) -> None:
    """Tell the jobs that waited for these rows' demanded values: taken by the marketplace, or held or ended for a reason.

    While an older call may still land over them the row stays demanded and is looked at. No person waits for that.
    """
    for row in rows:
        if row.job is None or row.status is Status.PENDING:
            continue  # a publishing operation tells its own job
        if row.hold is not None:
            item_failed(deps, row.job, str(row.key), row.hold)
        elif row.status is not Status.ACTIVE:
            item_failed(deps, row.job, str(row.key), status_hold(row) or row.status.newer)
        elif row.demanded <= ledger.taken_as_computed(row):
            item_done(deps, row.job, str(row.key))


def is_cancelled(deps: CoreDeps, job: JobId | None) -> bool:
    """Whether a worker that comes to the next item of this job must leave it out."""
    if job is None:
        return False
    try:
        return deps.jobs.get(job).state is JobState.CANCELLED
    except Missing:  # jobs expire
        return False


def _finish(deps: CoreDeps, job: JobId | None, entry: JobEntry) -> None:
    if job is None:
        return
    try:
        deps.jobs.finish(job, entry)
    except Missing:  # jobs expire; an item that outlives its job has nobody to tell
        return
