"""The guard: what would end, zero or reprice too much of an account waits for approval (protocol.md#guard).

Edits, actions and absences are judged as sets before anything is due; streamed changes at send time, per account and window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from listbridge.domain.configuration import Account, GuardLimits
from listbridge.domain.ids import AccountId, ListingKey
from listbridge.domain.job_params import ActionParams
from listbridge.domain.jobs import Job
from listbridge.domain.listings import ledger
from listbridge.domain.listings.guarded_changes import counted_by_guard, set_waits, stream_waits
from listbridge.domain.listings.listing import LedgerField, Listing
from listbridge.domain.problem import Problem
from listbridge.services.deps import AccountDeps, CoreDeps

_STREAMED, _SETS = "changes", "sets"
"""The two counters of a window: what the shop says one by one, and what comes as sets (absences and actions)."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The fields that may be sent, and the hold for what may not."""

    allowed: frozenset[LedgerField]
    problem: Problem | None
    counted: bool = False
    """The listing was counted now, or earlier in this window: it is counted once."""


@dataclass(slots=True)
class SendGuard:
    """Decides for one drainer run which due changes pass.

    A change is counted before it is sent; a count that no send follows only makes the guard stricter.
    """

    deps: AccountDeps
    account: Account
    _live: int | None = None

    def judge(self, listing: Listing, fields: frozenset[LedgerField]) -> Judgement:
        """Which of these due fields may go, and why the others must wait. Counting is atomic over the account's workers.

        Quantity and price are judged apart: a new price over the limit never keeps a zero back. A listing counts once in a
        window, however often it changes.
        """
        limits = self.account.guard
        counted = self._counted_already(listing)
        zero = LedgerField.QUANTITY in fields and listing.computed.quantity == 0
        if zero and limits.zero_limit is not None and not listing.guard_passed:
            total = self._count("zeros", limits.window_s)
            if total > limits.zero_limit:
                return Judgement(frozenset(), guard_hold("zero_limit", str(limits.zero_limit)))
        guarded = fields & counted_by_guard(listing, fields)
        if guarded and not counted:
            total = self._count(_STREAMED, limits.window_s)
            if total >= limits.count and stream_waits(limits, total, self._live_listings()):
                return Judgement(fields - guarded, _over_share(limits))
            counted = True
        return Judgement(fields, None, counted)

    def _counted_already(self, listing: Listing) -> bool:
        window_s, at = self.account.guard.window_s, listing.guard_counted_at
        return at is not None and _window(at, window_s) == _window(self.deps.clock.now(), window_s)

    def _count(self, what: str, window_s: int) -> int:
        return self.deps.counters.add(_counter(self.account.id, what), 1, window_s=window_s, now=self.deps.clock.now())

    def _live_listings(self) -> int:
        if self._live is None:
            self._live = self.deps.listings.count_live(self.account.id)
        return self._live


def guard_hold(limit: str, value: str) -> Problem:
    """The hold of a change that waits for approval, and the limit that it passed."""
    return Problem(ledger.GUARD, {"limit": limit, "value": value}, "approve_changes")


def judge_absences(deps: AccountDeps, rows: Sequence[Listing]) -> dict[ListingKey, Problem | None]:
    """Count live listings that an absence is about to zero, as one set per account, before any becomes due.

    Returns for each its hold, or None when the set may pass. Sets of the running window count too, so that a catalogue that vanishes in many small reads is stopped as one that vanishes at once.
    """
    judged: dict[ListingKey, Problem | None] = {}
    for account_id in {row.key.account for row in rows}:
        mine = [row for row in rows if row.key.account == account_id]
        limits = deps.configuration.get(Account, account_id).guard
        total = _counted(deps, account_id, limits, len(mine), deps.clock.now())
        stopped = set_waits(limits, total, deps.listings.count_live(account_id))
        judged |= {row.key: _over_share(limits) if stopped else None for row in mine}
    return judged


@dataclass(frozen=True, slots=True)
class SetJudgement:
    """Whether a set waits for approval, and how many listings are live in the accounts that it would change."""

    waits: bool
    live: int


def judge_set(deps: AccountDeps, affected: Mapping[AccountId, int]) -> SetJudgement:
    """Judge an edit, or what a complete reading of the shop misses: so many listings of each account would change.

    What passed in the running window counts too: many small edits are one large one. A set that waits is not counted, for a
    person decides about it.
    """
    waits, live, now = False, 0, deps.clock.now()
    limits = {id: deps.configuration.get(Account, id).guard for id, changes in affected.items() if changes}
    for account_id, changes in affected.items():
        if not changes:
            continue
        mine = deps.listings.count_live(account_id)
        live += mine
        window_s = limits[account_id].window_s
        before = deps.counters.current(_counter(account_id, _SETS), window_s=window_s, now=now)
        waits = waits or set_waits(limits[account_id], before + changes, mine)
    if not waits:
        for account_id, of_account in limits.items():
            _counted(deps, account_id, of_account, affected[account_id], now)
    return SetJudgement(waits, live)


def judge_action(deps: AccountDeps, account: Account, changes: int, *, at: datetime) -> SetJudgement:
    """Judge an action of a person that ends, zeroes or reprices so many live listings, before anything of it is queued.

    What was counted in the window of `at` counts too: many small actions are one large one.
    """
    if not changes:
        return SetJudgement(waits=False, live=0)
    total = _counted(deps, account.id, account.guard, changes, at)
    live = deps.listings.count_live(account.id)
    return SetJudgement(set_waits(account.guard, total, live), live)


def forget_action(deps: CoreDeps, job: Job) -> None:
    """Take an action that a person decided about out of the window in which it was counted.

    The job names that window: the account's own may have another length by now, and to subtract from one that never counted
    the action would let as much again go unasked. A job that names none stays counted.
    """
    window_s = job.params_of(ActionParams).counted_in_s
    if job.affected and job.account is not None and window_s is not None:
        _add_to_sets(deps, job.account, -job.affected, window_s, job.created_at)


def _counted(deps: CoreDeps, account: AccountId, limits: GuardLimits, changes: int, at: datetime) -> int:
    return _add_to_sets(deps, account, changes, limits.window_s, at)


def _add_to_sets(deps: CoreDeps, account: AccountId, changes: int, window_s: int, at: datetime) -> int:
    return deps.counters.add(_counter(account, _SETS), changes, window_s=window_s, now=at)


def _counter(account: AccountId, what: str) -> str:
    return f"guard#{account}#{what}"


def _window(at: datetime, window_s: int) -> int:
    return int(at.timestamp()) // window_s


def _over_share(limits: GuardLimits) -> Problem:
    return guard_hold("share", f"{limits.share:.0%}")
