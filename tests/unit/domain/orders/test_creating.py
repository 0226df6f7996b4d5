"""A create from its beginning to the proof of its effect, and the looks when nobody knows how it ended
(protocol.md#creating-orders)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from listbridge.domain.ids import LineId, ShopOrderId
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders import creating as order_creating
from listbridge.domain.orders import schedule as order_schedule
from listbridge.domain.orders.creating import NotOurCreate
from listbridge.domain.orders.orders import CreateAttempt, ImportState, Order, ShopOrderRef
from listbridge.domain.orders.schedule import NEEDS_DECISION
from listbridge.domain.problem import Problem
from tests.fakes.remote_orders import NOW, RULES, order_row, variant_key

SETTLE = timedelta(seconds=60)
DEADLINE = NOW + timedelta(seconds=32)
MADE = ShopOrderRef(ShopOrderId("900"), "#1001")
HELD = frozenset({(LineId("line-MUG"), variant_key())})


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def creating(attempt: str = "c1", **changes: object) -> Order:
    order = order_row(unsettled=False, **changes)
    return order_creating.creating(order, attempt, deadline=DEADLINE, number=9)


def look(order: Order, now: datetime, *, strict: bool = True, attempt: str = "c1") -> Order:
    return order_creating.looked_in_vain(order, attempt, settle=SETTLE, strict=strict, now=now)


def test_a_begun_create_is_looked_for_from_its_deadline_on() -> None:
    order = creating(reason=Problem("no_answer"))
    assert (order.state, order.reason) == (ImportState.CREATING, None)
    assert order.attempt == CreateAttempt("c1", DEADLINE, DEADLINE, 0)
    assert order.due_at == DEADLINE
    assert order_schedule.scheduled(order, RULES, at(5)).due_at == DEADLINE


# ---- the looks ----


def test_three_empty_looks_are_spread_over_the_time_that_the_shop_needs() -> None:
    first = look(creating(), DEADLINE)
    assert (first.state, first.attempt) == (
        ImportState.CREATING,
        CreateAttempt("c1", DEADLINE, DEADLINE + timedelta(seconds=30), 1),
    )
    second = look(first, DEADLINE + timedelta(seconds=30))
    assert second.attempt == CreateAttempt("c1", DEADLINE, DEADLINE + SETTLE, 2)
    assert second.due_at == DEADLINE + SETTLE
    third = look(second, DEADLINE + SETTLE)
    assert (third.state, third.attempt, third.reason) == (ImportState.READY, None, None)
    assert third.due_at == DEADLINE + SETTLE + timedelta(seconds=60)


def test_a_look_before_its_time_counts_for_nothing() -> None:
    order = creating()
    assert look(order, DEADLINE - timedelta(microseconds=1)) is order
    first = look(order, DEADLINE)
    assert look(first, DEADLINE + timedelta(seconds=29.9)) is first


def test_looks_that_come_late_still_keep_their_distance() -> None:
    first = look(creating(), at(1000))
    assert first.attempt is not None
    assert first.attempt.next_look_at == at(1030)
    second = look(first, at(2000))
    assert second.attempt is not None
    assert second.attempt.next_look_at == at(2030)


def test_the_last_look_is_never_sooner_than_the_settling_time_past_the_deadline() -> None:
    # The first look came before the deadline: the create's answer was lost early.
    order = order_creating.outcome_unknown(creating(), "c1", look_at=at(7), now=at(2))
    assert order.attempt == CreateAttempt("c1", at(2), at(7), 0)
    order = look(order, at(7))
    assert order.attempt is not None
    assert order.attempt.next_look_at == at(37)
    order = look(order, at(37))
    assert order.attempt is not None
    assert order.attempt.next_look_at == at(67)
    assert order.attempt.next_look_at >= order.attempt.deadline + SETTLE
    assert look(order, at(67)).state is ImportState.READY


def test_where_a_look_may_miss_an_order_a_person_decides() -> None:
    order = creating()
    for now in (DEADLINE, DEADLINE + timedelta(seconds=30), DEADLINE + SETTLE):
        assert order.state is ImportState.CREATING
        order = look(order, now, strict=False)
    assert order.state is ImportState.UNCLEAR
    assert order.reason == Problem("create_outcome_unclear", fix="look_in_shop")
    assert (order.attempt, order.due_at) == (None, None)


def test_an_unknown_outcome_ends_the_request_but_never_later_than_its_deadline() -> None:
    late = order_creating.outcome_unknown(creating(), "c1", look_at=at(95), now=at(90))
    assert late.attempt == CreateAttempt("c1", DEADLINE, at(95), 0)
    assert (late.state, late.due_at) == (ImportState.CREATING, at(95))


# ---- another's create ----


@pytest.mark.parametrize(
    "standing",
    [
        creating("c2"),
        order_row(),
        order_row(state=ImportState.CREATED, shop_order=MADE),
        order_row(state=ImportState.CREATING),
    ],
    ids=["another attempt", "none", "created", "creating without an attempt"],
)
def test_whose_create_does_not_stand_records_nothing(standing: Order) -> None:
    with pytest.raises(NotOurCreate):
        look(standing, at(1000))
    with pytest.raises(NotOurCreate):
        order_creating.not_created(standing, "c1", retry_at=at(15), reason=Problem("no_answer"))
    with pytest.raises(NotOurCreate):
        order_creating.outcome_unknown(standing, "c1", look_at=at(5), now=NOW)


# ---- it stands ----


def test_a_created_order_forgets_its_attempt_its_reason_and_the_question() -> None:
    order = order_changes.with_notice(creating(tries=3), Problem(NEEDS_DECISION))
    order = order_changes.with_notice(order, Problem("oversold"))
    made = order_creating.created(order, MADE, at(4))
    assert (made.state, made.shop_order, made.confirmed_at) == (ImportState.CREATED, MADE, at(4))
    assert (made.reason, made.attempt, made.tries, made.absorbed_from) == (None, None, 0, None)
    assert made.notices == (Problem("oversold"),)
    assert made.due_at == at(64)


def test_the_first_shop_order_stays_the_orders_own() -> None:
    made = order_creating.created(creating(), MADE, at(4))
    other = ShopOrderRef(ShopOrderId("901"), "#1002", ours=False)
    assert order_creating.created(made, other, at(9)) is made


def test_the_first_number_taken_absorbs_and_a_second_one_does_not() -> None:
    made = replace(order_creating.created(creating(), MADE, at(4)), unsettled=False)
    absorbed = order_creating.absorbed(made, 17, at(5))
    assert (absorbed.absorbed_from, absorbed.unsettled, absorbed.due_at) == (17, True, at(64))
    assert order_creating.absorbed(absorbed, 18, at(6)) is absorbed


def test_nothing_is_absorbed_before_the_shop_order_stands() -> None:
    order = creating()
    assert order_creating.absorbed(order, 17, at(5)) is order


def test_an_order_in_the_shop_is_compared_every_six_hours_until_it_is_done() -> None:
    made = order_creating.absorbed(order_creating.created(creating(), MADE, at(4)), 17, at(5))
    standing = order_changes.applied(made, HELD, RULES, at(6))
    assert (standing.unsettled, standing.listings_told, standing.reserved) == (False, True, HELD)
    assert standing.due_at == at(6) + timedelta(hours=6)
    done = order_changes.completed(standing, at(10))
    assert (done.completed_at, done.unsettled, done.due_at) == (at(10), True, at(70))
    assert order_changes.completed(done, at(99)) is done
    assert order_changes.applied(done, frozenset(), RULES, at(11)).due_at is None


def test_an_order_whose_effect_is_not_proven_is_looked_at_each_minute() -> None:
    made = order_changes.applied(order_creating.created(creating(), MADE, at(4)), HELD, RULES, at(5))
    assert made.due_at == at(64)


# ---- it does not ----


def test_a_create_that_made_nothing_counts_as_a_try_and_keeps_its_reason() -> None:
    reason = Problem("variant_gone", fix="choose_other_product")
    order = order_creating.not_created(creating(tries=1), "c1", retry_at=at(30), reason=reason)
    assert (order.state, order.reason, order.attempt) == (ImportState.FAILED, reason, None)
    assert (order.tries, order.due_at) == (2, at(30))
    assert order_schedule.scheduled(order, RULES, at(10)).due_at == at(30)


def test_what_failed_is_tried_again_at_once_when_its_cause_goes_away() -> None:
    failed = order_creating.failed(order_row(tries=6), retry_at=at(3600), reason=Problem("products_missing"))
    order = order_changes.tried_again(failed, RULES, at(10))
    assert (order.state, order.reason, order.tries, order.due_at) == (ImportState.READY, None, 0, at(70))


@pytest.mark.parametrize("state", [state for state in ImportState if state is not ImportState.FAILED])
def test_only_what_failed_is_tried_again(state: ImportState) -> None:
    order = order_row(state=state)
    assert order_changes.tried_again(order, RULES, at(10)) is order


def test_an_order_whose_message_was_sent_is_left_alone_until_then() -> None:
    assert order_schedule.sent_again(order_row(), at(600)).due_at == at(600)


def test_the_time_of_a_look_moves_only_when_it_would_come_much_sooner() -> None:
    made = order_creating.created(creating(), MADE, at(4))
    assert order_creating.absorbed(made, 17, at(13.9)).due_at == at(64)
    assert order_creating.absorbed(made, 17, at(14)).due_at == at(74)
