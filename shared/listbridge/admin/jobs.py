"""`/v1/jobs`: every action and every big change, with its progress and a result per item."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.shape import Shape
from listbridge.admin.views import JobEntryView, JobView
from listbridge.domain.ids import JobId
from listbridge.domain.jobs import JobState
from listbridge.services.change_configuration import decide

router = new_router()
_TAGS = ["jobs"]


class JobsView(Shape):
    """Jobs, the newest first."""

    jobs: list[JobView]


class JobEntriesPage(Shape):
    """A page of a job's entries; without a cursor it is the last."""

    entries: list[JobEntryView]
    cursor: str | None


@router.get("/jobs", summary="The newest jobs", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def list_jobs(
    state: Annotated[JobState | None, Query()] = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> JobsView:
    """The newest first; a job that was made this moment may be missing."""
    return JobsView(jobs=[JobView.of(job) for job in deps_of(router).jobs.recent(limit, state)])


@router.get("/jobs/<job_id>", summary="One job", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def get_job(job_id: str) -> JobView:
    """One job as it is now."""
    return JobView.of(deps_of(router).jobs.get(JobId(job_id)))


@router.get(
    "/jobs/<job_id>/entries",
    summary="What became of each item",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def list_entries(
    job_id: str,
    cursor: Annotated[str | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> JobEntriesPage:
    """One entry per listing or product."""
    deps = deps_of(router)
    job = deps.jobs.get(JobId(job_id))
    entries, following = deps.jobs.entries(job.id, cursor, limit)
    return JobEntriesPage(entries=[JobEntryView.of(job, entry) for entry in entries], cursor=following)


@router.post(
    "/jobs/<job_id>/approve",
    summary="Say yes to a job that waits",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def approve(job_id: str) -> JobView:
    """The whole set of changes goes ahead."""
    return JobView.of(decide(deps_of(router), JobId(job_id), approve=True, actor=actor_of(router)))


@router.post(
    "/jobs/<job_id>/refuse",
    summary="Say no to a job that waits",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def refuse(job_id: str) -> JobView:
    """Nothing of it is done."""
    return JobView.of(decide(deps_of(router), JobId(job_id), approve=False, actor=actor_of(router)))
