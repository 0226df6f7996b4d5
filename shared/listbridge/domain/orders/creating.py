"""The create of an order's shop order, from its beginning until the counted stock is proven to know of it
(protocol.md#creating-orders).

Pure functions, as in `order_changes`. A create that was begun stands on the row: only who holds it may say what came of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from listbridge.domain.orders.orders import CreateAttempt, ImportState, Order, ShopOrderRef
from listbridge.domain.orders.schedule import (
    NEEDS_DECISION,
    UNPROVEN,
    ImportRules,
    resend_at,
    scheduled,
    waits_for_stock,
)
from listbridge.domain.problem import Problem

LOOKS = 3
"""Empty looks after which a create is taken for never made (protocol.md#creating-orders)."""


class NotOurCreate(Exception):
    """Another create stands on the order: this caller's outcome must not be recorded."""


def creating(order: Order, attempt: str, *, deadline: datetime, number: int) -> Order:
    """A create begins: from now on, a worker that finds this may only look (protocol.md#creating-orders).

    `number` is the shop's counter at this moment. An earlier create that was given up keeps its own: it may yet land.
    The shop order is created without the lines that were refunded to the buyer.
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
        return replace(order, state=ImportState.READY, attempt=None, reason=None, due_at=resend_at(order, now))
    unclear = Problem("create_outcome_unclear", fix="look_in_shop")
    due = resend_at(order, now) if order.unsettled else None
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
        due_at=resend_at(order, now),
    )


def absorbed(order: Order, number: int, now: datetime) -> Order:
    """Observations from this number on know of the shop order: the reservation no longer counts against them."""
    if order.state is not ImportState.CREATED or order.absorbed_from is not None:
        return order
    others = tuple(one for one in order.notices if one.code not in UNPROVEN)
    return replace(order, absorbed_from=number, notices=others, unsettled=True, due_at=resend_at(order, now))


def stock_unproven(order: Order, notice: Problem, rules: ImportRules, now: datetime) -> Order:
    """The counted stock does not know of the order: the reservation stays, and the order says why."""
    if order.state is not ImportState.CREATED or order.absorbed_from is not None:
        return order
    others = tuple(one for one in order.notices if one.code not in UNPROVEN)
    return scheduled(replace(order, notices=(*others, notice)), rules, now)


def stock_proven(order: Order, now: datetime) -> Order:
    """The counted stock has fallen after all, only now as far as we know: reads may lag behind that once more."""
    if order.absorbed_from is not None or not waits_for_stock(order):
        return order
    others = tuple(one for one in order.notices if one.code not in UNPROVEN)
    return replace(order, notices=others, confirmed_at=now, due_at=resend_at(order, now))


def failed(order: Order, *, retry_at: datetime | None, reason: Problem) -> Order:
    """It cannot be created now; it is tried again automatically, ever more slowly, and at once when its cause goes
    away."""
    return replace(order, state=ImportState.FAILED, reason=reason, tries=order.tries + 1, due_at=retry_at, attempt=None)


def outcome_unknown(order: Order, attempt: str, *, look_at: datetime, now: datetime) -> Order:
    """The create's request is over, and nobody knows what came of it. Raises NotOurCreate."""
    standing = _own(order, attempt)
    over = replace(standing, deadline=min(now, standing.deadline), next_look_at=look_at)
    return replace(order, attempt=over, due_at=look_at)


def _own(order: Order, attempt: str) -> CreateAttempt:
    if order.state is not ImportState.CREATING or order.attempt is None or order.attempt.id != attempt:
        raise NotOurCreate(str(order.key))
    return order.attempt
