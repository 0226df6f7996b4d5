"""Orders as people look at them: a page over all accounts, the newest first, and how many need somebody."""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId
from listbridge.domain.orders.orders import Cancellation, ImportState, Order, Payment, Shipment
from listbridge.domain.ports import NotACursor
from listbridge.domain.problem import Problem
from listbridge.services.deps import DeskDeps

_MOST_READ = 1000
"""How many orders one page may look at: a filter that fits few ends early, with a cursor to go on."""
_MOST_COUNTED = 200


class FulfilledBy(StrEnum):
    """Who sends the goods out."""

    SELLER = "seller"
    MARKETPLACE = "marketplace"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders to show; what is None or empty is not asked. `text` is part of an order's id, or of a line's SKU."""

    account: AccountId | None = None
    state: ImportState | None = None
    attention: bool | None = None
    payment: Payment | None = None
    shipment: Shipment | None = None
    text: str = ""
    fulfilled_by: FulfilledBy | None = None
    refunded: bool | None = None
    """Something was refunded to the buyer, one line at least."""
    cancelled: bool | None = None
    sku: str = ""
    shop_order: str = ""
    """The shop's number of the order, with or without `#`, or its id."""
    buyer: str = ""
    """A part of the buyer's name or mail address; only for those who may see buyers."""
    placed_from: datetime | None = None
    placed_before: datetime | None = None


def needs_somebody(order: Order) -> bool:
    """Whether a person should look: it failed, its outcome is unclear, it waits for a decision, or it has a notice."""
    failed = order.state in (ImportState.FAILED, ImportState.UNCLEAR)
    return failed or undecided(order) or bool(order.notices)


def undecided(order: Order) -> bool:
    """It waits for something that a person can do, and not for the buyer or for time."""
    return order.state is ImportState.WAITING and order.reason is not None and bool(order.reason.fix)


def page_of_orders(
    deps: DeskDeps, wanted: OrderFilter, cursor: str | None, limit: int
) -> tuple[list[Order], str | None]:
    """A page of orders, newest first, with the cursor to the next. A page may be short, or empty, before the last.

    An order that comes in while pages are turned is on none of them, and moves no other out of its place. Raises Missing
    for an unknown account, and NotACursor.
    """
    if wanted.account is not None:
        accounts = [deps.configuration.get(Account, wanted.account).id]
    else:
        accounts = sorted(account.id for account in deps.configuration.all(Account))
    places = _read(cursor)
    sources = [_Source(deps, account, places.get(account, _Place()), min(limit, _MOST_READ)) for account in accounts]
    found: list[Order] = []
    for _ in range(_MOST_READ):
        open_sources = [source for source in sources if source.head() is not None]
        if len(found) == limit or not open_sources:
            break
        newest = max(open_sources, key=_Source.newest)
        order = newest.take()
        placed = order.facts.placed_at
        if wanted.placed_from is not None and placed < wanted.placed_from:
            newest.close()  # whatever follows is older
        elif _fits(order, wanted) and _of_buyer(deps, order, wanted.buyer):
            found.append(order)
    more = any(source.head() is not None for source in sources)
    return found, _written({source.account: source.place() for source in sources}) if more else None


def _fits(order: Order, wanted: OrderFilter) -> bool:
    facts, text = order.facts, wanted.text.casefold()
    return _fits_more(order, wanted) and (
        (wanted.state is None or order.state is wanted.state)
        and (wanted.attention is None or wanted.attention is needs_somebody(order))
        and (wanted.payment is None or facts.payment is wanted.payment)
        and (wanted.shipment is None or facts.shipment is wanted.shipment)
        and (not text or any(text in part.casefold() for part in (facts.id, *(one.sku for one in facts.lines))))
    )


def _fits_more(order: Order, wanted: OrderFilter) -> bool:
    facts, made = order.facts, order.shop_order
    refunded = bool(facts.refunds) or facts.payment is Payment.REFUNDED
    cancelled = facts.cancellation is Cancellation.CANCELLED
    by = FulfilledBy.MARKETPLACE if facts.fulfilled_by_marketplace else FulfilledBy.SELLER
    number = wanted.shop_order.removeprefix("#")
    return (
        (wanted.placed_before is None or facts.placed_at < wanted.placed_before)
        and wanted.fulfilled_by in (None, by)
        and wanted.refunded in (None, refunded)
        and wanted.cancelled in (None, cancelled)
        and (not wanted.sku or any(line.sku == wanted.sku for line in facts.lines))
        and (not number or (made is not None and number in (made.name.removeprefix("#"), made.id)))
    )


def _of_buyer(deps: DeskDeps, order: Order, text: str) -> bool:
    """Buyers stand apart from orders: each is read only for an order that fits otherwise."""
    if not text:
        return True
    buyer = deps.orders.buyers([order.key]).get(order.key)
    return buyer is not None and any(text.casefold() in part.casefold() for part in (buyer.name, buyer.email))


@dataclass(frozen=True, slots=True)
class _Place:
    """How far an account's orders were shown: the page, and where on it.

    Everything newer than `since_ms` was shown, and of what was placed at that very moment the orders in `shown`: so a page
    that has grown at its top shows nothing twice, and leaves nothing out.
    """

    page: str | None = None
    since_ms: int | None = None
    shown: tuple[str, ...] = ()
    over: bool = False

    def passed(self, order: Order) -> bool:
        placed = _millis(order.facts.placed_at)
        return self.since_ms is not None and (
            placed > self.since_ms or (placed == self.since_ms and order.key.remote in self.shown)
        )


class _Source:
    """One account's orders, newest first, a page at a time."""

    def __init__(self, deps: DeskDeps, account: AccountId, place: _Place, size: int) -> None:
        self.account = account
        self._deps = deps
        self._size = size
        self._place = place
        self._rows: deque[Order] = deque()
        self._page, self._next = place.page, place.page
        self._unread = not place.over

    def head(self) -> Order | None:
        while not self._rows and self._unread:
            rows, following = self._deps.orders.recent(self.account, self._next, self._size)
            self._page, self._next, self._unread = self._next, following, following is not None
            self._rows.extend(row for row in rows if not self._place.passed(row))
        return self._rows[0] if self._rows else None

    def newest(self) -> tuple[datetime, str]:
        return self._rows[0].facts.placed_at, str(self._rows[0].key)

    def take(self) -> Order:
        order = self._rows.popleft()
        placed = _millis(order.facts.placed_at)
        same = self._place.shown if placed == self._place.since_ms else ()
        self._place = _Place(since_ms=placed, shown=(*same, order.key.remote))
        return order

    def close(self) -> None:
        """Nothing more of this account is shown."""
        self._rows.clear()
        self._unread = False

    def place(self) -> _Place:
        at = self._place
        return _Place(self._page, at.since_ms, at.shown, over=not self._rows and not self._unread)


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _read(cursor: str | None) -> dict[AccountId, _Place]:
    if not cursor:
        return {}
    try:
        told = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise NotACursor from None
    if not isinstance(told, dict):
        raise NotACursor
    return {AccountId(account): _place(place) for account, place in told.items()}


def _place(told: object) -> _Place:
    match told:
        case [str() | None as page, int() | None as since_ms, list(shown), bool(over)]:
            return _Place(page, since_ms, tuple(map(str, shown)), over)
    raise NotACursor


def _written(places: dict[AccountId, _Place]) -> str:
    """Accounts of which nothing was shown yet begin again, and need no word."""
    told = {
        account: [place.page, place.since_ms, list(place.shown), place.over]
        for account, place in places.items()
        if place != _Place()
    }
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """How many of an account's newest orders need somebody. Without `complete` it has more than the `counted` ones."""

    account: Account
    failed: int
    unclear: int
    undecided: int
    noticed: int
    counted: int
    complete: bool


def count_orders(deps: DeskDeps, accounts: Sequence[Account]) -> list[OrderCounts]:
    """Look at each account's newest orders, row by row."""
    return [_count(deps, account) for account in accounts]


def orders_wait(counts: OrderCounts) -> Problem:
    """That orders wait for somebody, and how many of which kind."""
    params = {
        "account": counts.account.name,
        "failed": str(counts.failed),
        "unclear": str(counts.unclear),
        "undecided": str(counts.undecided),
    }
    return Problem("orders_wait", params, "look_at_orders")


def _count(deps: DeskDeps, account: Account) -> OrderCounts:
    rows, following = deps.orders.recent(account.id, None, _MOST_COUNTED)
    return OrderCounts(
        account=account,
        failed=sum(row.state is ImportState.FAILED for row in rows),
        unclear=sum(row.state is ImportState.UNCLEAR for row in rows),
        undecided=sum(undecided(row) for row in rows),
        noticed=sum(bool(row.notices) for row in rows),
        counted=len(rows),
        complete=following is None,
    )
