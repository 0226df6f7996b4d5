"""The timers: they start what no event starts."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.jobs import JobState
from listbridge.domain.listings import ledger
from listbridge.domain.listings.bands import Band
from listbridge.domain.work import Check, CheckKind, Lane, RecomputeChunk
from listbridge.services.catalog.nudge import nudge
from listbridge.services.catalog.read_changed_products import changes_are_due
from listbridge.services.catalog.sweep_shop import sweep_if_due
from listbridge.services.deps import AccountDeps, CoreDeps, InboxDeps, OrderDeps
from listbridge.services.inbox.ingest_webhook import enqueue
from listbridge.services.listings.export.export_members import begin_looks
from listbridge.services.listings.mirror.mirror_collections import mirror_lists
from listbridge.services.listings.revise.check_drift import start_drift_check
from listbridge.services.orders.erase_buyers import erase_buyers

_ROWS = 200
_STUCK = timedelta(minutes=5)
"""A job that still runs after so long may have lost its message, or its worker: it is asked to go on."""


class Timer(StrEnum):
    """What a schedule asks for."""

    UNSENT = "unsent"
    DUE = "due"
    DRIFT = "drift"
    HOOKS = "hooks"
    SWEEP = "sweep"
    ORDERS = "orders"
    SHOP_ORDERS = "shop_orders"
    RETENTION = "retention"


def reconcile(deps: InboxDeps, timer: Timer) -> int:
    """Run one timer and return how many things it put right."""
    return _TIMERS[timer](deps)


def resend_unsent(deps: InboxDeps) -> int:
    """Deliveries that were stored, but perhaps never queued: send them again, for hints do no harm (protocol.md#inbox)."""
    older_than = deps.clock.now() - timedelta(seconds=deps.limits.unsent_after_s)
    rows = deps.inbox.unsent(older_than=older_than, limit=_ROWS)
    for row in rows:
        enqueue(row, deps.queues)
        deps.inbox.queued(row)
    return len(rows)


def find_untold(deps: InboxDeps) -> int:
    """What deliveries would have told: those that were stored and never queued, and those that never came.

    One schedule for both, for each schedule is an execution more to ask AWS for. Returns how many were sent again.
    """
    look_at_changed_products(deps)
    return resend_unsent(deps)


def look_at_changed_products(deps: OrderDeps) -> int:
    """Ask of every shop whose rhythm falls on this minute which products changed; returns how many were asked."""
    now = deps.clock.now()
    shops = [shop for shop in deps.configuration.all(Shop) if shop.state is ConnectionState.ACTIVE]
    due = [shop for shop in shops if changes_are_due(deps.shops.traits(shop), now)]
    deps.queues.send(Lane.RECOMPUTE, *(Check(what=CheckKind.SHOP_PRODUCTS, subject=one.id) for one in due))
    return len(due)


def nudge_what_is_due(deps: AccountDeps) -> int:
    """Wake every account that has due rows, name those that wait too long, and carry on jobs that stopped."""
    now = deps.clock.now()
    woken = 0
    for account in _active_accounts(deps):
        if account.stopped is not None:
            continue
        keys = deps.listings.due(account.id, list(Band), at=now, limit=_ROWS)
        if not keys:
            continue
        woken += 1
        nudge(deps, account.id, keys[:_ROWS])
        rows = deps.listings.get_many(keys).values()
        too_long = [
            row
            for row in rows
            if row.due_since is not None
            and not ledger.rests(row)
            and not ledger.awaits_look(row)
            and (now - row.due_since).total_seconds() > deps.limits.due_too_long_s
        ]
        if too_long:
            oldest = min(row.due_since for row in too_long if row.due_since is not None)
            params = {"listings": str(len(too_long)), "oldest": oldest.isoformat(timespec="seconds")}
            deps.activity.note(ActivityEntry(account.id, "due_too_long", now, params, account=account.id))
    for job in deps.jobs.unfinished(_ROWS, JobState.RUNNING):
        if now - job.created_at > _STUCK:
            deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return woken


def check_drift(deps: CoreDeps) -> int:
    """Begin a read-back of every active account's listings, unless one runs; returns how many were begun."""
    return sum(start_drift_check(deps, account) is not None for account in _active_accounts(deps))


def check_connections(deps: CoreDeps) -> int:
    """Ask of every shop and account, one message each, whether its connection works; returns how many were asked."""
    shops = [shop for shop in deps.configuration.all(Shop) if shop.state is ConnectionState.ACTIVE]
    checks = [Check(what=CheckKind.SHOP, subject=shop.id) for shop in shops]
    checks += [Check(what=CheckKind.ACCOUNT, subject=account.id) for account in _active_accounts(deps)]
    deps.queues.send(Lane.RECOMPUTE, *checks)
    return len(checks)


def sweep_shops(deps: CoreDeps) -> int:
    """Begin to read every shop whose last sweep lies far enough back; returns how many were begun."""
    shops = [shop for shop in deps.configuration.all(Shop) if shop.state is ConnectionState.ACTIVE]
    return sum(sweep_if_due(deps, shop) for shop in shops)


def look_at_shop_orders(deps: CoreDeps) -> int:
    """Ask of every shop, one message each, which of its orders changed recently; returns how many were asked."""
    shops = [shop for shop in deps.configuration.all(Shop) if shop.state is ConnectionState.ACTIVE]
    deps.queues.send(Lane.RECOMPUTE, *(Check(what=CheckKind.SHOP_ORDERS, subject=one.id) for one in shops))
    return len(shops)


def look_at_shops(deps: CoreDeps) -> int:
    """What the shops' lost deliveries would have said: of orders at once, of products by a sweep where one is due, of
    collections by a reading, of new items that became fit to be sent by a look through their lists.

    One schedule for all, for each schedule is an execution more to ask AWS for. Returns how many sweeps and readings were begun.
    """
    look_at_shop_orders(deps)
    begin_looks(deps)
    return sweep_shops(deps) + mirror_lists(deps)


def look_for_twins(deps: CoreDeps) -> int:
    """Ask of every account, one message each, whether the shop has an order of its twice; returns how many were asked."""
    accounts = [one for one in deps.configuration.all(Account) if one.state is ConnectionState.ACTIVE]
    deps.queues.send(Lane.RECOMPUTE, *(Check(what=CheckKind.TWINS, subject=one.id) for one in accounts))
    return len(accounts)


def _active_accounts(deps: CoreDeps) -> list[Account]:
    accounts = deps.configuration.all(Account)
    return [account for account in accounts if account.state is ConnectionState.ACTIVE and not account.observe]


_TIMERS = {
    Timer.UNSENT: find_untold,
    Timer.DUE: nudge_what_is_due,
    Timer.DRIFT: check_drift,
    Timer.HOOKS: check_connections,
    Timer.SWEEP: look_at_shops,
    Timer.ORDERS: look_for_twins,
    Timer.SHOP_ORDERS: look_at_shop_orders,
    Timer.RETENTION: erase_buyers,
}
