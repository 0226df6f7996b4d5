"""Send what a person decided about: what was in the collections before (the backlog), and what is above the day's limit.

The backlog is counted first: more than the day has left waits for approval, with what it costs. What cannot go on sale now is left
out with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import JobId, ProductId, new_id
from listbridge.domain.job_params import ExportParams
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome, ended_state
from listbridge.domain.listings.exporting import Looked, Next
from listbridge.domain.listings.holds import account_hold, shop_hold
from listbridge.domain.listings.listing import Listing
from listbridge.domain.listings.members import Member
from listbridge.domain.ports import Conflict, Missing
from listbridge.domain.problem import Problem
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.deps import CoreDeps, PublishDeps
from listbridge.services.listings.export.export_members import limit_of, over_limit
from listbridge.services.listings.export.look import Exporter
from listbridge.services.listings.export.send import send_members, sent_today
from listbridge.services.refusal import Refused

_PAGE = 100
MOST_PRODUCTS = 500
_TRIES = 12
COUNT, APPLY = "count", "apply"
_LATE = Problem("came_after_count", fix="repeat_action")


class NoBacklog(Exception):
    """Products of which none may be sent as backlog: they are not in the list, or are sent automatically."""

    def __init__(self, products: Sequence[ProductId]) -> None:
        super().__init__(", ".join(products))
        self.products = tuple(products)


def start_backlog(deps: PublishDeps, sales_list: SalesList, products: Sequence[ProductId] | None, actor: str) -> Job:
    """Begin to send the backlog of a list, all of it or these products; the job runs automatically.

    Raises NoBacklog, and Refused when nothing can be sent to the account now; then there is no job.
    """
    account = deps.configuration.get(Account, sales_list.account)
    hold = account_hold(account) or shop_hold(deps.configuration.get(Shop, account.shop))
    if hold is not None:
        raise Refused(hold)
    if products is not None:
        wanted = list(dict.fromkeys(products))
        found = deps.members.get_many(sales_list.id, wanted)
        strangers = [one for one in wanted if one not in found or not _in_backlog(found[one])]
        if strangers:
            raise NoBacklog(strangers)
        products = wanted
    elif not _may_have_backlog(deps, sales_list):
        raise NoBacklog(())
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.EXPORT,
        account=account.id,
        params=ExportParams(
            sales_list=sales_list.id, backlog=True, products=tuple(products) if products is not None else None
        ),
        phase=COUNT,
        created_by=actor,
        created_at=deps.clock.now(),
    )
    deps.jobs.create(job)
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return deps.jobs.get(job.id)


def _may_have_backlog(deps: PublishDeps, sales_list: SalesList) -> bool:
    """False where there certainly is none; a list of many members is not read for it."""
    members, following = deps.members.of_list(sales_list.id, None, _PAGE)
    return following is not None or any(map(_in_backlog, members))


def run_export_chunk(deps: PublishDeps, job: Job) -> Job:
    """Count, or send, the next page of what was decided about, and save how far the job is."""
    try:
        sales_list = deps.configuration.get(SalesList, job.params_of(ExportParams).sales_list)
        exporter = Exporter(deps, sales_list)
    except Missing as error:
        return _ended(deps, job, JobState.FAILED, Problem("not_found", {"kind": error.kind, "id": error.id}))
    hold = exporter.hold()
    if hold is not None:
        return _ended(deps, job, JobState.FAILED, hold)
    return _count(exporter, job) if job.phase == COUNT else _apply(exporter, job)


def page_to_publish(deps: PublishDeps, job: Job, cursor: str | None, most: int) -> tuple[list[Listing], str | None]:
    """The listings that an approval would put on sale, among the next `most` members of the list."""
    exporter = Exporter(deps, deps.configuration.get(SalesList, job.params_of(ExportParams).sales_list))
    looked, following = _page(exporter, job, cursor, most)
    return [row for one in looked if one.next is Next.SEND for row in one.rows], following


def _count(exporter: Exporter, job: Job) -> Job:
    deps = exporter.deps
    looked, following = _page(exporter, job, job.cursor or None, _PAGE)
    fit = job.affected + sum(one.next is Next.SEND for one in looked)
    job = job.model_copy(update={"affected": fit, "total": fit, "cursor": following or ""})
    if following is not None:
        return deps.jobs.save(job)
    left = limit_of(exporter) - sent_today(deps, exporter.account.id, deps.clock.now())
    if fit > max(0, left):
        waits = {"state": JobState.AWAITING_APPROVAL, "reason": over_limit(exporter, fit)}
        return deps.jobs.save(job.model_copy(update=waits))
    return deps.jobs.save(job.model_copy(update={"phase": APPLY, "total": 0}))


def _apply(exporter: Exporter, job: Job) -> Job:
    deps, params = exporter.deps, job.params_of(ExportParams)
    looked, following = _page(exporter, job, job.cursor or None, _PAGE)
    looked = _within_count(job, params, looked)
    fit = [one for one in looked if one.next is Next.SEND]
    sent = _send(exporter, job, fit)
    if not params.backlog:
        exporter.keep(looked)
    sent_today(deps, exporter.account.id, deps.clock.now(), add=len(sent))
    entries = [_entry(deps, one) for one in looked]
    deps.jobs.put(job.id, entries)
    left_out = len(looked) - len(fit)
    job = job.with_params(page=params.page + 1)
    done, skipped = job.done + len(fit), job.skipped + left_out
    update = {"done": done, "skipped": skipped, "total": done + skipped, "reason": None, "cursor": following or ""}
    job = job.model_copy(update=update)
    if following is not None:
        return deps.jobs.save(job)
    return _ended(deps, job, ended_state(done, 0), None)


def _within_count(job: Job, params: ExportParams, looked: Sequence[Looked]) -> list[Looked]:
    """A backlog sends no more than it counted, or was approved for: what came later, or became fit, is left for another job."""
    if not params.backlog:
        return list(looked)
    begun = [one for one in looked if one.member.job is not None and one.member.job.startswith(f"{job.id}-")]
    left, within = job.affected - job.done - len(begun), list[Looked]()  # a worker that died had begun these
    for one in looked:
        if one.next is Next.SEND and one not in begun:
            left -= 1
            one = one if left >= 0 else replace(one, next=Next.WAIT, reason=_LATE)
        within.append(one)
    return within


def _send(exporter: Exporter, job: Job, fit: Sequence[Looked]) -> set[ProductId]:
    """Begin to send these, also those that somebody changes meanwhile: nobody would come back to them."""
    params, sent, todo = job.params_of(ExportParams), set[ProductId](), list(fit)
    for attempt in range(_TRIES):
        sent |= send_members(exporter, todo, job.created_by, f"{job.id}-{params.page}-{attempt}-")
        missed = [one.member.product for one in todo if one.member.product not in sent]
        members = exporter.deps.members.get_many(params.sales_list, missed).values()
        todo = [one for one in exporter.look(list(members), asked=True) if one.next is Next.SEND]
        if not todo:
            return sent
    raise Conflict(f"members of {params.sales_list} kept changing")


def _page(exporter: Exporter, job: Job, cursor: str | None, most: int) -> tuple[list[Looked], str | None]:
    params = job.params_of(ExportParams)
    if params.products is None:
        members, following = exporter.deps.members.of_list(params.sales_list, cursor, most)
    else:
        at = int(cursor or 0)
        part = params.products[at : at + most]
        members = list(exporter.deps.members.get_many(params.sales_list, part).values())
        following = str(at + most) if at + most < len(params.products) else None
    return exporter.look([one for one in members if _decided_about(job, params, one)], asked=True), following


def _decided_about(job: Job, params: ExportParams, member: Member) -> bool:
    if params.backlog:
        return _in_backlog(member)
    mine = member.job is not None and (member.job == job.id or member.job.startswith(f"{job.id}-"))
    return member.inside and not member.backlog and mine


def _in_backlog(member: Member) -> bool:
    return member.inside and member.backlog


def _entry(deps: CoreDeps, looked: Looked) -> JobEntry:
    if looked.next is Next.SEND:
        return JobEntry(item=looked.member.product, outcome=Outcome.DONE, at=deps.clock.now())
    reason = looked.reason or Problem("pending" if looked.next is Next.REST else "linked_already")
    return JobEntry(item=looked.member.product, outcome=Outcome.SKIPPED, reason=reason, at=deps.clock.now())


def _ended(deps: CoreDeps, job: Job, state: JobState, reason: Problem | None) -> Job:
    update = {"state": state, "reason": reason, "finished_at": deps.clock.now()}
    return deps.jobs.save(job.model_copy(update=update))
