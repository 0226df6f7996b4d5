"""The fast lane: one drainer per account sends due quantities and prices, zeros first (protocol.md#drainers)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import pairwise
from threading import Event

from listbridge.domain import trace
from listbridge.domain.configuration import Account
from listbridge.domain.ids import ListingKey, new_id
from listbridge.domain.listings import ledger
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.holds import account_hold
from listbridge.domain.listings.listing import Listing
from listbridge.domain.listings.writing import nothing_to_send
from listbridge.domain.ports import BulkWriter, Conflict, Lease, Missing, Share
from listbridge.domain.verdicts import Unauthorized
from listbridge.domain.work import Nudge, PublishKind
from listbridge.services.catalog.nudge import ROWS_PER_NUDGE, nudge, nudge_later, nudge_once_later, wake_around
from listbridge.services.connection_state import expire_account
from listbridge.services.deps import AccountDeps
from listbridge.services.guard import SendGuard
from listbridge.services.job_results import demanded_fields_sent
from listbridge.services.listings.revise.ask_units import UnitsAsked
from listbridge.services.listings.revise.attempts import Attempts
from listbridge.services.listings.revise.due_listings import DueListings
from listbridge.services.listings.revise.looks import Looks
from listbridge.services.listings.revise.submit_units import TOGETHER_S, UnitsTogether
from listbridge.services.listings.revise.unit_outcomes import Result, UnitOutcome
from listbridge.services.listings.revise.what_follows import end_listings, tell
from listbridge.services.listings.revise.write_unit import UnitWriter
from listbridge.services.listings.sales_first import SalesFirst

MOST_IN_FLIGHT = 16
_CALL_S = 0.3
_ASK_EVERY = timedelta(seconds=0.2)
_IDLE_LOOKS = 3
_BUSY_WAIT = timedelta(seconds=2)
_APART = timedelta(seconds=5)
_AFTER_S = 12.0
"""Nothing is begun beside a submission, and none is, when so little of the function's time is left."""
_CALLS_S = 5.0
_ALIKE = 2.4
"""To record what became of a submission takes about as long as to put it together: its own calls, and both of these, fit into
the function's time."""
_TOLD = frozenset({Result.SENT, Result.SUBMITTED, Result.HELD, Result.ZERO_REFUSED})
_GOT_SOMEWHERE = frozenset({Result.SETTLED, *_TOLD, Result.ENDED})


def revise_inventory(deps: AccountDeps, message: Nudge, *, remaining_s: float) -> None:
    """Drain the account that is nudged, unless another worker does: then leave word and be done.

    Works for at most the run time of the limits, or what is left of the function's own time, then nudges itself.
    """
    try:
        account = deps.configuration.get(Account, message.account)
    except Missing:
        return  # removed since it was nudged: it has nothing left to send, and no reason to end in the dead-letter queue
    trace.note(shop=account.shop)
    if account_hold(account) is not None:
        return  # rows stay due; what ends this nudges it
    owner = new_id("drain")
    lease = deps.leases.acquire_or_leave_word(f"drainer#{account.id}", owner, seconds=deps.limits.drain_lease_s)
    if lease is None:
        # Word is left with the holder. Should it be dead, nobody reads it: come back when its lease is over (promises.md#p5).
        wake_around(deps, account.id, deps.clock.now() + timedelta(seconds=deps.limits.drain_lease_s))
        return
    named = [ListingKey.parse(key) for key in message.listings]
    now = deps.clock.now()
    stop_at = now + timedelta(seconds=max(0.0, min(deps.limits.drain_run_s, remaining_s - 1)))
    Drainer(deps, account, owner, lease, stop_at, now + timedelta(seconds=remaining_s)).run(named)


class _Kind(StrEnum):
    """What is under way."""

    UNIT = "unit"
    MANY = "many"  # one submission of many units
    QUESTION = "question"  # about many


@dataclass(frozen=True, slots=True)
class _Flight:
    """A call or a series of them that one thread makes."""

    kind: _Kind
    units: list[list[Listing]]
    began: datetime


@dataclass(slots=True)
class Drainer:
    """One run over one account's due listings."""

    deps: AccountDeps
    account: Account
    owner: str
    lease: Lease
    stop_at: datetime
    ends_at: datetime
    """When the function's own time is over."""
    due: DueListings = field(init=False)
    _writers: dict[Share, UnitWriter] = field(default_factory=dict)
    _flying: dict[Future[list[UnitOutcome]], _Flight] = field(default_factory=dict)
    _latency_s: float = 0.0
    """Of a unit, as they ended so far; a guess before that, and 0 before the first began."""
    _rate: float = 1.0
    _dead: bool = False
    _words: int = 0
    _asked_at: datetime | None = None
    _index_owes_rows: bool = False
    """The due index may show rows that nobody named to this run."""
    _later: dict[ListingKey, datetime] = field(default_factory=dict)
    _hurry: Event = field(default_factory=Event)
    """Set when a zero waits for the lease of a unit that is being put together with others: they go as they are."""
    _idle: Counter[ListingKey] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.due = DueListings(self.deps, self.account.id)
        self._rate = self.deps.marketplaces.traits(self.account).revise_rate

    def run(self, named: Sequence[ListingKey]) -> None:
        """Send until nothing is due and nobody left word, or the time is over.

        The due index is asked only when there is a reason: a nudge without names, word that was left, or a page that was
        full. Everything else that is due was named in a nudge of its own.
        """
        try:
            with self._pool() as pool:
                self._run(named, pool)
        except Conflict:  # the lease was lost: its holder carries on, our writes are fenced off
            return
        except Unauthorized as error:  # the account cannot even be opened
            expire_account(self.deps, self.account, error.problem)
            self.deps.leases.release(self.lease)
            return
        self._wake_later()

    def _run(self, named: Sequence[ListingKey], pool: ThreadPoolExecutor | None) -> None:
        self._words = self.deps.leases.pending(self.lease)
        self._index_owes_rows = not named
        bulk = self._writer(Share.ORDINARY).adapter.bulk()
        self.due.begin(named, bulk, self.deps.marketplaces.traits(self.account).revise_batch)
        while not self._dead and self._goes_on():
            self._keep_lease()
            self._launch(pool)
            if self.due.reads_on:
                self.due.read_on()
                self._land(wait_s=0)
            elif self._flying:
                self._land()
            elif self._index_owes_rows:
                self._index_owes_rows = self.due.look() > 0
            elif self._let_go():
                return
            else:
                self._heed_words()
        if not self._dead and all(one.kind is _Kind.UNIT for one in self._flying.values()):
            self._end_early()
            return
        while self._flying:
            self._keep_lease()
            self._land()
        self._hand_over()

    def _end_early(self) -> None:
        """Let the next run begin beside the last calls of this one: their units are leased, so it leaves them alone."""
        self._hand_over()
        moved: list[ListingKey] = []
        while self._flying:
            moved += self._landed()
        if moved and not self._dead:
            nudge(self.deps, self.account.id, moved)

    def _hand_over(self) -> None:
        self.deps.leases.release(self.lease)
        if not self._dead:
            nudge(self.deps, self.account.id, reason="run_over")

    def _goes_on(self) -> bool:
        """Until its time is over; and longer while a submission is under way, for what is urgent does not wait for that."""
        now = self.deps.clock.now()
        return now < self.stop_at or (self._submits and now < self.ends_at - timedelta(seconds=_AFTER_S))

    @property
    def _submits(self) -> bool:
        return any(one.kind is _Kind.MANY for one in self._flying.values())

    def _launch(self, pool: ThreadPoolExecutor | None) -> None:
        while (flight := self._next(self._width() if pool else 1)) is not None:
            if not self._latency_s:
                adapter = self._writer(Share.ORDINARY).adapter
                self._latency_s = _CALL_S * sum(adapter.revision_calls(flight.units[0]).values())
            future: Future[list[UnitOutcome]] = Future()
            work = partial(self._sent, flight)
            if pool is None:
                future.set_result(work())
            else:
                future = pool.submit(work)
            self._flying[future] = flight

    def _width(self) -> int:
        return min(MOST_IN_FLIGHT, max(2, math.ceil(self._rate * self._latency_s) + 1))

    def _next(self, width: int) -> _Flight | None:
        """What goes next, beside what is under way: urgent units one by one, one question and one submission at a time, and
        what waits for none of them."""
        adapter, now = self._writer(Share.ORDINARY).adapter, self.deps.clock.now()
        traits = self.deps.marketplaces.traits(self.account)
        most = traits.revise_batch
        flying = {adapter.lease_key(rows[0]): flight.kind for flight in self._flying.values() for rows in flight.units}
        kinds = Counter(flight.kind for flight in self._flying.values())
        bulk, free = adapter.bulk(), kinds[_Kind.UNIT] < width

        def busy(row: Listing) -> bool:
            kind = flying.get(adapter.lease_key(row))
            if kind is _Kind.MANY and row.due_band is Band.ZERO:
                self._hurry.set()
            return kind is not None

        if bulk is not None and free:
            self.due.look_for_overflow(bulk)
            unit = self.due.take_urgent(busy, adapter.unit_key, bulk.urgent_below, most)
            if unit:
                return _Flight(_Kind.UNIT, [unit], now)
        if not kinds[_Kind.QUESTION]:
            units = self.due.take_asked(busy, adapter.unit_key, adapter.lease_key, most, traits.read_back_batch)
            if units:
                return _Flight(_Kind.QUESTION, units, now)
        if bulk is not None and self.due.reads_on:
            return None  # how many wait is not known yet
        in_time = now < min(self.stop_at, self.ends_at - timedelta(seconds=_AFTER_S))
        if bulk is not None and not kinds[_Kind.MANY] and in_time and self._can_submit(bulk):
            self._hurry.clear()
            units = self.due.take_units(busy, adapter.unit_key, adapter.lease_key, bulk, most)
            if units:
                return _Flight(_Kind.MANY, units, now)
        if not free or (bulk is not None and kinds[_Kind.MANY] and self.due.many(bulk, adapter.unit_key)):
            return None
        unit = self.due.take_unit(lambda row: busy(row) or nothing_to_send(row), adapter.unit_key, most)
        return _Flight(_Kind.UNIT, [unit], now) if unit else None

    def _can_submit(self, bulk: BulkWriter) -> bool:
        """Whether the calls of a submission are there: nothing is leased for one that is not."""
        budget, wait_s = self._writer(Share.ORDINARY).budget, self.deps.limits.budget_wait_s
        return all(budget.after_s(name, count) <= wait_s for name, count in bulk.calls(self.due.page).items())

    def _lease_until(self, now: datetime) -> datetime:
        left_s = (self.ends_at - now).total_seconds() - _CALLS_S
        return now + timedelta(seconds=min(TOGETHER_S, left_s / _ALIKE))

    def _sent(self, flight: _Flight) -> list[UnitOutcome]:
        urgent = flight.units[0][0].due_band is Band.ZERO
        writer = self._writer(Share.ZERO if urgent and flight.kind is _Kind.UNIT else Share.ORDINARY)
        if flight.kind is _Kind.UNIT:
            return [writer.revise(flight.units[0])]
        bulk = writer.adapter.bulk() if flight.kind is _Kind.MANY else None
        if bulk is None:
            return UnitsAsked(writer).ask(flight.units)
        alone_below = 0 if self.due.urgent_rides else bulk.urgent_below
        until = self._lease_until(self.deps.clock.now())
        return UnitsTogether(writer, bulk, alone_below, until, self._hurry).write(flight.units)

    def _land(self, wait_s: float = 1.0) -> None:
        again = self._landed(wait_s)
        if again:
            self.due.look((), again)
        self._heed_words()

    def _landed(self, wait_s: float = 1.0) -> list[ListingKey]:
        """What has ended by now, or as soon as something has, is taken in; the rows that are to be looked at again."""
        landed, _ = wait(self._flying, timeout=wait_s, return_when=FIRST_COMPLETED)
        again: list[ListingKey] = []
        for future in landed:
            flight = self._flying.pop(future)
            outcomes = future.result()
            if flight.kind is _Kind.UNIT:
                took = (self.deps.clock.now() - flight.began).total_seconds()
                self._latency_s += 0.1 * (took - self._latency_s)
            done = list(zip(flight.units, outcomes, strict=True))
            self.due.give_back(row for rows, outcome in done if outcome.left for row in rows)
            for rows, outcome in done:
                again += self._after(rows, outcome)
            outcome_rows = [one for _, outcome in done for one in outcome.rows]
            tell(self.deps, self.account.id, [one for one in outcome_rows if one.result in _TOLD or one.can_be_helped])
        return again

    def _heed_words(self) -> None:
        """When word was left, new rows are due: look at once for those that go before what waits, and later at all.

        While others wait here, zeros are looked for without a word: their nudge may wait in the queue, for every worker of the
        lane may be draining an account.
        """
        now = self.deps.clock.now()
        if self._flying and self._asked_at is not None and now - self._asked_at < _ASK_EVERY:
            return
        self._asked_at = now
        words = self.deps.leases.pending(self.lease)
        if words != self._words:
            self._words, self._index_owes_rows = words, True
            self.due.look(self.due.bands_before())
        elif self.due.runs_low and not self._submits:
            self.due.look_ahead({row.key for one in self._flying.values() for rows in one.units for row in rows})
        elif len(self.due):
            self.due.look([Band.ZERO])

    def _after(self, taken: Sequence[Listing], outcome: UnitOutcome) -> list[ListingKey]:
        """What follows from a unit's outcome; the rows that are to be looked at again at once."""
        again: list[ListingKey] = []
        if any(one.result in _GOT_SOMEWHERE for one in outcome.rows):
            trace.progressed()
        if outcome.account_dead is not None:
            self._dead = True
            expire_account(self.deps, self.account, outcome.account_dead)
        now = self.deps.clock.now()
        named = {one.row.key for one in outcome.rows}
        for row in () if outcome.left else taken:
            if row.key not in named and self._is_looked_at(row.key, now, busy=outcome.busy):
                again.append(row.key)
        for one in outcome.rows:
            after = one.row
            if ledger.rests(after):
                self._later.pop(after.key, None)  # the minute's timer brings it back
            elif after.due_band is not None and after.not_before is not None and after.not_before > now:
                self._later[after.key] = after.not_before
            elif after.due_band is not None:
                again.append(after.key)  # it moved again while it was sent
            else:
                self._later.pop(after.key, None)
        refused = [one.row for one in outcome.rows if one.result is Result.ZERO_REFUSED]
        # So that it cannot sell what is not there.
        end_listings(self.deps, [row for row in refused if not row.computed.held_by_orders], PublishKind.ZEROED)
        sent = [one.row for one in outcome.rows if one.result is Result.SENT]
        end_listings(self.deps, [row for row in sent if ledger.gone_and_zeroed(row)], PublishKind.STOP)
        demanded_fields_sent(self.deps, [one.row for one in outcome.rows])
        return again

    def _is_looked_at(self, key: ListingKey, now: datetime, *, busy: bool) -> bool:
        """It was not due any more, or moved meanwhile: it is looked at again, at once or, when that does not help, in a moment."""
        self._idle[key] += not busy
        if not busy and self._idle[key] <= _IDLE_LOOKS:
            return True
        self.due.skip(key)  # somebody else sends it, or keeps changing it
        self._later[key] = now + _BUSY_WAIT
        return False

    def _let_go(self) -> bool:
        return self.deps.leases.release_if_quiet(self.lease, pending=self._words)

    def _keep_lease(self) -> None:
        now = self.deps.clock.now()
        third = timedelta(seconds=self.deps.limits.drain_lease_s / 3)
        if self.lease.until - now < 2 * third:
            self.lease = self.deps.leases.renew(self.lease, seconds=self.deps.limits.drain_lease_s)

    def _wake_later(self) -> None:
        """Delayed nudges for the rows that this run had to put off, around the time when most of them can go."""
        self._later = {**self.due.postponed, **self._later}
        if self._dead or not self._later:
            return
        rows = sorted(self._later, key=lambda key: self._later[key])
        if len(rows) <= ROWS_PER_NUDGE:
            nudge_once_later(self.deps, self.account.id, self._later[rows[0]], rows)
            return
        # More than a nudge can name: the due index shows them to it, once they all can go. It does not show later ones.
        times = [self._later[key] for key in rows]
        for at in [*(one for one, after in pairwise(times) if after - one > _APART), times[-1]]:
            nudge_later(self.deps, self.account.id, at, rows)

    def _writer(self, share: Share) -> UnitWriter:
        known = self._writers.get(share)
        if known is None:
            adapter = self.deps.marketplaces.open(self.account, share)
            traits, sales = self.deps.marketplaces.traits(self.account), SalesFirst(self.deps, self.account)
            known = self._writers[share] = UnitWriter(
                deps=self.deps,
                adapter=adapter,
                budget=self.deps.marketplaces.budget(self.account, share),
                traits=traits,
                guard=SendGuard(self.deps, self.account),
                sales=sales,
                attempts=Attempts(self.deps, adapter, traits, sales),
                looks=Looks(self.deps, adapter, traits, sales),
                fence=self.lease.epoch,
                owner=self.owner,
            )
        return known

    def _pool(self) -> AbstractContextManager[ThreadPoolExecutor | None]:
        """No threads when the system is told to work one by one, as the fault tests tell it."""
        return nullcontext() if self.deps.workers <= 1 else trace.Threads(MOST_IN_FLIGHT)
