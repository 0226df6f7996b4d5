"""Compare what a marketplace shows with what it accepted, and put right what differs."""

from __future__ import annotations

from listbridge.domain import ledger, lifecycle
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import JobId, new_id
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.listing import Listing, Status
from listbridge.domain.ports import Conflict, RemoteListing
from listbridge.domain.verdicts import Unauthorized
from listbridge.domain.work import Lane, PublishKind, PublishTask, RecomputeChunk
from listbridge.services.connection_state import expire_account
from listbridge.services.deps import Deps
from listbridge.services.job_results import reason_of
from listbridge.services.nudge import nudge_due
from listbridge.services.revise_inventory import gone_and_zeroed
from listbridge.services.sales_first import SalesFirst

PAGE = 100
_PATIENCE_S = 6.0
"""How long one call may wait for its budget: nothing is locked meanwhile."""


def start_drift_check(deps: Deps, account: Account, actor: str = "listbridge") -> Job:
    """Begin to read back every live listing of an account; the job runs by itself."""
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.DRIFT,
        account=account.id,
        phase="read",
        created_by=actor,
        created_at=deps.clock.now(),
    )
    deps.jobs.create(job)
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return job


def run_drift_chunk(deps: Deps, job: Job) -> Job:
    """Read back the next page of listings. Raises RemoteError when the marketplace cannot be read now."""
    account = deps.configuration.get(Account, job.account or "")
    if account.state is not ConnectionState.ACTIVE:
        return deps.jobs.save(
            job.model_copy(update={"state": JobState.DONE, "finished_at": deps.clock.now()})
        )
    rows, cursor = deps.listings.of_account(account.id, job.cursor or None, PAGE)
    live = [row for row in rows if row.status is Status.ACTIVE and row.attempt is None]
    batch = deps.marketplaces.traits(account.marketplace).read_back_batch
    drifted: list[Listing] = []
    try:
        adapter, budget = deps.marketplaces.open(account)
        for start in range(0, len(live), batch):
            part = live[start : start + batch]
            with budget.patient(_PATIENCE_S):  # a page begun anew at each refusal would never come to its end
                shown = {remote.key: remote for remote in adapter.read_back(part)}
            drifted += [
                row
                for row in (_compare(deps, account, row, shown.get(row.key)) for row in part)
                if row is not None
            ]
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        update = {
            "state": JobState.FAILED,
            "reason": reason_of(error.problem),
            "finished_at": deps.clock.now(),
        }
        return deps.jobs.save(job.model_copy(update=update))
    nudge_due(deps, drifted)
    _end_what_is_gone(deps, live)
    changes: dict[str, object] = {
        "cursor": cursor or "",
        "done": job.done + len(live),
        "affected": job.affected + len(drifted),
    }
    if cursor is None:
        changes |= {"state": JobState.DONE, "finished_at": deps.clock.now(), "total": job.done + len(live)}
    return deps.jobs.save(job.model_copy(update=changes))


def _compare(deps: Deps, account: Account, row: Listing, remote: RemoteListing | None) -> Listing | None:
    """Record what is shown; the row if it drifted. A row that changed since it was read is left for the next check."""
    if remote is None:
        return None
    now = deps.clock.now()
    new = (
        ledger.read_back(row, remote.values, now)
        if remote.live
        else lifecycle.ended(row, Status.FINISHED, now)
    )
    try:
        saved = deps.listings.save(new)
    except Conflict:
        return None
    SalesFirst(deps, account).noticed(row, saved)
    if saved.status is Status.ACTIVE and saved.accepted == row.accepted:
        return None
    params = {
        "accepted_quantity": str(row.accepted.quantity), "seen_quantity": str(remote.values.quantity),
        "accepted_price": str(row.accepted.price), "seen_price": str(remote.values.price),
    }  # fmt: skip
    event = "drift_found" if remote.live else "finished_on_marketplace"
    deps.activity.note(ActivityEntry(str(row.key), event, now, params, account=row.key.account))
    return saved


def _end_what_is_gone(deps: Deps, rows: list[Listing]) -> None:
    tasks = {
        PublishTask(
            action=PublishKind.STOP, sales_list=row.sales_list, product=row.variant.product, only_if_gone=True
        )
        for row in rows
        if gone_and_zeroed(row)
    }
    if tasks:
        deps.queues.send(Lane.PUBLISH, *tasks)
