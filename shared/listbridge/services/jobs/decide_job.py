"""Approve or refuse a job that waits: an edit, an action, or what a complete reading of the shop misses
(protocol.md#guard)."""

from __future__ import annotations

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import JobId
from listbridge.domain.jobs import Decision, Job, JobKind, JobState
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.deps import PublishDeps
from listbridge.services.guard import forget_action
from listbridge.services.jobs.resume_action import ACTIONS, carry_on
from listbridge.services.jobs.select_and_act import PHASES
from listbridge.services.listings.act.adopt_listings import refuse_observed


class NotWaiting(Exception):
    """The job does not wait for a decision."""


def decide(deps: PublishDeps, job_id: JobId, *, approve: bool, actor: str, why: str = "") -> Job:
    """Approve or refuse a job that waits. An approved action is done as the listings are now. Who decided, and why, is kept.

    Raises:
        NotWaiting: it does not wait (any more).
        Refused: it writes on a marketplace, and its account only observes.
    """
    job = deps.jobs.get(job_id)
    if job.state is not JobState.AWAITING_APPROVAL:
        raise NotWaiting(job_id)
    if approve and job.kind is JobKind.ADOPT:
        refuse_observed(deps, job)
    now = deps.clock.now()
    action = job.kind in ACTIONS
    if not approve:
        changes: dict[str, object] = {"state": JobState.REFUSED, "finished_at": now}
    elif action:
        changes = {"state": JobState.RUNNING}
    else:
        changes = {"state": JobState.RUNNING, "phase": "apply", "cursor": ""}
    decision = Decision(approved=approve, by=actor, at=now, why=why)
    job = deps.jobs.save(job.model_copy(update={**changes, "decision": decision}))
    event = ("changes_approved" if approve else "changes_refused") + ("_why" if why else "")
    told = {"affected": str(job.affected)} | ({"why": why} if why else {})
    deps.activity.note(ActivityEntry(job.id, event, now, told, job.account, actor))
    if action:
        forget_action(deps, job)  # the window counts what nobody was asked about; a person has looked at this
    if approve and action and job.phase not in PHASES:
        carry_on(deps, job)
    elif approve:
        deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return deps.jobs.get(job.id)
