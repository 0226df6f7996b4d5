"""Send one write unit's values: lease, read inside it, attempt, call, record (protocol 5)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from listbridge.domain import ledger, lifecycle, trace, unseen_sales
from listbridge.domain.ids import ListingKey, new_id
from listbridge.domain.listing import Band, Field, Listing, RemoteState, Values
from listbridge.domain.ports import (
    Budget,
    Conflict,
    Lease,
    MarketplaceAdapter,
    MarketplaceTraits,
    Missing,
    Revision,
    RevisionResult,
    Submitted,
)
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
)
from listbridge.services.deps import Deps
from listbridge.services.ended_there import record_ended
from listbridge.services.guard import Judgement, SendGuard
from listbridge.services.sales_first import SalesFirst

_LOG = logging.getLogger(__name__)


class Result(StrEnum):
    """What became of one unit."""

    NOTHING = "nothing"  # nothing was due any more
    SETTLED = "settled"  # a read-back was enough: it showed what became of an earlier call, or that nothing is to be sent
    SENT = "sent"
    SUBMITTED = "submitted"  # the marketplace took it in and decides later
    HELD = "held"
    POSTPONED = "postponed"
    BUSY = "busy"  # another worker has the unit: look again later
    ZERO_REFUSED = "zero_refused"  # the marketplace does not take 0: the listing must be ended


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """A unit's result with its rows as they are now; `account_dead` stops the account's whole run."""

    result: Result
    rows: tuple[Listing, ...] = ()
    account_dead: Problem | None = None
    sent: Mapping[ListingKey, frozenset[Field]] = field(default_factory=dict)
    """What the call carried for each row: a price may go while the quantity waits."""


def outlives_a_request(deps: Deps, lease: Lease) -> bool:
    """Whether the lease lasts longer than one request may take, renewed when it has to be; False when it was lost."""
    if lease.until - deps.clock.now() > timedelta(seconds=deps.limits.http_timeout_s):
        return True
    try:
        deps.leases.renew(lease, seconds=deps.limits.unit_lease_s)
    except Conflict:
        return False
    return True


@dataclass(frozen=True, slots=True)
class UnitWriter:
    """Revises write units for one account, for one drainer. Safe to call from several threads, one unit each."""

    deps: Deps
    adapter: MarketplaceAdapter
    budget: Budget
    traits: MarketplaceTraits
    guard: SendGuard
    sales: SalesFirst
    fence: int
    owner: str

    def revise(self, listing: Listing) -> UnitOutcome:
        """Bring the unit of this listing up to date. `listing` may be old: everything is read again inside the lease."""
        with trace.about(account=listing.key.account, listing=str(listing.key)):
            return self._revise(listing)

    def _revise(self, listing: Listing) -> UnitOutcome:
        try:
            self.budget.prepay(self.traits.revise_operation, 1, wait_s=self.deps.limits.budget_wait_s)
        except RateLimited as error:
            return UnitOutcome(Result.POSTPONED, self._postpone([listing.key], self._when(error)))
        lease = self.deps.leases.acquire(
            self.adapter.lease_key(listing), self.owner, seconds=self.deps.limits.unit_lease_s
        )  # fmt: skip
        if lease is None:
            return UnitOutcome(Result.BUSY)
        try:
            return self._inside(lease, listing)
        except Conflict:
            raise
        except Exception as bug:  # noqa: BLE001  # whatever it is, only this row may suffer (protocol 11)
            return self._stumbled(listing.key, bug)
        finally:
            self.deps.leases.release(lease)

    def _stumbled(self, key: ListingKey, bug: Exception) -> UnitOutcome:
        """A failure of ours with one row, which would end every run of the drainer at this very row: it backs off alone."""
        _LOG.error("revise.stumbled", exc_info=bug, extra={"fields": {"listing": str(key)}})
        now = self.deps.clock.now()
        problem = Problem("internal_error", {"error": type(bug).__name__}, "report_bug")

        def stumbled(row: Listing) -> Listing:
            retry_at = now + ledger.retry_delay(row.attempts)
            if row.attempt is None or row.fence > self.fence:
                return ledger.failed(row, retry_at=retry_at, problem=problem, now=now)
            return ledger.unknown(
                row,
                row.attempt.id,
                settle_s=self.traits.settle_s,
                retry_at=retry_at,
                now=now,
                problem=problem,
            )

        row = self.deps.listings.change(key, stumbled)
        return UnitOutcome(Result.HELD if row.hold else Result.POSTPONED, (row,))

    def _inside(self, lease: Lease, listing: Listing) -> UnitOutcome:
        found = self.deps.listings.of_sku(listing.key.account, listing.key.sku)
        members = [self.sales.admitted(member) for member in found]
        now = self.deps.clock.now()
        ready = [
            m for m in members if m.due_band is not None and (m.not_before is None or m.not_before <= now)
        ]
        awaiting = [m for m in ready if ledger.awaits_outcome(m)]
        if awaiting and len(awaiting) == len(ready):
            return self._ask(awaiting, now)
        ready = [m for m in ready if m not in awaiting]
        unread = self._to_read(ready, members, now)
        looked: dict[ListingKey, Listing] = {}
        unreadable: tuple[Listing, ...] = ()
        if unread:
            try:
                looked = self._look(unread)
            except RemoteError as error:
                failed = self._not_readable([m for m in ready if m in unread], error)
                if failed.account_dead is not None or all(m in unread for m in ready):
                    return failed
                unreadable = failed.rows
            # A row that moved while it was read is left for the next look.
            ready = [looked.get(m.key, m) for m in ready if m not in unread or m.key in looked]
        begun, held, waiting = [], [], []
        for row in ready:
            due = ledger.due_fields(row)
            fields = self.sales.fields(row, due)
            if due and not fields:
                waiting.append(row)
                continue
            judgement = self.guard.judge(row, _zero_alone(row, fields))
            if judgement.allowed:
                begun.append(self._begin(row, judgement))
            elif judgement.problem is not None:
                held.append(self._hold(row, judgement.problem))
        put_off = (*unreadable, *awaiting, *(one for row in waiting for one in self._await_orders(row)))
        sending = [row for row in begun if row is not None]
        if not sending:
            rows = {**looked, **{row.key: row for row in [*held, *put_off] if row is not None}}
            result = (
                Result.HELD
                if held
                else Result.POSTPONED
                if put_off
                else Result.SETTLED
                if looked
                else Result.NOTHING
            )
            return UnitOutcome(result, tuple(rows.values()))
        if not outlives_a_request(self.deps, lease):
            return UnitOutcome(Result.POSTPONED, self._record_all(sending, _too_late()) + put_off)
        outcome = self._send(sending, [looked.get(m.key, m) for m in members])
        return replace(outcome, rows=outcome.rows + put_off)

    def _ask(self, rows: Sequence[Listing], now: datetime) -> UnitOutcome:
        """Ask what became of what was submitted, unless it is too early: nothing is sent, and no try is counted."""
        early = [row for row in rows if row.attempt and row.attempt.look_at and row.attempt.look_at > now]
        put_off = tuple(
            one
            for row in early
            if row.attempt and row.attempt.look_at
            for one in self._postpone([row.key], row.attempt.look_at)
        )
        ripe = [row for row in rows if row not in early]
        if not ripe:
            return UnitOutcome(Result.POSTPONED, put_off)
        try:
            results = self.adapter.outcomes(
                [
                    Submitted(row.key, row.attempt.ticket, row.attempt.values, row.attempt.started_at)
                    for row in ripe
                    if row.attempt is not None
                ]
            )
        except RemoteError as error:
            failed = self._not_readable(ripe, error)
            return replace(failed, rows=failed.rows + put_off)
        outcome = self._told(ripe, results)
        return replace(outcome, rows=outcome.rows + put_off)

    def _to_read(self, ready: Sequence[Listing], members: Sequence[Listing], now: datetime) -> list[Listing]:
        """Rows to read on the marketplace before anything is sent: what an unknown outcome left behind, and the unit's live
        listings when a quantity is to rise, or to be restored, from which a buyer may have taken meanwhile (P11)."""
        settling = [m for m in ready if m.settle_at is not None and m.settle_at <= now and m.attempt is None]
        rising = [
            m for m in ready
            if unseen_sales.needs_look(m, self.sales.fields(m, ledger.due_fields(m)))
        ]  # fmt: skip
        return [m for m in members if m.live] if rising else settling

    def _look(self, rows: Sequence[Listing]) -> dict[ListingKey, Listing]:
        """Read these rows back. What that changes is saved; left out is a row that moved meanwhile, or that the marketplace is at."""
        looked: dict[ListingKey, Listing] = {}
        shown = {remote.key: remote for remote in self.adapter.read_back(rows)}
        for row in rows:
            remote = shown.get(row.key)
            if remote is None:
                continue
            now = self.deps.clock.now()
            if remote.state is RemoteState.PROCESSING and row.due_band is not Band.ZERO:
                # It shows nothing that could be gone by. A zero is sent all the same: it can only be right.
                if row.due_band is not None:
                    self._postpone([row.key], now + timedelta(seconds=self.traits.settle_s))
                continue
            new = lifecycle.looked_at(row, remote.state, remote.shown, now)
            if ledger.as_known(row, new):
                looked[row.key] = new  # saved with the attempt, if there is one
                continue
            try:
                looked[row.key] = self.deps.listings.save(new)
            except Conflict:
                continue
            self.sales.noticed(row, looked[row.key])
        return looked

    def _await_orders(self, row: Listing) -> tuple[Listing, ...]:
        return self._postpone([row.key], self.sales.look_again_at(row))

    def _not_readable(self, rows: Sequence[Listing], error: RemoteError) -> UnitOutcome:
        if isinstance(error, Unauthorized):
            return UnitOutcome(Result.HELD, tuple(rows), account_dead=error.problem)
        after = error.after_s if isinstance(error, RetryLater) else self.traits.settle_s
        until = error.until if isinstance(error, RateLimited) else None
        keys = [row.key for row in rows]
        until = until or self.deps.clock.now() + timedelta(seconds=after)
        return UnitOutcome(Result.POSTPONED, self._postpone(keys, until))

    def _hold(self, row: Listing, problem: Problem) -> Listing | None:
        try:
            return self.deps.listings.save(ledger.held(row, problem, self.deps.clock.now()))
        except Conflict:
            return None

    def _begin(self, row: Listing, judgement: Judgement) -> Listing | None:
        """Record the attempt; None when the row moved since it was read (it stays due and comes again)."""
        if row.fence > self.fence:
            return None
        fields, now = judgement.allowed, self.deps.clock.now()
        values = Values(row.computed.quantity, row.computed.price).only(fields)
        begun = ledger.begun(
            row, new_id("att"), fields, values, settle_s=self.traits.settle_s, fence=self.fence, now=now
        )
        if judgement.counted:
            begun = replace(begun, guard_counted_at=now)
        try:
            return self.deps.listings.save(begun)
        except Conflict:
            return None

    def _send(self, begun: Sequence[Listing], members: Sequence[Listing]) -> UnitOutcome:
        revisions = [
            Revision(row.key, row.offer, row.remote, row.group, row.attempt.values)
            for row in begun
            if row.attempt is not None
        ]
        try:
            results = self.adapter.revise(revisions, highest_quantity=self._highest(begun, members))
        except Unauthorized as error:
            return UnitOutcome(Result.HELD, self._record_all(begun, error), account_dead=error.problem)
        except RemoteError as error:
            rows = self._record_all(begun, error)
            return UnitOutcome(self._verdict(error), rows)
        return self._told(begun, results)

    def _told(self, rows: Sequence[Listing], results: Sequence[RevisionResult]) -> UnitOutcome:
        """Record what the marketplace said of these attempts."""
        told = {result.key: result for result in results}
        recorded = self._record_each(rows, told)
        errors = [result.error for result in results if result.error is not None]
        if errors:
            result = self._verdict(errors[0])
        elif any(result.submission is not None for result in results):
            result = Result.SUBMITTED
        else:
            result = Result.SENT
        sent = {row.key: row.attempt.fields for row in rows if row.attempt is not None}
        return UnitOutcome(result, recorded, sent=sent)

    def _highest(self, begun: Sequence[Listing], members: Sequence[Listing]) -> int | None:
        """The unit's quantity for a marketplace that keeps one per SKU: the highest of its live sites (protocol 5)."""
        if not any(row.attempt is not None and Field.QUANTITY in row.attempt.fields for row in begun):
            return None
        fresh = {row.key: row for row in begun}
        rows = [fresh.get(member.key, member) for member in members]
        return max((self.sales.quantity(row) or 0 for row in rows if row.live), default=0)

    def _verdict(self, error: RemoteError) -> Result:
        if isinstance(error, Rejected):
            return Result.ZERO_REFUSED if self._refused_zero(error) else Result.HELD
        return Result.POSTPONED

    def _refused_zero(self, error: RemoteError) -> bool:
        return bool(self.traits.refuses_zero) and error.problem.code == self.traits.refuses_zero

    def _record_all(self, rows: Sequence[Listing], error: RemoteError) -> tuple[Listing, ...]:
        return self._record_each(rows, {row.key: RevisionResult(row.key, error) for row in rows})

    def _record_each(
        self, rows: Sequence[Listing], results: Mapping[ListingKey, RevisionResult]
    ) -> tuple[Listing, ...]:
        """Write down what became of each row; of what has no result nobody knows."""
        told = {row.key: results.get(row.key) or _no_word(row.key) for row in rows}
        missed = [row for row in rows if isinstance(told[row.key].error, NotFound)]
        ended: Mapping[ListingKey, Listing] = {}
        try:
            ended = record_ended(self.deps, self.adapter, self.sales, missed)
        except (
            RemoteError
        ):  # nobody knows whether it is live: the row is read back before anything is sent again
            told |= {row.key: _no_word(row.key) for row in missed}
        for row in missed:
            error = told[row.key].error
            if row.key not in ended and isinstance(error, NotFound):
                # It is on sale all the same: nothing that needs an ended listing is allowed, and all of it can be sent anew.
                refused = Rejected(replace(error.problem, fix="full_revise"), detail=error.detail)
                told[row.key] = RevisionResult(row.key, refused)
        return tuple(ended[row.key] if row.key in ended else self._record(row, told[row.key]) for row in rows)

    def _record(self, row: Listing, result: RevisionResult) -> Listing:
        """Write the outcome down under our attempt id; if another attempt stands there by now, ours has no say."""
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
        except (ledger.NotOurAttempt, Missing):
            return row

    def _recorded(self, row: Listing, attempt: str, result: RevisionResult, now: datetime) -> Listing:
        error, submission = result.error, result.submission
        if submission is not None:
            return ledger.submitted(row, attempt, submission.ticket, submission.look_at, now)
        if error is None:
            return ledger.accepted(row, attempt, now)
        retry_at = now + ledger.retry_delay(row.attempts)
        if isinstance(error, OutcomeUnknown):
            return ledger.unknown(
                row, attempt, settle_s=self.traits.settle_s, retry_at=retry_at, now=now, problem=error.problem
            )
        if isinstance(error, RateLimited):
            return ledger.not_applied(row, attempt, retry_at=self._when(error), counts=False, now=now)
        if isinstance(error, RetryLater):
            retry_at = max(retry_at, now + timedelta(seconds=error.after_s))
            return ledger.not_applied(
                row, attempt, retry_at=retry_at, counts=True, now=now, problem=error.problem
            )
        if isinstance(error, Unauthorized | ObserveMode):
            return ledger.not_applied(row, attempt, retry_at=now, counts=False, now=now)
        if self._refused_zero(error) and row.computed.held_by_orders:
            # It may be back with the next cancellation: never ended, and tried again until the shop's own number is 0.
            return ledger.not_applied(row, attempt, retry_at=retry_at, counts=True, now=now)
        return ledger.refused(row, attempt, error.problem, now)

    def _postpone(self, keys: Sequence[ListingKey], until: datetime) -> tuple[Listing, ...]:
        now = self.deps.clock.now()
        return tuple(
            self.deps.listings.change(key, lambda row: ledger.postponed(row, until, now)) for key in keys
        )

    def _when(self, error: RateLimited) -> datetime:
        return error.until or self.deps.clock.now() + timedelta(seconds=error.after_s)


def _zero_alone(row: Listing, fields: frozenset[Field]) -> frozenset[Field]:
    """A zero is not sent together with a price: a price that the marketplace refuses would keep it back."""
    zero = Field.QUANTITY in fields and row.computed.quantity == 0
    return frozenset({Field.QUANTITY}) if zero else fields


def _too_late() -> RetryLater:
    return RetryLater(Problem("lease_too_short"), after_s=1)


def _no_word(key: ListingKey) -> RevisionResult:
    return RevisionResult(key, OutcomeUnknown(Problem("no_word_for_item")))
