"""Send what is new in a sales list's collections automatically, as far as it is fit and the account's day allows it.

What is above the day's limit waits for a person: one job of the list asks about all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from listbridge.domain import trace
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import SalesList, SalesListMode
from listbridge.domain.ids import JobId, new_id
from listbridge.domain.job_params import ExportParams
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.listings.exporting import Looked, Next, asked_about, exports, is_candidate
from listbridge.domain.listings.members import Member
from listbridge.domain.ports import Conflict, Lease, Missing
from listbridge.domain.problem import Problem
from listbridge.domain.work import ExportMembers, Lane
from listbridge.services.deps import CoreDeps, PublishDeps
from listbridge.services.listings.export.look import Exporter
from listbridge.services.listings.export.send import NOBODY, allowance, send_members, sent_today

_PAGE = 100
_UNFINISHED = 500
_ENOUGH_S = 20.0
_AGAIN_S = 5
_SOONEST_S, _LATEST_S = 3600, 6 * 3600
_MEMBERS_AN_HOUR = 5000
"""A list is looked through every hour for each five thousand members it has: events find what becomes fit at once, and this
finds what they did not tell."""


def begin_looks(deps: CoreDeps) -> int:
    """Have every list that sends automatically looked through whose last look lies far enough back; returns how many."""
    begun = 0
    for sales_list in deps.configuration.all(SalesList):
        if sales_list.mode is not SalesListMode.COLLECTION or not exports(sales_list):
            continue
        right = deps.leases.acquire(_right(sales_list), "export", seconds=_SOONEST_S)
        if right is not None:
            deps.queues.send(Lane.RECOMPUTE, ExportMembers(sales_list=sales_list.id, epoch=right.epoch))
            begun += 1
    return begun


def look_through(deps: PublishDeps, message: ExportMembers, *, remaining_s: float) -> int:
    """Look at some members of a list, or at all, page by page, as long as this run's time allows; then queue the rest. Returns
    how many were begun to be sent. Running it again does no harm."""
    began, cursor, seen, sent = deps.clock.now(), message.cursor, message.seen, 0
    while True:
        try:
            sales_list = deps.configuration.get(SalesList, message.sales_list)
        except Missing:
            return sent
        if not exports(sales_list):
            return sent
        if message.products:
            return _export(deps, sales_list, list(deps.members.get_many(sales_list.id, message.products).values()))
        members, cursor = deps.members.of_list(sales_list.id, cursor, _PAGE)
        seen += len(members)
        sent += _export(deps, sales_list, members)
        if cursor is None:
            _rest(deps, sales_list, message.epoch, seen)
            return sent
        if (deps.clock.now() - began).total_seconds() > min(_ENOUGH_S, remaining_s / 2):
            trace.progressed()
            again = message.model_copy(update={"cursor": cursor, "seen": seen})
            deps.queues.send(Lane.RECOMPUTE, again, reason="run_over")
            return sent


def limit_of(exporter: Exporter) -> int:
    """How many products the account's lists may send automatically on one day."""
    own = exporter.account.publish_limit
    return own if own is not None else exporter.deps.marketplaces.traits(exporter.account).exports_a_day


def over_limit(exporter: Exporter, products: int) -> Problem:
    """Why so many products wait for a person, and what the marketplace will charge for them."""
    fee = exporter.deps.marketplaces.traits(exporter.account).listing_fee
    params = {"products": str(products), "limit": str(limit_of(exporter))}
    if fee is None:
        return Problem("over_daily_limit", params, "approve_changes")
    return Problem("over_daily_limit_with_fees", {**params, "fees": str(fee.times(products))}, "approve_changes")


def _export(deps: PublishDeps, sales_list: SalesList, members: Sequence[Member]) -> int:
    mine = [member for member in members if is_candidate(member, sales_list)]
    if not mine:
        return 0
    exporter = Exporter(deps, sales_list)
    if exporter.hold() is not None:
        return 0
    looked = exporter.look(mine)
    exporter.keep(looked)
    fit = [one for one in looked if one.next is Next.SEND]
    allowed = allowance(deps, exporter.account.id, limit_of(exporter), len(fit), deps.clock.now())
    if fit[allowed:]:
        _ask(exporter, fit[allowed:])
    sent = send_members(exporter, fit[:allowed], NOBODY)
    missed = [one.member.product for one in fit[:allowed] if one.member.product not in sent]
    if missed:  # somebody changed these members meanwhile
        sent_today(deps, exporter.account.id, deps.clock.now(), add=-len(missed))
        again = ExportMembers(sales_list=sales_list.id, products=tuple(missed))
        deps.queues.send(Lane.RECOMPUTE, again, delay_s=_AGAIN_S, reason="again_later")
    return len(sent)


def _ask(exporter: Exporter, over: Sequence[Looked]) -> None:
    """Have a person decide about these. The job says how many first: nobody decides about more than it told."""
    deps, now = exporter.deps, exporter.deps.clock.now()
    asked = open_question(exporter)
    while True:
        products = (asked.affected if asked is not None else 0) + len(over)
        counts = {"affected": products, "total": products, "reason": over_limit(exporter, products)}
        if asked is None:
            asked = _new_question(exporter, counts)
            break
        try:
            asked = deps.jobs.save(asked.model_copy(update=counts))
            break
        except Conflict:  # it is decided at this moment, or another worker adds to it
            asked = _still_open(deps, asked.id)
    reason = Problem(
        "over_daily_limit", {"products": str(len(over)), "limit": str(limit_of(exporter))}, "approve_changes"
    )
    deps.members.save_many([asked_about(one, asked.id, reason, now) for one in over])


def open_question(exporter: Exporter) -> Job | None:
    """The job that asks a person about what of this list is above the limit; none while nothing does."""
    for job in exporter.deps.jobs.unfinished(_UNFINISHED, JobState.AWAITING_APPROVAL):
        if job.kind is JobKind.EXPORT and job.account == exporter.account.id:
            params = job.params_of(ExportParams)
            if params.sales_list == exporter.sales_list.id and not params.backlog:
                return _still_open(exporter.deps, job.id)
    return None


def _still_open(deps: CoreDeps, id: JobId) -> Job | None:
    with suppress(Missing):
        job = deps.jobs.get(id)
        return job if job.state is JobState.AWAITING_APPROVAL else None
    return None


def _new_question(exporter: Exporter, counts: dict[str, object]) -> Job:
    deps, now = exporter.deps, exporter.deps.clock.now()
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.EXPORT,
        account=exporter.account.id,
        state=JobState.AWAITING_APPROVAL,
        params=ExportParams(sales_list=exporter.sales_list.id),
        created_by=NOBODY,
        created_at=now,
    ).model_copy(update=counts)
    deps.jobs.create(job)
    params = {"list": exporter.sales_list.name, "products": str(job.affected)}
    deps.activity.note(ActivityEntry(job.id, "export_waits", now, params, exporter.account.id))
    return deps.jobs.get(job.id)


def _rest(deps: CoreDeps, sales_list: SalesList, epoch: int, seen: int) -> None:
    right = Lease(_right(sales_list), "export", epoch, deps.clock.now())
    hours = timedelta(hours=-(-seen // _MEMBERS_AN_HOUR)).total_seconds()
    with suppress(Conflict):  # another look began meanwhile
        deps.leases.renew(right, seconds=max(_SOONEST_S, min(_LATEST_S, int(hours))))


def _right(sales_list: SalesList) -> str:
    return f"export#{sales_list.id}"
