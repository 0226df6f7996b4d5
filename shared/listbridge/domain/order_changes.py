"""Every change that an order's row can go through (protocol sections 6 and 7).

Pure functions: order in, order out, as in `ledger`. Whoever applies one saves the result only over the revision it read,
else reads again and applies it again. Each leaves `due_at` right: when the order is to be looked at if nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from listbridge.domain.ids import LineId, OrderKey, ShopId, VariantKey
from listbridge.domain.orders import (
    Cancellation,
    CreateAttempt,
    ImportState,
    Match,
    Order,
    Payment,
    RemoteOrder,
    ShopOrderRef,
)
from listbridge.domain.problem import Problem
from listbridge.domain.waiting import ORDERS, from_now

MISSES_PRODUCT = "products_missing"
AUTOMATIC_OFF = "automatic_creation_off"
UNPAID = "awaiting_payment"
PRICES_UNTOLD = "prices_untold"
UNPAID_EXPIRED = "unpaid_expired"
OBSERVED = "account_observes"
NEEDS_DECISION = "needs_decision"
TWINS = "twins_in_shop"
STOCK_ELSEWHERE = "stock_taken_elsewhere"
STOCK_UNSEEN = "stock_location_unseen"
STOCK_NOT_TAKEN = "stock_not_taken"
_UNPROVEN = frozenset({STOCK_ELSEWHERE, STOCK_UNSEEN, STOCK_NOT_TAKEN})
OVERSOLD = "oversold"
REPLACED = "replaced_by_order"
LINES_IN_SHOP = "lines_in_shop_already"
LOOKS = 3
"""Empty looks after which a create is taken for never made (protocol 7)."""
DECIDE_AFTER = timedelta(hours=24)
_RESEND = timedelta(seconds=60)
_HARDLY = timedelta(seconds=10)
COMPARE_EVERY = timedelta(hours=6)
"""How often an order that is not done is compared with the shop, should the shop's events be lost."""
_SLOWEST_RETRY = timedelta(hours=1)
_SHORT = timedelta(minutes=5)
"""How often an order that says `oversold` is asked whether that is still true, should the event that ends it be lost."""


@dataclass(frozen=True, slots=True)
class ImportRules:
    """What of the account's settings decides about its orders."""

    automatic: bool
    observe: bool
    connected_at: datetime
    unpaid_expires: timedelta


class NotOurCreate(Exception):
    """Another create stands on the order: this caller's outcome must not be recorded."""


def first_seen(key: OrderKey, shop: ShopId, facts: RemoteOrder, rules: ImportRules, now: datetime) -> Order:
    """An order that we did not know."""
    moved_in = facts.placed_at < rules.connected_at
    order = Order(
        key=key, shop=shop, facts=facts, first_seen_at=now, moved_in=moved_in, seen_while=_switched_off(rules)
    )  # fmt: skip
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
    """Which of the account's settings keeps orders from being created by themselves; empty when none does."""
    if rules.observe:
        return OBSERVED
    return "" if rules.automatic else AUTOMATIC_OFF


def scheduled(order: Order, rules: ImportRules, now: datetime) -> Order:
    """The order with its next look in place."""
    due = _due(order, rules, now)
    if _says_oversold(order):
        due = min(due or now + _SHORT, now + _SHORT)
    return order if due == order.due_at else replace(order, due_at=due)


def _resend_at(order: Order, now: datetime) -> datetime:
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
            return _resend_at(order, now)
        return None if order.completed_at else now + COMPARE_EVERY
    if order.state is ImportState.FAILED:
        soon = _resend_at(order, now)
        return min(order.due_at or soon, soon) if order.unsettled else order.due_at
    if order.unsettled or order.state is ImportState.READY:
        return _resend_at(order, now)
    code = order.reason.code if order.reason else ""
    unpaid = order.facts.payment in (Payment.PENDING, Payment.FAILED)
    if code in (UNPAID, "payment_failed") or (code == PRICES_UNTOLD and unpaid):
        return order.facts.placed_at + rules.unpaid_expires
    if code == LINES_IN_SHOP:
        return now + _SLOWEST_RETRY
    if code == AUTOMATIC_OFF and not any(one.code == NEEDS_DECISION for one in order.notices):
        return order.first_seen_at + DECIDE_AFTER
    if code == OBSERVED and (order.exported_by or not order.seen_while):
        return (
            now + _SLOWEST_RETRY
        )  # nothing but the switch stands in its way, and nobody tells when it is turned
    return None


# The seller


def exported(order: Order, by: str, rules: ImportRules, now: datetime) -> Order:
    """A person wants the shop order now; what stands in the way still does, but neither the switch nor the date."""
    again = replace(order, exported_by=by, handled_outside_by="", due_at=None)
    if order.state is ImportState.UNCLEAR:  # his word that it is not in the shop
        again = replace(again, state=ImportState.WAITING, attempt=None)
    again = tried_again(again, rules, now)
    return decided(without_notice(without_notice(again, NEEDS_DECISION), LINES_IN_SHOP), rules, now)


def handled_outside(order: Order, by: str, rules: ImportRules, now: datetime) -> Order:
    """A person says that the order needs nothing from us: it lets go of its stock."""
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


# Creating


def creating(order: Order, attempt: str, *, deadline: datetime, number: int) -> Order:
    """A create begins: from now on, whoever finds this may only look (protocol 7).

    `number` is the shop's counter at this moment. An earlier create that was given up keeps its own: it may yet land.
    The shop's order is made without the lines that the buyer has the money back for.
    """
    begun = CreateAttempt(id=attempt, deadline=deadline, next_look_at=deadline)
    began = number if order.create_began is None else order.create_began
    return replace(
        order,
        state=ImportState.CREATING,
        reason=None,
        attempt=begun,
        left_out=order.facts.refunded_lines,
        due_at=deadline,
        create_began=began,
    )


def not_created(order: Order, attempt: str, *, retry_at: datetime, reason: Problem) -> Order:
    """The create certainly made nothing. Raises NotOurCreate."""
    _own(order, attempt)
    nothing = replace(order, state=ImportState.READY, attempt=None, create_began=None)
    return failed(nothing, retry_at=retry_at, reason=reason)


def looked_in_vain(order: Order, attempt: str, *, settle: timedelta, strict: bool, now: datetime) -> Order:
    """One more look after the deadline found nothing.

    The looks are spread over `settle`; after the last of them the order may be created again where a look misses
    nothing, else a person decides. Raises NotOurCreate.
    """
    standing = _own(order, attempt)
    if now < standing.next_look_at:
        return order
    looks = standing.looks + 1
    if looks < LOOKS:
        # The last look comes no sooner than `settle` past the deadline; the first came at the deadline at the earliest.
        at = max(now, standing.deadline) + settle / (LOOKS - 1)
        return replace(order, attempt=replace(standing, looks=looks, next_look_at=at), due_at=at)
    if strict:
        return replace(
            order, state=ImportState.READY, attempt=None, reason=None, due_at=_resend_at(order, now)
        )
    unclear = Problem("create_outcome_unclear", fix="look_in_shop")
    due = _resend_at(order, now) if order.unsettled else None
    return replace(order, state=ImportState.UNCLEAR, attempt=None, reason=unclear, due_at=due)


def created(order: Order, shop_order: ShopOrderRef, now: datetime) -> Order:
    """The shop order stands; its stock effect is still to be proven."""
    if order.state is ImportState.CREATED:
        return order
    return replace(
        order,
        state=ImportState.CREATED,
        reason=None,
        attempt=None,
        shop_order=shop_order,
        confirmed_at=now,
        notices=tuple(one for one in order.notices if one.code != NEEDS_DECISION),
        tries=0,
        due_at=_resend_at(order, now),
    )


def absorbed(order: Order, number: int, now: datetime) -> Order:
    """Observations from this number on know of the shop order: the reservation no longer counts against them."""
    if order.state is not ImportState.CREATED or order.absorbed_from is not None:
        return order
    others = tuple(one for one in order.notices if one.code not in _UNPROVEN)
    return replace(order, absorbed_from=number, notices=others, unsettled=True, due_at=_resend_at(order, now))


def waits_for_stock(order: Order) -> bool:
    """Whether the shop order stands, but the counted stock has not fallen by it, as far as we can see."""
    return order.completed_at is None and any(one.code in _UNPROVEN for one in order.notices)


def stock_unproven(order: Order, notice: Problem, rules: ImportRules, now: datetime) -> Order:
    """The counted stock does not know of the order: the reservation stays, and the order says why."""
    if order.state is not ImportState.CREATED or order.absorbed_from is not None:
        return order
    others = tuple(one for one in order.notices if one.code not in _UNPROVEN)
    return scheduled(replace(order, notices=(*others, notice)), rules, now)


def stock_proven(order: Order, now: datetime) -> Order:
    """The counted stock has fallen after all, only now as far as we know: reads may lag behind that once more."""
    if order.absorbed_from is not None or not waits_for_stock(order):
        return order
    others = tuple(one for one in order.notices if one.code not in _UNPROVEN)
    return replace(order, notices=others, confirmed_at=now, due_at=_resend_at(order, now))


def failed(order: Order, *, retry_at: datetime | None, reason: Problem) -> Order:
    """It cannot be created now; it is tried again by itself, ever more slowly, and at once when its cause goes away."""
    return replace(
        order, state=ImportState.FAILED, reason=reason, tries=order.tries + 1, due_at=retry_at, attempt=None
    )


def tried_again(order: Order, rules: ImportRules, now: datetime) -> Order:
    """What made the order fail may be gone: try again now."""
    if order.state is not ImportState.FAILED:
        return order
    return decided(replace(order, state=ImportState.WAITING, reason=None), rules, now)


def settled(
    order: Order, standing: frozenset[tuple[LineId, VariantKey]], rules: ImportRules, now: datetime
) -> Order:
    """Reservations and listings are as this row wants them; `standing` are the reservations that stand now."""
    return scheduled(replace(order, unsettled=False, listings_told=True, reserved=standing), rules, now)


def outcome_unknown(order: Order, attempt: str, *, look_at: datetime, now: datetime) -> Order:
    """The create's request is over, and nobody knows what came of it. Raises NotOurCreate."""
    standing = _own(order, attempt)
    over = replace(standing, deadline=min(now, standing.deadline), next_look_at=look_at)
    return replace(order, attempt=over, due_at=look_at)


def compared_after(order: Order, moment: datetime) -> bool:
    """Whether nothing is to be compared with the shop for a change of that moment: the order is done, or was compared
    since. A comparison sets the time of the next one, so that tells when it was."""
    if not order.relayed or order.completed_at is not None:
        return True
    return order.due_at is not None and order.due_at - COMPARE_EVERY > moment


def sent_again(order: Order, at: datetime) -> Order:
    """A message for the order was sent because its time had come: not again before `at`."""
    return replace(order, due_at=at)


def completed(order: Order, now: datetime) -> Order:
    """Nothing is left to do: sent, or cancelled, on both sides."""
    if order.completed_at is not None:
        return order
    return replace(order, completed_at=now, unsettled=True, due_at=_resend_at(order, now))


# Notices


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
    return replace(new, due_at=min(new.due_at or now + _SHORT, now + _SHORT))


def _says_oversold(order: Order) -> bool:
    return any(one.code == OVERSOLD for one in order.notices)


def retry_at(order: Order, now: datetime, *, after_s: float = 0.0) -> datetime:
    """When a failed order is tried again: 15 s doubling to an hour, or what the other side asks."""
    return from_now(now, max(ORDERS.after(order.tries), after_s))


def _others(order: Order, code: str) -> tuple[Problem, ...]:
    return tuple(one for one in order.notices if one.code != code)


def _own(order: Order, attempt: str) -> CreateAttempt:
    if order.state is not ImportState.CREATING or order.attempt is None or order.attempt.id != attempt:
        raise NotOurCreate(str(order.key))
    return order.attempt
