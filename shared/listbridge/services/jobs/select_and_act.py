"""An action on more items than one call looks through: chosen, counted, judged as one set, and only then begun.

Phases: `select` names the items, a page a chunk; `count` counts them and asks the guard about all of them; `act` begins page by
page. Nothing is begun before all is chosen, so that a selection that is refused has changed nothing.
"""

from __future__ import annotations

from listbridge.domain.configuration import Account
from listbridge.domain.ids import JobId, ListingKey
from listbridge.domain.job_params import ActionParams
from listbridge.domain.jobs import Job, JobEntry, JobState, Outcome
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.problem import Problem
from listbridge.services.deps import AccountDeps, CoreDeps, PublishDeps
from listbridge.services.jobs.resume_action import carry_on
from listbridge.services.listings.act import selection
from listbridge.services.listings.act.act_on_listings import judged, planned, tell_begun
from listbridge.services.listings.act.selection import Scope, page_of_items, too_large
from listbridge.services.listings.action_rules import RULES, Action, moves

SELECT, COUNT, ACT = "select", "count", "act"
PHASES = frozenset({SELECT, COUNT, ACT})
_PAGE = 500
_PAGE_ACTED = 100
"""Rows that are begun together: each may be a write of its own."""


def run_selection_chunk(deps: PublishDeps, job: Job) -> Job:
    """Do the next chunk and save the progress; safe to run again after any interruption."""
    if job.phase == SELECT:
        return _select(deps, job)
    if job.phase == COUNT:
        return _count(deps, job)
    return _act(deps, job)


def _select(deps: PublishDeps, job: Job) -> Job:
    params = job.params_of(ActionParams)
    account = deps.configuration.get(Account, job.account or "")
    if params.retry_of is not None:
        items, cursor = _failed(deps, job, params.retry_of)
    else:
        items, cursor = page_of_items(deps, Scope(account, params.sales_list, params.wanted), job.cursor, _PAGE)
    plan = planned(deps, Action(job.kind.value), account, items)
    deps.jobs.put(job.id, list(plan.entries.values()))
    looked = job.total + len(items)
    if looked > selection.MOST_ROWS:
        return _fail(deps, job, too_large(params.selected_by or "items"))
    # Siblings may come with two pages: what the job really has is counted by its entries.
    changes = {"total": looked, "cursor": cursor} if cursor else {"total": 0, "cursor": "", "phase": COUNT}
    return deps.jobs.save(job.model_copy(update=changes))


def _failed(deps: PublishDeps, job: Job, before: JobId) -> tuple[list[Item], str]:
    """What failed on the next page of an earlier job and is still there."""
    entries, cursor = deps.jobs.entries(before, job.cursor or None, _PAGE)
    rows = deps.listings.get_many(_keys(job, [entry for entry in entries if entry.outcome is Outcome.FAILED]))
    items = [deps.items.find(row.sales_list, row.variant) for row in rows.values()]
    return [item for item in items if item is not None], cursor or ""


def _count(deps: AccountDeps, job: Job) -> Job:
    entries, cursor = deps.jobs.entries(job.id, job.cursor or None, _PAGE)
    waiting = [entry for entry in entries if entry.outcome is Outcome.WAITING]
    rows = deps.listings.get_many(_keys(job, waiting))
    moved = sum(moves(Action(job.kind.value), row) for row in rows.values())
    job = job.model_copy(
        update={
            "total": job.total + len(entries),
            "skipped": job.skipped + len(entries) - len(waiting),
            "affected": job.affected + moved,
            "cursor": cursor or "",
        }
    )
    params = job.params_of(ActionParams)
    if job.total > selection.MOST_ROWS:
        return _fail(deps, job, too_large(params.selected_by or "items"))
    if cursor:
        return deps.jobs.save(job)
    if job.total == 0:
        return _fail(deps, job, Problem("nothing_selected", {}, "choose_items"))
    account = deps.configuration.get(Account, job.account or "")
    job = deps.jobs.save(judged(deps, account, job, job.waiting).model_copy(update={"phase": ACT}))
    tell_begun(deps, job, job.waiting)
    return job


def _act(deps: PublishDeps, job: Job) -> Job:
    entries, cursor = deps.jobs.entries(job.id, job.cursor or None, _PAGE_ACTED)
    waiting = [entry for entry in entries if entry.outcome is Outcome.WAITING]
    carry_on(deps, job, _first_of_products(deps, job, waiting))
    job = deps.jobs.get(job.id)
    if job.state is not JobState.RUNNING:
        return job
    return deps.jobs.save(job.model_copy(update={"cursor": cursor or "", "phase": ACT if cursor else ""}))


def _first_of_products(deps: PublishDeps, job: Job, waiting: list[JobEntry]) -> list[JobEntry]:
    """Of variations that go together only the first that waits: they may stand on several pages, and are begun once."""
    rule = RULES[Action(job.kind.value)]
    if rule.publish is None:
        return waiting
    siblings: dict[str, list[str]] = {}
    for row in deps.listings.get_many(_keys(job, waiting)).values():
        siblings[str(row.key)] = [
            str(item.listing)
            for item in deps.items.of_product(row.variant.shop, row.variant.product)
            if item.sales_list == row.sales_list and item.listing is not None
        ]
    found = deps.jobs.find_entries(job.id, sorted({name for names in siblings.values() for name in names}))
    waits = {name for name, entry in found.items() if entry.outcome is Outcome.WAITING}
    return [one for one in waiting if one.item == min(waits.intersection(siblings.get(one.item, ())), default=one.item)]


def _keys(job: Job, entries: list[JobEntry]) -> list[ListingKey]:
    return [ListingKey.parse(entry.item) for entry in entries if entry.item.startswith(f"{job.account}#")]


def _fail(deps: CoreDeps, job: Job, problem: Problem) -> Job:
    return deps.jobs.save(job.ended(deps.clock.now(), problem).model_copy(update={"affected": 0}))
