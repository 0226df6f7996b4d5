"""Unlink all listings of an account: a seller who leaves keeps every offer on the marketplace as it is."""

from __future__ import annotations

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, SalesList
from listbridge.domain.ids import AccountId, JobId, ListingKey, ProductId, SalesListId, new_id
from listbridge.domain.job_params import ActionParams
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome, ended_state
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.deps import CoreDeps, PublishDeps
from listbridge.services.listings.act.unlink import unlink_product
from listbridge.services.listings.action_rules import Action, hindrance
from listbridge.services.refusal import Refused

_PAGE = 100


def start_unlinking(deps: CoreDeps, account: Account, actor: str) -> Job:
    """Forget, listing by listing, what the account is linked to; nothing is ended, and nobody outside is called."""
    now = deps.clock.now()
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.UNLINK,
        account=account.id,
        created_by=actor,
        created_at=now,
        params=ActionParams(whole_account=True),
    )
    deps.jobs.create(job)
    deps.activity.note(ActivityEntry(account.id, "unlinking_all", now, {"job": job.id}, account.id, actor))
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return job


def unlinks_account(job: Job) -> bool:
    """Whether this is such a job, and not the action on some items of a list."""
    return job.kind is JobKind.UNLINK and bool(job.params_of(ActionParams).whole_account)


def run_unlink_chunk(deps: PublishDeps, job: Job) -> Job:
    """Unlink the next page of listings; one entry each. Safe to run again; what a run unlinked that died before it
    could say so is told as not linked."""
    account = deps.configuration.get(Account, job.account or "")
    rows, cursor = deps.listings.of_account(AccountId(account.id), job.cursor or None, _PAGE)
    products: dict[tuple[SalesListId, ProductId], list[ListingKey]] = {}
    for row in rows:
        problem = hindrance(Action.UNLINK, row, account)
        if problem is None:
            products.setdefault((row.sales_list, row.variant.product), []).append(row.key)
        else:
            _finish(deps, job, row.key, problem)
    for (sales_list, product), keys in products.items():
        _unlink(deps, job, sales_list, product, keys)
    job = deps.jobs.get(job.id)
    if job.state is not JobState.RUNNING:
        return job
    changes: dict[str, object] = {"cursor": cursor or ""}
    if cursor is None:
        total = job.done + job.failed + job.skipped
        state = ended_state(job.done, job.failed)
        changes |= {"total": total, "state": state, "finished_at": deps.clock.now()}
    return deps.jobs.save(job.model_copy(update=changes))


def _unlink(deps: PublishDeps, job: Job, sales_list: SalesListId, product: ProductId, keys: list[ListingKey]) -> None:
    try:
        unlinked = unlink_product(deps, deps.configuration.get(SalesList, sales_list), product, keys)
    except Refused as refused:
        for key in keys:
            _finish(deps, job, key, refused.problem)
        return
    except Missing as error:
        for key in keys:
            _finish(deps, job, key, Problem("not_found", {"kind": error.kind, "id": error.id}))
        return
    now = deps.clock.now()
    deps.activity.note(
        *(ActivityEntry(str(row.key), "unlinked", now, {}, row.key.account, job.created_by) for row in unlinked)
    )
    for key in keys:
        deps.jobs.finish(job.id, JobEntry(item=str(key), outcome=Outcome.DONE, at=now))


def _finish(deps: CoreDeps, job: Job, key: ListingKey, problem: Problem) -> None:
    entry = JobEntry(item=str(key), outcome=Outcome.SKIPPED, reason=problem, at=deps.clock.now())
    deps.jobs.finish(job.id, entry)
