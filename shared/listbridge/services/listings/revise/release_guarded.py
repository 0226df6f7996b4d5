"""A person approves what the guard holds: a job, for an account may have a hundred thousand listings."""

from __future__ import annotations

from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, JobId, new_id
from listbridge.domain.jobs import Decision, Job, JobKind, JobState
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import Listing
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.deps import AccountDeps, CoreDeps

_PAGE = 500


def start_release(deps: CoreDeps, account: Account, actor: str, why: str = "") -> Job:
    """Let every listing that the guard holds now be sent as it is computed by then; the job runs automatically."""
    now = deps.clock.now()
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.RELEASE_GUARDED,
        account=account.id,
        created_by=actor,
        created_at=now,
        decision=Decision(approved=True, by=actor, at=now, why=why),
    )
    deps.jobs.create(job)
    event = "guard_approved_why" if why else "guard_approved"
    told = {"job": job.id} | ({"why": why} if why else {})
    deps.activity.note(ActivityEntry(account.id, event, now, told, account.id, actor))
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return job


def run_release_chunk(deps: AccountDeps, job: Job) -> Job:
    """Release the next page of listings; `affected` counts them. Safe to run again: a row is released once."""
    account = job.account or AccountId("")
    rows, cursor = deps.listings.of_account(account, job.cursor or None, _PAGE)
    released: list[Listing] = []
    for row in rows:
        if row.hold is not None and row.hold.code == ledger.GUARD:
            release = partial(ledger.released, code=ledger.GUARD, now=deps.clock.now(), guard_passed=True)
            released.append(deps.listings.change(row.key, release))
    nudge_due(deps, released)
    done = job.done + len(rows)
    changes: dict[str, object] = {"cursor": cursor or "", "done": done, "affected": job.affected + len(released)}
    if cursor is None:
        changes |= {"state": JobState.DONE, "total": done, "finished_at": deps.clock.now()}
    return deps.jobs.save(job.model_copy(update=changes))
