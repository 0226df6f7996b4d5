"""Dismiss a notice of an order that a person has dealt with, or means to leave."""

from __future__ import annotations

from listbridge.domain.ids import OrderKey
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import Order
from listbridge.domain.ports import Missing
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.order_rows import change_order, order_of, tell


def dismiss_notice(deps: OrderDeps, key: OrderKey, code: str, actor: str) -> Order:
    """Dismiss the notice of the order. It comes back when what it says is found again: a second look is another
    finding.

    Raises Missing for an order that we do not know, or one without such a notice.
    """
    if not any(notice.code == code for notice in order_of(deps, key).notices):
        raise Missing("notice", code)
    order = change_order(deps, key, lambda row: order_changes.without_notice(row, code))
    tell(deps, order, "order_notice_dismissed", actor=actor, code=code)
    return order
