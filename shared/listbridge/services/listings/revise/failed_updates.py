"""Updates that failed are tried again at once when what may have been the cause has changed: the account was connected again, or its
settings or rules were edited. Otherwise their time comes automatically (protocol.md#failed-updates)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from listbridge.domain.ids import AccountId
from listbridge.domain.listings import ledger
from listbridge.domain.listings.bands import Band
from listbridge.domain.work import Check, CheckKind, Lane
from listbridge.services.catalog.nudge import nudge
from listbridge.services.deps import AccountDeps, CoreDeps

MOST = 1000
"""Rows that one message looks at. Of an account with more the rest follows, as long as something is found."""
_AHEAD = timedelta(days=2)
"""Further off than any failed update waits."""


def causes_changed(deps: CoreDeps, accounts: Iterable[AccountId]) -> None:
    """What failed on these accounts may pass now: ask that it be tried again."""
    checks = [Check(what=CheckKind.FAILED_UPDATES, subject=account) for account in sorted(set(accounts))]
    deps.queues.send(Lane.RECOMPUTE, *checks)


def try_failed_again(deps: AccountDeps, account: AccountId) -> int:
    """Make the account's failed updates due now; returns how many there were among the first `MOST` of its waiting rows."""
    now = deps.clock.now()
    waiting = deps.listings.due(account, list(Band), at=now + _AHEAD, limit=MOST)
    failed = [
        row.key for row in deps.listings.get_many(waiting).values() if ledger.rests(row) and row.not_before is not None
    ]
    for key in failed:
        deps.listings.change(key, partial(ledger.tried_now, now=now))
    if failed:
        nudge(deps, account, failed)
    return len(failed)
