"""Reading a marketplace's orders: a malformed order stops no other, and none is lost while the list moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from listbridge.domain.change_windows import CountedPage, Windows
from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.orders.orders import Buyer, OrderRead, RemoteOrder
from listbridge.domain.ports import OrderPage
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater
from listbridge.infra.calls.answers import places

_TORN = "torn:"
"""Begins a cursor behind which there is nothing but the reason why the poll must begin again."""


class Unmappable(Exception):
    """The order cannot be understood. Its text names the places, never what stands there."""


@dataclass(frozen=True, slots=True)
class OrderReader:
    """How one marketplace's orders are read, each from its JSON as it came.

    `order` and `buyer` raise ValidationError for what has not its shape, `order` also Unmappable; `buyer` gives None where
    nothing is told about them. `id` and `changed_at` read an order of which nothing else can be understood, and give
    None where that is not there either.
    """

    order: Callable[[Any], RemoteOrder]
    buyer: Callable[[Any], Buyer | None]
    id: Callable[[Any], RemoteOrderId | None]
    changed_at: Callable[[Any], datetime | None]

    def read(self, body: Any, *, strict: bool = False) -> OrderRead:
        """The order with its buyer. `strict`: what is odd about the buyer counts too, else the buyer is left out.

        Raises Unmappable.
        """
        try:
            order = self.order(body)
        except ValidationError as error:
            raise Unmappable(places(error)) from None
        try:
            return OrderRead(order, self.buyer(body))
        except ValidationError as error:
            if strict:
                raise Unmappable(places(error)) from None
            return OrderRead(order)

    def each(self, rows: Iterable[Any]) -> tuple[list[OrderRead], list[RemoteOrderId]]:
        """The orders, and the ids of those that cannot be understood. What has not even an id is no order."""
        reads: list[OrderRead] = []
        unreadable: list[RemoteOrderId] = []
        for row in rows:
            try:
                reads.append(self.read(row))
            except Unmappable:
                named = self.id(row)
                if named is not None:
                    unreadable.append(named)
        return reads, unreadable


@dataclass(frozen=True, slots=True)
class CountedRows:
    """What a list told about one page of a span: see `domain.change_windows.CountedPage`."""

    rows: Sequence[Any]
    total: int | None
    most: int
    more: bool


@dataclass(frozen=True, slots=True)
class OrderWindows:
    """Polls of a list of orders that is counted (`domain/change_windows.py`).

    `ask` makes one call, for the page at `windows.offset` of the span from `windows.start` to `windows.end`, both inclusive.
    `reach` is how far back the marketplace shows orders, `operation` the call's name for our log.
    """

    operation: str
    reach: timedelta
    reader: OrderReader
    ask: Callable[[Windows], CountedRows]

    def page(self, since: datetime, cursor: str | None, now: datetime) -> OrderPage:
        """One page, and where to go on.

        A page that is short, or does not agree with what the list says of it, still gives the orders that it shows, for they
        must hold their stock; then the poll ends with RetryLater.
        """
        if cursor is not None and cursor.startswith(_TORN):
            detail = f"{self.operation}: {cursor.removeprefix(_TORN)}"
            raise RetryLater(Problem("orders_incomplete"), detail=detail)
        windows = Windows.parse(cursor) if cursor else Windows.since(since, now, self.reach)
        told = self.ask(windows)
        reads, unreadable = self.reader.each(told.rows)
        changed = [moment for moment in map(self.reader.changed_at, told.rows) if moment is not None]
        page = CountedPage(len(told.rows), told.total, told.most, told.more, changed)
        if torn := windows.torn(page):
            return OrderPage(tuple(reads), f"{_TORN}{torn}", tuple(unreadable))
        rest = windows.following(page, now)
        return OrderPage(tuple(reads), rest.cursor if rest else None, tuple(unreadable))
