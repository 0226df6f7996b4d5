"""Create the shop's order, at most once: claim, read again, look, note the attempt, create, note the id
(protocol.md#creating-orders).

A worker that finds a create begun and not finished may only look. Each step is saved before the next is made, so that a
worker may die between any two of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from listbridge.domain import waiting
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import LineId, new_id
from listbridge.domain.money import Money
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders import creating as order_creating
from listbridge.domain.orders import schedule as order_schedule
from listbridge.domain.orders.creating import NotOurCreate
from listbridge.domain.orders.orders import (
    Buyer,
    Delivery,
    ImportState,
    Match,
    MatchedBy,
    Order,
    RemoteLine,
    ShopOrderRef,
)
from listbridge.domain.orders.schedule import ImportRules
from listbridge.domain.orders.shop_orders import DraftLine, FoundOrder, ShopOrderDraft
from listbridge.domain.ports import Conflict, Lease, Share, ShopAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RemoteError, Unauthorized
from listbridge.domain.work import ImportOrder, Lane
from listbridge.services.catalog.products_to_read import read_soon
from listbridge.services.connection_state import expire_account, expire_shop
from listbridge.services.deps import CoreDeps, OrderDeps
from listbridge.services.orders.arrive.take_in_order import note_order
from listbridge.services.orders.create.told_address import parts_untold
from listbridge.services.orders.hold.apply_order import apply_order
from listbridge.services.orders.hold.match_lines import match_lines
from listbridge.services.orders.order_rows import change_order, lease_name, mark_of, order_of, order_traits, tell

VARIANT_GONE = "variant_gone"
_TO_CREATE = (ImportState.READY, ImportState.FAILED)
_REQUESTS = 4
"""How many requests a create may take: a token, the mark's definition, the order, and the order without what the shop
refused in it."""
_BREATH = timedelta(seconds=5)
_FIRST_LOOK = timedelta(seconds=5)
"""After a create whose outcome is unknown: most of those that were made are there by then."""


def create_shop_order(deps: OrderDeps, account: Account, shop: Shop, order: Order, rules: ImportRules) -> Order:
    """Bring a ready or failed order into the shop. The caller holds no lease, and the order need not be settled.

    What fails for a reason with a name is noted on the order and tried again automatically.
    """
    with _Claim(deps, shop, order) as claim:
        if claim.lease is None:
            return order  # another worker is at it
        order = order_of(deps, order.key)
        if order.state not in _TO_CREATE:
            return order
        return _Creating(deps, account, shop, rules, claim.lease).run(order)


def look_for_created(deps: OrderDeps, account: Account, shop: Shop, order: Order, rules: ImportRules) -> Order:
    """A create was begun, and nobody noted how it ended: look for its order, and never create before the last look."""
    with _Claim(deps, shop, order) as claim:
        if claim.lease is None:
            return order
        order = order_of(deps, order.key)
        if order.state is not ImportState.CREATING or order.attempt is None:
            return order
        if deps.clock.now() < order.attempt.next_look_at:
            return order  # a message for that time is on its way
        return _Creating(deps, account, shop, rules, claim.lease).look_again(order, order.attempt.id)


class _Claim:
    """A lease on the order for the length of a block."""

    def __init__(self, deps: OrderDeps, shop: Shop, order: Order) -> None:
        self._deps = deps
        seconds = deps.limits.order_lease_of(deps.shops.traits(shop).longest_call_s)
        self.lease = deps.leases.acquire(lease_name(order.key), new_id("worker"), seconds=seconds)

    def __enter__(self) -> _Claim:
        return self

    def __exit__(self, *error: object) -> None:
        if self.lease is not None:
            self._deps.leases.release(self.lease)


class _Creating:
    """One worker's go at one order, inside its lease."""

    def __init__(self, deps: OrderDeps, account: Account, shop: Shop, rules: ImportRules, lease: Lease) -> None:
        self._deps = deps
        self._account = account
        self._shop = shop
        self._rules = rules
        self._lease = lease
        self._buyer: Buyer | None = None

    @property
    def _adapter(self) -> ShopAdapter:
        """Opened where a refusal is caught: a shop's credentials may be gone. Raises Unauthorized."""
        return self._deps.shops.open(self._shop, Share.ORDER)

    def run(self, order: Order) -> Order:
        try:
            order = self._read_again(order)
        except RemoteError as error:
            if isinstance(error, Unauthorized):
                expire_account(self._deps, self._account, error.problem)
            return self._not_now(order, error)
        if order.state not in _TO_CREATE:
            return order
        try:
            order, complete = self._match(order)
            if not complete or order.state not in _TO_CREATE:
                return order  # a product is missing, or somebody else decided meanwhile
            found = self._adapter.look_for_order(mark_of(self._account, order.key))
        except RemoteError as error:
            self._expired(error)
            return self._not_now(order, error)
        return self._found(order, found) if found else self._create(order)

    # ---- before ----

    def _read_again(self, order: Order) -> Order:
        """The order as it is now: it may have been cancelled, paid or changed since the list showed it."""
        marketplace = self._deps.marketplaces.open(self._account, Share.ORDER)
        read = marketplace.read_order(order.key.remote)
        order, _ = note_order(self._deps, self._account, self._rules, read, order)
        self._keep(order, read.buyer)
        return apply_order(self._deps, order, self._rules)

    def _keep(self, order: Order, told: Buyer | None) -> None:
        """Keep the buyer as just told, in memory too. The retention timer may find the stored data before the order's row is
        there, and erase them as nobody's; and an order that is exported long after it was over has no buyer left."""
        kept = self._deps.orders.buyers([order.key]).get(order.key)
        self._buyer = told or kept
        if told is not None and told != kept and order.buyer_erased_at is None:
            self._deps.orders.put_buyer(order.key, told)

    def _match(self, order: Order) -> tuple[Order, bool]:
        """Match the lines, reserve what was matched only now, and fail the order (False) when a product is missing."""
        matching = match_lines(self._deps, self._shop, self._adapter, order)
        now = self._deps.clock.now()
        change = partial(order_changes.matched, matches=matching.matches, rules=self._rules, now=now)
        order = apply_order(self._deps, change_order(self._deps, order.key, change), self._rules)
        if matching.problem is None:
            return order, True
        return self._fail(order, matching.problem, order_schedule.retry_at(order, now)), False

    # ---- the create itself ----

    def _create(self, order: Order) -> Order:
        deps, now = self._deps, self._deps.clock.now()
        longest = timedelta(seconds=deps.limits.call_s(deps.shops.traits(self._shop).longest_call_s) * _REQUESTS)
        deadline = now + longest
        if self._lease.until < deadline:
            _again_at(deps, order, now + _BREATH)  # too late in this lease: no create may outlive it
            return order
        attempt = new_id("create")
        draft = self._draft(order)
        number = deps.counters.next(f"observation#{order.shop}")
        try:
            order = deps.orders.save(order_creating.creating(order, attempt, deadline=deadline, number=number))
        except Conflict:
            _again_at(deps, order, now)  # it changed a moment ago: look at it again
            return order
        for line in order.facts.lines:
            if line.id in order.left_out:
                tell(deps, order, "line_left_out", sku=line.sku or line.title, amount=str(line.amount))
        try:
            made = self._adapter.create_order(draft)
        except OutcomeUnknown as error:
            return self._unknown(order, attempt, error)
        except RemoteError as error:
            return self._not_made(order, attempt, error)
        return self._made(order, made)

    def _draft(self, order: Order) -> ShopOrderDraft:
        """The order without the lines that were refunded to the buyer, and without what they came to. A line has the SKU of its variant
        in the shop, by which it is packed; the marketplace's may be another."""
        facts = order.facts
        rows = self._deps.variants.get_many({match.variant for match in order.matches.values()})
        skus = {
            id: row.facts.sku for id, match in order.matches.items() if (row := rows.get(match.variant)) is not None
        }
        out = facts.refunded_lines
        lines = tuple(
            DraftLine(
                line=line.id,
                variant=order.matches[line.id].variant.variant,
                sku=skus.get(line.id) or line.sku,
                title=line.title,
                quantity=line.quantity,
                amount=line.amount,
                taxes=line.taxes,
            )
            for line in facts.lines
            if line.id not in out
        )
        off = sum((_price(line, facts.tax_included) for line in facts.lines if line.id in out), Decimal(0))
        label = self._deps.marketplaces.label(self._account.marketplace)
        return ShopOrderDraft(
            mark=mark_of(self._account, order.key),
            marketplace_label=label,
            placed_at=facts.placed_at,
            lines=lines,
            shipping=facts.shipping,
            adjustment=facts.adjustment,
            tax_included=facts.tax_included,
            total=Money(facts.total.amount - off, facts.total.currency),
            buyer=self._buyer,
            tags=(label,),
            delivery=facts.delivery,
            pickup_at=facts.pickup_at,
        )

    # ---- after ----

    def look_again(self, order: Order, attempt: str) -> Order:
        """One of the looks after a create whose outcome nobody knows."""
        deps = self._deps
        try:
            found = self._adapter.look_for_order(mark_of(self._account, order.key))
        except RemoteError as error:
            self._expired(error)
            now = deps.clock.now()
            _again_at(deps, order, waiting.from_now(now, waiting.asked_s(error, now) or 60.0))
            return order
        if found:
            return self._found(order, found)
        traits = deps.shops.traits(self._shop)
        change = partial(
            order_creating.looked_in_vain,
            attempt=attempt,
            settle=timedelta(seconds=traits.order_settle_s),
            strict=traits.strict_look,
            now=deps.clock.now(),
        )
        try:
            order = change_order(deps, order.key, change)
        except NotOurCreate:
            return order_of(deps, order.key)  # another worker found it
        tell(deps, order, "order_looked_for", state=order.state)
        if order.attempt is not None:
            _again_at(deps, order, order.attempt.next_look_at)
        elif order.state is ImportState.READY:
            _again_at(deps, order, deps.clock.now())
        return order

    def _found(self, order: Order, found: tuple[FoundOrder, ...]) -> Order:
        """The shop has it already: ours from an earlier attempt, or another tool's."""
        first = found[0]
        order = self._made(order, ShopOrderRef(first.id, first.name, first.ours, first.lines))
        if len(found) > 1:
            names = ", ".join(one.name for one in found)
            notice = Problem(order_changes.TWINS, {"orders": names}, "cancel_one_in_shop")
            order = change_order(self._deps, order.key, lambda row: order_changes.with_notice(row, notice))
        return order

    def _made(self, order: Order, made: ShopOrderRef) -> Order:
        deps = self._deps
        order = change_order(deps, order.key, lambda row: order_creating.created(row, made, deps.clock.now()))
        if order.shop_order is not None and order.shop_order.id != made.id:
            notice = Problem(
                order_changes.TWINS, {"orders": f"{order.shop_order.name}, {made.name}"}, "cancel_one_in_shop"
            )
            return change_order(deps, order.key, lambda row: order_changes.with_notice(row, notice))
        tell(deps, order, "order_created" if made.ours else "order_in_shop_already", shop_order=made.name)
        untold = self._untold(order, made) if made.ours else None
        if untold is not None:
            order = change_order(deps, order.key, lambda row: order_changes.with_notice(row, untold))
        lag = deps.shops.traits(self._shop).read_lag_s
        _again_at(deps, order, deps.clock.now() + timedelta(seconds=lag))
        return order

    def _untold(self, order: Order, made: ShopOrderRef) -> Problem | None:
        """What the shop's order lacks of the address because the marketplace does not tell it to this app."""
        by_role = order_traits(self._deps, self._account).buyers_by_role
        if not by_role or order.facts.delivery is not Delivery.SHIP:
            return None
        params = {"shop_order": made.name}
        if self._buyer is None or self._buyer.shipping is None:
            return Problem(order_changes.BUYER_UNTOLD, params, "enter_address_in_shop")
        parts = parts_untold(self._buyer.shipping)
        if not parts:
            return None
        return Problem(order_changes.ADDRESS_UNTOLD, {**params, "parts": ", ".join(parts)}, "enter_address_in_shop")

    def _unknown(self, order: Order, attempt: str, error: OutcomeUnknown) -> Order:
        now = self._deps.clock.now()
        change = partial(order_creating.outcome_unknown, attempt=attempt, look_at=now + _FIRST_LOOK, now=now)
        try:
            order = change_order(self._deps, order.key, change)
        except NotOurCreate:
            return order_of(self._deps, order.key)  # this took so long that another worker found the order
        tell(self._deps, order, "order_create_unknown", **error.problem.as_reason())
        _again_at(self._deps, order, now + _FIRST_LOOK)
        return order

    def _not_made(self, order: Order, attempt: str, error: RemoteError) -> Order:
        self._expired(error)
        deps, tried, retry_at = self._deps, order.matches, self._retry_at(order, error)
        gone = isinstance(error, Rejected) and error.problem.code == VARIANT_GONE

        def change(row: Order) -> Order:
            new = order_creating.not_created(row, attempt, retry_at=retry_at, reason=error.problem)
            return order_changes.matched(new, _chosen(new), self._rules, deps.clock.now()) if gone else new

        try:
            order = change_order(deps, order.key, change)
        except NotOurCreate:
            return order_of(deps, order.key)
        if gone:
            read_soon(deps, order.shop, {match.variant.product for match in tried.values()})
        tell(deps, order, "order_failed", **error.problem.as_reason())
        _again_at(deps, order, retry_at)
        return order

    def _not_now(self, order: Order, error: RemoteError) -> Order:
        """A read before the create failed: nothing was made."""
        order = order_of(self._deps, order.key)
        if order.state not in _TO_CREATE:
            return order
        problem = Problem("order_gone", fix="look_on_marketplace") if isinstance(error, NotFound) else error.problem
        return self._fail(order, problem, self._retry_at(order, error))

    def _fail(self, order: Order, problem: Problem, retry_at: datetime) -> Order:
        repeated = order.state is ImportState.FAILED and order.reason == problem

        def change(row: Order) -> Order:
            if row.state not in _TO_CREATE:
                return row  # somebody else decided meanwhile
            return order_creating.failed(row, retry_at=retry_at, reason=problem)

        order = change_order(self._deps, order.key, change)
        if order.state is not ImportState.FAILED:
            return order
        if not repeated:
            tell(self._deps, order, "order_failed", **problem.as_reason())
        _again_at(self._deps, order, retry_at)
        return order

    def _retry_at(self, order: Order, error: RemoteError) -> datetime:
        now = self._deps.clock.now()
        return waiting.from_now(now, waiting.wait_s(error, order.tries, waiting.ORDERS, now))

    def _expired(self, error: RemoteError) -> None:
        if isinstance(error, Unauthorized):
            expire_shop(self._deps, self._shop, error.problem)


def _price(line: RemoteLine, tax_included: bool) -> Decimal:
    """What the line adds to the order's total."""
    added = [tax.amount.amount for tax in line.taxes if not tax.remitted and not tax_included]
    return sum(added, line.amount.amount)


def _chosen(order: Order) -> dict[LineId, Match]:
    """Only what a person matched: the rest is looked up again."""
    return {line: match for line, match in order.matches.items() if match.by is MatchedBy.PERSON}


def _again_at(deps: CoreDeps, order: Order, at: datetime) -> None:
    """Queue the order for about then; what is further off than a queue can delay, the order's own time brings up."""
    now = deps.clock.now()
    if (at - now).total_seconds() <= waiting.LONGEST_DELAY_S:
        message = ImportOrder(account=order.key.account, order=order.key.remote)
        deps.queues.send(Lane.ORDERS, message, delay_s=waiting.delay_s(at, now), reason="again_later")
