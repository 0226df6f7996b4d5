"""`/v1/sales-lists/{id}/members`, `/exports` and `/backlog`: what a list's collections hold, and how far it is sent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.errors import InvalidFields
from listbridge.admin.parameters import LIMIT, Cursor, SalesListPath
from listbridge.admin.schemas import BacklogBody
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import FieldView, ProblemView
from listbridge.admin.views.jobs import JobStarted, JobView
from listbridge.domain.configuration import SalesList, SalesListMode
from listbridge.domain.listings.members import Export, Member
from listbridge.services.listings.export.run_export import NoBacklog, start_backlog
from listbridge.services.listings.export.tell import Exports, exports_of

router = new_router()
_TAGS = ["collections"]


class MemberState(StrEnum):
    """Which members are meant."""

    ALL = "all"  # that are in the list
    WAITING = "waiting"  # new, and not sent yet
    SENT = "sent"  # sent automatically, or as backlog
    BACKLOG = "backlog"  # there before, and never sent automatically
    LEFT = "left"  # not in the list any more


class MemberView(Shape):
    """A product of a sales list in collection mode."""

    product: str
    """The product's id in the shop."""
    collections: list[str]
    """The ids of the list's collections that it is in."""
    entered_at: datetime
    """When it came into the list last, UTC."""
    left_at: datetime | None
    """When it left the list's collections, UTC; null while it is in the list."""
    backlog: bool
    """It is not new: it was there when its collection was chosen or when automatic sending was switched on, or it has
    returned."""
    export: Export
    """How far its automatic sending is."""
    reason: ProblemView | None
    """What it waits for, and what would help; null when it waits for nothing."""
    job: str | None
    """The id of the job that sends it, or that asks whether to; null without one."""

    @classmethod
    def of(cls, member: Member) -> MemberView:
        return cls(
            product=member.product,
            collections=sorted(member.collections),
            entered_at=member.entered_at,
            left_at=member.left_at,
            backlog=member.backlog,
            export=member.export,
            reason=ProblemView.maybe(member.reason),
            job=member.job,
        )


class MembersPage(Shape):
    """A page of a list's members; without a cursor it is the last."""

    members: list[MemberView]
    """The members of this page; a page of some of them may be short, or empty."""
    cursor: str | None


class ExportsView(Shape):
    """How a list sends new items automatically."""

    auto_export: bool
    """Whether new items are sent automatically."""
    since: datetime | None
    """Since when, UTC; null while they are not."""
    limit: int
    """The most products that the account's lists send automatically on one day (UTC)."""
    sent_today: int
    """How many the account's lists have sent automatically today (UTC)."""
    fee: str | None
    """What the marketplace charges for putting one listing on sale, as `0.20 USD`; null where that is free."""
    reason: ProblemView | None
    """Why nothing of the list is sent automatically now; null when nothing stands in the way."""
    question: str | None
    """The id of the job that asks about what is above the limit; null without one."""

    @classmethod
    def of(cls, told: Exports) -> ExportsView:
        return cls(
            auto_export=told.sales_list.auto_export,
            since=told.sales_list.auto_export_since,
            limit=told.limit,
            sent_today=told.sent_today,
            fee=str(told.fee) if told.fee is not None else None,
            reason=ProblemView.maybe(told.reason),
            question=told.question,
        )


@router.get(
    "/sales-lists/<list_id>/members",
    summary="What a list's collections hold",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def list_members(
    list_id: SalesListPath,
    state: Annotated[MemberState, Query(description="Which members to show.")] = MemberState.ALL,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200, description=LIMIT)] = 100,
) -> MembersPage:
    """Lists the products of a list in collection mode, by their ids, with how far each is sent and what it waits for."""
    members, following = deps_of(router).members.of_list(_sales_list(list_id).id, opened(router, cursor), limit)
    shown = [MemberView.of(member) for member in members if _is(member, state)]
    return MembersPage(members=shown, cursor=sealed(router, following))


@router.get(
    "/sales-lists/<list_id>/exports",
    summary="How new items are sent",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def get_exports(list_id: SalesListPath) -> ExportsView:
    """Shows whether a list sends new items automatically, how many today, and what stands in the way."""
    return ExportsView.of(exports_of(deps_of(router), _sales_list(list_id)))


@router.post(
    "/sales-lists/<list_id>/backlog",
    summary="Send the backlog",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def send_backlog(list_id: SalesListPath, body: BacklogBody) -> JobStarted:
    """Starts a job that sends what was in the collections before, or has returned. More of it than the account's day has
    left waits for approval, with what it costs."""
    deps, sales_list = deps_of(router), _sales_list(list_id)
    if sales_list.mode is not SalesListMode.COLLECTION:
        raise InvalidFields([FieldView(field="products", text="the list mirrors no collections, so it has no backlog")])
    products = None if body.products == "all" else body.products
    try:
        return JobStarted(job=JobView.of(start_backlog(deps, sales_list, products, actor_of(router))))
    except NoBacklog as error:
        text = f"not in the backlog: {', '.join(error.products[:10])}" if error.products else "the backlog is empty"
        raise InvalidFields([FieldView(field="products", text=text)]) from None


def _is(member: Member, state: MemberState) -> bool:
    if state is MemberState.LEFT or not member.inside:
        return state is MemberState.LEFT and not member.inside
    if state is MemberState.ALL:
        return True
    if state is MemberState.BACKLOG:
        return member.backlog and member.export is Export.NONE
    return member.export is (Export.WAITING if state is MemberState.WAITING else Export.SENT)


def _sales_list(id: str) -> SalesList:
    return deps_of(router).configuration.get(SalesList, id)
