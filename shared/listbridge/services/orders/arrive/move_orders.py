"""Move open orders to another variant that took over their listing: they hold their stock there from now on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from listbridge.domain.configuration import Account
from listbridge.domain.ids import ListingKey, VariantKey
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import Match, MatchedBy, Order
from listbridge.domain.orders.reserving import bought_from, holds_stock, orders_of
from listbridge.domain.orders.schedule import ImportRules
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.arrive.take_in_order import queue_next
from listbridge.services.orders.hold.apply_order import apply_order
from listbridge.services.orders.order_rows import change_order, rules_of

_PAGE = 100
_PAGES = 5
"""How many of the account's newest orders are looked at for lines that had nothing to hold while the product was gone."""


def move_orders(deps: OrderDeps, listing: ListingKey, old: VariantKey, new: VariantKey) -> int:
    """Match the listing's lines in open orders to `new`, and reserve there; returns how many orders moved.

    An order that holds nothing, or that the shop has or may have, is left alone. Running it again changes nothing.
    """
    rules = rules_of(deps, deps.configuration.get(Account, listing.account))
    now = deps.clock.now()
    change = partial(_rematched, listing=listing, old=old, new=new, rules=rules, now=now)
    moved = 0
    for order in _candidates(deps, listing, old):
        if change(order) is order:
            continue
        order = apply_order(deps, change_order(deps, order.key, change), rules)
        queue_next(deps, order)
        moved += 1
    return moved


def _candidates(deps: OrderDeps, listing: ListingKey, old: VariantKey) -> Iterator[Order]:
    holders = {key for key in orders_of(deps.variants.reservations(old)) if key.account == listing.account}
    yield from deps.orders.get_many(sorted(holders)).values()
    cursor = None
    for _ in range(_PAGES):
        rows, cursor = deps.orders.recent(listing.account, cursor, _PAGE)
        yield from (row for row in rows if row.key not in holders)
        if cursor is None:
            return


def _rematched(
    order: Order, listing: ListingKey, old: VariantKey, new: VariantKey, rules: ImportRules, now: datetime
) -> Order:
    if order.begun or not holds_stock(order):
        return order
    matches = dict(order.matches)
    for line in order.facts.lines:
        match = matches.get(line.id)
        mine = bought_from(order, line) == listing
        if mine and (match is None or match.variant == old):
            matches[line.id] = Match(new, match.by if match is not None else MatchedBy.LISTING)
    if matches == dict(order.matches):
        return order
    return order_changes.tried_again(order_changes.matched(order, matches, rules, now), rules, now)
