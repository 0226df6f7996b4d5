"""The ledger's transitions, one scenario each (protocol.md#ledger, protocol.md#attempts)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.ids import JobId, RemoteId
from listbridge.domain.listings import ledger, lifecycle, writing
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.guarded_changes import counted_by_guard
from listbridge.domain.listings.ledger import StaleInputs
from listbridge.domain.listings.listing import BOTH, NOTHING, Cause, LedgerField, Listing, Status, Values
from listbridge.domain.listings.writing import NotOurAttempt
from listbridge.domain.problem import Problem
from tests.unit.domain.a_listing import NOW, SETTLE_S, a_listing, computed, euros, later

QUANTITY, PRICE = frozenset({LedgerField.QUANTITY}), frozenset({LedgerField.PRICE})


def recomputed(
    listing: Listing,
    quantity: int | None,
    price: str | int | None = 10,
    *,
    version: int = 2,
    auto: frozenset[LedgerField] = BOTH,
    **more: object,
) -> Listing:
    return ledger.recomputed(listing, computed(quantity, price, version=version, **more), auto, NOW)  # type: ignore[arg-type]


def begun(listing: Listing, id: str = "a1", fields: frozenset[LedgerField] | None = None, fence: int = 1) -> Listing:
    fields = fields or ledger.due_fields(listing) or BOTH
    values = Values(listing.computed.quantity, listing.computed.price).only(fields)
    return writing.begun(listing, id, fields, values, settle_s=SETTLE_S, fence=fence, now=NOW)


def unknown(listing: Listing, id: str = "a1") -> Listing:
    return writing.unknown(listing, id, settle_s=SETTLE_S, retry_at=later(2), now=NOW)


# ---- due ----


def test_what_was_accepted_as_computed_is_not_due() -> None:
    assert ledger.due_fields(a_listing(5, 10)) == frozenset()


@pytest.mark.parametrize(
    ("quantity", "price", "band"),
    [
        (0, 10, Band.ZERO),
        (0, 11, Band.ZERO),
        (4, 10, Band.DOWN),
        (4, 11, Band.DOWN),
        (5, 11, Band.PRICE),
        (6, 11, Band.PRICE),
        (6, 10, Band.UP),
    ],
)
def test_a_move_is_due_in_the_band_of_its_most_urgent_part(quantity: int, price: int, band: Band) -> None:
    row = recomputed(a_listing(5, 10), quantity, price)
    assert (row.due_band, row.due_since) == (band, NOW)


def test_an_unknown_quantity_may_have_to_go_down() -> None:
    row = ledger.sold_remotely(a_listing(5), "R-1", 1, NOW)
    assert row.due_band is Band.DOWN


def test_a_held_listing_is_not_due_and_due_again_when_released() -> None:
    row = ledger.held(recomputed(a_listing(5), 4), Problem("anything"), NOW)
    assert row.due_band is None
    assert ledger.released(row, "anything", later(9)).due_band is Band.DOWN


def test_releasing_one_hold_leaves_any_other() -> None:
    row = ledger.held(recomputed(a_listing(5), 4), Problem("anything"), NOW)
    assert ledger.released(row, "guard", NOW) is row


@pytest.mark.parametrize("status", [Status.NOT_ACTIVE, Status.ERROR, Status.STOPPED, Status.FINISHED])
def test_what_is_not_live_is_never_due(status: Status) -> None:
    assert recomputed(a_listing(5, status=status), 0).due_band is None


def test_a_live_listing_stays_due_while_a_publishing_operation_runs_on_it() -> None:
    row = lifecycle.pending(a_listing(5), None, NOW)
    assert recomputed(row, 0).due_band is Band.ZERO


def test_a_listing_that_is_being_made_is_not_due() -> None:
    row = lifecycle.pending(a_listing(5, status=Status.NOT_ACTIVE, remote=None, accepted=NOTHING), None, NOW)
    assert recomputed(row, 0).due_band is None


def test_a_field_whose_switch_is_off_is_due_only_on_demand() -> None:
    row = recomputed(a_listing(5, 10), 4, 11, auto=QUANTITY)
    assert ledger.due_fields(row) == QUANTITY
    assert ledger.due_fields(ledger.demanded(row, PRICE, None, NOW)) == BOTH


def test_a_value_that_cannot_be_computed_is_not_sent() -> None:
    row = recomputed(a_listing(5, 10), None, 11)
    assert ledger.due_fields(row) == PRICE


def test_a_listing_keeps_its_place_in_the_queue_while_it_stays_due() -> None:
    row = recomputed(a_listing(5), 4)
    again = ledger.recomputed(row, computed(3, version=3), BOTH, later(60))
    assert again.due_since == NOW


# ---- recompute ----


def test_a_recompute_that_changes_nothing_is_not_written() -> None:
    row = a_listing(5, 10)
    assert recomputed(row, 5, 10) is row


def test_a_recompute_from_an_older_version_is_refused() -> None:
    row = recomputed(a_listing(5), 4, version=3)
    with pytest.raises(StaleInputs):
        recomputed(row, 5, version=2)


def test_new_values_begin_their_tries_anew_and_at_once() -> None:
    row = replace(a_listing(5), attempts=7, not_before=later(900), guard_passed=True)
    moved = recomputed(row, 4)
    assert (moved.attempts, moved.not_before, moved.guard_passed) == (0, None, False)


def test_a_new_explanation_of_the_same_values_is_no_new_change() -> None:
    row = replace(a_listing(3), attempts=2, not_before=later(8))
    same = recomputed(row, 3, stock=9, cause=Cause.CONFIGURATION)
    assert (same.computed.quantity_trace[0].value, same.computed.cause) == ("9", Cause.SHOP)
    assert (same.attempts, same.not_before) == (2, later(8))


def test_the_first_change_in_the_shop_ends_the_hold_of_a_linked_listing() -> None:
    row = lifecycle.linked(
        a_listing(5), remote=RemoteId("1"), offer=None, group=None, seen=Values(9, euros(10), NOW), now=NOW
    )
    assert (row.hold and row.hold.code, row.due_band) == ("not_aligned", None)
    row = recomputed(row, 4)
    assert (row.hold, row.due_band) == (None, Band.DOWN)


def test_neither_an_edit_nor_drift_ends_the_hold_of_a_linked_listing() -> None:
    row = lifecycle.linked(
        a_listing(5), remote=RemoteId("1"), offer=None, group=None, seen=Values(9, euros(10), NOW), now=NOW
    )
    edited = replace(computed(3, 12, version=2, cause=Cause.CONFIGURATION), facts=row.computed.facts)
    row = ledger.recomputed(row, edited, BOTH, NOW)
    row = ledger.read_back(row, Values(2, euros(8)), NOW)
    assert row.hold is not None
    assert (row.hold.code, row.due_band, row.accepted.quantity) == ("not_aligned", None, 2)


def test_values_that_move_end_a_refusal_and_a_guards_hold_but_no_other() -> None:
    for code, held in [("update_failed", False), ("guard", False), ("sold_by_other_list", True)]:
        row = recomputed(ledger.held(a_listing(5), Problem(code), NOW), 4)
        assert (row.hold is not None) is held


def test_a_real_sell_out_takes_a_zero_out_of_the_guards_hands() -> None:
    row = recomputed(a_listing(5), 0, stock=5, cause=Cause.CONFIGURATION)
    row = ledger.held(row, Problem("guard", {"limit": "share"}), NOW)
    row = recomputed(row, 0, stock=0, version=3)
    assert (row.hold, row.due_band) == (None, Band.ZERO)
    assert counted_by_guard(row, QUANTITY) == frozenset()


def test_a_sale_that_leaves_stock_does_not_let_an_edits_zero_pass() -> None:
    row = recomputed(a_listing(5), 0, stock=5, cause=Cause.CONFIGURATION)
    row = ledger.held(row, Problem("guard", {"limit": "share"}), NOW)
    row = recomputed(row, 0, stock=4, version=3)
    assert row.hold is not None
    assert (row.hold.code, row.due_band) == ("guard", None)


# ---- attempts ----


def test_an_attempt_makes_accepted_unknown_before_the_call() -> None:
    row = begun(recomputed(a_listing(5, 10), 4))
    assert (row.accepted.quantity, row.accepted.price) == (None, euros(10))
    assert row.sent.quantity == 4
    assert row.due_band is Band.DOWN


def test_a_listing_is_at_rest_until_a_call_begins_and_again_when_its_outcome_is_certain() -> None:
    assert ledger.at_rest(a_listing(5, 10))
    call = begun(recomputed(a_listing(5, 10), 3))
    assert not ledger.at_rest(call)
    assert ledger.at_rest(writing.accepted(call, "a1", NOW, settle_s=SETTLE_S))
    assert not ledger.at_rest(unknown(call))
    assert not ledger.at_rest(ledger.sold_remotely(a_listing(5, 10), "R-1", 1, NOW))


def test_an_acceptance_is_recorded_only_by_the_attempt_that_stands_there() -> None:
    first = begun(recomputed(a_listing(5), 4))
    second = begun(recomputed(first, 0, version=3), "a2")
    with pytest.raises(NotOurAttempt):
        writing.accepted(second, "a1", NOW, settle_s=SETTLE_S)
    with pytest.raises(NotOurAttempt):
        writing.accepted(a_listing(5), "a1", NOW, settle_s=SETTLE_S)


def test_an_acceptance_looks_again_whether_the_listing_is_due() -> None:
    row = begun(recomputed(a_listing(5), 4))
    row = writing.accepted(recomputed(row, 3, version=3), "a1", later(1), settle_s=SETTLE_S)
    assert (row.accepted.quantity, row.due_band, row.attempt) == (4, Band.DOWN, None)


def test_what_was_applied_by_a_worker_that_died_is_looked_at_before_it_counts() -> None:
    """4 was applied but never recorded; stock goes back to 5. 5 must be sent, and only a read-back may settle it."""
    row = recomputed(begun(recomputed(a_listing(5), 4)), 5, version=3)
    assert row.due_band is Band.DOWN  # fails with accepted kept at 5 by the attempt: eBay shows 4 forever
    row = writing.accepted(begun(row, "a2"), "a2", later(1), settle_s=SETTLE_S)
    assert (row.accepted.quantity, row.not_before) == (None, later(SETTLE_S))
    row = ledger.read_back(row, Values(5, euros(10)), later(SETTLE_S))
    assert (row.accepted.quantity, row.due_band, row.settle_at) == (5, None, None)


def test_after_an_unknown_outcome_an_early_read_back_settles_nothing() -> None:
    row = unknown(begun(recomputed(a_listing(5), 4)))
    row = ledger.read_back(row, Values(4, euros(10)), later(SETTLE_S - 1))
    assert (row.accepted.quantity, row.seen.quantity, row.due_band) == (None, 4, Band.DOWN)


def test_a_settled_read_back_that_shows_something_else_is_sent_again() -> None:
    row = unknown(begun(recomputed(a_listing(5), 4)))
    row = ledger.read_back(row, Values(5, euros(10)), later(SETTLE_S))
    assert (row.accepted.quantity, row.due_band, row.not_before) == (5, Band.DOWN, None)


def test_a_row_that_always_ends_unknown_slows_down_and_at_last_says_why() -> None:
    row = recomputed(a_listing(5), 4)
    seen_delays = []
    for turn in range(writing.MAX_ATTEMPTS):
        assert row.due_band is Band.DOWN
        seen_delays.append(writing.retry_delay(row.attempts))
        row = unknown(begun(row, f"a{turn}"), f"a{turn}")
        row = ledger.read_back(row, Values(5, euros(10)), later(SETTLE_S))
    assert seen_delays[:4] == [timedelta(seconds=s) for s in (2, 4, 8, 16)]
    assert seen_delays[-1] == timedelta(minutes=15)
    assert row.hold is not None
    assert (row.hold.code, row.due_band, row.not_before) == ("update_failed", Band.REST, later(3600))


def test_two_unknown_outcomes_settle_after_the_later_one() -> None:
    row = unknown(begun(recomputed(a_listing(5), 4)))
    row = writing.unknown(begun(row, "a2"), "a2", settle_s=SETTLE_S, retry_at=later(14), now=later(10))
    assert row.settle_at == later(10 + SETTLE_S)


def test_a_call_that_certainly_changed_nothing_gives_back_what_was_accepted() -> None:
    row = begun(recomputed(a_listing(5), 4))
    row = writing.not_applied(row, "a1", retry_at=later(2), counts=True, now=NOW)
    assert (row.accepted.quantity, row.attempts, row.not_before, row.due_band) == (5, 1, later(2), Band.DOWN)


def test_a_call_after_a_dead_worker_never_gives_back_what_nobody_knows() -> None:
    row = begun(begun(recomputed(a_listing(5), 4)), "a2")
    row = writing.not_applied(row, "a2", retry_at=later(2), counts=True, now=NOW)
    assert (row.accepted.quantity, row.settle_at) == (None, later(SETTLE_S))


def test_a_listing_that_failed_too_often_holds_with_its_reason() -> None:
    row = replace(begun(recomputed(a_listing(5), 4)), attempts=writing.MAX_ATTEMPTS - 1)
    problem = Problem("no_answer", {"host": "x"}, "wait")
    row = writing.not_applied(row, "a1", retry_at=later(2), counts=True, now=NOW, problem=problem)
    assert row.hold == Problem("update_failed", {"reason": "no_answer", "host": "x"}, "wait")


def test_a_zero_is_tried_for_ever() -> None:
    row = replace(begun(recomputed(a_listing(5), 0)), attempts=10_000)
    row = writing.not_applied(row, "a1", retry_at=later(900), counts=True, now=NOW)
    assert (row.hold, row.due_band) == (None, Band.ZERO)
    row = unknown(begun(row, "a2"), "a2")
    assert (row.hold, row.due_band) == (None, Band.ZERO)


def test_a_rate_limit_is_not_one_of_the_tries() -> None:
    row = replace(begun(recomputed(a_listing(5), 4)), attempts=writing.MAX_ATTEMPTS - 1)
    row = writing.not_applied(row, "a1", retry_at=later(2), counts=False, now=NOW)
    assert (row.hold, row.attempts) == (None, writing.MAX_ATTEMPTS - 1)


def test_a_refusal_holds_and_leaves_what_was_accepted_before() -> None:
    row = writing.refused(begun(recomputed(a_listing(5), 4)), "a1", Problem("quantity_limit", fix="ask"), NOW)
    assert row.hold == Problem("update_failed", {"reason": "quantity_limit"}, "ask")
    assert (row.accepted.quantity, row.due_band, row.not_before) == (5, Band.REST, later(3600))


def test_a_failed_update_is_tried_again_ever_more_rarely_and_at_last_once_a_day() -> None:
    row, waits = recomputed(a_listing(5), 4), []
    for turn in range(7):
        now = row.not_before or NOW
        row = begun(row, f"a{turn}")
        assert row.hold is None
        row = writing.refused(row, f"a{turn}", Problem("quantity_limit"), now)
        assert row.not_before is not None
        waits.append((row.not_before - now).total_seconds() / 3600)
    assert waits == [1, 2, 4, 8, 16, 24, 24]


def test_a_refused_zero_is_tried_again_within_minutes_and_then_every_hour() -> None:
    row, waits = recomputed(a_listing(5), 0), []
    for turn in range(4):
        now = row.not_before or NOW
        row = writing.refused(begun(row, f"a{turn}"), f"a{turn}", Problem("quantity_limit"), now)
        assert row.not_before is not None
        waits.append((row.not_before - now).total_seconds() / 60)
    assert (waits, row.due_band) == ([15, 30, 60, 60], Band.ZERO)


def test_a_failed_update_begins_anew_when_its_values_move_or_its_cause_may_have_changed() -> None:
    row = writing.refused(begun(recomputed(a_listing(5), 4)), "a1", Problem("quantity_limit"), NOW)
    moved = recomputed(row, 3, version=9)
    assert (moved.hold, moved.failures, moved.not_before) == (None, 0, None)
    again = ledger.tried_now(row, NOW)
    assert (again.hold, again.failures, again.not_before) == (row.hold, 0, None)
    assert ledger.tried_now(a_listing(), NOW) == a_listing()


def test_an_acceptance_ends_the_count_of_failures() -> None:
    row = writing.refused(begun(recomputed(a_listing(5), 4)), "a1", Problem("quantity_limit"), NOW)
    row = writing.accepted(begun(row, "a2"), "a2", NOW, settle_s=SETTLE_S)
    assert (row.hold, row.failures, row.due_band, row.accepted.quantity) == (None, 0, None, 4)


def test_a_failed_update_that_somebody_made_by_hand_on_the_marketplace_is_over() -> None:
    row = writing.refused(begun(recomputed(a_listing(5), 4)), "a1", Problem("quantity_limit"), NOW)
    row = ledger.read_back(row, Values(4, euros(10)), later(60))
    assert (row.hold, row.due_band, row.not_before) == (None, None, None)


# ---- demands ----


def test_what_a_person_demands_is_sent_although_it_was_accepted_before() -> None:
    row = ledger.demanded(a_listing(5), QUANTITY, JobId("j"), NOW)
    assert ledger.due_fields(row) == QUANTITY
    row = writing.accepted(begun(row), "a1", later(1), settle_s=SETTLE_S)
    assert (row.demanded, row.due_band, row.job) == (frozenset(), None, "j")


def test_a_demand_made_during_a_call_outlives_the_calls_failure() -> None:
    row = recomputed(begun(recomputed(a_listing(5), 4)), 5, version=3)  # 4 is on its way; the shop went back to 5
    row = ledger.demanded(row, QUANTITY, JobId("j"), NOW)
    row = writing.not_applied(row, "a1", retry_at=later(2), counts=True, now=NOW)
    assert ledger.due_fields(row) == QUANTITY


def test_a_demand_waits_for_the_read_back_when_an_outcome_is_unknown() -> None:
    row = ledger.demanded(a_listing(5), QUANTITY, JobId("j"), NOW)
    row = unknown(begun(row))
    assert (row.demanded, row.job) == (QUANTITY, "j")
    row = ledger.read_back(row, Values(5, euros(10)), later(SETTLE_S))
    assert (row.demanded, row.due_band, row.job) == (frozenset(), None, "j")


def test_a_sale_during_a_call_leaves_the_quantity_unknown_whatever_the_call_brings() -> None:
    row = ledger.sold_remotely(begun(recomputed(a_listing(5, 10), 4, 11)), "R-1", 1, NOW)
    row = writing.accepted(row, "a1", later(1), settle_s=SETTLE_S)
    assert (row.accepted.quantity, row.accepted.price) == (None, euros(11))
    assert row.due_band is Band.DOWN


# ---- reading back ----


def test_drift_makes_the_listing_due() -> None:
    row = ledger.read_back(a_listing(5, 10), Values(7, euros(10)), NOW)
    assert (row.accepted.quantity, row.due_band) == (7, Band.DOWN)


def test_a_read_back_during_a_call_settles_nothing() -> None:
    row = begun(recomputed(a_listing(5), 4))
    row = ledger.read_back(row, Values(4, euros(10)), later(3600))
    assert (row.accepted.quantity, row.seen.quantity) == (None, 4)


# ---- publishing ----


def test_an_end_makes_void_what_was_accepted() -> None:
    row = lifecycle.ended(begun(recomputed(a_listing(5), 4)), Status.FINISHED, NOW)
    assert (row.accepted, row.remote, row.attempt, row.due_band) == (NOTHING, None, None, None)


def test_what_moved_while_a_listing_was_made_is_due_when_it_is_live() -> None:
    row = lifecycle.pending(a_listing(5, status=Status.NOT_ACTIVE, remote=None, accepted=NOTHING), JobId("j"), NOW)
    row = writing.accepted(begun(row, fields=BOTH), "a1", NOW, settle_s=SETTLE_S)
    row = recomputed(row, 0)
    row = lifecycle.published(row, remote=RemoteId("1"), offer=None, group=None, content_hash="h", now=NOW)
    assert (row.status, row.due_band, row.job) == (Status.ACTIVE, Band.ZERO, None)


# ---- the guard's count ----


@pytest.mark.parametrize(
    ("cause", "counted"),
    [
        (Cause.SHOP, False),
        (Cause.ORDER, False),
        (Cause.CONFIGURATION, True),
        (Cause.ABSENCE, True),
        (Cause.MANUAL, False),
    ],
)
def test_a_zero_counts_by_what_caused_it(cause: Cause, counted: bool) -> None:
    row = recomputed(a_listing(5), 0, cause=cause)
    assert counted_by_guard(row, QUANTITY) == (QUANTITY if counted else frozenset())


def test_a_new_price_counts_and_a_new_quantity_does_not() -> None:
    row = recomputed(a_listing(5, 10), 4, 11)
    assert counted_by_guard(row, BOTH) == PRICE


def test_a_first_price_does_not_count_but_one_that_follows_an_unknown_outcome_does() -> None:
    row = replace(recomputed(a_listing(5, 10), 5, 11), accepted=Values(5, None))
    assert counted_by_guard(row, PRICE) == frozenset()
    row = unknown(begun(row))
    row = recomputed(row, 5, 12, version=3)
    assert counted_by_guard(row, PRICE) == PRICE


def test_sending_one_field_does_not_let_the_other_pass_the_guard() -> None:
    row = recomputed(a_listing(5, 10), 4, 11)
    row = writing.accepted(begun(row, fields=QUANTITY), "a1", NOW, settle_s=SETTLE_S)
    assert ledger.due_fields(row) == PRICE
    assert counted_by_guard(row, PRICE) == PRICE


def test_a_repeat_of_the_same_values_is_not_counted_twice() -> None:
    row = begun(recomputed(a_listing(5, 10), 5, 11))
    row = writing.not_applied(row, "a1", retry_at=later(2), counts=True, now=NOW)
    assert counted_by_guard(row, PRICE) == frozenset()


# ---- limits ----

SPENT = Problem("bazaar_day_spent")


def put_off() -> Listing:
    listing = begun(recomputed(a_listing(5, 10), 5, 12))
    return writing.not_applied(listing, "a1", retry_at=later(900), counts=False, now=NOW, limit=SPENT)


def test_what_a_spent_limit_keeps_back_names_it_until_its_next_try_begins() -> None:
    waiting = put_off()
    assert (waiting.waits_for, waiting.not_before) == (SPENT, later(900))
    assert waiting.accepted == a_listing(5, 10).accepted
    assert begun(waiting, "a2").put_off is None


def test_a_value_that_moves_is_tried_at_once_whatever_limit_was_spent() -> None:
    moved = recomputed(put_off(), 0, 12, version=3)
    assert (moved.not_before, moved.waits_for) == (None, None)


def test_a_wait_for_something_else_is_not_put_down_to_the_limit() -> None:
    assert ledger.postponed(put_off(), later(1800), NOW).waits_for is None


def test_what_is_no_longer_due_waits_for_no_limit() -> None:
    assert recomputed(put_off(), 5, 10, version=3).waits_for is None
