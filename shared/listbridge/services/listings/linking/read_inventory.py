"""Read all that an account has on a site, and match it with the shop: a job that any worker carries on, page by page.

Nothing is written at the marketplace, so observe mode does not matter here.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState, InventoryRead
from listbridge.domain.ids import JobId, ListingKey, RemoteId, Site, Sku, new_id
from listbridge.domain.job_params import AdoptionParams, InventoryParams
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.listings.foreign import ForeignListing
from listbridge.domain.listings.holds import connection_hold
from listbridge.domain.listings.inventory import InventoryLine, MatchState, is_linked
from listbridge.domain.ports import MarketplaceAdapter, Missing, RemoteListing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, RateLimited, Rejected, RetryLater, Unauthorized, Unsupported
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.connection_state import expire_account
from listbridge.services.deps import AccountDeps, CoreDeps, PublishDeps
from listbridge.services.listings import existing_listings, foreign_listings
from listbridge.services.listings.linking.inventory_lines import begins_with, entries_of
from listbridge.services.listings.linking.match_inventory import Matching
from listbridge.services.refusal import Refused

READ, MATCH = "read", "match"
_PATIENCE_S = 6.0
_JOBS = 500
_MOST_FAILURES = 5
_PAGE = 100
_LONGEST_TITLE = 500


def start_inventory(deps: AccountDeps, account: Account, site: Site, actor: str) -> Job:
    """Begin to read and match all that the account has on a site.

    Raises Refused: the marketplace does not tell what an account has, the account cannot be used, or it is being read.
    """
    held = connection_hold(account)
    if held is not None:
        raise Refused(held)
    if not _is_listed(deps, account) and deps.marketplaces.open(account).adopting() is None:
        raise Refused(Problem("no_inventory", {"marketplace": deps.marketplaces.label(account.marketplace)}, "link"))
    refuse_second_reading(deps, account, site)
    if not _is_listed(deps, account) and not foreign_listings.may_begin_reading(deps, account):
        raise Refused(Problem("adoption_beginning", fix="repeat_later"))
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.INVENTORY,
        account=account.id,
        phase=READ,
        created_by=actor,
        created_at=deps.clock.now(),
        params=InventoryParams(site=site),
    )
    deps.jobs.create(job)
    deps.activity.note(ActivityEntry(job.id, "inventory_started", deps.clock.now(), {"site": site}, account.id, actor))
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return deps.jobs.get(job.id)


def refuse_second_reading(deps: CoreDeps, account: Account, site: Site) -> None:
    """Two readings of what was listed by hand would each take the other's rows for older ones. Raises Refused."""
    for job in deps.jobs.unfinished(_JOBS, JobState.RUNNING):
        if job.account != account.id or not isinstance(params := job.params, InventoryParams | AdoptionParams):
            continue
        if params.site == site:
            raise Refused(Problem("inventory_under_way", {"job": job.id}, "wait_for_job"))


def latest_inventory(deps: CoreDeps, account: Account, site: Site) -> Job | None:
    """The last one that was read and matched to its end, as long as it is kept; None where there is none."""
    try:
        document = deps.configuration.get(InventoryRead, InventoryRead.id_of(account.id, site))
        return deps.jobs.get(JobId(document.job))
    except Missing:
        return None


def run_inventory_chunk(deps: PublishDeps, job: Job) -> Job:
    """Go on with the next page of reading or matching. Safe to run again.

    Raises RemoteError when the marketplace or the shop cannot be asked now, Conflict when another worker carries the job on.
    """
    account = deps.configuration.get(Account, job.account or "")
    held = connection_hold(account)
    if account.state is not ConnectionState.ACTIVE and held is not None:
        return _failed(deps, job, held)
    try:
        adapter = deps.marketplaces.open(account)
        with deps.marketplaces.budget(account).patient(_PATIENCE_S):
            return (_read if job.phase == READ else _match)(deps, job, account, adapter)
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        return _failed(deps, deps.jobs.get(job.id), error.problem)
    except (Rejected, NotFound, Unsupported) as error:
        return _failed(deps, deps.jobs.get(job.id), error.problem)


def _failed(deps: CoreDeps, job: Job, problem: Problem) -> Job:
    return deps.jobs.save(job.ended(deps.clock.now(), problem))


def _is_listed(deps: AccountDeps, account: Account) -> bool:
    traits = deps.marketplaces.traits(account)
    return traits.lists_all or not traits.finds_by_sku


# ---- read ----


def _read(deps: PublishDeps, job: Job, account: Account, adapter: MarketplaceAdapter) -> Job:
    params = job.params_of(InventoryParams)
    try:
        lines, following = _next_page(deps, job, account, adapter)
    except RateLimited:
        raise
    except RetryLater as error:  # asked for again from the beginning
        if params.failures + 1 >= _MOST_FAILURES:
            return _failed(deps, job, error.problem)
        again = job.with_params(failures=params.failures + 1, read=0)
        deps.jobs.save(again.model_copy(update={"cursor": "", "total": 0}))
        raise
    deps.jobs.put(job.id, entries_of(lines))
    read = params.read + len(lines)
    changes = {"cursor": following} if following is not None else {"cursor": "", "phase": MATCH}
    return deps.jobs.save(job.with_params(read=read).model_copy(update={**changes, "total": read}))


def _next_page(
    deps: PublishDeps, job: Job, account: Account, adapter: MarketplaceAdapter
) -> tuple[list[InventoryLine], str | None]:
    """What linking and sending look up later is remembered on the way, so that nothing of it is read twice. Raises RemoteError."""
    site = job.params_of(InventoryParams).site
    if _is_listed(deps, account):
        page = adapter.existing(site, job.cursor or None)
        existing_listings.remember_page(deps, account, site, page.listings, seen=deps.clock.now())
        if page.cursor is None:
            existing_listings.remember_complete(deps, account, site, job.created_at)
        return _counted(_line(one) for one in page.listings if not one.gone), page.cursor
    adopting = adapter.adopting()
    if adopting is None:
        raise TypeError(f"{account.marketplace} tells no inventory")
    told = adopting.foreign(site, job.cursor or None)
    lines = _counted(line for one in told.listings for line in _lines(one))
    rows = deps.listings.get_many([ListingKey(account.id, site, line.sku) for line in lines if line.sku])
    linked = {one.remote for one in lines if is_linked(one, rows.get(ListingKey(account.id, site, one.sku)))}
    foreign_listings.remember_read(deps, account, site, job.created_at, told.listings, linked)
    if told.cursor is None:
        foreign_listings.remember_complete(deps, account, site, job.created_at)
    return lines, told.cursor


def _counted(lines: Iterable[InventoryLine]) -> list[InventoryLine]:
    """Each SKU of a listing once, with how many of its variations have it. All of a listing stand on one page."""
    found: dict[tuple[RemoteId, Sku], InventoryLine] = {}
    for line in lines:
        before = found.get((line.remote, line.sku))
        found[line.remote, line.sku] = line if before is None else replace(before, times=before.times + 1)
    return list(found.values())


def _line(one: RemoteListing) -> InventoryLine:
    remote = RemoteId(one.remote or one.offer or one.group or one.key.sku)
    return InventoryLine(one.key.sku, remote, one.title[:_LONGEST_TITLE], one.url, one.shown)


def _lines(one: ForeignListing) -> list[InventoryLine]:
    return [InventoryLine(part.sku, one.remote, url=one.url, shown=part.values) for part in one.parts]


# ---- match ----


def _match(deps: PublishDeps, job: Job, account: Account, adapter: MarketplaceAdapter) -> Job:
    """One page of lines, by SKU: those of one SKU may stand on two pages, so the next line is looked at as well."""
    params = job.params_of(InventoryParams)
    begins = begins_with(MatchState.READ)
    entries, following = deps.jobs.entries(job.id, job.cursor or None, _PAGE, begins=begins)
    behind = deps.jobs.entries(job.id, following, 1, begins=begins)[0] if following is not None else []
    lines = [entry.line for entry in entries if entry.line is not None]
    beside = {entry.line.sku for entry in behind if entry.line is not None} | {params.last_sku}
    matched = Matching(deps, account, params.site, adapter, job.created_at).all(lines, beside - {""})
    deps.jobs.put(job.id, entries_of(matched))
    counts = dict(params.counts)
    for line in matched:
        counts[line.state] = counts.get(line.state, 0) + 1
    job = job.with_params(counts=counts, last_sku=lines[-1].sku if lines else params.last_sku)
    job = job.model_copy(update={"cursor": following or "", "done": job.done + len(matched), "total": params.read})
    return deps.jobs.save(job) if following is not None else _complete(deps, job, account)


def _complete(deps: CoreDeps, job: Job, account: Account) -> Job:
    """It is what is shown from now on. The document goes first: a worker that dies behind it matches the last page once more."""
    params = job.params_of(InventoryParams)
    _show(deps, InventoryRead(id=InventoryRead.id_of(account.id, params.site), job=job.id))
    counts = {state.value: str(params.counts.get(state, 0)) for state in MatchState if state is not MatchState.READ}
    now = deps.clock.now()
    deps.activity.note(ActivityEntry(job.id, "inventory_read", now, counts, account.id, job.created_by))
    return deps.jobs.save(job.model_copy(update={"state": JobState.DONE, "total": job.done, "finished_at": now}))


def _show(deps: CoreDeps, document: InventoryRead) -> None:
    with suppress(Missing):
        document = document.model_copy(update={"rev": deps.configuration.get(InventoryRead, document.id).rev})
    deps.configuration.save(document)
