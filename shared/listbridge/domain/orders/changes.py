"""What the marketplace, the seller and the shop's stock do to an order's row, but for its create (protocol.md#reservations).

Pure functions: order in, order out, as in `ledger`. The caller saves the result only over the revision that it read,
else reads again and applies it again. Each leaves `due_at` right: when the order is to be looked at if nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from listbridge.domain.ids import LineId, OrderKey, ShopId, VariantKey
from listbridge.domain.orders.orders import Cancellation, ImportState, Match, Order, Payment, RemoteOrder
from listbridge.domain.orders.schedule import (
    AUTOMATIC_OFF,
    LINES_IN_SHOP,
    NEEDS_DECISION,
    OBSERVED,
    OVERSOLD,
    PRICES_UNTOLD,
    SHORTAGE_ASKED_EVERY,
    UNPAID,
    ImportRules,
    resend_at,
    scheduled,
)
from listbridge.domain.problem import Problem

MISSES_PRODUCT = "products_missing"
UNPAID_EXPIRED = "unpaid_expired"
TWINS = "twins_in_shop"
REPLACED = "replaced_by_order"
BUYER_UNTOLD = "buyer_untold"
ADDRESS_UNTOLD = "address_untold"


def first_seen(key: OrderKey, shop: ShopId, facts: RemoteOrder, rules: ImportRules, now: datetime) -> Order:
    """An order that we did not know."""
    moved_in = facts.placed_at < rules.connected_at
    order = Order(
        key=key, shop=shop, facts=facts, first_seen_at=now, moved_in=moved_in, seen_while=_switched_off(rules)
    )
    return decided(order, rules, now)


def read_again(order: Order, facts: RemoteOrder, rules: ImportRules, now: datetime) -> Order:
    """The marketplace was read: what it says now. The order itself when that is what we knew.

    An answer older than what we know (lists lag behind single reads) changes nothing.
    """
    if facts == order.facts or facts.changed_at < order.facts.changed_at:
        return order
    withdrawn = facts.cancellation is Cancellation.CANCELLED is not order.facts.cancellation
    told = order.listings_told and not withdrawn  # the marketplace may count up again, or not
    return decided(replace(order, facts=facts, unsettled=True, listings_told=told), rules, now)


def decided(order: Order, rules: ImportRules, now: datetime) -> Order:
    """Whether the order is to become a shop order now; once a create was begun, this is no longer the question."""
    if order.state in (ImportState.CREATING, ImportState.CREATED, ImportState.UNCLEAR):
        return scheduled(order, rules, now)
    state, reason = _judged(order, rules, now)
    if (state, reason) != (order.state, order.reason):
        order = replace(order, state=state, reason=reason, tries=0, unsettled=True)
    if reason is not None and reason.code == AUTOMATIC_OFF:
        # Also when the switch goes on again: meanwhile the seller may have entered the order by hand.
        order = replace(order, seen_while=AUTOMATIC_OFF)
    return scheduled(order, rules, now)


def judged_again(order: Order, rules: ImportRules, now: datetime) -> Order:
    """An order that may be created, unless something stands in its way by now.

    The marketplace's word or a setting may have come while a create was under way, or between two tries, when it could
    decide nothing. An order that nothing stands in the way of is returned itself: it keeps its tries and its time.
    """
    if order.state not in (ImportState.READY, ImportState.FAILED):
        return order
    state, _ = _judged(order, rules, now)
    return order if state is ImportState.READY else decided(order, rules, now)


def _judged(order: Order, rules: ImportRules, now: datetime) -> tuple[ImportState, Problem | None]:
    facts = order.facts
    skipped, waiting = ImportState.SKIPPED, ImportState.WAITING
    if order.handled_outside_by:
        return skipped, Problem("handled_outside", {"by": order.handled_outside_by})
    if order.replaced_by is not None:
        return skipped, Problem(REPLACED, {"order": order.replaced_by})
    if facts.fulfilled_by_marketplace:
        return skipped, Problem("fulfilled_by_marketplace")
    if facts.cancellation is Cancellation.CANCELLED:
        return skipped, Problem("order_cancelled")
    if facts.refunded:
        return skipped, Problem("order_refunded")
    if order.moved_in and not order.exported_by:
        return skipped, Problem("before_connection", fix="export_order")
    unpaid = facts.payment in (Payment.PENDING, Payment.FAILED)
    if unpaid and now >= facts.placed_at + rules.unpaid_expires:
        return skipped, Problem(UNPAID_EXPIRED)  # whether its prices were ever told or not
    if not facts.priced:
        # Not even by hand: a price that nobody told would be invented.
        return waiting, Problem(PRICES_UNTOLD)
    if unpaid:
        return waiting, Problem(UNPAID if facts.payment is Payment.PENDING else "payment_failed")
    if order.in_shop_by and not order.exported_by:
        return waiting, lines_in_shop(order)
    if rules.observe:
        by_itself = order.exported_by or not order.seen_while
        return waiting, Problem(OBSERVED, fix="leave_observe_mode" if by_itself else "leave_and_export")
    if order.exported_by:
        return ImportState.READY, None
    if facts.cancellation is Cancellation.REQUESTED:
        return waiting, Problem("cancellation_requested", fix="answer_cancellation")
    by_hand = order.seen_while or _switched_off(rules)
    return (waiting, Problem(by_hand, fix="export_order")) if by_hand else (ImportState.READY, None)


def lines_in_shop(order: Order) -> Problem:
    """Why an order waits whose lines the shop has already, by an order that it came in place of."""
    names = ", ".join(sorted(set(order.in_shop_by.values())))
    return Problem(LINES_IN_SHOP, {"orders": names}, "export_or_handled_outside")


def _switched_off(rules: ImportRules) -> str:
    """Which of the account's settings keeps orders from being created automatically; empty when none does."""
    if rules.observe:
        return OBSERVED
    return "" if rules.automatic else AUTOMATIC_OFF


def exported(order: Order, by: str, rules: ImportRules, now: datetime) -> Order:
    """A person wants the shop order now; what stands in the way still does, but neither the switch nor the date."""
    again = replace(order, exported_by=by, handled_outside_by="", due_at=None)
    if order.state is ImportState.UNCLEAR:  # they say that it is not in the shop
        again = replace(again, state=ImportState.WAITING, attempt=None)
    again = tried_again(again, rules, now)
    return decided(without_notice(without_notice(again, NEEDS_DECISION), LINES_IN_SHOP), rules, now)


def handled_outside(order: Order, by: str, rules: ImportRules, now: datetime) -> Order:
    """A person says that the order needs nothing from us: it releases its stock."""
    again = replace(order, handled_outside_by=by, exported_by="", unsettled=True)
    if order.state is ImportState.UNCLEAR:
        again = replace(again, state=ImportState.WAITING, attempt=None)
    return decided(without_notice(without_notice(again, NEEDS_DECISION), LINES_IN_SHOP), rules, now)


def matched(order: Order, matches: Mapping[LineId, Match], rules: ImportRules, now: datetime) -> Order:
    """The lines' variants; the order itself when nothing differs."""
    if order.state is ImportState.CREATED or dict(matches) == dict(order.matches):
        return order
    held = order.reserved | {(line, match.variant) for line, match in matches.items()}
    new = replace(order, matches=dict(matches), reserved=held, unsettled=True)
    return scheduled(new, rules, now)


def tried_again(order: Order, rules: ImportRules, now: datetime) -> Order:
    """What made the order fail may be gone: try again now."""
    if order.state is not ImportState.FAILED:
        return order
    return decided(replace(order, state=ImportState.WAITING, reason=None), rules, now)


def applied(order: Order, standing: frozenset[tuple[LineId, VariantKey]], rules: ImportRules, now: datetime) -> Order:
    """Reservations and listings are as this row wants them; `standing` are the reservations that stand now."""
    return scheduled(replace(order, unsettled=False, listings_told=True, reserved=standing), rules, now)


def completed(order: Order, now: datetime) -> Order:
    """Nothing is left to do: shipped, or cancelled, on both sides."""
    if order.completed_at is not None:
        return order
    return replace(order, completed_at=now, unsettled=True, due_at=resend_at(order, now))


def with_notice(order: Order, notice: Problem) -> Order:
    """At most one notice of each code: the newest."""
    if notice in order.notices:
        return order
    return replace(order, notices=(*_others(order, notice.code), notice))


def without_notice(order: Order, code: str) -> Order:
    """The order without this notice."""
    others = _others(order, code)
    return order if len(others) == len(order.notices) else replace(order, notices=others)


def shortage_noted(order: Order, notice: Problem | None, now: datetime) -> Order:
    """The order says that more is sold than there is, or says so no longer; it is asked again in a while."""
    new = without_notice(order, OVERSOLD) if notice is None else with_notice(order, notice)
    if new is order or notice is None:
        return new
    return replace(new, due_at=min(new.due_at or now + SHORTAGE_ASKED_EVERY, now + SHORTAGE_ASKED_EVERY))


def _others(order: Order, code: str) -> tuple[Problem, ...]:
    return tuple(one for one in order.notices if one.code != code)
