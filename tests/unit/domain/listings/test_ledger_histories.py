"""Every history that hypothesis can think of, over the ledger's transitions and a model of a marketplace.

The marketplace applies calls; a call whose answer is lost may land at once, late (until `settle_s` after the caller gave
up), or never. Workers follow each other, as the lease makes them, and may die at any point.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from listbridge.domain.ids import JobId
from listbridge.domain.listings import ledger, lifecycle, writing
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.ledger import StaleInputs
from listbridge.domain.listings.listing import BOTH, Attempt, LedgerField, Listing, Status, Values
from listbridge.domain.listings.writing import NotOurAttempt
from listbridge.domain.problem import Problem
from tests.unit.domain.a_listing import NOW, SETTLE_S, a_listing, computed, euros

LOOK_S = SETTLE_S / 3
"""How far apart the looks at a listing are on which an older call may still land."""
FIELD_SETS = st.sampled_from([frozenset({LedgerField.QUANTITY}), frozenset({LedgerField.PRICE}), BOTH])


@dataclass
class Late:
    """A call whose caller has gone: it lands before `until` (not at it), or never."""

    attempt: Attempt
    until: datetime


class LedgerHistory(RuleBasedStateMachine):
    """One listing, one marketplace, one worker at a time, and calls that outlive their callers."""

    @initialize()
    def begin_in_step(self) -> None:
        self.now = NOW
        self.listing: Listing = a_listing(5, 10)
        self.shown = Values(5, euros(10))
        self.version = 1
        self.attempts = 0
        self.sales = 0
        self.worker: Attempt | None = None
        self.applied = False
        self.late: list[Late] = []
        self.gone: list[str] = []

    # ---- the shop and the seller ----

    @rule(quantity=st.integers(0, 6), price=st.integers(9, 11), auto=st.sampled_from([BOTH, BOTH, frozenset()]))
    def the_shop_changes(self, quantity: int, price: int, auto: frozenset[LedgerField]) -> None:
        self.version += 1
        values = computed(quantity, price, version=self.version)
        self.listing = ledger.recomputed(self.listing, values, auto, self.now)

    @rule(quantity=st.integers(0, 6), back=st.integers(1, 3))
    def a_recompute_comes_too_late(self, quantity: int, back: int) -> None:
        stands_on = self.listing.computed.basis["variant:v1"]
        with pytest.raises(StaleInputs):
            ledger.recomputed(self.listing, computed(quantity, version=stands_on - back), BOTH, self.now)

    @rule(fields=FIELD_SETS)
    def a_person_demands(self, fields: frozenset[LedgerField]) -> None:
        self.listing = ledger.demanded(self.listing, fields, JobId("j"), self.now)

    @rule(code=st.sampled_from(["guard", "not_aligned", "sold_by_other_list"]))
    def something_holds_it(self, code: str) -> None:
        self.listing = ledger.held(self.listing, Problem(code), self.now)

    @precondition(lambda self: self.listing.hold is not None)
    @rule()
    def the_hold_ends(self) -> None:
        assert self.listing.hold is not None
        self.listing = ledger.released(self.listing, self.listing.hold.code, self.now)

    @rule(status=st.sampled_from([Status.PENDING, Status.ACTIVE]))
    def a_publishing_operation_begins_or_is_over(self, status: Status) -> None:
        if status is Status.PENDING:
            self.listing = lifecycle.pending(self.listing, None, self.now)
        else:
            self.listing = ledger.refreshed(replace(self.listing, status=status), self.now)

    # ---- a worker ----

    @precondition(lambda self: self.worker is None and ledger.due_fields(self.listing))
    @rule(only=FIELD_SETS)
    def a_worker_begins(self, only: frozenset[LedgerField]) -> None:
        fields = (ledger.due_fields(self.listing) & only) or ledger.due_fields(self.listing)
        self.attempts += 1
        values = Values(self.listing.computed.quantity, self.listing.computed.price).only(fields)
        self.listing = writing.begun(
            self.listing, f"a{self.attempts}", fields, values, settle_s=SETTLE_S, fence=1, now=self.now
        )
        self.worker, self.applied = self.listing.attempt, False

    @precondition(lambda self: self.worker is not None and not self.applied)
    @rule()
    def its_call_is_applied(self) -> None:
        assert self.worker is not None
        self._apply(self.worker)
        self.applied = True

    @precondition(lambda self: self.worker is not None and self.applied)
    @rule()
    def it_records_the_acceptance(self) -> None:
        self.listing = writing.accepted(self.listing, self._done(), self.now, settle_s=LOOK_S)

    @precondition(lambda self: self.worker is not None and not self.applied)
    @rule(counts=st.booleans())
    def its_call_certainly_changed_nothing(self, counts: bool) -> None:
        self.listing = writing.not_applied(self.listing, self._done(), retry_at=self.now, counts=counts, now=self.now)

    @precondition(lambda self: self.worker is not None and not self.applied)
    @rule()
    def its_call_is_refused(self) -> None:
        self.listing = writing.refused(self.listing, self._done(), Problem("bad"), self.now)

    @precondition(lambda self: self.worker is not None)
    @rule(may_land=st.booleans())
    def its_call_ends_unknown(self, may_land: bool) -> None:
        self._may_land_later(may_land)
        self.listing = writing.unknown(self.listing, self._done(), settle_s=SETTLE_S, retry_at=self.now, now=self.now)

    @precondition(lambda self: self.worker is not None)
    @rule(may_land=st.booleans())
    def it_dies_without_a_word(self, may_land: bool) -> None:
        self._may_land_later(may_land)
        self._done()

    @precondition(lambda self: self.worker is None)
    @rule(quantity=st.integers(0, 6), applied=st.booleans())
    def a_worker_dies_and_the_shop_goes_back(self, quantity: int, applied: bool) -> None:
        """The history of protocol.md#attempts in one step, for chance seldom finds all of its parts."""
        before = self.listing.computed.quantity or 0
        self.the_shop_changes(quantity, 10, BOTH)
        if ledger.due_fields(self.listing):
            self.a_worker_begins(BOTH)
            if applied:
                self.its_call_is_applied()
            self.it_dies_without_a_word(True)
        self.the_shop_changes(before, 10, BOTH)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def a_worker_that_was_given_up_reports_after_all(self, data: st.DataObject) -> None:
        attempt = data.draw(st.sampled_from(self.gone))
        if self.listing.attempt is not None and self.listing.attempt.id == attempt:
            return  # nobody has taken over: its word would count, and another rule plays that
        with pytest.raises(NotOurAttempt):
            writing.accepted(self.listing, attempt, self.now, settle_s=LOOK_S)

    # ---- the marketplace and time ----

    @precondition(lambda self: self.late)
    @rule(data=st.data())
    def a_late_call_lands(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self.late))
        self.late.remove(call)
        self._apply(call.attempt)

    @precondition(lambda self: (self.shown.quantity or 0) > 0)
    @rule()
    def a_buyer_buys(self) -> None:
        self.shown = replace(self.shown, quantity=(self.shown.quantity or 0) - 1)
        self.sales += 1
        self.listing = ledger.sold_remotely(self.listing, f"R-{self.sales}", 1, self.now)

    @rule(seconds=st.sampled_from([1, 10, 31]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.late = [call for call in self.late if call.until > self.now]

    @rule()
    def the_marketplace_is_read(self) -> None:
        self.listing = ledger.read_back(self.listing, self.shown, self.now)

    # ---- what always holds ----

    @invariant()
    def due_exactly_when_something_must_be_sent(self) -> None:
        row = self.listing
        wanted = {
            name
            for name, want, have in [
                (LedgerField.QUANTITY, row.computed.quantity, row.accepted.quantity),
                (LedgerField.PRICE, row.computed.price, row.accepted.price),
            ]
            if want is not None and (have is None or have != want)
        }
        live = row.status in (Status.ACTIVE, Status.PENDING) and row.remote is not None
        due = (row.hold is None or ledger.rests(row)) and live and bool(wanted & (row.auto | row.demanded))
        assert (row.due_band is not None) is due
        assert (row.due_since is not None) is due
        if due and row.computed.quantity == 0 and LedgerField.QUANTITY in ledger.due_fields(row):
            assert row.due_band is Band.ZERO

    @invariant()
    def what_is_known_to_be_accepted_is_what_buyers_see(self) -> None:
        row = self.listing
        if row.settle_at is not None or row.attempt is not None or self.worker is not None:
            return
        assert row.accepted.quantity in (None, self.shown.quantity)
        assert row.accepted.price in (None, self.shown.price)

    @invariant()
    def what_was_taken_is_kept_only_while_an_older_call_may_land(self) -> None:
        assert self.listing.taken.known == frozenset() or self.listing.settle_at is not None

    @invariant()
    def nothing_counts_as_accepted_while_a_call_may_still_land(self) -> None:
        row = self.listing
        for call in self.late:
            standing = row.attempt is not None and row.attempt.id == call.attempt.id
            if not standing and row.settle_at is not None:
                assert row.settle_at >= call.until or row.attempt is not None
            assert standing or row.settle_at is not None

    def teardown(self) -> None:
        """When the dust settles, computed, accepted and shown are one."""
        if not hasattr(self, "listing"):
            return
        self.version += 1
        if self.worker is not None:
            self._may_land_later(True)
            self._done()
        for call in self.late:
            self._apply(call.attempt)
        self.late = []
        self.listing = ledger.refreshed(replace(self.listing, status=Status.ACTIVE, hold=None), self.now)
        wanted = replace(self.listing.computed, basis={"variant:v1": self.version})
        self.listing = ledger.recomputed(self.listing, wanted, BOTH, self.now)
        while self.listing.due_band is not None:  # as a drainer does: it reads back only what is due and has settled
            self.now += timedelta(seconds=LOOK_S + 1)
            settles = self.listing.settle_at is not None and self.listing.settle_at <= self.now
            if ledger.awaits_look(self.listing) or (settles and self.listing.attempt is None):
                self.listing = ledger.read_back(self.listing, self.shown, self.now)
                continue
            self.a_worker_begins(BOTH)
            self.its_call_is_applied()
            self.it_records_the_acceptance()
        row = self.listing
        assert (row.due_band, row.attempt, row.settle_at) == (None, None, None)
        assert (row.accepted.quantity, row.accepted.price) == (wanted.quantity, wanted.price)
        assert (self.shown.quantity, self.shown.price) == (wanted.quantity, wanted.price)

    # ---- how the model moves ----

    def _apply(self, attempt: Attempt) -> None:
        if LedgerField.QUANTITY in attempt.fields:
            self.shown = replace(self.shown, quantity=attempt.values.quantity)
        if LedgerField.PRICE in attempt.fields:
            self.shown = replace(self.shown, price=attempt.values.price)

    def _may_land_later(self, may_land: bool) -> None:
        assert self.worker is not None
        if may_land and not self.applied:
            self.late.append(Late(self.worker, self.now + timedelta(seconds=SETTLE_S)))

    def _done(self) -> str:
        assert self.worker is not None
        id, self.worker = self.worker.id, None
        self.gone.append(id)
        return id


TestLedgerHistory = LedgerHistory.TestCase
