"""Reading and changing order rows, for all services that do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account
from listbridge.domain.ids import OrderKey
from listbridge.domain.orders.orders import Order
from listbridge.domain.orders.schedule import ImportRules
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.domain.ports import Conflict, Missing, OrderTraits
from listbridge.services.deps import AccountDeps, CoreDeps, DeskDeps, OrderDeps

_TRIES = 20


def change_order(deps: OrderDeps, key: OrderKey, change: Callable[[Order], Order]) -> Order:
    """Read, apply, save, again on conflict; a change that returns its argument writes nothing.

    Raises Missing, whatever `change` raises, and Conflict after many losses in a row.
    """
    for _ in range(_TRIES):
        order = order_of(deps, key)
        new = change(order)
        if new is order:
            return order
        try:
            return deps.orders.save(new)
        except Conflict:
            continue
    raise Conflict(str(key))


def order_of(deps: DeskDeps, key: OrderKey) -> Order:
    """The order's row. Raises Missing."""
    order = deps.orders.find(key)
    if order is None:
        raise Missing("order", str(key))
    return order


def rules_of(deps: AccountDeps, account: Account) -> ImportRules:
    """What the account's settings and its connection say about its orders."""
    state = deps.polls.find(account.id)
    return ImportRules(
        automatic=account.create_orders,
        observe=account.observe,
        # Not polled yet means connected just now: nothing that it can tell us about was placed since.
        connected_at=state.since if state is not None else deps.clock.now(),
        unpaid_expires=timedelta(seconds=order_traits(deps, account).unpaid_expires_s),
    )


def order_traits(deps: AccountDeps, account: Account) -> OrderTraits:
    """How the account's marketplace is asked for orders. Raises Missing where it is not."""
    traits = deps.marketplaces.traits(account).orders
    if traits is None:
        raise Missing("orders of marketplace", account.marketplace)
    return traits


def mark_of(account: Account, key: OrderKey) -> OrderMark:
    """How the order's shop order is known again."""
    return OrderMark(account.marketplace, key.remote)


def lease_name(key: OrderKey) -> str:
    """What two workers on one order exclude each other by."""
    return f"order#{key}"


def tell(deps: CoreDeps, order: Order, event: str, /, *, actor: str = "listbridge", **params: str) -> None:
    """A line in the order's log. Never a word of the buyer's."""
    deps.activity.note(
        ActivityEntry(
            str(order.key), event, deps.clock.now(), {**params, "order": order.key.remote}, order.key.account, actor
        )
    )
