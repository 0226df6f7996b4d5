"""The guard on streamed changes: counted at send time, per account and window (protocol 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listbridge.domain import ledger
from listbridge.domain.configuration import Account, GuardLimits
from listbridge.domain.guarded_changes import counted_by_guard
from listbridge.domain.ids import ListingKey
from listbridge.domain.listing import Field, Listing
from listbridge.domain.problem import Problem
from listbridge.services.deps import Deps


def over_limit(limits: GuardLimits, changes: int, live: int) -> bool:
    """Whether this many of an account's live listings may not change without a yes: both limits are passed."""
    return changes > limits.count and changes > limits.share * live


@dataclass(frozen=True, slots=True)
class Judgement:
    """The fields that may be sent, and the hold for what may not."""

    allowed: frozenset[Field]
    problem: Problem | None


@dataclass(slots=True)
class SendGuard:
    """Decides for one drainer run which due changes pass.

    A change is counted before it is sent; a count that no send follows only makes the guard stricter.
    """

    deps: Deps
    account: Account
    _live: int | None = None

    def judge(self, listing: Listing, fields: frozenset[Field]) -> Judgement:
        """Which of these due fields may go, and why the others must wait. Counting is atomic over the account's workers.

        Quantity and price are judged apart: a new price over the limit never keeps a zero back.
        """
        limits = self.account.guard
        allowed, problem = set(fields), None
        zero = Field.QUANTITY in fields and listing.computed.quantity == 0
        if zero and limits.zero_limit is not None and not listing.guard_passed:
            total = self._count("zeros", limits.window_s)
            if total > limits.zero_limit:
                return Judgement(frozenset(), self._hold("zero_limit", str(limits.zero_limit)))
        for field in fields & counted_by_guard(listing, fields):
            total = self._count("changes", limits.window_s)
            if total > limits.count and over_limit(limits, total, self._live_listings()):
                allowed.discard(field)
                problem = self._hold("share", f"{limits.share:.0%}")
        return Judgement(frozenset(allowed), problem)

    def _count(self, what: str, window_s: int) -> int:
        name = f"guard#{self.account.id}#{what}"
        return self.deps.counters.add(name, 1, window_s=window_s, now=self.deps.clock.now())

    def _live_listings(self) -> int:
        if self._live is None:
            self._live = self.deps.listings.count_live(self.account.id)
        return self._live

    def _hold(self, limit: str, value: str) -> Problem:
        return guard_hold(limit, value)


def guard_hold(limit: str, value: str) -> Problem:
    """The hold of a change that waits for a yes, and the limit that it passed."""
    return Problem(ledger.GUARD, {"limit": limit, "value": value}, "approve_changes")


def judge_absences(deps: Deps, rows: Sequence[Listing]) -> dict[ListingKey, Problem | None]:
    """Count live listings that an absence is about to zero, as one set per account, before any becomes due.

    Returns for each its hold, or None when the set may pass. What was counted in the running window counts too, so that
    a catalogue that vanishes in many small reads is stopped as one that vanishes at once.
    """
    judged: dict[ListingKey, Problem | None] = {}
    for account_id in {row.key.account for row in rows}:
        mine = [row for row in rows if row.key.account == account_id]
        limits = deps.configuration.get(Account, account_id).guard
        name, now = f"guard#{account_id}#changes", deps.clock.now()
        total = deps.counters.add(name, len(mine), window_s=limits.window_s, now=now)
        stopped = total > limits.count and over_limit(limits, total, deps.listings.count_live(account_id))
        problem = guard_hold("share", f"{limits.share:.0%}") if stopped else None
        judged |= {row.key: problem for row in mine}
    return judged
