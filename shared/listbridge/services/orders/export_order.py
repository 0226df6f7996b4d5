"""What the seller does with an order by hand: export it, mark it as handled outside, choose a product for a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from listbridge.domain.catalog import Variant
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import LineId, OrderKey, VariantKey
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import ImportState, Match, MatchedBy, Order
from listbridge.domain.orders.schedule import ImportRules
from listbridge.domain.ports import Missing, Share
from listbridge.domain.problem import Problem
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.arrive.take_in_order import queue_next
from listbridge.services.orders.hold.apply_order import apply_order
from listbridge.services.orders.order_rows import change_order, order_of, rules_of, tell
from listbridge.services.orders.relay.relay_order import SHOP_ORDER_GONE, UNITS_OPEN
from listbridge.services.refusal import Refused

Change = Callable[[Order, ImportRules], Order]
_STUCK = (SHOP_ORDER_GONE, UNITS_OPEN)
"""Notices of orders in the shop that may never end without a person's word."""
_FINAL = ("fulfilled_by_marketplace", "order_cancelled", "order_refunded")


def export_order(deps: OrderDeps, key: OrderKey, actor: str) -> Order:
    """Create the shop's order now, whatever the automatic switch says; asked twice it is made once.

    Raises:
        Missing: there is no such order.
        Refused: it is in the shop already, on its way there, or there is nothing to deliver any more.
    """
    order = order_of(deps, key)
    _refuse_if_begun(order)
    if order.reason is not None and order.reason.code in _FINAL:
        raise Refused(Problem("order_not_exportable", order.reason.as_reason()))
    now = deps.clock.now()
    return _apply(deps, order, actor, "order_export_asked", partial(_exported, by=actor, now=now))


def leave_order(deps: OrderDeps, key: OrderKey, actor: str) -> Order:
    """The seller handled the order elsewhere: it releases its stock and is not imported.

    An order whose shop order was deleted, or ships fewer units than the marketplace waits for, ends like this when the
    seller has agreed on it with the buyer: nothing else might ever end it. Raises Missing, and Refused for any other
    order that is in the shop or on its way there.
    """
    order = order_of(deps, key)
    _refuse_unless_stuck(order)
    now = deps.clock.now()
    return _apply(deps, order, actor, "order_handled_outside", partial(_left, by=actor, now=now))


def choose_product(deps: OrderDeps, key: OrderKey, line: LineId, variant: VariantKey, actor: str) -> Order:
    """Match a line to this variant of the order's shop; a failed order is then tried again at once.

    A product that was never looked at is read from the shop first. Raises Missing for an order, line or variant that does
    not exist, RemoteError when the shop cannot be asked, Refused when the order is in the shop already.
    """
    order = order_of(deps, key)
    _refuse_if_begun(order)
    if line not in {one.id for one in order.facts.lines}:
        raise Missing("line", line)
    known = _known(deps, order, variant)
    now = deps.clock.now()

    def change(row: Order, rules: ImportRules) -> Order:
        _refuse_if_begun(row)
        matches = {**row.matches, line: Match(variant, MatchedBy.PERSON)}
        return order_changes.tried_again(order_changes.matched(row, matches, rules, now), rules, now)

    return _apply(deps, order, actor, "order_line_matched", change, sku=known.facts.sku)


def _known(deps: OrderDeps, order: Order, key: VariantKey) -> Variant:
    found = deps.variants.get_many([key]).get(key) if key.shop == order.shop else None
    if found is None and key.shop == order.shop:
        shop = deps.configuration.get(Shop, order.shop)
        observe_products(deps, shop, deps.shops.open(shop, Share.ORDER), [key.product])
        found = deps.variants.get_many([key]).get(key)
    if found is None or found.absent:
        raise Missing("variant", str(key))
    return found


def _exported(row: Order, rules: ImportRules, *, by: str, now: datetime) -> Order:
    _refuse_if_begun(row)
    return order_changes.exported(row, by, rules, now)


def _left(row: Order, rules: ImportRules, *, by: str, now: datetime) -> Order:
    _refuse_unless_stuck(row)
    if _stuck(row):
        done = order_changes.completed(replace(row, handled_outside_by=by), now)
        for code in _STUCK:
            done = order_changes.without_notice(done, code)
        return done
    return order_changes.handled_outside(row, by, rules, now)


def _stuck(order: Order) -> bool:
    return order.relayed and any(notice.code in _STUCK for notice in order.notices)


def _refuse_unless_stuck(order: Order) -> None:
    if not _stuck(order):
        _refuse_if_begun(order)


def _refuse_if_begun(order: Order) -> None:
    if order.state is ImportState.CREATED and order.shop_order is not None:
        raise Refused(Problem("order_in_shop", {"shop_order": order.shop_order.name}, "open_in_shop"))
    if order.state is ImportState.CREATING:
        raise Refused(Problem("order_being_created", fix="repeat_later"))


def _apply(deps: OrderDeps, order: Order, actor: str, event: str, change: Change, **params: str) -> Order:
    account = deps.configuration.get(Account, order.key.account)
    rules = rules_of(deps, account)
    order = change_order(deps, order.key, lambda row: change(row, rules))
    tell(deps, order, event, actor=actor, **params)
    order = apply_order(deps, order, rules)
    queue_next(deps, order)
    return order
