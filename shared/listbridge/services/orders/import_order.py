"""Do what is next for one order. It is safe to call at any time and any number of times."""

from __future__ import annotations

from datetime import timedelta

from listbridge.domain import trace, waiting
from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.ids import OrderKey
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders import creating as order_creating
from listbridge.domain.orders import schedule as order_schedule
from listbridge.domain.orders.orders import Cancellation, ImportState, Order, Payment, Shipment
from listbridge.domain.orders.schedule import AUTOMATIC_OFF, DECIDE_AFTER, NEEDS_DECISION, ImportRules
from listbridge.domain.ports import Missing, Share
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, RateLimited, RemoteError, RetryLater, Unauthorized
from listbridge.domain.work import ImportOrder, Lane
from listbridge.services.connection_state import expire_account, expire_shop
from listbridge.services.deps import CoreDeps, OrderDeps
from listbridge.services.orders.arrive.take_in_order import queue_next, take_in_order, unfinished
from listbridge.services.orders.create.create_shop_order import create_shop_order, look_for_created
from listbridge.services.orders.hold.apply_order import apply_order
from listbridge.services.orders.hold.oversold import note_shortage, says_oversold
from listbridge.services.orders.hold.stock_effect import missing_effect
from listbridge.services.orders.order_rows import change_order, rules_of, tell

UNFORESEEN = "unforeseen_failure"
_PAID_BACK = (Payment.PARTLY_REFUNDED, Payment.REFUNDED)
_AFTER_OUR_FAILURE = timedelta(hours=6)
_TRIES = 10
"""With waits that grow to a quarter of an hour, a marketplace may be away for more than an hour before the message fails. Then
the queue tries it for most of another, and it ends in the dead-letter queue."""


def import_order(deps: OrderDeps, message: ImportOrder) -> None:
    """Do what the order needs now: take it in, put its effects in place, create it, look for it, absorb its stock.

    Raises:
        RetryLater: an order that only this message knows of cannot be read; the queue keeps it.
    """
    try:
        account = deps.configuration.get(Account, message.account)
        shop = deps.configuration.get(Shop, account.shop)
    except Missing:
        return  # disconnected meanwhile; its orders stay as they are
    trace.note(shop=shop.id)
    rules = rules_of(deps, account)
    key = OrderKey(account.id, message.order)
    order = deps.orders.find(key)
    if order is None or message.anew:
        _take_in_alone(deps, account, rules, message)
        return
    if order.relayed and unfinished(order):
        queue_next(deps, order)
    order = apply_order(deps, order, rules)
    if says_oversold(order):
        order = note_shortage(deps, shop, order)
    if order.state is ImportState.CREATED:
        if order.absorbed_from is None:
            absorb_order(deps, shop, order, rules, due=message.due)
        return
    active = {account.state, shop.state} == {ConnectionState.ACTIVE}
    if not active:
        return  # its time brings it up again
    now = deps.clock.now()
    due = message.due or (order.due_at is not None and order.due_at <= now)
    if order.state is ImportState.CREATING:
        look_for_created(deps, account, shop, order, rules)
    elif order.state is ImportState.READY or (order.state is ImportState.FAILED and (due or _by_us(order))):
        try:
            create_shop_order(deps, account, shop, order, rules)
        except Exception:
            _note_our_failure(deps, order)
            raise  # into the dead-letter queue, alone
    elif order.state is ImportState.WAITING and due:
        _time_passed(deps, order, rules)
        if order_schedule.waits_for_prices_alone(order):
            _take_in_alone(deps, account, rules, message)


def absorb_order(deps: OrderDeps, shop: Shop, order: Order, rules: ImportRules, *, due: bool = False) -> Order:
    """The shop order stands: from the next observation on, the shop's own number counts it.

    The number is taken only when a read is certain to show the effect: later than the shop's reads can lag, and where only
    some of its locations are counted, or creating an order need not take stock, once it took the stock at these. Until then
    the reservation stays.
    """
    traits = deps.shops.traits(shop)
    lag = timedelta(seconds=traits.read_lag_s)
    now = deps.clock.now()
    ready = (order.confirmed_at or now) + lag
    if now < ready:
        message = ImportOrder(account=order.key.account, order=order.key.remote)
        deps.queues.send(Lane.ORDERS, message, delay_s=waiting.delay_s(ready, now), reason="absorb")
        return order
    if _moved_on(order):
        queue_next(deps, order)  # before the number is noted, for after that nothing brings the order up for hours
    if order.completed_at is None and (shop.locations or not traits.takes_stock):
        try:
            notice = missing_effect(deps, shop, order)
        except RemoteError as error:
            return _asked_in_vain(deps, shop, order, error)
        if notice is not None:
            return _not_counted(deps, order, notice, rules, due=due)
        if order_schedule.waits_for_stock(order):
            order = change_order(deps, order.key, lambda row: order_creating.stock_proven(row, now))
            return absorb_order(deps, shop, order, rules)
    number = deps.counters.next(f"observation#{shop.id}")
    order = change_order(deps, order.key, lambda row: order_creating.absorbed(row, number, now))
    return apply_order(deps, order, rules)


def _asked_in_vain(deps: CoreDeps, shop: Shop, order: Order, error: RemoteError) -> Order:
    """Where the stock was taken cannot be told now: the reservation stays, and the order's own time brings it up again."""
    if isinstance(error, Unauthorized):
        expire_shop(deps, shop, error.problem)
    tell(deps, order, "stock_not_looked_up", **error.problem.as_reason())
    return order


def _not_counted(deps: OrderDeps, order: Order, notice: Problem, rules: ImportRules, *, due: bool) -> Order:
    now = deps.clock.now()
    if notice not in order.notices:
        tell(deps, order, notice.code, **notice.params)
    order = change_order(deps, order.key, lambda row: order_creating.stock_unproven(row, notice, rules, now))
    if due:
        queue_next(deps, order)  # what else is to be compared does not wait for the stock
    return order


def _by_us(order: Order) -> bool:
    return order.reason is not None and order.reason.code == UNFORESEEN


def _note_our_failure(deps: OrderDeps, order: Order) -> None:
    """Something that we did not foresee: the order says so (promises.md#p7), and comes up automatically only now and
    then."""
    reason = Problem(UNFORESEEN, fix="look_at_dead_letters")
    at = deps.clock.now() + _AFTER_OUR_FAILURE

    def change(row: Order) -> Order:
        undecided = row.state in (ImportState.READY, ImportState.FAILED)
        return order_creating.failed(row, retry_at=at, reason=reason) if undecided else row

    order = change_order(deps, order.key, change)
    tell(deps, order, "order_failed", reason=UNFORESEEN)


def _moved_on(order: Order) -> bool:
    """The marketplace cancelled, shipped or refunded the order before or while the shop order was created: nobody
    compared them then."""
    facts = order.facts
    withdrawn = facts.cancellation is Cancellation.CANCELLED
    return withdrawn or facts.shipment is not Shipment.NOTHING or bool(facts.refunds) or facts.payment in _PAID_BACK


def _take_in_alone(deps: OrderDeps, account: Account, rules: ImportRules, message: ImportOrder) -> None:
    """Read the order on the marketplace and take it in; while that cannot answer, a message asks again later.

    Raises RetryLater where the account is not connected, and when it failed too often; and RemoteError.
    """
    if account.state is not ConnectionState.ACTIVE:
        problem = Problem(f"account_{account.state.value}", {"account": account.name})
        raise RetryLater(problem, detail="kept for when it is connected again")
    try:
        read = deps.marketplaces.open(account, Share.ORDER).read_order(message.order)
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        raise
    except NotFound:
        return  # it is not on the marketplace (any more)
    except RetryLater as error:
        _again_later(deps, message, error)
        return
    take_in_order(deps, account, rules, read)


def _again_later(deps: CoreDeps, message: ImportOrder, error: RetryLater) -> None:
    """Ask again when the marketplace wants it, ever later. A spent limit is none of the tries. Raises the error after the last."""
    if message.attempt >= _TRIES and not isinstance(error, RateLimited):
        raise error
    now = deps.clock.now()
    wait_s = max(waiting.asked_s(error, now), waiting.ORDERS.after(message.attempt))
    later = message.model_copy(update={"attempt": message.attempt + 1})
    delay_s = waiting.delay_s(waiting.from_now(now, wait_s), now)
    deps.queues.send(Lane.ORDERS, later, delay_s=delay_s, reason="again_later")


def _time_passed(deps: OrderDeps, order: Order, rules: ImportRules) -> None:
    """A waiting order's time has come: nobody paid, or nobody decided."""
    now = deps.clock.now()
    asks = now >= order.first_seen_at + DECIDE_AFTER
    undecided = asks and order.reason is not None and order.reason.code == AUTOMATIC_OFF
    notice = Problem(NEEDS_DECISION, {"order": order.key.remote}, "export_or_handled_outside")

    def change(row: Order) -> Order:
        told = order_changes.with_notice(row, notice) if undecided else row
        return order_changes.decided(told, rules, now)

    order = change_order(deps, order.key, change)
    if undecided:
        tell(deps, order, NEEDS_DECISION)
    apply_order(deps, order, rules)
