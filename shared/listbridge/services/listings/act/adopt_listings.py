"""Adopt what the seller listed with the marketplace's own tools: read all of it, match it by SKU, show it, and wait for approval.

What an adoption takes away stays away, so nothing is adopted that a person has not been shown (protocol.md#existing-listings).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import JobId, ListingKey, RemoteId, Site, Sku, new_id
from listbridge.domain.job_params import AdoptionParams
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome
from listbridge.domain.listings.foreign import ForeignListing, matched
from listbridge.domain.listings.holds import OBSERVE_MODE, WRITES_STOPPED, account_hold, connection_hold
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.ports import Adopting
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, RateLimited, Rejected, RetryLater, Unauthorized, Unsupported
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.connection_state import expire_account
from listbridge.services.deps import AccountDeps, CoreDeps, PublishDeps
from listbridge.services.listings.act.adopt_approved import PATIENCE_S, adopt_next
from listbridge.services.listings.foreign_listings import (
    may_begin_reading,
    remember_complete,
    remember_ours,
    remember_read,
    seen_twice,
)
from listbridge.services.refusal import Refused

READ, MATCH = "read", "match"
"""The phases before the approval, which begins the last."""
MOST_CHOSEN = 500
_JOBS = 500
_PAGE = 100
_MOST_FAILURES = 5


def start_adoption(
    deps: AccountDeps, account: Account, site: Site, listings: Sequence[RemoteId] | None, actor: str
) -> Job:
    """Begin to read and match the account's listings on a site; with `listings`, these alone are shown and adopted.

    Raises Refused: the marketplace has nothing to adopt, the account cannot be used, or an adoption of it is under way.
    """
    if deps.marketplaces.open(account).adopting() is None:
        raise Refused(
            Problem("nothing_to_adopt", {"marketplace": deps.marketplaces.label(account.marketplace)}, "link")
        )
    held = connection_hold(account)
    if held is not None:
        raise Refused(held)
    refuse_second(deps, account)
    refuse_beside_reading(deps, account)
    if not may_begin_reading(deps, account):
        raise Refused(Problem("adoption_beginning", fix="repeat_later"))
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.ADOPT,
        account=account.id,
        phase=READ,
        created_by=actor,
        created_at=deps.clock.now(),
        params=AdoptionParams(site=site, listings=tuple(dict.fromkeys(listings)) if listings is not None else None),
    )
    deps.jobs.create(job)
    deps.activity.note(ActivityEntry(job.id, "adoption_started", deps.clock.now(), {"site": site}, account.id, actor))
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return deps.jobs.get(job.id)


def refuse_second(deps: CoreDeps, account: Account) -> None:
    """One at a time: two would ask for the same listing. Raises Refused."""
    for job in deps.jobs.unfinished(_JOBS):
        if job.kind is JobKind.ADOPT and job.account == account.id:
            raise Refused(Problem("adoption_under_way", {"job": job.id}, "decide_job"))


def refuse_beside_reading(deps: CoreDeps, account: Account) -> None:
    """Each of two readings would take the rows of the other for older ones. Raises Refused."""
    for job in deps.jobs.unfinished(_JOBS, JobState.RUNNING):
        if job.kind is JobKind.INVENTORY and job.account == account.id:
            raise Refused(Problem("inventory_under_way", {"job": job.id}, "wait_for_job"))


def refuse_observed(deps: CoreDeps, job: Job) -> None:
    """An adoption cannot be rehearsed: nothing but the marketplace knows what it would refuse. Raises Refused."""
    held = account_hold(deps.configuration.get(Account, job.account or ""))
    if held is not None and held.code in (OBSERVE_MODE, WRITES_STOPPED):
        raise Refused(held)


def run_adoption_chunk(deps: PublishDeps, job: Job) -> Job:
    """Go on with the next page of reading or matching, or with the next listings that were approved. Safe to run again.

    Raises RemoteError when the marketplace cannot be asked now, Conflict when another worker carries the job on.
    """
    account = deps.configuration.get(Account, job.account or "")
    held = connection_hold(account)
    if account.state is not ConnectionState.ACTIVE and held is not None:
        return _failed(deps, job, held)
    adopting = deps.marketplaces.open(account).adopting()
    if adopting is None:
        raise TypeError(f"{account.marketplace} adopts nothing")
    try:
        with deps.marketplaces.budget(account).patient(PATIENCE_S):
            return _STEPS.get(job.phase, adopt_next)(deps, job, account, adopting)
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        return _failed(deps, deps.jobs.get(job.id), error.problem)
    except (Rejected, NotFound, Unsupported) as error:
        return _failed(deps, deps.jobs.get(job.id), error.problem)


def _failed(deps: CoreDeps, job: Job, problem: Problem) -> Job:
    return deps.jobs.save(job.ended(deps.clock.now(), problem))


# ---- read ----


def _read(deps: PublishDeps, job: Job, account: Account, adopting: Adopting) -> Job:
    params = job.params_of(AdoptionParams)
    try:
        page = adopting.foreign(params.site, job.cursor or None)
    except RateLimited:
        raise
    except RetryLater as error:  # asked for again from the beginning
        if params.failures + 1 >= _MOST_FAILURES:
            return _failed(deps, job, error.problem)
        deps.jobs.save(job.with_params(failures=params.failures + 1).model_copy(update={"cursor": ""}))
        raise
    chosen = [one for one in page.listings if params.listings is None or one.remote in params.listings]
    rows = _ours(deps, account, params.site, [sku for one in page.listings for sku in one.skus])
    linked = {one.remote for one in page.listings if _linked(one, rows)}
    remember_read(deps, account, params.site, job.created_at, page.listings, linked)
    deps.jobs.put(job.id, [JobEntry(item=one.remote, foreign=one) for one in chosen])
    if page.cursor is None:
        remember_complete(deps, account, params.site, job.created_at)
    changes = {"cursor": page.cursor} if page.cursor is not None else {"cursor": "", "phase": MATCH}
    return deps.jobs.save(job.model_copy(update=changes))


# ---- match ----


def _match(deps: PublishDeps, job: Job, account: Account, adopting: Adopting) -> Job:
    """One page of entries: each waits for the approval, or says why it cannot be adopted."""
    params = job.params_of(AdoptionParams)
    entries, following = deps.jobs.entries(job.id, job.cursor or None, _PAGE)
    read = [entry.foreign for entry in entries if entry.foreign is not None]
    unmet = adopting.account_unmet(params.site)
    skus = [sku for one in read for sku in one.skus]
    rows = _ours(deps, account, params.site, skus)
    twice = seen_twice(deps, account, params.site, job.created_at, skus)
    unlinked = [one for one in read if not _linked(one, rows)]
    managed = adopting.managed(params.site, unlinked).keys() | {one.remote for one in read if one not in unlinked}
    remember_ours(deps, account, params.site, job.created_at, [one for one in read if one.remote in managed])
    judged = [_judged(deps, matched(one, rows, twice).unmet_too(*unmet), one.remote in managed) for one in read]
    deps.jobs.put(job.id, judged)
    ready = params.ready + sum(one.outcome is Outcome.WAITING for one in judged)
    skipped = job.skipped + sum(one.outcome is Outcome.SKIPPED for one in judged)
    job = job.with_params(ready=ready).model_copy(update={"cursor": following or "", "skipped": skipped})
    return deps.jobs.save(job if following is not None else _shown(deps, job, ready, skipped))


def _ours(deps: AccountDeps, account: Account, site: Site, skus: Sequence[Sku]) -> dict[Sku, Listing]:
    rows = deps.listings.get_many([ListingKey(account.id, site, sku) for sku in skus])
    return {key.sku: row for key, row in rows.items()}


def _linked(one: ForeignListing, rows: dict[Sku, Listing]) -> bool:
    """Ours to write already: nobody is asked."""
    found = [rows[sku] for sku in one.skus if sku in rows]
    return any(row.status is Status.ACTIVE and row.remote == one.remote for row in found)


def _judged(deps: CoreDeps, one: ForeignListing, managed: bool) -> JobEntry:
    if managed:
        one = replace(one, unmet=(Problem("adopted_already", fix="link"),))
    if not one.unmet:
        return JobEntry(item=one.remote, foreign=one)
    return JobEntry(item=one.remote, outcome=Outcome.SKIPPED, reason=one.unmet[0], at=deps.clock.now(), foreign=one)


def _shown(deps: CoreDeps, job: Job, ready: int, skipped: int) -> Job:
    """All are matched: a person decides about those that can be adopted."""
    now = deps.clock.now()
    params = {"ready": str(ready), "left": str(skipped)}
    event = "adoption_waits" if ready else "adoption_found_none"
    deps.activity.note(ActivityEntry(job.id, event, now, params, job.account, job.created_by))
    if ready:
        return job.model_copy(update={"total": ready + skipped, "state": JobState.AWAITING_APPROVAL})
    return job.model_copy(update={"total": skipped, "state": JobState.DONE, "finished_at": now})


_STEPS: Mapping[str, Callable[[PublishDeps, Job, Account, Adopting], Job]] = {READ: _read, MATCH: _match}
