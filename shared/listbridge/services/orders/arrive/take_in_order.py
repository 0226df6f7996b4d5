"""Take an order in: store it as a row of ours, and reserve its stock at once (protocol.md#reservations)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from listbridge.domain.configuration import Account
from listbridge.domain.ids import LineId, OrderKey
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders import superseding
from listbridge.domain.orders.orders import Buyer, ImportState, Match, MatchedBy, Order, OrderRead
from listbridge.domain.orders.reserving import bought_from
from listbridge.domain.orders.schedule import ImportRules
from listbridge.domain.ports import Conflict
from listbridge.domain.work import ImportOrder, Lane, RelayOrder
from listbridge.services.deps import CoreDeps, LedgerDeps, OrderDeps
from listbridge.services.orders.hold.apply_order import apply_order
from listbridge.services.orders.order_rows import order_traits, tell

_TRIES = 20


def take_in_order(
    deps: OrderDeps, account: Account, rules: ImportRules, read: OrderRead, known: Order | None = None
) -> Order:
    """Bring the order's row up to what was read, put its reservations in place, and queue what is next for it.

    An order that we know as it is costs nothing. `known` is the row as read a moment ago.
    """
    order, changed = note_order(deps, account, rules, read, known)
    owed = changed or unfinished(order)
    relayed = order.relayed
    if owed and relayed:
        queue_next(deps, order)  # first, for once it is settled nothing but the comparison hours later finds it again
    order = apply_order(deps, order, rules)
    if owed and not relayed:
        queue_next(deps, order)
    return order


def note_order(
    deps: OrderDeps, account: Account, rules: ImportRules, read: OrderRead, known: Order | None = None
) -> tuple[Order, bool]:
    """The order's row as this read leaves it, and whether it changed. Reservations are not written here."""
    key = OrderKey(account.id, read.order.id)
    for _ in range(_TRIES):
        before = known or deps.orders.find(key)
        known = None
        now = deps.clock.now()
        if before is None:
            order = order_changes.first_seen(key, account.shop, read.order, rules, now)
            order = _with_other_ids(deps, account, order)
        else:
            order = order_changes.read_again(before, read.order, rules, now)
            order = order_changes.judged_again(order, rules, now)
        if before is None and read.buyer is not None and _is_forgotten(deps, read.buyer, order):
            order = replace(order, buyer_erased_at=now)
        order = order_changes.matched(order, _with_listings(deps, order), rules, now)
        if order is before:
            return order, False
        if read.buyer is not None and order.buyer_erased_at is None:
            deps.orders.put_buyer(key, read.buyer)
        try:
            saved = deps.orders.save(order)
        except Conflict:
            continue
        _tell(deps, before, saved)
        return saved, True
    raise Conflict(str(key))


def _is_forgotten(deps: OrderDeps, buyer: Buyer, order: Order) -> bool:
    """Whether the marketplace told us to forget this buyer before their order was read for the first time."""
    until = deps.forgotten.until(buyer.user) if buyer.user else None
    return until is not None and order.facts.placed_at <= until


def _with_other_ids(deps: OrderDeps, account: Account, order: Order) -> Order:
    """An order seen for the first time, with the orders that have a line of it, and what is known of their lines."""
    if not order_traits(deps, account).lines_keep_ids:
        return order
    others = deps.orders.note_lines(order.key, [line.id for line in order.facts.lines])
    order = superseding.sharing_lines(order, frozenset(other.remote for other in others))
    told: set[LineId] = set()
    for other in deps.orders.get_many(others).values() if others else ():
        order = replace(order, matches=superseding.inherited(order, other))
        told |= {line.id for line in other.facts.lines} if other.listings_told else set()
    if order.matches:
        order = replace(order, reserved=frozenset((line, match.variant) for line, match in order.matches.items()))
    # The marketplace counted its listings down when the lines were sold, not when they were paid.
    return replace(order, listings_told=all(line.id in told for line in order.facts.lines) and bool(told))


def unfinished(order: Order) -> bool:
    """The worker that changed the order may have died before it queued what is next for it."""
    return order.unsettled and order.completed_at is None


def queue_next(deps: CoreDeps, order: Order) -> None:
    """Queue what is next for an order that changed; what gets lost here, the order's own time brings up again."""
    account, remote = order.key.account, order.key.remote
    if order.state is ImportState.READY:
        deps.queues.send(Lane.ORDERS, ImportOrder(account=account, order=remote))
    elif order.relayed:
        deps.queues.send(Lane.FULFILLMENTS, RelayOrder(account=account, order=remote))


def _with_listings(deps: LedgerDeps, order: Order) -> Mapping[LineId, Match]:
    """The matches so far, and for lines without one the variant of the listing that they were bought from.

    A listing may still name a variant that is proven gone: that is no match, the line waits for its SKU to appear.
    """
    if order.relayed:
        return order.matches
    open_lines = [line for line in order.facts.lines if line.id not in order.matches and line.sku]
    if not open_lines:
        return order.matches
    keys = {line.id: bought_from(order, line) for line in open_lines}
    rows = deps.listings.get_many(set(keys.values()))
    bought = {
        line: rows[key].variant for line, key in keys.items() if key in rows and rows[key].variant.shop == order.shop
    }
    variants = deps.variants.get_many(set(bought.values())) if bought else {}
    found = {
        line: Match(key, MatchedBy.LISTING)
        for line, key in bought.items()
        if key in variants and not variants[key].absent
    }
    return {**order.matches, **found} if found else order.matches


def _tell(deps: CoreDeps, before: Order | None, order: Order) -> None:
    if before is None and order.buyer_erased_at is not None:
        tell(deps, order, "buyer_forgotten")
    if before is None and not order.facts.priced:
        tell(deps, order, "order_seen_unpriced", lines=str(len(order.facts.lines)))
    elif before is None:
        tell(deps, order, "order_seen", lines=str(len(order.facts.lines)), total=str(order.facts.total))
    elif before.facts != order.facts:
        facts = order.facts
        tell(
            deps,
            order,
            "order_changed",
            payment=facts.payment,
            cancellation=facts.cancellation,
            shipment=facts.shipment,
        )
    if order.reason is not None and (before is None or before.reason != order.reason):
        tell(deps, order, "order_not_imported", **order.reason.as_reason())
