"""The attempts of a lease on a write unit: recorded before the call, and what became of each after it (protocol.md#attempts).

Both lanes that send values do it here, the fast one and the slow one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from listbridge.domain import waiting
from listbridge.domain.ids import ListingKey, new_id
from listbridge.domain.listings import lifecycle, writing
from listbridge.domain.listings.listing import NOTHING, Attempt, LedgerField, Listing, Values
from listbridge.domain.ports import Conflict, Lease, MarketplaceAdapter, MarketplaceTraits, Missing, RevisionResult
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import (
    NotFound,
    ObserveMode,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteError,
    RetryLater,
    Unauthorized,
    ZeroRefused,
)
from listbridge.services.deps import AccountDeps, CoreDeps
from listbridge.services.guard import Judgement
from listbridge.services.listings.ended_there import record_ended
from listbridge.services.listings.revise.fees import charged
from listbridge.services.listings.sales_first import SalesFirst

_LOG = logging.getLogger(__name__)
_STOPPED_S = 5.0


@dataclass(slots=True)
class LeasedUnit:
    """A lease on a write unit, while requests are made within it."""

    deps: CoreDeps
    lease: Lease
    longest_call_s: float

    def check(self) -> None:
        """See to it that the lease outlives the next request. Raises RetryLater when it was lost."""
        limits, longest = self.deps.limits, self.longest_call_s
        if self.lease.until - self.deps.clock.now() > timedelta(seconds=limits.call_s(longest)):
            return
        try:
            self.lease = self.deps.leases.renew(self.lease, seconds=limits.unit_lease_of(longest))
        except Conflict as lost:
            raise RetryLater(Problem("lease_too_short"), after_s=1) from lost


@contextmanager
def leased(deps: CoreDeps, traits: MarketplaceTraits, key: str, owner: str) -> Iterator[LeasedUnit | None]:
    """A lease on the write unit, released in the end; None when somebody else has it."""
    longest = traits.longest_call_s
    lease = deps.leases.acquire(key, owner, seconds=deps.limits.unit_lease_of(longest))
    if lease is None:
        yield None
        return
    unit = LeasedUnit(deps, lease, longest)
    try:
        yield unit
    finally:
        deps.leases.release(unit.lease)


def leased_together(
    deps: CoreDeps, traits: MarketplaceTraits, keys: Sequence[str], owner: str, *, together_s: float
) -> Mapping[str, LeasedUnit]:
    """Leases on write units that are written in the same call, for the caller to release; absent is what somebody else has.
    `together_s` is how much longer it takes to lease all that go with them."""
    longest = traits.longest_call_s
    leases = deps.leases.acquire_many(keys, owner, seconds=deps.limits.unit_lease_of(longest) + together_s)
    return {key: LeasedUnit(deps, lease, longest) for key, lease in leases.items()}


@dataclass(frozen=True, slots=True)
class Attempts:
    """Begins and records the attempts of one account. Safe to call from several threads, one unit each."""

    deps: AccountDeps
    adapter: MarketplaceAdapter
    traits: MarketplaceTraits
    sales: SalesFirst

    def due(self, row: Listing, judgement: Judgement, fence: int, lost_s: float | None = None) -> Listing | None:
        """What the row becomes when an attempt begins with what the guard allows, for the drainer of this fence; it is for the
        caller to save. None when a later drainer wrote it. `lost_s`: how long the call may still be applied if its answer is
        lost, where that is longer than usual."""
        if row.fence > fence:
            return None
        fields, now = judgement.allowed, self.deps.clock.now()
        values = Values(row.computed.quantity, row.computed.price).only(fields)
        lost_until = None if lost_s is None else now + timedelta(seconds=lost_s)
        begun = self._begun(row, fields, values, fence, lost_until)
        return replace(begun, guard_counted_at=now) if judgement.counted else begun

    def begin(self, begun: Listing) -> Listing | None:
        """Save a row whose attempt begins; None when it moved since it was read (it stays due and comes again)."""
        try:
            return self.deps.listings.save(begun)
        except Conflict:
            return None

    def begin_whole(self, key: ListingKey) -> Listing:
        """Begin with all that is ours of quantity and price, whatever was accepted: a publishing sends it."""

        def begin(row: Listing) -> Listing:
            row = self.sales.admitted(row)
            values = Values(self.sales.quantity(row), row.computed.price).only(row.ours)
            return self._begun(row, row.ours, values, row.fence)

        return self.deps.listings.change(key, begin)

    def _begun(
        self,
        row: Listing,
        fields: frozenset[LedgerField],
        values: Values,
        fence: int,
        lost_until: datetime | None = None,
    ) -> Listing:
        now = self.deps.clock.now()
        return writing.begun(
            row,
            new_id("att"),
            fields,
            values,
            settle_s=self.traits.unsettled_s,
            fence=fence,
            now=now,
            lost_until=lost_until,
        )

    def outcomes(self, begun: Sequence[Listing], results: Mapping[ListingKey, RevisionResult]) -> list[Listing]:
        """What these rows become where all there is to record of an attempt is in its row; it is for the caller to save before
        `record` is told so."""
        now, told = self.deps.clock.now(), {row.key: results.get(row.key) or _no_word(row.key) for row in begun}
        return [
            self._recorded(row, row.attempt.id, told[row.key], now)
            for row in begun
            if row.attempt is not None and told[row.key].fee is None and not isinstance(told[row.key].error, NotFound)
        ]

    def record(
        self,
        begun: Sequence[Listing],
        results: Mapping[ListingKey, RevisionResult],
        saved: Mapping[ListingKey, Listing] = MappingProxyType({}),
    ) -> tuple[Listing, ...]:
        """Record what became of each row's attempt; of what has no result nobody knows. Of the `saved` it is recorded."""
        told = {row.key: results.get(row.key) or _no_word(row.key) for row in begun}
        missed = [row for row in begun if isinstance(told[row.key].error, NotFound)]
        ended: Mapping[ListingKey, Listing] = {}
        try:
            ended = record_ended(self.deps, self.adapter, self.sales, self.traits.zero, missed)
        except RemoteError:
            # Nobody knows whether it is live: the row is read back before anything is sent again.
            told |= {row.key: _no_word(row.key) for row in missed}
        for row in missed:
            error = told[row.key].error
            if row.key not in ended and isinstance(error, NotFound):
                # It is on sale all the same: nothing that needs an ended listing is allowed, and all of it can be sent
                # again.
                refused = Rejected(replace(error.problem, fix="full_revise"), detail=error.detail)
                told[row.key] = RevisionResult(row.key, refused)
        for row in begun:
            fee = told[row.key].fee
            if fee is not None:
                charged(self.deps, row, fee)
        return tuple(ended.get(row.key) or saved.get(row.key) or self._record(row, told[row.key]) for row in begun)

    def record_overtaken(self, row: Listing, result: RevisionResult) -> Listing:
        """Record what became of the submission that the row's later attempt overtook."""
        overtaken, now = row.overtaken, self.deps.clock.now()
        assert overtaken is not None  # noqa: S101  # it was asked for
        submission = result.submission

        def outcome(current: Listing) -> Listing:
            if submission is None or _never_decided(overtaken, now):
                return writing.overtaken_decided(current, overtaken.id, now)
            return writing.asked_again(current, overtaken.id, submission.look_at, now)

        try:
            return self.deps.listings.change(row.key, outcome)
        except (writing.NotOurAttempt, Missing):
            return row

    def _record(self, row: Listing, result: RevisionResult) -> Listing:
        """Record the outcome under our attempt id; if another attempt stands there by now, ours has no say but for what it may
        still write."""
        attempt = row.attempt
        assert attempt is not None  # noqa: S101  # begun a moment ago
        now = self.deps.clock.now()

        def outcome(current: Listing) -> Listing:
            return self._recorded(current, attempt.id, result, now)

        try:
            return self.deps.listings.save(outcome(row))
        except Conflict:
            pass
        try:
            return self.deps.listings.change(row.key, outcome)
        except Missing:
            return row
        except writing.NotOurAttempt:
            return self._still_open(row, attempt, result, now)

    def _still_open(self, row: Listing, attempt: Attempt, result: RevisionResult, now: datetime) -> Listing:
        made = result.submission
        if made is None or made.yields_below is None:
            return row
        open_yet = replace(
            attempt, ticket=made.ticket, look_at=made.look_at, yields_below=made.yields_below, prior=NOTHING
        )
        try:
            return self.deps.listings.change(
                row.key, lambda current: writing.overtaken_unrecorded(current, open_yet, now)
            )
        except Missing:
            return row

    def _recorded(self, row: Listing, attempt: str, result: RevisionResult, now: datetime) -> Listing:
        error, submission = result.error, result.submission
        if submission is not None and row.attempt is not None and _never_decided(row.attempt, now):
            error = OutcomeUnknown(Problem("never_decided", {"ticket": submission.ticket}))
        elif submission is not None:
            ticket, look_at = submission.ticket, submission.look_at
            return writing.submitted(row, attempt, ticket, look_at, now, yields_below=submission.yields_below)
        if error is None:
            taken = writing.accepted(row, attempt, now, settle_s=self.traits.settle_s)
            return lifecycle.taken_at_zero(taken, self.traits.zero, now)
        retry_at = now + writing.retry_delay(row.attempts)
        if isinstance(error, OutcomeUnknown):
            return writing.unknown(
                row, attempt, settle_s=self.traits.unsettled_s, retry_at=retry_at, now=now, problem=error.problem
            )
        if isinstance(error, RateLimited):
            # Told only of a limit that is back at a known time: others take seconds.
            limit = error.problem if error.until is not None else None
            return writing.not_applied(row, attempt, retry_at=self.when(error), counts=False, now=now, limit=limit)
        if isinstance(error, RetryLater):
            retry_at = waiting.from_now(now, waiting.wait_s(error, row.attempts, waiting.REVISIONS, now))
            return writing.not_applied(row, attempt, retry_at=retry_at, counts=True, now=now, problem=error.problem)
        if isinstance(error, Unauthorized | ObserveMode):
            # Stopped in the middle of a run: what ends that nudges, and a run that is on its way begins nothing more.
            at = waiting.from_now(now, _STOPPED_S) if isinstance(error, ObserveMode) else now
            return writing.not_applied(row, attempt, retry_at=at, counts=False, now=now)
        if isinstance(error, ZeroRefused) and row.computed.held_by_orders:
            # It may be back with the next cancellation: never ended, and tried again until the shop's own number is 0.
            return writing.not_applied(row, attempt, retry_at=retry_at, counts=True, now=now)
        return writing.refused(row, attempt, error.problem, now)

    def record_published(self, begun: Listing, error: RemoteError | None, *, accepted: bool) -> None:
        """Record how a publishing's block ended for one row: its own queue tries again, so it waits for nothing
        here."""
        attempt = begun.attempt
        assert attempt is not None  # noqa: S101  # begun a moment ago
        now = self.deps.clock.now()

        def recorded(row: Listing) -> Listing:
            if accepted:
                return writing.accepted(row, attempt.id, now, settle_s=self.traits.settle_s)
            if isinstance(error, OutcomeUnknown):
                return writing.unknown(row, attempt.id, settle_s=self.traits.unsettled_s, retry_at=now, now=now)
            return writing.not_applied(row, attempt.id, retry_at=now, counts=False, now=now)

        try:
            self.deps.listings.change(begun.key, recorded)
        except (writing.NotOurAttempt, Missing):
            return  # a later attempt stands there: it decides

    def when(self, error: RateLimited) -> datetime:
        """When the limit is back (UTC)."""
        return waiting.limit_is_back(error, self.deps.clock.now())


def saved_together(deps: AccountDeps, rows: Sequence[Listing]) -> Mapping[ListingKey, Listing]:
    """Save rows with their attempts in few calls. What is not saved so is saved alone: there its error is its own."""
    try:
        return deps.listings.save_many(rows)
    except Exception:  # noqa: BLE001  # one of them may be wrong, and keeps none back
        _LOG.exception("revise.not_saved_together")
        return {}


def failed_so(begun: Sequence[Listing], error: RemoteError) -> dict[ListingKey, RevisionResult]:
    """The result of each attempt whose call as a whole failed so."""
    return {row.key: RevisionResult(row.key, error) for row in begun}


def _never_decided(attempt: Attempt, now: datetime) -> bool:
    """Whether the marketplace has had this attempt for so long that its promise to decide is worth nothing."""
    return now - attempt.started_at > timedelta(seconds=waiting.LONGEST_DECISION_S)


def _no_word(key: ListingKey) -> RevisionResult:
    return RevisionResult(key, OutcomeUnknown(Problem("no_word_for_item")))
