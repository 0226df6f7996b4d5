"""Ask an account's marketplace for its orders: a claim, pages with overlap, and a watermark that moves last."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from listbridge.domain import trace, waiting
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import OrderKey, RemoteOrderId, new_id
from listbridge.domain.orders import polling
from listbridge.domain.orders.orders import Order, OrderRead
from listbridge.domain.orders.polling import PollState
from listbridge.domain.ports import Conflict, Missing, Share
from listbridge.domain.verdicts import RateLimited, RemoteError, Unauthorized
from listbridge.domain.work import ImportOrder, Lane, PollAccount
from listbridge.services.connection_state import expire_account
from listbridge.services.deps import OrderDeps
from listbridge.services.orders.arrive.ask_for_orders import TICK_S
from listbridge.services.orders.arrive.take_in_order import take_in_order
from listbridge.services.orders.order_rows import order_traits, rules_of

_LOG = logging.getLogger(__name__)
_STUCK = 3
"""Polls that failed in a row, from where on the newest orders are read beside."""
_NEWEST_PAGES = 5
_ALONE_S = waiting.LONGEST_DELAY_S
"""In each window of so long an order is queued alone twice at most. Ours, and the same on every marketplace: the second
message is delayed by a window's length, so that it comes when the window is over, after all its polls; a queue delays by no more.
What the reads cost is the marketplace's to say: `OrderTraits.calls_per_day` leaves room for them in its budget, and an order is
seen again and again only as long as `OrderTraits.overlap_s` reaches back to it."""
_ALONE_AFTER = (0, _ALONE_S)
_LEFT_FOR = timedelta(hours=1)
"""How long an order that was left to itself keeps the account's orders from counting as taken in."""
_ENOUGH_S = 15.0
"""What a page may take at most; with less time left the next worker goes on."""


def poll_account(deps: OrderDeps, message: PollAccount, *, remaining_s: float) -> None:
    """Read what changed since the last complete poll and take each order in; what does not fit goes on in a new message.

    The watermark moves when the last page's reservations are stored, to when the poll began. An order that cannot be
    taken in is queued alone. A message whose claim was overtaken does nothing.
    """
    try:
        account = deps.configuration.get(Account, message.account)
    except Missing:
        return
    trace.note(shop=account.shop)
    state = deps.polls.find(account.id)
    if state is None or state.claim != message.claim or account.state is not ConnectionState.ACTIVE:
        return
    ends = deps.clock.now() + timedelta(seconds=remaining_s - _ENOUGH_S)
    poll = _Poll(deps, account, state, message)
    if not poll.begin():
        return
    try:
        finished = poll.read_pages(until=ends)
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        return
    except RemoteError as error:
        if not (isinstance(error, RateLimited) and poll.wait_for_calls(error)):
            poll.failed(error)
        return
    if finished:
        poll.finished()
    else:
        poll.go_on()


class _Poll:
    """One poll of one account, over as many workers as it takes."""

    def __init__(self, deps: OrderDeps, account: Account, state: PollState, message: PollAccount) -> None:
        self._deps = deps
        self._account = account
        self._state = state
        self._message = message
        self._traits = order_traits(deps, account)
        self._rules = rules_of(deps, account)
        self._began = message.began or deps.clock.now()
        self._since = message.since or self._reach_back()
        self._cursor = message.cursor
        self._known_until = message.known_until
        self._newest = state.last_order_at
        self._left: dict[RemoteOrderId, datetime] = dict(state.left)

    def _reach_back(self) -> datetime:
        if self._state.watermark is not None:
            return self._state.watermark - timedelta(seconds=self._traits.overlap_s)
        return self._state.since - timedelta(seconds=self._traits.look_back_s)

    def begin(self) -> bool:
        """Note that this poll is under way, and renew its claim; False when somebody took over."""
        until = self._deps.clock.now() + timedelta(seconds=self._deps.limits.poll_claim_s)
        self._state = replace(self._state, began=self._began, next_poll_at=until)
        try:
            self._deps.polls.save(self._state, claim=self._state.claim)
        except Conflict:
            return False
        return True

    def read_pages(self, *, until: datetime) -> bool:
        """Pages until the last one (True) or until time is up. Raises RemoteError; what was taken in stays."""
        while True:
            before, self._cursor = self._cursor, self._read_page(self._since, self._cursor)
            if self._cursor != before:
                trace.progressed()
            if self._cursor is None:
                return True
            if self._deps.clock.now() >= until:
                return False

    def _read_page(self, since: datetime, cursor: str | None) -> str | None:
        """Take one page in; the next one's cursor."""
        adapter = self._deps.marketplaces.open(self._account, Share.ORDER)
        page = adapter.orders_changed(since, cursor)
        if page.known_until is not None:
            self._known_until = min(page.known_until, self._known_until or self._began)
        self._take_in(page.orders)
        for order in page.unreadable:
            self._alone(order)
        return page.cursor

    def _take_in(self, reads: Sequence[OrderRead]) -> None:
        """Several at a time, for each is a handful of small writes, and the last of a page holds stock like the first."""
        known = self._deps.orders.get_many(OrderKey(self._account.id, read.order.id) for read in reads)
        placed = [read.order.placed_at for read in reads]
        self._newest = max([*placed, *([self._newest] if self._newest else [])], default=None)

        def one(read: OrderRead) -> None:
            self._take_in_one(read, known.get(OrderKey(self._account.id, read.order.id)))

        if self._deps.workers <= 1 or len(reads) <= 1:
            for read in reads:
                one(read)
        else:
            with trace.Threads(min(self._deps.workers, len(reads))) as pool:
                list(pool.map(one, reads))

    def _take_in_one(self, read: OrderRead, known: Order | None) -> None:
        try:
            take_in_order(self._deps, self._account, self._rules, read, known)
        except Exception as error:  # noqa: BLE001  # one order's failure, whatever it is, stops no other (promises.md#p6)
            _LOG.warning(
                "order.left_to_itself", extra={"fields": {"account": self._account.id, "error": type(error).__name__}}
            )
            self._alone(read.order.id)

    def _alone(self, order: RemoteOrderId) -> None:
        """Queue the order alone. However many polls see it, that is at once and once more, a quarter of an hour later.

        The second is for what changed after the first: it comes after every poll of its quarter that did not queue any.
        """
        now = self._deps.clock.now()
        self._left.setdefault(order, now)
        name = f"alone#{self._account.id}#{order}"
        sent = self._deps.counters.current(name, window_s=_ALONE_S, now=now)
        if sent < len(_ALONE_AFTER):
            message = ImportOrder(account=self._account.id, order=order, anew=True)
            self._deps.queues.send(Lane.ORDERS, message, delay_s=_ALONE_AFTER[sent])
            self._deps.counters.add(name, 1, window_s=_ALONE_S, now=now)

    def finished(self) -> None:
        """Everything is read and reserved up to when this poll began."""
        trace.progressed()
        now = self._deps.clock.now()
        wait = polling.interval(now, self._newest, accounts=self._sharing(), calls_per_day=self._traits.calls_per_day)
        left = self._still_left(now)
        state = replace(
            self._state, watermark=self._began, last_order_at=self._newest, last_poll_at=now, failures=0, left=left
        )
        self._save(state if left else self._all_known(state), now + wait)

    def _all_known(self, state: PollState) -> PollState:
        """Every order is taken in that the list told. What it could not tell yet is known to nobody."""
        if self._known_until is None:
            return replace(state, taken_in=self._began, behind_s=None)
        behind = self._began - self._known_until
        return replace(state, taken_in=self._known_until, behind_s=behind.total_seconds())

    def _sharing(self) -> int:
        """How many accounts that are asked draw their polls from the same budget."""
        if not self._deps.marketplaces.polls_are_shared(self._account):
            return 1
        return sum(
            one.marketplace == self._account.marketplace and one.state is ConnectionState.ACTIVE
            for one in self._deps.configuration.all(Account)
        )

    def _still_left(self, now: datetime) -> dict[RemoteOrderId, datetime]:
        """The orders left to themselves whose rows or reservations are not in place yet."""
        keys = {id: OrderKey(self._account.id, id) for id, since in self._left.items() if now - since < _LEFT_FOR}
        rows = self._deps.orders.get_many(keys.values()) if keys else {}
        return {id: self._left[id] for id, key in keys.items() if key not in rows or rows[key].unsettled}

    def failed(self, error: RemoteError) -> None:
        """The next poll begins where this one did, for nothing that it skipped may be lost."""
        now = self._deps.clock.now()
        tries = 0 if isinstance(error, RateLimited) else self._state.failures
        at = now + polling.retry_interval(tries, after_s=waiting.asked_s(error, now))
        failures = self._state.failures + 1
        if failures >= _STUCK and not isinstance(error, RateLimited):
            self._newest_meanwhile(now)
        self._save(replace(self._state, failures=failures, last_order_at=self._newest, left=self._left), at)
        params = {**error.problem.as_reason(), "failures": str(failures)}
        self._deps.activity.note(ActivityEntry(self._account.id, "orders_not_read", now, params, self._account.id))

    def _newest_meanwhile(self, now: datetime) -> None:
        """A poll that breaks at some place of the past again and again must not keep the sales of this minute from
        holding their stock. The watermark stays where it is."""
        # Behind the poll before, which lies as far back as that one's retry waited, and the schedule's minute.
        waited = polling.retry_interval(max(0, self._state.failures - 1)) + timedelta(seconds=TICK_S)
        since = now - timedelta(seconds=self._traits.overlap_s) - waited
        if self._since >= since:
            return
        cursor = None
        try:
            for _ in range(_NEWEST_PAGES):
                cursor = self._read_page(since, cursor)
                if cursor is None:
                    return
        except RemoteError as error:
            fields = {"account": self._account.id, "problem": error.problem.code}
            _LOG.warning("orders.newest_not_read", extra={"fields": fields})

    def wait_for_calls(self, error: RateLimited) -> bool:
        """Go on from this page when the limit is back: from the first one, a poll of more pages than the limit allows at once would
        never end. False where nothing was read yet, and where that is later than a queue can delay."""
        wait_s = waiting.wait_s(error, 0, waiting.POLLS, self._deps.clock.now())
        if self._cursor is None or wait_s > waiting.LONGEST_DELAY_S:
            return False
        self.go_on(delay_s=math.ceil(wait_s))
        return True

    def go_on(self, *, delay_s: int = 0) -> None:
        """Leave the rest to the next worker, under a new claim."""
        now, claim = self._deps.clock.now(), new_id("poll")
        state = replace(
            self._state,
            next_poll_at=now + timedelta(seconds=delay_s + self._deps.limits.poll_claim_s),
            last_order_at=self._newest,
            left=self._left,
        )
        try:
            self._deps.polls.save(state, claim=claim)
        except Conflict:
            return
        self._deps.queues.send(
            Lane.ORDERS,
            self._message.model_copy(
                update={
                    "claim": claim,
                    "cursor": self._cursor,
                    "since": self._since,
                    "began": self._began,
                    "known_until": self._known_until,
                }
            ),
            delay_s=delay_s,
            reason="more_pages",
        )

    def _save(self, state: PollState, next_poll_at: datetime) -> None:
        """Release the claim. What is due before the schedule's next tick is queued here, with a claim of its own.

        No further: a chain of polls that went on forever would be stopped by Lambda for a loop.
        """
        now = self._deps.clock.now()
        soon = next_poll_at < (self._message.until or now + timedelta(seconds=TICK_S))
        claim = new_id("poll") if soon else ""
        # While the delayed message is on its way the tick leaves the account alone; should the message be lost, it
        # takes over a minute later.
        until = next_poll_at + timedelta(seconds=TICK_S) if soon else next_poll_at
        try:
            self._deps.polls.save(replace(state, next_poll_at=until, began=None), claim=claim)
        except Conflict:
            return  # somebody wanted it sooner, or took over
        if soon:
            ends = self._message.until or now + timedelta(seconds=TICK_S)
            again = PollAccount(account=self._account.id, claim=claim, until=ends)
            delay_s = waiting.delay_s(next_poll_at, now)
            self._deps.queues.send(Lane.ORDERS, again, delay_s=delay_s, reason="next_poll")
