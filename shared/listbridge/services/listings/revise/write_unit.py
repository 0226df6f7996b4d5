"""Send one write unit's values: lease, read inside it, attempt, call, record (protocol.md#write-units)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from listbridge.domain import trace, waiting
from listbridge.domain.ids import ListingKey
from listbridge.domain.listings import ledger, unseen_sales, writing
from listbridge.domain.listings.listing import LedgerField, Listing, Zero
from listbridge.domain.ports import Budget, Conflict, MarketplaceAdapter, MarketplaceTraits, RevisionResult, Submitted
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, RateLimited, Rejected, RemoteError, Unauthorized, ZeroRefused
from listbridge.services.deps import AccountDeps
from listbridge.services.guard import SendGuard
from listbridge.services.listings.revise.attempts import Attempts, LeasedUnit, failed_so, leased
from listbridge.services.listings.revise.looks import Looks
from listbridge.services.listings.revise.unit_outcomes import (
    Asked,
    Beginning,
    Begun,
    Result,
    RowOutcome,
    ToSend,
    UnitOutcome,
)
from listbridge.services.listings.revise.unit_revision import unit_revision
from listbridge.services.listings.sales_first import SalesFirst

T = TypeVar("T")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UnitWriter:
    """Revises write units for one account, for one drainer. Safe to call from several threads, one unit each."""

    deps: AccountDeps
    adapter: MarketplaceAdapter
    budget: Budget
    traits: MarketplaceTraits
    guard: SendGuard
    sales: SalesFirst
    attempts: Attempts
    looks: Looks
    fence: int
    owner: str

    def revise(self, listings: Sequence[Listing]) -> UnitOutcome:
        """Bring the unit of these listings up to date. They may be old: everything is read again inside the lease."""
        with trace.about(account=listings[0].key.account, listing=str(listings[0].key)):
            return self._revise(listings)

    def for_many(self) -> UnitWriter:
        """The same for units that are looked at together: what is one for all of them is read once, now."""
        return replace(self, sales=self.sales.for_many())

    def set_aside(self, calls: Mapping[str, int], kept_s: float = 0.0) -> RateLimited | None:
        """Have these calls ready before a lease is taken, for so long as they are needed; why not, if they are not there."""
        try:
            for operation, count in calls.items():
                self.budget.prepay(operation, count, wait_s=self.deps.limits.budget_wait_s, kept_s=kept_s)
        except RateLimited as error:
            return error
        return None

    def _revise(self, listings: Sequence[Listing]) -> UnitOutcome:
        spent = self.set_aside(self.adapter.revision_calls(listings))
        if spent is not None:
            return UnitOutcome(self._postpone([row.key for row in listings], self.attempts.when(spent)))
        with leased(self.deps, self.traits, self.adapter.lease_key(listings[0]), self.owner) as unit:
            if unit is None:
                return UnitOutcome(busy=True)
            return self.guarded(listings, lambda: self._inside(unit, listings))

    def guarded(self, listings: Sequence[Listing], work: Callable[[], T]) -> T | UnitOutcome:
        """Do this work on these listings: whatever is wrong with it, only they may suffer (protocol.md#lanes)."""
        try:
            return work()
        except Conflict:
            raise
        except Exception as bug:  # noqa: BLE001  # the bug is theirs alone
            return UnitOutcome(tuple(self._stumbled(row.key, bug) for row in listings))

    def _stumbled(self, key: ListingKey, bug: Exception) -> RowOutcome:
        """A failure of ours with one unit, which would end every run of the drainer at this very unit: it backs off alone."""
        _LOG.error("revise.stumbled", exc_info=bug, extra={"fields": {"listing": str(key)}})
        now = self.deps.clock.now()
        problem = Problem("internal_error", {"error": type(bug).__name__}, "report_bug")

        def stumbled(row: Listing) -> Listing:
            retry_at = now + writing.retry_delay(row.attempts)
            if row.attempt is None or row.fence > self.fence:
                return writing.failed(row, retry_at=retry_at, problem=problem, now=now)
            return writing.unknown(
                row, row.attempt.id, settle_s=self.traits.unsettled_s, retry_at=retry_at, now=now, problem=problem
            )

        row = self.deps.listings.change(key, stumbled)
        return RowOutcome(Result.HELD if row.hold else Result.POSTPONED, row)

    def _inside(self, unit: LeasedUnit, listings: Sequence[Listing]) -> UnitOutcome:
        begun = self.begun(unit, listings)
        if isinstance(begun, UnitOutcome):
            return begun
        if isinstance(begun, Asked):
            return self.answered([begun])
        return begun.finished(self.sent(begun.rows, lambda: self.adapter.revise(begun.revision)))

    def begun(self, unit: LeasedUnit, listings: Sequence[Listing]) -> Begun | Asked | UnitOutcome:
        """Read the unit inside its lease and record the attempts of what is to be sent; else what is to be asked, or the
        outcome where there is nothing to do."""
        planned = self.planned(self._members(listings))
        if not isinstance(planned, ToSend):
            return planned
        beginning = self.beginning(planned, self.look(planned.unread) if planned.unread else {})
        return beginning if isinstance(beginning, UnitOutcome) else self.stands(unit, beginning)

    def planned(self, members: Sequence[Listing]) -> ToSend | Asked | UnitOutcome:
        """What is to be done with a unit whose listings were read a moment ago."""
        now = self.deps.clock.now()
        ready = self._ready(members, now)
        awaiting = {m.key for m in ready if writing.nothing_to_send(m)}
        if awaiting and len(awaiting) == len(ready):
            return self._ask(ready, now)
        ready = [m for m in ready if m.key not in awaiting]
        return ToSend(members, ready, self._to_read(ready, members, now))

    def to_ask(self, rows: Sequence[Listing]) -> Asked | UnitOutcome | None:
        """What is to be asked about these rows of one unit, read a moment ago; None where something of it is to be sent."""
        now = self.deps.clock.now()
        ready = self._ready([self.sales.admitted(row) for row in rows], now)
        return self._ask(ready, now) if all(map(writing.nothing_to_send, ready)) else None

    def beginning(
        self, planned: ToSend, looked: Mapping[ListingKey, Listing] | RemoteError, lost_s: float | None = None
    ) -> Beginning | UnitOutcome:
        """The attempts of what is to be sent, to be saved, after what `look` showed. `lost_s` as in `Attempts.due`."""
        unread, done = {m.key for m in planned.unread}, dict[ListingKey, RowOutcome]()
        if isinstance(looked, RemoteError):
            failed = self._not_readable([m for m in planned.ready if m.key in unread], looked)
            if failed.account_dead is not None or all(m.key in unread for m in planned.ready):
                return failed
            done, looked = {one.row.key: one for one in failed.rows}, {}
        mine = {key: looked[key] for key in unread if key in looked}
        done |= {key: RowOutcome(Result.SETTLED, row) for key, row in mine.items()}
        # Siblings that were looked at as well, and must move: they come again at once.
        beside = (row for key, row in looked.items() if key not in unread and row.due_band is not None)
        done |= {row.key: RowOutcome(Result.POSTPONED, row) for row in beside}
        members = [mine.get(m.key, m) for m in planned.members]
        # A row that moved while it was read is left for the next look.
        ready = [mine.get(m.key, m) for m in planned.ready if m.key not in unread or m.key in mine]
        rows = self._due(ready, done, lost_s)
        return Beginning(members, rows, done) if rows else UnitOutcome(tuple(done.values()))

    def stands(
        self, unit: LeasedUnit, beginning: Beginning, saved: Mapping[ListingKey, Listing] = MappingProxyType({})
    ) -> Begun | UnitOutcome:
        """See to it that the attempts are saved, but for those that are; then what is to be sent."""
        begun = [now for row in beginning.rows if (now := saved.get(row.key) or self.attempts.begin(row)) is not None]
        if not begun:
            return UnitOutcome(tuple(beginning.done.values()))
        revision = unit_revision(self.sales, begun, beginning.members, unit.check)
        return Begun(revision, begun, beginning.done)

    def _members(self, listings: Sequence[Listing]) -> list[Listing]:
        skus = dict.fromkeys(listing.key.sku for listing in listings)
        found = [row for sku in skus for row in self.deps.listings.of_sku(listings[0].key.account, sku)]
        return self.members(listings[0], found)

    def members(self, listing: Listing, found: Sequence[Listing]) -> list[Listing]:
        """Those of these rows, read a moment ago, that are in the unit of this listing, with what their orders explain by now."""
        unit_key = self.adapter.unit_key(listing)
        return [self.sales.admitted(row) for row in found if self.adapter.unit_key(row) == unit_key]

    def _ready(self, rows: Sequence[Listing], now: datetime) -> list[Listing]:
        return [m for m in rows if m.due_band is not None and (m.not_before is None or m.not_before <= now)]

    def _due(self, ready: Sequence[Listing], done: dict[ListingKey, RowOutcome], lost_s: float | None) -> list[Listing]:
        """What may go now, with its attempts; what became of the others is put into `done`."""
        chosen = {row.key: self._sendable(row) for row in ready}
        if any(LedgerField.QUANTITY in chosen[row.key] and row.computed.quantity == 0 for row in ready):
            # A zero is not sent together with a price: a price that the marketplace refuses would keep it back.
            only_price = {key for key, fields in chosen.items() if fields == {LedgerField.PRICE}}
            ready = [row for row in ready if row.key not in only_price]
            chosen = {key: fields & {LedgerField.QUANTITY} for key, fields in chosen.items()}
        due: list[Listing | None] = []
        for row in ready:
            if not chosen[row.key]:
                if ledger.due_fields(row):
                    done |= {one.row.key: one for one in self._await_orders(row)}
                continue
            if self._would_end_by_orders(row):
                for one in self._postpone(
                    [row.key], self.deps.clock.now() + timedelta(seconds=waiting.REVISIONS.slowest_s)
                ):
                    done[row.key] = one
                continue
            judgement = self.guard.judge(row, chosen[row.key])
            if judgement.allowed:
                due.append(self.attempts.due(row, judgement, self.fence, lost_s))
            elif judgement.problem is not None and (held := self._hold(row, judgement.problem)):
                done[row.key] = RowOutcome(Result.HELD, held)
        return [row for row in due if row is not None]

    def _would_end_by_orders(self, row: Listing) -> bool:
        """A zero that only orders hold may be back with the next cancellation: where 0 ends a listing it is not sent, until
        the shop's own number is 0."""
        return self.traits.zero is Zero.ENDS and row.computed.held_by_orders

    def _ask(self, rows: Sequence[Listing], now: datetime) -> Asked | UnitOutcome:
        """What is to be asked of what was submitted, unless it is too early, and what is to be looked at: nothing is sent, and
        no try is counted."""
        ripe: list[Listing] = []
        put_off: list[RowOutcome] = []
        for row in rows:
            asked = writing.undecided(row)
            if asked is not None and asked.look_at is not None and asked.look_at > now:
                put_off += self._postpone([row.key], asked.look_at)
            else:
                ripe.append(row)
        return Asked(ripe, tuple(put_off)) if ripe else UnitOutcome(tuple(put_off))

    def answered(self, asked: Sequence[Asked]) -> UnitOutcome:
        """Ask, in one question, what became of all that these units submitted, and look at what may not stay as it is."""
        watched = self.watched(asked)
        if watched.account_dead is not None:
            return watched
        results = self.asked(asked)
        told = results if isinstance(results, UnitOutcome) else self.heard(asked, results)
        return UnitOutcome((*told.rows, *watched.rows), account_dead=told.account_dead)

    def asked(self, asked: Sequence[Asked]) -> Mapping[ListingKey, RevisionResult] | UnitOutcome:
        """What the marketplace says of all that these units submitted; the outcome where it cannot be asked."""
        asked_for = [(row, writing.undecided(row)) for one in asked for row in one.rows]
        submitted = [
            Submitted(row.key, attempt.ticket, attempt.values, attempt.started_at)
            for row, attempt in asked_for
            if attempt is not None
        ]
        try:
            return {result.key: result for result in self.adapter.outcomes(submitted)} if submitted else {}
        except RemoteError as error:
            failed = self._not_readable([row for row, attempt in asked_for if attempt is not None], error)
            put_off = [row for one in asked for row in one.put_off]
            return UnitOutcome((*failed.rows, *put_off), account_dead=failed.account_dead)

    def heard(
        self,
        asked: Sequence[Asked],
        results: Mapping[ListingKey, RevisionResult],
        saved: Mapping[ListingKey, Listing] = MappingProxyType({}),
    ) -> UnitOutcome:
        """Record what it said of these units, but for the rows that are `saved`."""
        put_off = [row for one in asked for row in one.put_off]
        told = self._told([row for one in asked for row in one.latest], results, saved)
        overtaken = self._told_of_overtaken([row for one in asked for row in one.overtaken], results)
        return UnitOutcome((*told, *overtaken, *put_off))

    def watched(self, asked: Sequence[Asked]) -> UnitOutcome:
        """Look whether an older call of ours landed over what was taken after it: then that is sent again."""
        rows = [row for one in asked for row in one.rows if writing.undecided(row) is None]
        looked = self.look(rows) if rows else {}
        if isinstance(looked, RemoteError):
            return self._not_readable(rows, looked)
        return UnitOutcome(tuple(RowOutcome(Result.SETTLED, row) for row in looked.values()))

    def _told_of_overtaken(
        self, rows: Sequence[Listing], told: Mapping[ListingKey, RevisionResult]
    ) -> tuple[RowOutcome, ...]:
        recorded = [self.attempts.record_overtaken(row, told[row.key]) for row in rows if row.key in told]
        return tuple(RowOutcome(Result.POSTPONED if row.overtaken else Result.SETTLED, row) for row in recorded)

    def _to_read(self, ready: Sequence[Listing], members: Sequence[Listing], now: datetime) -> list[Listing]:
        """Rows to read on the marketplace before anything is sent: what an unknown outcome left behind, and the unit's live
        listings when a quantity is to rise, or to be restored, from which a buyer may have taken meanwhile
        (promises.md#p11)."""
        if any(unseen_sales.needs_look(m, self._sendable(m)) for m in ready):
            return [m for m in members if m.live]
        settling = [m for m in ready if m.settle_at is not None and m.settle_at <= now and m.attempt is None]
        # What was taken is looked at as well while the rest waits for orders: an older call may still land over it.
        watched = [m for m in ready if m.taken.known and m not in settling and not self._sendable(m)]
        return settling + watched

    def _sendable(self, row: Listing) -> frozenset[LedgerField]:
        return self.sales.fields(row, ledger.unsent_fields(row))

    def look(self, rows: Sequence[Listing]) -> dict[ListingKey, Listing] | RemoteError:
        """See `Looks.look`."""
        return self.looks.look(rows)

    def _await_orders(self, row: Listing) -> tuple[RowOutcome, ...]:
        at = self.sales.look_again_at(row)
        if row.taken.known:
            at = min(at, self.deps.clock.now() + timedelta(seconds=self.traits.settle_s))
        return self._postpone([row.key], at)

    def _not_readable(self, rows: Sequence[Listing], error: RemoteError) -> UnitOutcome:
        if isinstance(error, Unauthorized):
            held = tuple(RowOutcome(Result.HELD, row) for row in rows)
            return UnitOutcome(held, account_dead=error.problem)
        now = self.deps.clock.now()
        until = waiting.from_now(now, waiting.asked_s(error, now) or self.traits.settle_s)
        return UnitOutcome(self._postpone([row.key for row in rows], until))

    def _hold(self, row: Listing, problem: Problem) -> Listing | None:
        try:
            return self.deps.listings.save(ledger.held(row, problem, self.deps.clock.now()))
        except Conflict:
            return None

    def sent(self, begun: Sequence[Listing], send: Callable[[], Sequence[RevisionResult]]) -> UnitOutcome:
        """Make the call that carries these attempts, and record what became of each."""
        return self.recorded(begun, self.made(send))

    def made(self, send: Callable[[], Sequence[RevisionResult]]) -> Mapping[ListingKey, RevisionResult] | RemoteError:
        """Make a call that carries attempts: what the marketplace says of each, or why it failed as a whole."""
        try:
            return {result.key: result for result in send()}
        except RemoteError as error:
            return error

    def recorded(
        self,
        begun: Sequence[Listing],
        answer: Mapping[ListingKey, RevisionResult] | RemoteError,
        saved: Mapping[ListingKey, Listing] = MappingProxyType({}),
    ) -> UnitOutcome:
        """Record what became of these attempts by the answer to the call that carried them, but for those that are `saved`."""
        if not isinstance(answer, RemoteError):
            return UnitOutcome(self._told(begun, answer, saved))
        rows = self.attempts.record(begun, failed_so(begun, answer), saved)
        dead = answer.problem if isinstance(answer, Unauthorized) else None
        told = (RowOutcome(Result.HELD if dead is not None else self._verdict(answer, row), row) for row in rows)
        return UnitOutcome(tuple(told), account_dead=dead)

    def _told(
        self,
        rows: Sequence[Listing],
        told: Mapping[ListingKey, RevisionResult],
        saved: Mapping[ListingKey, Listing] = MappingProxyType({}),
    ) -> tuple[RowOutcome, ...]:
        """Record what the marketplace said of these attempts."""
        recorded = self.attempts.record(rows, told, saved)
        return tuple(
            RowOutcome(
                self._became(told.get(before.key), after),
                after,
                before.attempt.fields if before.attempt is not None else frozenset(),
            )
            for before, after in zip(rows, recorded, strict=True)
        )

    def _became(self, result: RevisionResult | None, after: Listing) -> Result:
        if result is None:
            return Result.POSTPONED
        if result.submission is not None:
            return Result.SUBMITTED
        return Result.SENT if result.error is None else self._verdict(result.error, after)

    def _verdict(self, error: RemoteError, after: Listing) -> Result:
        """Of a listing as it was recorded: one that turned out to have ended says that itself."""
        if isinstance(error, ZeroRefused):
            return Result.ZERO_REFUSED
        if isinstance(error, NotFound) and after.hold is None:
            return Result.ENDED
        return Result.HELD if isinstance(error, Rejected) else Result.POSTPONED

    def _postpone(self, keys: Sequence[ListingKey], until: datetime) -> tuple[RowOutcome, ...]:
        now = self.deps.clock.now()
        return tuple(
            RowOutcome(Result.POSTPONED, self.deps.listings.change(key, lambda row: ledger.postponed(row, until, now)))
            for key in keys
        )
