"""Orders that come back under another id: a marketplace may give an order a new one when it is paid, or several together.

The lines keep their ids, and that is how such orders are found. Of two orders with a line in common one came in place of
the other, and only that one becomes a shop order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from listbridge.domain.ids import LineId, RemoteOrderId
from listbridge.domain.orders.changes import REPLACED, decided, lines_in_shop, with_notice, without_notice
from listbridge.domain.orders.orders import Cancellation, Match, Order, Payment
from listbridge.domain.orders.schedule import LINES_IN_SHOP, ImportRules
from listbridge.domain.problem import Problem

_UNPAID = (Payment.PENDING, Payment.FAILED)


def comes_after(order: Order, other: Order) -> bool:
    """Whether `order` came in place of `other`: what is paid replaces what is not, and else the later one the earlier."""
    return _place(order) > _place(other)


def _place(order: Order) -> tuple[bool, datetime, datetime, str]:
    facts = order.facts
    return facts.payment not in _UNPAID, facts.changed_at, order.first_seen_at, order.key.remote


def sharing_lines(order: Order, others: frozenset[RemoteOrderId]) -> Order:
    """The order has lines in common with these: what follows from it is still to be done."""
    if others <= order.same_lines:
        return order
    return replace(order, same_lines=order.same_lines | others, unsettled=True)


def reopened(order: Order, others: frozenset[RemoteOrderId]) -> Order:
    """What became of these orders has to be looked at again, whether they were known or not."""
    return replace(sharing_lines(order, others), unsettled=True)


def inherited(order: Order, other: Order) -> Mapping[LineId, Match]:
    """The order's matches, with those of the other one for the lines that they have in common."""
    lines = {line.id for line in order.facts.lines}
    return {**{id: match for id, match in other.matches.items() if id in lines}, **order.matches}


def replaced(order: Order, by: RemoteOrderId, rules: ImportRules, now: datetime) -> Order:
    """Another order came in place of this one. It holds its stock until that one does; what is in the shop stays there."""
    if order.replaced_by == by:
        return order
    new = replace(order, replaced_by=by, unsettled=True)
    if new.begun:
        new = with_notice(new, Problem(REPLACED, {"order": by}, "look_at_replacement"))
    return decided(new, rules, now)


def replacement_holds(order: Order, by: RemoteOrderId) -> Order:
    """The order that came in place of this one has reserved the lines: this one releases them."""
    if order.replaced_by != by or order.replacement_holds or order.begun:
        return order
    return replace(order, replacement_holds=True, unsettled=True)


def blocks(order: Order) -> bool:
    """Whether the shop has, or may have, the order's lines, so that another order for them needs the seller's word."""
    return order.begun and order.facts.cancellation is not Cancellation.CANCELLED


def lines_found_in_shop(
    order: Order, lines: Mapping[LineId, RemoteOrderId], rules: ImportRules, now: datetime
) -> Order:
    """Which of its lines the shop has by earlier orders. With any, the order waits for the seller's word."""
    if order.begun or dict(lines) == dict(order.in_shop_by):
        return order
    new = replace(order, in_shop_by=dict(lines), unsettled=True)
    new = with_notice(new, lines_in_shop(new)) if lines and not new.exported_by else without_notice(new, LINES_IN_SHOP)
    return decided(new, rules, now)
