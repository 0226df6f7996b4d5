"""Orders that come back under another id: the new one replaces the old one and holds its stock from then on.

The old order releases the stock only after the new one holds it, so that no unit is uncounted in between; where the
shop has the old order already, the new one waits for the seller's word, and holds nothing twice.
"""

from __future__ import annotations

from functools import partial

from listbridge.domain.ids import LineId, OrderKey, RemoteOrderId
from listbridge.domain.orders import superseding
from listbridge.domain.orders.orders import Order
from listbridge.domain.orders.schedule import ImportRules
from listbridge.domain.ports import Missing
from listbridge.domain.work import ImportOrder, Lane
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.order_rows import change_order, tell


def take_places(deps: OrderDeps, order: Order, rules: ImportRules) -> Order:
    """Find out who comes in whose place, and note it on each; before the order reserves anything.

    What is in the shop, or may be, is noted on this order if it comes later. The caller saves nothing in between.
    """
    if not order.same_lines:
        return order
    now = deps.clock.now()
    others = deps.orders.get_many(OrderKey(order.key.account, remote) for remote in sorted(order.same_lines))
    in_shop: dict[LineId, RemoteOrderId] = {}
    mine = {line.id for line in order.facts.lines}
    for other in others.values():
        if not superseding.comes_after(order, other):
            order = _replaced(deps, order, other, rules)
            continue
        change = partial(superseding.replaced, by=order.key.remote, rules=rules, now=now)
        old = _changed(deps, other, change, "order_replaced", order)
        if superseding.blocks(old):
            in_shop |= {line.id: old.key.remote for line in old.facts.lines if line.id in mine}
    found = partial(superseding.lines_found_in_shop, lines=in_shop, rules=rules, now=now)
    return change_order(deps, order.key, found)


def replaced_by_me(deps: OrderDeps, order: Order) -> list[Order]:
    """The orders that may release their stock, because this one holds it now."""
    keys = [OrderKey(order.key.account, remote) for remote in sorted(order.same_lines)]
    rows = deps.orders.get_many(keys).values() if keys else ()
    mine = [row for row in rows if row.replaced_by == order.key.remote and not row.begun]
    change = partial(superseding.replacement_holds, by=order.key.remote)
    return [change_order(deps, row.key, change) for row in mine if not row.replacement_holds]


def wake_replacement(deps: OrderDeps, order: Order) -> None:
    """The order in whose place another came is not in the shop (any more): that one has to look again."""
    if order.replaced_by is None or order.begun or order.replacement_holds:
        return
    key = OrderKey(order.key.account, order.replaced_by)
    mine = frozenset({order.key.remote})
    try:
        change_order(deps, key, lambda row: superseding.reopened(row, mine))
    except Missing:
        return
    deps.queues.send(Lane.ORDERS, ImportOrder(account=key.account, order=key.remote))


def _replaced(deps: OrderDeps, order: Order, by: Order, rules: ImportRules) -> Order:
    change = partial(superseding.replaced, by=by.key.remote, rules=rules, now=deps.clock.now())
    return _changed(deps, order, change, "order_replaced", by)


def _changed(deps: OrderDeps, order: Order, change: partial[Order], event: str, by: Order) -> Order:
    new = change_order(deps, order.key, change)
    if new.replaced_by != order.replaced_by:
        tell(deps, new, event, by=by.key.remote)
    return new
