"""The timers: what no event would ever bring up."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState, Deployment, Shop
from listbridge.domain.jobs import JobKind, JobState
from listbridge.domain.listing import Band
from listbridge.domain.ports import Missing
from listbridge.domain.verdicts import RemoteError, Unauthorized
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.check_drift import start_drift_check
from listbridge.services.connection_state import expire_account, expire_shop
from listbridge.services.deps import Deps
from listbridge.services.erase_buyers import erase_buyers
from listbridge.services.find_twins import find_twins
from listbridge.services.ingest_webhook import event_of
from listbridge.services.nudge import nudge
from listbridge.services.sweep_shop import start_sweep

_ROWS = 200
_LANE_JOBS = frozenset({JobKind.CONFIGURATION, JobKind.SWEEP, JobKind.DRIFT, JobKind.ADD_ITEMS})


class Timer(StrEnum):
    """What a schedule asks for."""

    UNSENT = "unsent"
    DUE = "due"
    DRIFT = "drift"
    HOOKS = "hooks"
    ORDERS = "orders"
    RETENTION = "retention"


def reconcile(deps: Deps, timer: Timer) -> int:
    """Run one timer and return how many things it put right."""
    return _TIMERS[timer](deps)


def resend_unsent(deps: Deps) -> int:
    """Deliveries that were stored, but perhaps never queued: send them again, for hints do no harm (protocol 2)."""
    older_than = deps.clock.now() - timedelta(seconds=deps.limits.unsent_after_s)
    rows = deps.inbox.unsent(older_than=older_than, limit=_ROWS)
    for row in rows:
        deps.queues.send(Lane.SHOP_EVENTS, event_of(row))
        deps.inbox.queued(row)
    return len(rows)


def nudge_what_is_due(deps: Deps) -> int:
    """Wake every account that has due rows, name those that wait too long, and carry on jobs that stopped."""
    now = deps.clock.now()
    woken = 0
    for account in _active_accounts(deps):
        keys = deps.listings.due(account.id, list(Band), at=now, limit=_ROWS)
        if not keys:
            continue
        woken += 1
        nudge(deps, account.id, keys[:_ROWS])
        rows = deps.listings.get_many(keys).values()
        too_long = [
            row for row in rows
            if row.due_since is not None and (now - row.due_since).total_seconds() > deps.limits.due_too_long_s
        ]  # fmt: skip
        if too_long:
            oldest = min(row.due_since for row in too_long if row.due_since is not None)
            params = {"listings": str(len(too_long)), "oldest": oldest.isoformat(timespec="seconds")}
            deps.activity.note(ActivityEntry(account.id, "due_too_long", now, params, account=account.id))
    for job in deps.jobs.recent(_ROWS, JobState.RUNNING):
        if job.kind in _LANE_JOBS and now - job.created_at > timedelta(minutes=5):
            deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return woken


def check_drift(deps: Deps) -> int:
    """Begin a read-back of every active account's listings."""
    accounts = _active_accounts(deps)
    for account in accounts:
        start_drift_check(deps, account)
    return len(accounts)


def check_connections(deps: Deps) -> int:
    """Are the hooks there, and do the credentials work? What a shop switched off is made anew, and the gap is swept."""
    mended = 0
    base = public_base_url(deps)
    for shop in deps.configuration.all(Shop):
        if shop.state is not ConnectionState.ACTIVE:
            continue
        try:
            report = deps.shops.open(shop).ensure_webhooks(f"{base}/webhooks/{shop.id}") if base else None
        except Unauthorized as error:
            expire_shop(deps, shop, error.problem)
            continue
        except RemoteError as error:
            _tell_failed(deps, shop.id, error)
            continue
        if report is not None and report.created:
            mended += 1
            params = {"topics": ", ".join(report.created)}
            deps.activity.note(ActivityEntry(shop.id, "hooks_restored", deps.clock.now(), params))
            start_sweep(deps, shop, "listbridge")
    for account in _active_accounts(deps):
        try:
            deps.marketplaces.open(account)[0].identify()
        except Unauthorized as error:
            expire_account(deps, account, error.problem)
        except RemoteError as error:
            _tell_failed(deps, account.id, error)
    return mended


def public_base_url(deps: Deps) -> str:
    """Where the outside world reaches us; empty until it is set or learned."""
    try:
        return deps.configuration.get(Deployment, "this").public_base_url
    except Missing:
        return ""


def _tell_failed(deps: Deps, subject: str, error: RemoteError) -> None:
    deps.activity.note(
        ActivityEntry(subject, "check_failed", deps.clock.now(), {"reason": error.problem.code})
    )


def _active_accounts(deps: Deps) -> list[Account]:
    accounts = deps.configuration.all(Account)
    return [
        account for account in accounts if account.state is ConnectionState.ACTIVE and not account.observe
    ]


_TIMERS = {
    Timer.UNSENT: resend_unsent,
    Timer.DUE: nudge_what_is_due,
    Timer.DRIFT: check_drift,
    Timer.HOOKS: check_connections,
    Timer.ORDERS: find_twins,
    Timer.RETENTION: erase_buyers,
}
