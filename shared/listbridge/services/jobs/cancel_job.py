"""Cancel a job: what it has not begun is skipped; what is under way ends and is counted."""

from __future__ import annotations

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import JobId
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.ports import Conflict
from listbridge.domain.problem import Problem
from listbridge.services.deps import CoreDeps
from listbridge.services.guard import forget_action
from listbridge.services.jobs.resume_action import ACTIONS
from listbridge.services.refusal import Refused

_TRIES = 30
_PAST_IT = frozenset({(JobKind.CONFIGURATION, "recompute"), (JobKind.SWEEP, "apply")})
"""What is saved already must reach every listing: half of them under the new rules would be worse than all."""


def cancel(deps: CoreDeps, job_id: JobId, actor: str) -> Job:
    """Cancel a job that runs or waits for approval.

    Raises Missing, and Refused when the job is over, or too far: then nothing is changed.
    """
    for _ in range(_TRIES):
        job = deps.jobs.get(job_id)
        if job.over:
            raise Refused(Problem("job_is_over", {"state": job.state.value}))
        if (job.kind, job.phase) in _PAST_IT and job.state is JobState.RUNNING:
            raise Refused(Problem("job_past_cancelling", {}, "edit_again"))
        now = deps.clock.now()
        try:
            cancelled = deps.jobs.save(job.model_copy(update={"state": JobState.CANCELLED, "finished_at": now}))
        except Conflict:  # an item of it ended at this very moment
            continue
        deps.activity.note(ActivityEntry(job.id, "job_cancelled", now, {"left": str(job.waiting)}, job.account, actor))
        if job.state is JobState.AWAITING_APPROVAL and job.kind in ACTIONS:
            forget_action(deps, job)
        return cancelled
    raise Conflict(job_id)
