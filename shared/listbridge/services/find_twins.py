"""Does a marketplace order stand in the shop twice? A timer looks, for no shop can promise that it never does (protocol 7)."""

from __future__ import annotations

from datetime import timedelta

from listbridge.domain import order_changes
from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.orders import ImportState, Order
from listbridge.domain.ports import Missing, ShopAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError, Unauthorized
from listbridge.services.connection_state import expire_shop
from listbridge.services.create_shop_order import TWINS
from listbridge.services.deps import Deps
from listbridge.services.order_rows import change_order, mark_of, reason, tell

RECENT = timedelta(hours=3)
"""A little more than twice the timer's distance: each order is looked at twice."""
_PAGE = 100


def find_twins(deps: Deps) -> int:
    """Look for a second shop order of each order that was created lately; returns how many have one."""
    found = 0
    for account in deps.configuration.all(Account):
        try:
            shop = deps.configuration.get(Shop, account.shop)
        except Missing:
            continue
        if {account.state, shop.state} == {ConnectionState.ACTIVE}:
            found += _of_account(deps, account, shop)
    return found


def _of_account(deps: Deps, account: Account, shop: Shop) -> int:
    adapter = deps.shops.open(shop)
    found, cursor = 0, None
    oldest = deps.clock.now() - RECENT
    while True:
        rows, cursor = deps.orders.recent(account.id, cursor, _PAGE)
        for order in rows:
            if order.state is ImportState.CREATED and (order.confirmed_at or oldest) >= oldest:
                try:
                    found += _look(deps, account, adapter, order)
                except Unauthorized as error:
                    expire_shop(deps, shop, error.problem)
                    return found
                except RemoteError as error:
                    tell(deps, order, "twins_not_looked_for", **reason(error.problem))
                    return found  # the next run looks again
        # Orders come newest first; those placed long before are not the ones that were created a moment ago, but for
        # exports by hand, whose single look happened when they were made.
        if cursor is None or (rows and rows[-1].first_seen_at < oldest):
            return found


def _look(deps: Deps, account: Account, adapter: ShopAdapter, order: Order) -> bool:
    twins = adapter.look_for_order(mark_of(account, order.key))
    if len(twins) < 2:
        return False
    notice = Problem(TWINS, {"orders": ", ".join(one.name for one in twins)}, "cancel_one_in_shop")
    if notice not in order.notices:
        tell(deps, order, TWINS, **notice.params)
        change_order(deps, order.key, lambda row: order_changes.with_notice(row, notice))
    return True
