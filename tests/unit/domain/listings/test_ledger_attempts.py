"""A call is an attempt: what is recorded before it, and by which outcome what comes of it counts or is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.listings import ledger, writing
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import LedgerField, Values
from listbridge.domain.listings.writing import NotOurAttempt
from listbridge.domain.problem import Problem
from tests.unit.domain.a_listing import NOW, SETTLE_S, a_listing, euros, later
from tests.unit.domain.listings.ledger_calls import begun, recomputed, unknown

QUANTITY, PRICE = frozenset({LedgerField.QUANTITY}), frozenset({LedgerField.PRICE})


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
