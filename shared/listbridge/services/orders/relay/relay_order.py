"""Compare a shop order with what the marketplace was told about it, and tell each side what the other did."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from listbridge.domain import trace, waiting
from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.ids import OrderKey, new_id
from listbridge.domain.listings.holds import WRITES_STOPPED, write_hold
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders import money as order_money
from listbridge.domain.orders import schedule as order_schedule
from listbridge.domain.orders import units as order_units
from listbridge.domain.orders.orders import Cancellation, Deed, ImportState, Order, Shipment, Telling
from listbridge.domain.orders.shop_orders import ShopOrder
from listbridge.domain.orders.units import NOTHING_OPEN, Balance
from listbridge.domain.ports import Lease, Missing, Share, ShopAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RemoteError, RetryLater, Unauthorized, Unsupported
from listbridge.domain.work import RelayOrder
from listbridge.services.connection_state import expire_account, expire_shop
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.hold.apply_order import apply_order
from listbridge.services.orders.order_rows import change_order, lease_name, order_of, rules_of, tell
from listbridge.services.orders.relay.relay_refunds import CANCEL_THERE, record_cancellation, relay_refunds
from listbridge.services.orders.relay.tell_parcels import relay_at, tell_parcels, untold_boxes

SHOP_ORDER_GONE = "shop_order_gone"
CANNOT_CANCEL = "cannot_cancel_in_shop"
SHIPPED_THERE = "shipped_on_marketplace"
RELAY_REFUSED = "relay_refused"
WOULD_CANCEL = "would_cancel_in_shop"
WOULD_TELL = "would_tell_parcels"
UNITS_OPEN = "units_open_on_marketplace"
UNITS_UNSOLD = "units_not_sold_on_marketplace"


def relay_order(deps: OrderDeps, message: RelayOrder) -> None:
    """Bring shop and marketplace to the same state as far as their APIs go. Nothing is told twice; asking again is free.

    An order that is done is compared as well when something happens to it: most refunds come after the parcel
    arrived, and tracking numbers are corrected on the way. It stays done.
    Raises nothing for what a platform says: it is noted on the order and tried again at its time.
    """
    try:
        account = deps.configuration.get(Account, message.account)
        shop = deps.configuration.get(Shop, account.shop)
    except Missing:
        return
    trace.note(shop=shop.id)
    key = OrderKey(account.id, message.order)
    order = deps.orders.find(key)
    if order is None or order.state is not ImportState.CREATED:
        if order is not None:
            apply_order(deps, order, rules_of(deps, account))
        return
    if {account.state, shop.state} != {ConnectionState.ACTIVE}:
        return
    longest = max(deps.shops.traits(shop).longest_call_s, deps.marketplaces.traits(account).longest_call_s)
    lease = deps.leases.acquire(lease_name(key), new_id("worker"), seconds=deps.limits.order_lease_of(longest))
    if lease is None:
        relay_at(deps, key, deps.clock.now() + timedelta(seconds=5))
        return
    try:
        _Relay(deps, account, shop, lease, message.attempt).run(order_of(deps, key))
    finally:
        deps.leases.release(lease)


class _Relay:
    """One worker's comparison of one order, inside its lease."""

    def __init__(self, deps: OrderDeps, account: Account, shop: Shop, lease: Lease, attempt: int) -> None:
        self._deps = deps
        self._attempt = attempt
        self._account = account
        self._shop = shop
        self._lease = lease
        self._rules = rules_of(deps, account)

    @property
    def _adapter(self) -> ShopAdapter:
        """Opened where a refusal is caught: a shop's credentials may be gone. Raises Unauthorized."""
        return self._deps.shops.open(self._shop, Share.ORDER)

    def run(self, order: Order) -> None:
        order = apply_order(self._deps, order, self._rules)
        if order.shop_order is None:
            return
        units = NOTHING_OPEN
        try:
            found = self._adapter.read_orders([order.shop_order]).get(order.shop_order.id)
            if found is None and order.completed_at is not None:
                return  # a seller may throw away what is over
            if found is None:
                order = self._notice(
                    order, Problem(SHOP_ORDER_GONE, {"shop_order": order.shop_order.name}, "settle_and_leave")
                )
            else:
                order = self._without(order, SHOP_ORDER_GONE)
                order = self._cancellations(order, found)
                order = relay_refunds(self._deps, order, found)
                order = self._shipments(order, found)
                units = self._balance(order, found)
                order = self._open_units(order, found, units)
        except RemoteError as error:
            self._not_now(order, error)
            return
        self._close(self._without(order, RELAY_REFUSED), found, units)

    # ---- cancellations ----

    def _cancellations(self, order: Order, found: ShopOrder) -> Order:
        withdrawn = order.facts.cancellation is Cancellation.CANCELLED
        if withdrawn and found.cancelled_at is None:
            return self._cancel_in_shop(order, found)
        if found.cancelled_at is not None and not withdrawn and not order.facts.refunded:
            order = record_cancellation(self._deps, order, found, done=False)
            problem = Problem(CANCEL_THERE, {"shop_order": found.name}, "cancel_on_marketplace")
            return self._notice(order, problem)
        if found.cancelled_at is not None and any(one.kind is Deed.CANCEL for one in order.told.values()):
            order = record_cancellation(self._deps, order, found, done=True)
        return self._without(order, CANCEL_THERE, CANNOT_CANCEL, WOULD_CANCEL)

    def _cancel_in_shop(self, order: Order, found: ShopOrder) -> Order:
        """The buyer was refunded in full: the shop order is cancelled, and its stock goes back as the shop does it."""
        if order.shop_order is None or not order.shop_order.ours:
            return self._notice(order, Problem(CANNOT_CANCEL, {"shop_order": found.name}, "cancel_in_shop"))
        if found.parcels:
            if found.refunded is not None and not order_money.missing_in_shop(order, found):
                return self._without(order, CANNOT_CANCEL)  # both sides have refunded it
            return self._notice(order, Problem(CANNOT_CANCEL, {"shop_order": found.name}, "goods_are_out"))
        if self._account.observe:
            would = Problem(WOULD_CANCEL, {"shop_order": found.name}, "leave_observe_mode")
            return self._notice(order, would)
        try:
            self._adapter.cancel_order(order.shop_order.id)
        except OutcomeUnknown as error:
            raise RetryLater(error.problem, after_s=30) from error  # cancelling again does no harm
        except Rejected as error:
            params = {"shop_order": found.name, **error.problem.as_reason()}
            return self._notice(order, Problem(CANNOT_CANCEL, params, "cancel_in_shop"))
        tell(self._deps, order, "shop_order_cancelled", shop_order=found.name)
        relay_at(self._deps, order.key, self._deps.clock.now() + timedelta(seconds=10))
        return self._without(order, CANNOT_CANCEL, WOULD_CANCEL)

    # ---- shipments ----

    def _shipments(self, order: Order, found: ShopOrder) -> Order:
        there = order.facts.shipment is Shipment.SHIPPED
        if there and not order_units.nothing_to_send(found) and not found.parcels:
            return self._notice(order, Problem(SHIPPED_THERE, {"shop_order": found.name}, "fulfil_in_shop"))
        order = self._without(order, SHIPPED_THERE)
        if not self._account.relay_fulfillments or order.facts.cancellation is Cancellation.CANCELLED:
            return self._without(order, WOULD_TELL)
        held = write_hold(self._account)
        if held is not None and held.code == WRITES_STOPPED:  # resuming compares it again
            return self._notice(order, held) if untold_boxes(order, found) else order
        if self._account.observe:
            return self._would_tell(order, found)
        order = self._without(order, WOULD_TELL, WRITES_STOPPED)
        return tell_parcels(self._deps, self._account, order, found, self._lease)

    def _would_tell(self, order: Order, found: ShopOrder) -> Order:
        untold = untold_boxes(order, found)
        if not untold:
            return self._without(order, WOULD_TELL)
        parcels = ", ".join(" ".join((box.carrier, box.tracking)).strip() or "without a number" for box in untold)
        return self._notice(order, Problem(WOULD_TELL, {"parcels": parcels}, "leave_observe_mode"))

    # ---- what is left ----

    def _balance(self, order: Order, found: ShopOrder) -> Balance:
        """What both sides still expect. The marketplace's shipments are read only where it alone seems to wait."""
        others = not self._account.relay_fulfillments
        units = order_units.balance(order, found, told_by_others=others)
        alone = units.abandoned or (units.awaited and order_units.nothing_to_send(found))
        if not alone or self._begun(order) or others:
            return units
        try:
            adapter = self._deps.marketplaces.open(self._account, Share.ORDER)
            return order_units.balance(order, found, adapter.shipments(order.key.remote))
        except Unauthorized as error:
            expire_account(self._deps, self._account, error.problem)
            return units

    def _open_units(self, order: Order, found: ShopOrder, units: Balance) -> Order:
        """Say what the shop order ships too few of, or too many."""
        for code, some, fix in (
            (UNITS_OPEN, units.abandoned, "send_or_refund_units"),
            (UNITS_UNSOLD, units.unsold, "correct_shop_order"),
        ):
            left = code == UNITS_OPEN and order.handled_outside_by  # the seller's word, which ended the order
            if some and found.cancelled_at is None and not left:
                words = order_units.in_words(some, order.facts)
                order = self._notice(order, Problem(code, {"units": words, "shop_order": found.name}, fix))
            else:
                order = self._without(order, code)
        return order

    def _close(self, order: Order, found: ShopOrder | None, units: Balance) -> None:
        """Done when no unit is open on either side: each was shipped, cancelled or refunded."""
        if order.completed_at is not None:
            return
        withdrawn = order.facts.cancellation is Cancellation.CANCELLED
        stopped = found is None or found.cancelled_at is not None or order_units.nothing_to_send(found)
        over = (withdrawn or order.facts.refunded) and stopped
        over = over or (withdrawn and found is not None and bool(found.parcels))
        sent = found is not None and order_units.nothing_to_send(found) and not units.awaited
        if over or (sent and not self._begun(order)):
            change = partial(order_changes.completed, now=self._deps.clock.now())
            order = change_order(self._deps, order.key, change)
            tell(self._deps, order, "order_done")
            apply_order(self._deps, order, self._rules)
            return
        now = self._deps.clock.now()
        change_order(self._deps, order.key, lambda row: order_schedule.scheduled(row, self._rules, now))

    def _begun(self, order: Order) -> bool:
        """A parcel is being told, and how that ended is not known yet."""
        begun = any(one.state is Telling.BEGUN for one in order.told.values())
        return begun and self._account.relay_fulfillments

    def _not_now(self, order: Order, error: RemoteError) -> None:
        """What will pass is tried again, ever more slowly; what is refused says so, and waits for the next comparison."""
        if isinstance(error, Unauthorized):
            expire_shop(self._deps, self._shop, error.problem)
        tell(self._deps, order, "relay_postponed", **error.problem.as_reason())
        now = self._deps.clock.now()
        if isinstance(error, Rejected | Unsupported):
            fix = error.problem.fix or "look_on_marketplace"
            notice = Problem(RELAY_REFUSED, error.problem.as_reason(), fix)

            def refused(row: Order) -> Order:
                return order_schedule.scheduled(order_changes.with_notice(row, notice), self._rules, now)

            change_order(self._deps, order.key, refused)
            return
        wait_s = max(waiting.asked_s(error, now), waiting.COMPARISONS.after(self._attempt))
        relay_at(self._deps, order.key, waiting.from_now(now, wait_s), attempt=self._attempt + 1)

    def _notice(self, order: Order, problem: Problem) -> Order:
        if problem in order.notices:
            return order
        tell(self._deps, order, problem.code, **problem.params)
        return change_order(self._deps, order.key, lambda row: order_changes.with_notice(row, problem))

    def _without(self, order: Order, *codes: str) -> Order:
        if not any(notice.code in codes for notice in order.notices):
            return order

        def change(row: Order) -> Order:
            for code in codes:
                row = order_changes.without_notice(row, code)
            return row

        return change_order(self._deps, order.key, change)
