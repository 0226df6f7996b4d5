"""The checks that timers ask for: one shop or account in each message, so that one that hangs or fails stops no
other."""

from __future__ import annotations

from listbridge.domain import trace
from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.ports import Missing
from listbridge.domain.work import Check, CheckKind, Lane
from listbridge.services.catalog.read_changed_products import read_changed_products
from listbridge.services.configuration.check_connections import check_account_connection, check_shop_connection
from listbridge.services.deps import AccountDeps, CheckDeps
from listbridge.services.listings.revise.failed_updates import MOST, try_failed_again
from listbridge.services.orders.create.find_twins import find_twins
from listbridge.services.orders.relay.read_changed_orders import read_changed_orders

_OF_SHOPS = (CheckKind.SHOP, CheckKind.SHOP_ORDERS, CheckKind.SHOP_PRODUCTS)

_ENOUGH_S = 20.0


def run_check(deps: CheckDeps, check: Check, *, remaining_s: float) -> int:
    """Do one check and return how many faults it found. What was disconnected meanwhile is passed over.

    A check of many pages stops after twenty seconds, or half of what remains, and queues the rest.
    """
    trace.note(**{"shop" if check.what in _OF_SHOPS else "account": check.subject})
    try:
        if check.what is CheckKind.SHOP:
            return check_shop_connection(deps, deps.configuration.get(Shop, check.subject))
        if check.what is CheckKind.SHOP_ORDERS:
            return read_changed_orders(deps, deps.configuration.get(Shop, check.subject), check)
        if check.what is CheckKind.SHOP_PRODUCTS:
            return read_changed_products(deps, deps.configuration.get(Shop, check.subject), check)
        account = deps.configuration.get(Account, check.subject)
        if check.what is CheckKind.ACCOUNT:
            return check_account_connection(deps, account)
        shop = deps.configuration.get(Shop, account.shop)
    except Missing:
        return 0
    if check.what is CheckKind.FAILED_UPDATES:
        return _try_failed_again(deps, account, check)
    if {account.state, shop.state} != {ConnectionState.ACTIVE}:
        return 0
    looked = find_twins(deps, account, shop, check.cursor, seconds=min(_ENOUGH_S, remaining_s / 2))
    if looked.cursor is not None:
        if looked.cursor != check.cursor:
            trace.progressed()
        again = check.model_copy(update={"cursor": looked.cursor})
        deps.queues.send(Lane.RECOMPUTE, again, reason="more_pages")
    return looked.found


def _try_failed_again(deps: AccountDeps, account: Account, check: Check) -> int:
    if account.state is not ConnectionState.ACTIVE:
        return 0  # connecting it again asks again
    found = try_failed_again(deps, account.id)
    if found == MOST:
        trace.progressed()
        deps.queues.send(Lane.RECOMPUTE, check, reason="more_pages")
    return found
