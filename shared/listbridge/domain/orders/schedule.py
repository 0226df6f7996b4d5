"""When an order is looked at again if nothing happens: by its state, its reasons and its notices
(protocol.md#reservations).

Pure functions. Every change of a row ends with one of them, so that `due_at` is right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from listbridge.domain.orders.orders import ImportState, Order, Payment
from listbridge.domain.waiting import ORDERS, from_now

AUTOMATIC_OFF = "automatic_creation_off"
UNPAID = "awaiting_payment"
PRICES_UNTOLD = "prices_untold"
OBSERVED = "account_observes"
NEEDS_DECISION = "needs_decision"
STOCK_ELSEWHERE = "stock_taken_elsewhere"
STOCK_UNSEEN = "stock_location_unseen"
STOCK_NOT_TAKEN = "stock_not_taken"
UNPROVEN = frozenset({STOCK_ELSEWHERE, STOCK_UNSEEN, STOCK_NOT_TAKEN})
"""Notices of an order whose stock the shop is not seen to have taken."""
OVERSOLD = "oversold"
LINES_IN_SHOP = "lines_in_shop_already"
DECIDE_AFTER = timedelta(hours=24)
_RESEND = timedelta(seconds=60)
_HARDLY = timedelta(seconds=10)
COMPARE_EVERY = timedelta(hours=6)
"""How often an order that is not done is compared with the shop, should the shop's events be lost."""
_SLOWEST_RETRY = timedelta(hours=1)
SHORTAGE_ASKED_EVERY = timedelta(minutes=5)
"""How often an order that says `oversold` is asked whether that is still true, should the event that ends it be lost."""


@dataclass(frozen=True, slots=True)
class ImportRules:
    """What of the account's settings decides about its orders."""

    automatic: bool
    observe: bool
    connected_at: datetime
    unpaid_expires: timedelta


def scheduled(order: Order, rules: ImportRules, now: datetime) -> Order:
    """The order with its next look in place."""
    due = _due(order, rules, now)
    if _says_oversold(order):
        due = min(due or now + SHORTAGE_ASKED_EVERY, now + SHORTAGE_ASKED_EVERY)
    return order if due == order.due_at else replace(order, due_at=due)


def resend_at(order: Order, now: datetime) -> datetime:
    """When a message that was lost is sent again. A time that stands already is kept if it comes hardly sooner: it is part of an
    index, and moving it would cost as much as the row."""
    at = now + _RESEND
    return order.due_at if order.due_at is not None and at - _HARDLY < order.due_at <= at else at


def _due(order: Order, rules: ImportRules, now: datetime) -> datetime | None:
    if order.state is ImportState.CREATING and order.attempt is not None:
        return order.attempt.next_look_at
    if order.state is ImportState.CREATED:
        if order.absorbed_from is None and not order.unsettled and waits_for_stock(order):
            return now + _SLOWEST_RETRY
        if order.absorbed_from is None or order.unsettled:
            return resend_at(order, now)
        return None if order.completed_at else now + COMPARE_EVERY
    if order.state is ImportState.FAILED:
        soon = resend_at(order, now)
        return min(order.due_at or soon, soon) if order.unsettled else order.due_at
    if order.unsettled or order.state is ImportState.READY:
        return resend_at(order, now)
    code = order.reason.code if order.reason else ""
    unpaid = order.facts.payment in (Payment.PENDING, Payment.FAILED)
    if code in (UNPAID, "payment_failed") or (code == PRICES_UNTOLD and unpaid):
        return order.facts.placed_at + rules.unpaid_expires
    if code in (PRICES_UNTOLD, LINES_IN_SHOP):
        return now + _SLOWEST_RETRY
    if code == AUTOMATIC_OFF and not any(one.code == NEEDS_DECISION for one in order.notices):
        return order.first_seen_at + DECIDE_AFTER
    if code == OBSERVED and (order.exported_by or not order.seen_while):
        return now + _SLOWEST_RETRY  # nothing but the switch stands in its way, and nobody tells when it is turned
    return None


def waits_for_prices_alone(order: Order) -> bool:
    """Whether the order is paid and lacks nothing but its prices: no change of it need come with them, so it is asked for."""
    code = order.reason.code if order.reason else ""
    return code == PRICES_UNTOLD and order.facts.payment not in (Payment.PENDING, Payment.FAILED)


def waits_for_stock(order: Order) -> bool:
    """Whether the shop order stands, but the counted stock has not fallen by it, as far as we can see."""
    return order.completed_at is None and any(one.code in UNPROVEN for one in order.notices)


def _says_oversold(order: Order) -> bool:
    return any(one.code == OVERSOLD for one in order.notices)


def compared_after(order: Order, moment: datetime) -> bool:
    """Whether nothing is to be compared with the shop for a change of that moment: the order is done, or was compared
    since. A comparison sets the time of the next one, so that tells when it was."""
    if not order.relayed or order.completed_at is not None:
        return True
    return order.due_at is not None and order.due_at - COMPARE_EVERY > moment


def sent_again(order: Order, at: datetime) -> Order:
    """A message for the order was sent because its time had come: not again before `at`."""
    return replace(order, due_at=at)


def retry_at(order: Order, now: datetime, *, after_s: float = 0.0) -> datetime:
    """When a failed order is tried again: 15 s doubling to an hour, or what the platform asks."""
    return from_now(now, max(ORDERS.after(order.tries), after_s))
