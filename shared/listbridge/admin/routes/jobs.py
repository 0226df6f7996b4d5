"""`/v1/jobs`: every action and every big change, with its progress and a result per item."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.parameters import LIMIT, Cursor, JobPath
from listbridge.admin.row_ids import item_id, listing_id
from listbridge.admin.schemas import Reason
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import MoneyView
from listbridge.admin.views.jobs import JobEntryView, JobStarted, JobView
from listbridge.domain.ids import JobId
from listbridge.domain.jobs import JobKind, JobState
from listbridge.services.jobs.cancel_job import cancel
from listbridge.services.jobs.decide_job import decide
from listbridge.services.jobs.retry_job import retry
from listbridge.services.jobs.waiting_changes import WaitingChange, page_of_changes

router = new_router()
_TAGS = ["jobs"]


class JobsPage(Shape):
    """Jobs, the newest first; without a cursor it is the last page."""

    jobs: list[JobView]
    """The jobs of this page."""
    cursor: str | None


class JobEntriesPage(Shape):
    """A page of a job's entries; without a cursor it is the last."""

    entries: list[JobEntryView]
    """The entries of this page."""
    cursor: str | None


class OfferedView(Shape):
    """What buyers find; null is unknown."""

    quantity: int | None
    """How many units buyers find; null is unknown."""
    price: MoneyView | None
    """The price that buyers find; null is unknown."""


class WaitingChangeView(Shape):
    """One live listing as it is and as it would be; one that would be ended has no `after`."""

    listing: str
    """The listing's `id`."""
    item: str
    """The `id` of the listing's item."""
    sku: str
    title: str
    before: OfferedView
    """What buyers find now."""
    after: OfferedView | None
    """What buyers would find; null when the listing would be ended."""

    @classmethod
    def of(cls, change: WaitingChange) -> WaitingChangeView:
        row, before, after = change.listing, change.before, change.after
        offered = OfferedView(quantity=after.quantity, price=MoneyView.of(after.price))
        return cls(
            listing=listing_id(row.key),
            item=item_id(row.variant),
            sku=row.key.sku,
            title=row.title,
            before=OfferedView(quantity=before.quantity, price=MoneyView.of(before.price)),
            after=None if change.ends else offered,
        )


class WaitingChangesPage(Shape):
    """A page of what an approval would change; without a cursor it is the last. A page may be short, or empty, before
    the last."""

    changes: list[WaitingChangeView]
    """The changes of this page."""
    cursor: str | None


@router.get("/jobs", summary="The newest jobs", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def list_jobs(
    state: Annotated[JobState | None, Query(description="Only jobs in this state.")] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200, description=LIMIT)] = 50,
) -> JobsPage:
    """Lists jobs, the newest first. A job that was made this moment may be missing."""
    jobs, following = deps_of(router).jobs.recent(limit, state, opened(router, cursor))
    return JobsPage(jobs=[JobView.of(job) for job in jobs], cursor=sealed(router, following))


@router.get("/jobs/<job_id>", summary="One job", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def get_job(job_id: JobPath) -> JobView:
    """Shows one job as it is now."""
    return JobView.of(deps_of(router).jobs.get(JobId(job_id)))


@router.get(
    "/jobs/<job_id>/entries", summary="What became of each item", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER)
)
def list_entries(
    job_id: JobPath, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=500, description=LIMIT)] = 200
) -> JobEntriesPage:
    """Lists one entry for each listing or product. A job that read an inventory has none here: `GET
    /v1/accounts/{account_id}/inventory` shows its lines."""
    deps = deps_of(router)
    job = deps.jobs.get(JobId(job_id))
    if job.kind is JobKind.INVENTORY:
        return JobEntriesPage(entries=[], cursor=None)
    entries, following = deps.jobs.entries(job.id, opened(router, cursor), limit)
    return JobEntriesPage(entries=JobEntryView.all(job, entries, deps.listings), cursor=sealed(router, following))


@router.get(
    "/jobs/<job_id>/changes",
    summary="What an approval would change",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def list_changes(
    job_id: JobPath, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=400, description=LIMIT)] = 100
) -> WaitingChangesPage:
    """Lists every live listing that the job would end, zero or reprice, before and after. Only while the job
    waits."""
    deps = deps_of(router)
    changes, following = page_of_changes(deps, deps.jobs.get(JobId(job_id)), opened(router, cursor), limit)
    return WaitingChangesPage(
        changes=[WaitingChangeView.of(change) for change in changes], cursor=sealed(router, following)
    )


@router.post(
    "/jobs/<job_id>/approve", summary="Approve a job that waits", tags=_TAGS, openapi_extensions=open_to(Group.OPERATOR)
)
def approve(job_id: JobPath, body: Reason = Reason()) -> JobView:  # noqa: B008  # frozen
    """Approves the whole set of changes, and the job continues. Who approved and why stands with the job."""
    return JobView.of(decide(deps_of(router), JobId(job_id), approve=True, actor=actor_of(router), why=body.why))


@router.post(
    "/jobs/<job_id>/refuse", summary="Refuse a job that waits", tags=_TAGS, openapi_extensions=open_to(Group.OPERATOR)
)
def refuse(job_id: JobPath, body: Reason = Reason()) -> JobView:  # noqa: B008  # frozen
    """Refuses the whole set of changes, and nothing is changed. Who refused and why stands with the job."""
    return JobView.of(decide(deps_of(router), JobId(job_id), approve=False, actor=actor_of(router), why=body.why))


@router.post(
    "/jobs/<job_id>/retry",
    summary="Try again what failed",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def retry_job(job_id: JobPath) -> JobStarted:
    """Begins the action once more on the items that failed of a job that is over, as they are now: a job of its own."""
    return JobStarted(job=JobView.of(retry(deps_of(router), JobId(job_id), actor_of(router))))


@router.post("/jobs/<job_id>/cancel", summary="Cancel a job", tags=_TAGS, openapi_extensions=open_to(Group.OPERATOR))
def cancel_job(job_id: JobPath) -> JobView:
    """Cancels what the job has not begun, and counts it as skipped. What is under way ends, and is counted then."""
    return JobView.of(cancel(deps_of(router), JobId(job_id), actor_of(router)))
