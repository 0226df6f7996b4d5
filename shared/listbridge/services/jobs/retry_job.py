"""Try again what failed of an action that is over: a job of its own, on those items alone, as the listings are now."""

from __future__ import annotations

from listbridge.domain.configuration import Account
from listbridge.domain.ids import JobId
from listbridge.domain.job_params import ActionParams
from listbridge.domain.jobs import Job
from listbridge.domain.problem import Problem
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.deps import CoreDeps
from listbridge.services.jobs.resume_action import ACTIONS
from listbridge.services.jobs.select_and_act import SELECT
from listbridge.services.listings.act.act_on_listings import Ask, new_job
from listbridge.services.listings.act.unlink_account import unlinks_account
from listbridge.services.listings.action_rules import Action
from listbridge.services.refusal import Refused


def retry(deps: CoreDeps, job_id: JobId, actor: str) -> Job:
    """Begin the action once more on what failed of it; the guard judges it as any other.

    Raises Missing, and Refused for a job that is no action, is not over, or of which nothing failed.
    """
    failed = deps.jobs.get(job_id)
    if failed.kind not in ACTIONS or unlinks_account(failed) or not failed.over or not failed.failed:
        raise Refused(Problem("nothing_to_retry", {"kind": failed.kind.value}))
    params = failed.params_of(ActionParams)
    ask = Ask(Action(failed.kind.value), actor, dry_run=failed.dry_run)
    account = deps.configuration.get(Account, failed.account or "")
    job = new_job(deps, account, ask, params.sales_list).model_copy(update={"phase": SELECT})
    job = job.with_params(retry_of=failed.id, selected_by="job", catalogue_ids=params.catalogue_ids)
    deps.jobs.create(job)
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return job
