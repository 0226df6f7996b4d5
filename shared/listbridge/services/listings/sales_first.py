"""Sales go before repairs (promises.md#p11): what the account's orders must say before a quantity is raised or restored.

The one place that the sending lanes ask, the fast one and the slow one: `domain/listings/unseen_sales.py` holds the rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from listbridge.domain.configuration import Account
from listbridge.domain.listings import ledger, unseen_sales
from listbridge.domain.listings.listing import LedgerField, Listing, Status
from listbridge.domain.listings.unseen_sales import OrdersRead
from listbridge.domain.orders.polling import PollState
from listbridge.domain.ports import OrderTraits
from listbridge.domain.problem import Problem
from listbridge.services.deps import AccountDeps, DeskDeps
from listbridge.services.orders.arrive.ask_for_orders import poll_after

AWAITS_ORDERS = "awaits_orders"
ENDED_AWAITS_ORDERS = "ended_awaits_orders"
ORDERS_UNREADABLE = "orders_unreadable"
_SOONEST = timedelta(seconds=2)
"""A poll takes a second or two; nobody tells its end to the listings that wait."""
_LATEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SalesFirst:
    """Decides for one account's listings."""

    deps: AccountDeps
    account: Account
    read: tuple[OrdersRead | None] | None = None
    """What the orders say, where it was read for many rows at once."""

    def for_many(self) -> SalesFirst:
        """The same for rows that are looked at together: the orders are read once, now. What they say later explains no less."""
        return replace(self, read=(self._orders(),))

    def admitted(self, row: Listing) -> Listing:
        """The row, without its evidence once that is explained; the caller saves it with whatever it writes."""
        if row.unseen_sale is None or not unseen_sales.explained(row, self._orders(), self.deps.clock.now()):
            return row
        return unseen_sales.cleared(row)

    def fields(self, row: Listing, fields: frozenset[LedgerField]) -> frozenset[LedgerField]:
        """Which of these fields may be sent now. Ask with a row that was `admitted`."""
        waits = row.unseen_sale is not None and unseen_sales.raises(row, row.computed.quantity)
        return fields - {LedgerField.QUANTITY} if waits else fields

    def quantity(self, row: Listing) -> int | None:
        """What a call that must name a quantity may name: no more than is there while a sale is unseen."""
        left, wanted = unseen_sales.lowest(row), row.computed.quantity
        if row.unseen_sale is None or left is None or wanted is None:
            return wanted
        return min(left, wanted)

    def look_again_at(self, row: Listing) -> datetime:
        """When to ask again for a row that waits. Sees to it that a poll is on its way."""
        unseen, now = row.unseen_sale, self.deps.clock.now()
        orders = self._orders()
        if unseen is None or orders is None:
            return now
        at = orders.known_at(unseen.at)
        if at > now:
            return at + _SOONEST
        poll_after(self.deps, self.account, at)
        state = self.deps.polls.find(self.account.id)
        retry = state.next_poll_at if state is not None and state.failures else now
        return max(now, retry) + min(_LATEST, max(_SOONEST, (now - at) / 4))

    def noticed(self, before: Listing, after: Listing) -> None:
        """A read may have shown a sale: the orders are looked at now, not at their next turn."""
        unseen = after.unseen_sale
        if unseen is not None and unseen != before.unseen_sale:
            poll_after(self.deps, self.account, unseen.at)

    def _orders(self) -> OrdersRead | None:
        if self.read is not None:
            return self.read[0]
        traits = self.deps.marketplaces.traits(self.account).orders
        return orders_read(traits, self.deps.polls.find(self.account.id))


def orders_read(traits: OrderTraits | None, state: PollState | None) -> OrdersRead | None:
    """How far the account's orders are known; None where the marketplace's orders are not read."""
    if traits is None:
        return None
    lag = timedelta(seconds=traits.overlap_s)
    if state is None:
        return OrdersRead(None, lag)
    behind = None if state.behind_s is None else timedelta(seconds=state.behind_s)
    return OrdersRead(state.taken_in, lag, behind)


def why_it_waits(deps: DeskDeps, account: Account, row: Listing) -> Problem | None:
    """The reason why the quantity is not raised, or the listing not sent again, for the seller; None when nothing waits for
    orders."""
    sent_again = row.status is Status.PENDING and not row.live
    if row.unseen_sale is None or not (sent_again or LedgerField.QUANTITY in ledger.due_fields(row)):
        return None
    state = deps.polls.find(account.id)
    now = deps.clock.now()
    if unseen_sales.explained(row, orders_read(deps.marketplaces.traits(account).orders, state), now):
        return None
    if sent_again:
        return Problem(ENDED_AWAITS_ORDERS, {"account": account.name})
    if not unseen_sales.raises(row, row.computed.quantity):
        return None
    params = {
        "shown": str(unseen_sales.lowest(row)),
        "quantity": str(row.computed.quantity),
        "since": row.unseen_sale.at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        "account": account.name,
        "until": (row.unseen_sale.at + unseen_sales.LONGEST_WAIT).strftime("%Y-%m-%d %H:%M:%S UTC"),
    }
    if state is not None and state.failures:
        return Problem(ORDERS_UNREADABLE, {**params, "failures": str(state.failures)}, "check_account")
    return Problem(AWAITS_ORDERS, params)
