"""Every minute: the accounts whose poll is due until the next one, and the orders whose time has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.orders import schedule as order_schedule
from listbridge.domain.orders.orders import Order
from listbridge.domain.orders.polling import PollState
from listbridge.domain.ports import Conflict
from listbridge.domain.work import ImportOrder, Lane, RelayOrder
from listbridge.services.deps import AccountDeps, OrderDeps
from listbridge.services.orders.arrive.ask_for_orders import TICK_S, send_poll
from listbridge.services.orders.hold.oversold import says_oversold

_ORDERS = 200
_QUIET = timedelta(minutes=10)
"""After its time has come an order is left alone for so long: its message may fail for a reason of ours, again and again."""


def import_tick(deps: OrderDeps) -> int:
    """Queue what is due; returns how many messages went out. Whatever is lost, the next tick finds again."""
    return _accounts(deps) + _orders(deps)


def _accounts(deps: AccountDeps) -> int:
    sent = 0
    for account in deps.configuration.all(Account):
        if account.state is not ConnectionState.ACTIVE:
            continue
        if deps.marketplaces.traits(account).orders is None:
            continue
        now = deps.clock.now()
        state = deps.polls.find(account.id)
        if state is None:
            state = deps.polls.create(PollState(account=account.id, since=now, next_poll_at=now))
        free = not state.claim and state.next_poll_at < now + timedelta(seconds=TICK_S)
        if state.next_poll_at <= now or free:
            sent += send_poll(deps, account.id, state.next_poll_at)
    return sent


def _orders(deps: OrderDeps) -> int:
    now = deps.clock.now()
    rows = deps.orders.get_many(deps.orders.due(now, _ORDERS))
    due = [row for row in rows.values() if row.due_at is not None and row.due_at <= now]
    return sum(_again(deps, order, now) for order in due)


def _again(deps: OrderDeps, order: Order, now: datetime) -> bool:
    try:
        deps.orders.save(order_schedule.sent_again(order, now + _QUIET))
    except Conflict:
        return False  # somebody is at it
    key = order.key
    at_home = order.relayed and order.absorbed_from is not None and not order.unsettled
    if at_home:
        deps.queues.send(Lane.FULFILLMENTS, RelayOrder(account=key.account, order=key.remote))
    if not at_home or says_oversold(order):
        deps.queues.send(Lane.ORDERS, ImportOrder(account=key.account, order=key.remote, due=True))
    return True
