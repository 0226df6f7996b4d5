"""`/v1/accounts/{account}/adoptions`: what the seller listed with the marketplace's own tools, shown and then adopted."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge import registry
from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.errors import InvalidFields
from listbridge.admin.parameters import LIMIT, AccountPath, Cursor, JobPath
from listbridge.admin.schemas import AdoptionBody
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import FieldView
from listbridge.admin.views.foreign import ForeignListingView
from listbridge.admin.views.jobs import JobStarted, JobView
from listbridge.domain.configuration import Account
from listbridge.domain.ids import JobId
from listbridge.domain.job_params import AdoptionParams
from listbridge.domain.ports import Missing
from listbridge.services.listings.act.adopt_listings import start_adoption

router = new_router()
_TAGS = ["accounts"]


class AdoptionView(Shape):
    """What an adoption found, with what it takes away: read it before the job is approved. Without a cursor it is the last
    page."""

    job: JobView
    """The job; while it is `awaiting_approval`, `POST /v1/jobs/{job_id}/approve` adopts what waits."""
    site: str
    lost: list[str]
    """What can never be changed again on an adopted listing, a sentence each."""
    required: list[str]
    """What the marketplace requires of each listing and can only check itself, a sentence each."""
    listings: list[ForeignListingView]
    """The listings of this page."""
    cursor: str | None


@router.post(
    "/accounts/<account_id>/adoptions",
    summary="Look for listings to adopt",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def look_for_listings(account_id: AccountPath, body: AdoptionBody) -> JobStarted:
    """A job reads all that the account has on a site, also what the seller listed with the marketplace's own tools, and matches it
    by SKU. Nothing is changed: the job waits for an approval when something can be adopted."""
    deps = deps_of(router)
    account = deps.configuration.get(Account, account_id)
    if body.site not in registry.marketplace(account.marketplace).sites:
        raise InvalidFields([FieldView(field="site", text=f"no such site: {body.site}")])
    return JobStarted(job=JobView.of(start_adoption(deps, account, body.site, body.listings, actor_of(router))))


@router.get(
    "/accounts/<account_id>/adoptions/<job_id>",
    summary="What can be adopted, and what that takes away",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def get_adoption(
    account_id: AccountPath,
    job_id: JobPath,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200, description=LIMIT)] = 100,
) -> AdoptionView:
    """Shows every listing that was found: what is in it, what is in the way of adopting it, and what became of it."""
    deps = deps_of(router)
    start = opened(router, cursor)
    account, job = deps.configuration.get(Account, account_id), deps.jobs.get(JobId(job_id))
    params = job.params
    if job.account != account.id or not isinstance(params, AdoptionParams):
        raise Missing("job", job_id)
    adopting = deps.marketplaces.open(account).adopting()
    entries, following = deps.jobs.entries(job.id, start, limit)
    return AdoptionView(
        job=JobView.of(job),
        site=params.site,
        lost=list(adopting.lost) if adopting is not None else [],
        required=list(adopting.untold) if adopting is not None else [],
        listings=ForeignListingView.all(job, params.site, entries, deps.listings),
        cursor=sealed(router, following),
    )
