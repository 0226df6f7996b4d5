"""Whether an order is to become a shop order, and when it is looked at again if nothing happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listbridge.domain.ids import LineId, OrderKey, RemoteOrderId
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders import creating as order_creating
from listbridge.domain.orders import schedule as order_schedule
from listbridge.domain.orders.orders import (
    Cancellation,
    CreateAttempt,
    ImportState,
    MatchedBy,
    Order,
    Payment,
    Shipment,
)
from listbridge.domain.orders.schedule import AUTOMATIC_OFF, NEEDS_DECISION, OBSERVED
from listbridge.domain.problem import Problem
from tests.fakes.remote_orders import ACCOUNT, CONNECTED, NOW, RULES, SHOP, match, order_row, remote_order, variant_key

MUG = LineId("line-MUG")
LATER = NOW + timedelta(hours=1)
EXPIRES = NOW + RULES.unpaid_expires
BY_HAND = replace(RULES, automatic=False)
OBSERVING = replace(RULES, observe=True)
SECOND = timedelta(seconds=1)


def verdict(order: Order) -> tuple[ImportState, str, str]:
    return order.state, order.reason.code if order.reason else "", order.reason.fix if order.reason else ""


def at_rest(order: Order) -> Order:
    """The order once its effects are in place."""
    return order_changes.applied(order, frozenset(), RULES, NOW)


# ---- first sight ----


def test_a_paid_order_is_ready_and_looked_at_again_after_a_minute() -> None:
    read = remote_order()
    order = order_changes.first_seen(OrderKey(ACCOUNT, read.id), SHOP, read, RULES, NOW)
    assert verdict(order) == (ImportState.READY, "", "")
    assert (order.facts, order.first_seen_at, order.moved_in, order.seen_while) == (read, NOW, False, "")
    assert order.unsettled
    assert order.due_at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("facts", "state", "reason", "fix"),
    [
        ({"fulfilled_by_marketplace": True}, "skipped", "fulfilled_by_marketplace", ""),
        ({"cancellation": Cancellation.CANCELLED}, "skipped", "order_cancelled", ""),
        ({"payment": Payment.REFUNDED}, "skipped", "order_refunded", ""),
        ({"placed_at": CONNECTED - SECOND}, "skipped", "before_connection", "export_order"),
        ({"payment": Payment.PENDING}, "waiting", "awaiting_payment", ""),
        ({"payment": Payment.FAILED}, "waiting", "payment_failed", ""),
        ({"cancellation": Cancellation.REQUESTED}, "waiting", "cancellation_requested", "answer_cancellation"),
        ({"payment": Payment.PARTLY_REFUNDED}, "ready", "", ""),
        ({"placed_at": CONNECTED}, "ready", "", ""),
        ({"shipment": Shipment.PARTLY}, "ready", "", ""),
    ],
    ids=str,
)
def test_what_the_marketplace_says_decides(facts: dict[str, Any], state: str, reason: str, fix: str) -> None:
    assert verdict(order_row(facts=facts)) == (ImportState(state), reason, fix)


def test_of_several_reasons_the_most_final_is_told() -> None:
    facts = {"cancellation": Cancellation.CANCELLED, "payment": Payment.PENDING, "placed_at": CONNECTED - SECOND}
    assert verdict(order_row(facts=facts))[1] == "order_cancelled"


def test_with_automatic_creation_off_an_order_waits_for_a_day_before_it_asks() -> None:
    order = order_row(rules=BY_HAND)
    assert verdict(order) == (ImportState.WAITING, AUTOMATIC_OFF, "export_order")
    assert order.seen_while == AUTOMATIC_OFF
    settled = order_changes.applied(order, frozenset(), BY_HAND, LATER)
    assert settled.due_at == NOW + timedelta(hours=24)
    asked = order_changes.with_notice(settled, Problem(NEEDS_DECISION))
    assert order_changes.decided(asked, BY_HAND, LATER).due_at is None


def test_an_order_seen_while_automatic_creation_was_off_stays_the_sellers_to_decide() -> None:
    order = order_changes.decided(order_row(rules=BY_HAND), RULES, LATER)
    assert verdict(order) == (ImportState.WAITING, AUTOMATIC_OFF, "export_order")


def test_an_order_that_the_switch_held_back_later_stays_the_sellers_when_it_goes_on_again() -> None:
    held = order_changes.decided(order_row(), BY_HAND, LATER)
    assert verdict(held) == (ImportState.WAITING, AUTOMATIC_OFF, "export_order")
    assert verdict(order_changes.decided(held, RULES, LATER)) == (ImportState.WAITING, AUTOMATIC_OFF, "export_order")


def test_an_order_seen_while_observing_waits_and_afterwards_is_the_sellers_to_decide() -> None:
    order = order_row(rules=OBSERVING)
    assert verdict(order) == (ImportState.WAITING, OBSERVED, "leave_and_export")
    assert verdict(order_changes.decided(order, RULES, LATER)) == (ImportState.WAITING, OBSERVED, "export_order")


# ---- unpaid ----


def test_an_unpaid_order_is_looked_at_again_when_it_expires_and_then_lets_go() -> None:
    waiting = at_rest(order_row(facts={"payment": Payment.PENDING}))
    assert waiting.due_at == EXPIRES
    assert order_changes.decided(waiting, RULES, EXPIRES - SECOND) == waiting
    expired = order_changes.decided(waiting, RULES, EXPIRES)
    assert verdict(expired) == (ImportState.SKIPPED, "unpaid_expired", "")
    assert expired.unsettled


def test_an_order_paid_after_it_expired_is_created_after_all() -> None:
    order = order_changes.decided(order_row(facts={"payment": Payment.PENDING}), RULES, EXPIRES)
    paid = remote_order(changed_at=EXPIRES)
    order = order_changes.read_again(order, paid, RULES, EXPIRES)
    assert verdict(order) == (ImportState.READY, "", "")


def test_expiry_is_counted_from_the_placing_and_not_from_first_sight() -> None:
    facts = {"payment": Payment.PENDING, "placed_at": CONNECTED}
    order = order_row(facts=facts, now=CONNECTED + RULES.unpaid_expires)
    assert verdict(order)[1] == "unpaid_expired"


# ---- read again ----


def test_the_same_answer_again_is_the_order_itself() -> None:
    order = order_row()
    assert order_changes.read_again(order, remote_order(), RULES, LATER) is order


def test_an_older_answer_changes_nothing() -> None:
    order = order_row(facts={"changed_at": LATER, "cancellation": Cancellation.CANCELLED})
    older = remote_order(changed_at=LATER - SECOND)
    assert order_changes.read_again(order, older, RULES, LATER) is order


def test_an_answer_of_the_same_instant_that_says_more_counts() -> None:
    order = at_rest(order_row())
    cancelled = remote_order(cancellation=Cancellation.CANCELLED)
    order = order_changes.read_again(order, cancelled, RULES, LATER)
    assert verdict(order)[1] == "order_cancelled"
    assert order.unsettled


def test_a_cancelled_order_no_longer_shows_what_was_sent_to_its_listings() -> None:
    order = replace(at_rest(order_row()), listings_told=True)
    cancelled = remote_order(changed_at=LATER, cancellation=Cancellation.CANCELLED)
    withdrawn = order_changes.read_again(order, cancelled, RULES, LATER)
    assert not withdrawn.listings_told
    told = replace(withdrawn, listings_told=True)
    shipped = replace(cancelled, changed_at=LATER + SECOND, shipment=Shipment.SHIPPED)
    assert order_changes.read_again(told, shipped, RULES, LATER).listings_told


def test_a_change_of_anything_else_leaves_the_listings_told() -> None:
    order = replace(at_rest(order_row()), listings_told=True)
    shipped = remote_order(changed_at=LATER, shipment=Shipment.PARTLY)
    assert order_changes.read_again(order, shipped, RULES, LATER).listings_told


@pytest.mark.parametrize("state", [ImportState.CREATING, ImportState.CREATED, ImportState.UNCLEAR])
def test_once_a_create_was_begun_nothing_that_is_read_takes_it_back(state: ImportState) -> None:
    attempt = CreateAttempt("c1", LATER, LATER)
    order = order_row(state=state, attempt=attempt)
    cancelled = remote_order(changed_at=LATER, cancellation=Cancellation.CANCELLED)
    order = order_changes.read_again(order, cancelled, RULES, LATER)
    assert (order.state, order.attempt) == (state, attempt)
    assert order.facts == cancelled


def test_a_failed_order_that_changed_is_tried_anew_from_the_first_wait() -> None:
    failed = order_creating.failed(order_row(tries=4), retry_at=LATER, reason=Problem("no_answer"))
    order = order_changes.read_again(failed, remote_order(changed_at=LATER), RULES, LATER)
    assert (*verdict(order), order.tries) == (ImportState.READY, "", "", 0)


# ---- right before a create ----


@pytest.mark.parametrize("state", [ImportState.READY, ImportState.FAILED])
def test_what_came_in_the_way_while_nobody_asked_stops_a_create(state: ImportState) -> None:
    order = order_row(facts={"cancellation": Cancellation.CANCELLED}, state=state, reason=None)
    assert verdict(order_changes.judged_again(order, RULES, LATER))[1] == "order_cancelled"
    assert verdict(order_changes.judged_again(order_row(state=state), OBSERVING, LATER))[1] == OBSERVED


def test_an_order_that_nothing_stands_in_the_way_of_keeps_its_tries_and_its_time() -> None:
    failed = order_creating.failed(order_row(tries=4), retry_at=LATER, reason=Problem("no_answer"))
    assert order_changes.judged_again(failed, RULES, NOW) is failed
    ready = order_row()
    assert order_changes.judged_again(ready, RULES, LATER) is ready


@pytest.mark.parametrize("state", [s for s in ImportState if s not in (ImportState.READY, ImportState.FAILED)])
def test_only_orders_that_may_be_created_are_judged_again(state: ImportState) -> None:
    order = order_row(state=state, facts={"cancellation": Cancellation.CANCELLED})
    assert order_changes.judged_again(order, RULES, LATER) is order


# ---- the seller ----


def test_exporting_outweighs_the_switch_the_date_and_an_asked_for_cancellation() -> None:
    for order in (
        order_row(rules=BY_HAND),
        order_row(facts={"placed_at": CONNECTED - SECOND}),
        order_row(facts={"cancellation": Cancellation.REQUESTED}),
        order_row(seen_while=OBSERVED),
    ):
        exported = order_changes.exported(order, "ada", BY_HAND, LATER)
        assert (*verdict(exported), exported.exported_by) == (ImportState.READY, "", "", "ada")
        assert exported.due_at == LATER + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"payment": Payment.PENDING}, "awaiting_payment"),
        ({"cancellation": Cancellation.CANCELLED}, "order_cancelled"),
        ({"payment": Payment.REFUNDED}, "order_refunded"),
        ({"fulfilled_by_marketplace": True}, "fulfilled_by_marketplace"),
    ],
)
def test_exporting_outweighs_nothing_that_the_marketplace_says(facts: dict[str, Any], reason: str) -> None:
    assert verdict(order_changes.exported(order_row(facts=facts), "ada", RULES, LATER))[1] == reason


def test_an_order_exported_before_it_was_paid_is_created_when_it_is() -> None:
    order = order_row(rules=BY_HAND, facts={"payment": Payment.PENDING})
    order = order_changes.exported(order, "ada", BY_HAND, NOW)
    paid = order_changes.read_again(order, remote_order(changed_at=LATER), BY_HAND, LATER)
    assert verdict(paid) == (ImportState.READY, "", "")


def test_exporting_takes_back_that_it_is_handled_outside_and_the_question() -> None:
    order = order_changes.handled_outside(order_row(), "ada", RULES, NOW)
    order = order_changes.with_notice(order, Problem(NEEDS_DECISION))
    order = order_changes.exported(order, "bob", RULES, LATER)
    assert (order.state, order.handled_outside_by, order.notices) == (ImportState.READY, "", ())


def test_exporting_a_failed_order_tries_it_at_once() -> None:
    failed = order_creating.failed(order_row(tries=4), retry_at=LATER, reason=Problem("no_answer"))
    order = order_changes.exported(failed, "ada", RULES, NOW)
    assert (*verdict(order), order.tries) == (ImportState.READY, "", "", 0)
    assert order.due_at == NOW + timedelta(seconds=60)


def test_exporting_an_unclear_order_is_the_persons_word_that_the_shop_does_not_have_it() -> None:
    unclear = order_row(state=ImportState.UNCLEAR, reason=Problem("create_outcome_unclear"))
    assert verdict(order_changes.exported(unclear, "ada", RULES, LATER)) == (ImportState.READY, "", "")


@pytest.mark.parametrize("state", [ImportState.READY, ImportState.FAILED, ImportState.UNCLEAR])
def test_an_order_handled_outside_is_skipped_and_lets_go(state: ImportState) -> None:
    order = order_row(state=state, exported_by="bob", unsettled=False)
    order = order_changes.with_notice(order, Problem(NEEDS_DECISION))
    left = order_changes.handled_outside(order, "ada", RULES, LATER)
    assert left.state is ImportState.SKIPPED
    assert left.reason == Problem("handled_outside", {"by": "ada"})
    assert (left.exported_by, left.notices, left.unsettled) == ("", (), True)


def test_an_exported_order_that_waits_for_the_end_of_observing_is_looked_at_each_hour() -> None:
    order = order_changes.exported(order_row(), "ada", OBSERVING, NOW)
    assert verdict(order) == (ImportState.WAITING, OBSERVED, "leave_observe_mode")
    settled = order_changes.applied(order, frozenset(), OBSERVING, NOW)
    assert settled.due_at == NOW + timedelta(hours=1)
    assert verdict(order_changes.decided(settled, RULES, LATER)) == (ImportState.READY, "", "")


def test_an_order_seen_while_observing_asks_for_nothing_by_itself() -> None:
    order = order_changes.applied(order_row(rules=OBSERVING), frozenset(), OBSERVING, NOW)
    assert order.due_at is None


# ---- lines ----


def test_a_match_notes_the_reservation_before_it_is_written() -> None:
    order = at_rest(order_row())
    matched = order_changes.matched(order, {MUG: match()}, RULES, LATER)
    assert matched.reserved == {(MUG, variant_key())}
    assert matched.unsettled
    assert matched.due_at == LATER + timedelta(seconds=60)


def test_another_match_leaves_the_earlier_reservation_to_be_taken_away() -> None:
    order = order_changes.matched(order_row(), {MUG: match()}, RULES, NOW)
    order = order_changes.matched(order, {MUG: match("CUP", MatchedBy.PERSON)}, RULES, NOW)
    assert order.reserved == {(MUG, variant_key("MUG")), (MUG, variant_key("CUP"))}


def test_the_same_matches_and_matches_of_a_created_order_change_nothing() -> None:
    order = order_changes.matched(order_row(), {MUG: match()}, RULES, NOW)
    assert order_changes.matched(order, {MUG: match()}, RULES, LATER) is order
    created = replace(order, state=ImportState.CREATED)
    assert order_changes.matched(created, {}, RULES, LATER) is created


# ---- notices ----


def test_of_each_code_the_newest_notice_stands_last() -> None:
    order = order_row()
    for notice in (Problem("a", {"n": "1"}), Problem("b"), Problem("a", {"n": "2"})):
        order = order_changes.with_notice(order, notice)
    assert order.notices == (Problem("b"), Problem("a", {"n": "2"}))
    assert order_changes.with_notice(order, Problem("b")) is order
    assert order_changes.without_notice(order, "c") is order
    assert order_changes.without_notice(order, "a").notices == (Problem("b"),)


@pytest.mark.parametrize(
    ("tries", "seconds"), [(0, 15), (1, 30), (2, 60), (7, 1920), (8, 3600), (12, 3600), (10_000, 3600)]
)
def test_a_failed_order_is_tried_ever_more_slowly_to_an_hour(tries: int, seconds: int) -> None:
    order = order_row(tries=tries)
    assert order_schedule.retry_at(order, NOW) == NOW + timedelta(seconds=seconds)
    assert order_schedule.retry_at(order, NOW, after_s=7200) == NOW + timedelta(hours=2)


def test_two_orders_of_one_account_have_keys_of_their_own() -> None:
    keys = {OrderKey(ACCOUNT, RemoteOrderId(id)) for id in ("12-1", "12-2", "12-1")}
    assert {str(key) for key in keys} == {"acc_1#12-1", "acc_1#12-2"}
    assert {OrderKey.parse(str(key)) for key in keys} == keys
