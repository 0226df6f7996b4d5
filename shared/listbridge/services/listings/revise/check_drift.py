"""Compare what a marketplace shows with what it accepted, and put right what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from listbridge.domain import trace
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import JobId, Site, new_id
from listbridge.domain.job_params import DriftParams
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.listings import ledger, lifecycle, unseen_sales
from listbridge.domain.listings.listing import BOTH, LedgerField, Listing, RemoteState, Status
from listbridge.domain.listings.publication import Existing
from listbridge.domain.ports import Conflict, RemoteListing
from listbridge.domain.verdicts import Unauthorized
from listbridge.domain.work import Lane, PublishKind, PublishTask, RecomputeChunk
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.connection_state import expire_account
from listbridge.services.deps import AccountDeps, CoreDeps, PublishDeps
from listbridge.services.listings.existing_listings import read_all
from listbridge.services.listings.sales_first import SalesFirst

PAGE = 100
_PAGES = 10
_ENOUGH = 20
"""Rows whose turn it is, from which on a chunk asks for no further page: with a page's worth they are read within half a minute."""
_JOBS = 500
MOST_PER_RUN = 1000
"""Listings read on the marketplace before the job rests, until the timer that carries stopped jobs on brings it up again:
it never has more than a share of the account's calls, and what is urgent is never behind a whole account."""
_REST = timedelta(minutes=4)
_LOW = 5
"""So few are left that one unseen change sells what is not there."""
_LATELY = timedelta(hours=24)
_DAY = timedelta(hours=24)
"""How often a listing is read that risks little, and how often it is written when it was last seen."""
_PATIENCE_S = 6.0
"""How long one call may wait for its budget: nothing is locked meanwhile."""


def start_drift_check(deps: CoreDeps, account: Account, actor: str = "listbridge") -> Job | None:
    """Begin to read back an account's live listings whose turn it is; the job runs automatically.

    One at a time for each account: None while an earlier one is not through.
    """
    running = deps.jobs.unfinished(_JOBS, JobState.RUNNING)
    if any(job.kind is JobKind.DRIFT and job.account == account.id for job in running):
        return None
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


def run_drift_chunk(deps: PublishDeps, job: Job) -> Job:
    """Read back the next page of listings, as far as it is their turn.

    Raises:
        RemoteError: the marketplace cannot be read now.
        Conflict: the job rests.
    """
    now = deps.clock.now()
    rests_until = job.params_of(DriftParams).rests_until
    if rests_until is not None and rests_until > now:
        raise Conflict(job.id)
    account = deps.configuration.get(Account, job.account or "")
    if account.state is not ConnectionState.ACTIVE:
        return deps.jobs.save(job.ended(now))
    live, turn, cursor = _next_rows(deps, account, job.cursor or None, now)
    try:
        unknown = _not_as_listed(deps, account, turn, now)
        drifted = _read(deps, account, unknown)
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        return deps.jobs.save(job.ended(deps.clock.now(), error.problem))
    nudge_due(deps, drifted)
    _end_what_is_gone(deps, live)
    changes: dict[str, object] = {
        "cursor": cursor or "",
        "done": job.done + len(turn),
        "affected": job.affected + len(drifted),
    }
    if cursor is None:
        changes |= {"state": JobState.DONE, "finished_at": deps.clock.now(), "total": job.done + len(turn)}
    else:
        before = job.params_of(DriftParams).read or 0
        read = before + len(unknown)
        rests = before // MOST_PER_RUN != read // MOST_PER_RUN
        job = job.with_params(read=read, **({"rests_until": deps.clock.now() + _REST} if rests else {}))
    return deps.jobs.save(job.model_copy(update=changes))


def _next_rows(
    deps: AccountDeps, account: Account, cursor: str | None, now: datetime
) -> tuple[list[Listing], list[Listing], str | None]:
    """The next live listings, those among them whose turn it is, the riskiest first, and the cursor behind them."""
    live: list[Listing] = []
    turn: list[Listing] = []
    for _ in range(_PAGES):
        rows, cursor = deps.listings.of_account(account.id, cursor, PAGE)
        found = [row for row in rows if row.status is Status.ACTIVE and row.attempt is None]
        live += found
        turn += [row for row in found if risk(row, now)]
        if cursor is None or len(turn) >= _ENOUGH:
            break
    return live, sorted(turn, key=lambda row: -risk(row, now)), cursor


def risk(row: Listing, now: datetime) -> int:
    """How much an unseen change of this listing costs: 2 it is read each time, 1 its daily turn has come, 0 not now.

    Where little is left, or something sold or moved within a day, one unit more or less is an order too many.
    """
    left = unseen_sales.expected(row)
    if left is None:
        return 2
    moved_at = max(filter(None, (row.accepted.at, row.sent.at)), default=None)
    lately = moved_at is not None and now - moved_at < _LATELY
    if left and (left <= _LOW or lately):
        return 2
    return int(row.seen.at is None or now - row.seen.at >= _DAY)


def _not_as_listed(deps: PublishDeps, account: Account, rows: Sequence[Listing], now: datetime) -> list[Listing]:
    """Those of these rows that are to be read: not the ones whose daily turn it is and that a list of all that the account has shows
    as we know them. Few, and those of a small account, are sooner read.

    Raises RemoteError when the account cannot be listed now.
    """
    daily = [row for row in rows if risk(row, now) == 1]
    traits = deps.marketplaces.traits(account)
    if not traits.lists_all or len(daily) < _ENOUGH or deps.listings.count_live(account.id) <= MOST_PER_RUN:
        return list(rows)
    adapter = deps.marketplaces.open(account)
    sites = sorted({row.key.site for row in daily})
    with deps.marketplaces.budget(account).patient(_PATIENCE_S):
        since = {site: read_all(deps, account, adapter, site) for site in sites}
    known = deps.publications.existing(row.key for row in daily)
    same = {row.key for row in daily if row.key in known and _is_as_listed(deps, row, known[row.key], since)}
    return [row for row in rows if row.key not in same]


def _is_as_listed(deps: AccountDeps, row: Listing, known: Existing, since: Mapping[Site, datetime]) -> bool:
    """Whether it showed then what we know of it; that it was seen is recorded."""
    quiet = row.settle_at is None and row.overtaken is None and row.unseen_sale is None
    shown = known.shown
    expected = {field: row.accepted.of(field) for field in BOTH if row.accepted.of(field) is not None}
    if row.fulfilled_by_marketplace:
        expected.pop(LedgerField.QUANTITY, None)
    if (
        not quiet
        or known.at < since[row.key.site]
        or any(shown.of(field) != value for field, value in expected.items())
    ):
        return False
    if not expected or (row.seen.at is not None and known.at <= row.seen.at):
        return False
    with suppress(Conflict):  # it moved: nothing is lost by that
        deps.listings.save(ledger.read_back(row, shown.only(frozenset(expected)), known.at))
    return True


def _read(deps: AccountDeps, account: Account, rows: Sequence[Listing]) -> list[Listing]:
    """Read these rows back, several calls at a time where the adapter allows; those that drifted."""
    traits = deps.marketplaces.traits(account)
    if not rows:
        return []
    adapter, budget = deps.marketplaces.open(account), deps.marketplaces.budget(account)
    parts = [rows[at : at + traits.read_back_batch] for at in range(0, len(rows), traits.read_back_batch)]

    def read(part: Sequence[Listing]) -> list[Listing]:
        with budget.patient(_PATIENCE_S):  # a page begun again at each refusal would never come to its end
            shown = {remote.key: remote for remote in adapter.read_back(part)}
        found = (_compare(deps, account, row, shown.get(row.key)) for row in part)
        return [row for row in found if row is not None]

    width = min(deps.workers, traits.read_back_at_once, len(parts))
    if width <= 1:
        return [row for part in parts for row in read(part)]
    with trace.Threads(width) as pool:
        return [row for drifted in pool.map(read, parts) for row in drifted]


def _compare(deps: AccountDeps, account: Account, row: Listing, remote: RemoteListing | None) -> Listing | None:
    """Record what is shown, if it is news; the row if it drifted. A row that changed since it was read is left alone."""
    if remote is None:
        return None
    now = deps.clock.now()
    if remote.state is RemoteState.PROCESSING:
        return None
    zero = deps.marketplaces.traits(account).zero
    new = lifecycle.looked_at(row, remote, zero, now)
    if ledger.as_known(row, new) and row.seen.at is not None and now - row.seen.at < _DAY:
        return None
    try:
        saved = deps.listings.save(new)
    except Conflict:
        return None
    SalesFirst(deps, account).noticed(row, saved)
    if saved.status is Status.ACTIVE and saved.accepted == row.accepted:
        return None
    params = {
        "accepted_quantity": str(row.accepted.quantity),
        "seen_quantity": str(remote.shown.quantity),
        "accepted_price": str(row.accepted.price),
        "seen_price": str(remote.shown.price),
    }
    event = "finished_on_marketplace" if remote.gone else "drift_found"
    deps.activity.note(ActivityEntry(str(row.key), event, now, params, account=row.key.account))
    return saved


def _end_what_is_gone(deps: CoreDeps, rows: list[Listing]) -> None:
    tasks = {
        PublishTask(action=PublishKind.STOP, sales_list=row.sales_list, product=row.variant.product, only_if_gone=True)
        for row in rows
        if ledger.gone_and_zeroed(row)
    }
    if tasks:
        deps.queues.send(Lane.PUBLISH, *tasks)
