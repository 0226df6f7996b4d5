"""The ledger's transitions, one scenario each (protocol.md#ledger, protocol.md#attempts)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.ids import JobId, RemoteId
from listbridge.domain.listings import ledger, lifecycle, writing
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.guarded_changes import counted_by_guard
from listbridge.domain.listings.ledger import StaleInputs
from listbridge.domain.listings.listing import BOTH, NOTHING, Cause, LedgerField, Listing, Status, Values
from listbridge.domain.problem import Problem
from tests.unit.domain.a_listing import NOW, SETTLE_S, a_listing, computed, euros, later
from tests.unit.domain.listings.ledger_calls import begun, recomputed, unknown

QUANTITY, PRICE = frozenset({LedgerField.QUANTITY}), frozenset({LedgerField.PRICE})

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
