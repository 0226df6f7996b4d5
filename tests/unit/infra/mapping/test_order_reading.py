"""Orders of a marketplace that tells `{"no": …, "at": …, "sku": …, "who": …}`, in pages of two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from listbridge.domain.change_windows import Windows
from listbridge.domain.ids import LineId, RemoteOrderId, Site, Sku
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import (
    Buyer,
    Cancellation,
    Payment,
    RemoteLine,
    RemoteOrder,
    Shipment,
    ShippingCharge,
)
from listbridge.domain.verdicts import RetryLater
from listbridge.infra.calls.answers import moment
from listbridge.infra.mapping.order_reading import CountedRows, OrderReader, OrderWindows, Unmappable

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FREE = Money(Decimal("0.00"), "NOK")


class Told(BaseModel):
    no: str
    at: datetime
    sku: str


class Who(BaseModel):
    who: str | None = None


def _order(body: Any) -> RemoteOrder:
    told = Told.model_validate(body)
    if told.sku == "odd":
        raise Unmappable("sku")
    return RemoteOrder(
        id=RemoteOrderId(told.no),
        site=Site("N"),
        placed_at=told.at,
        changed_at=told.at,
        lines=(RemoteLine(LineId("1"), Sku(told.sku), "", 1, FREE),),
        shipping=ShippingCharge("", "", FREE),
        total=FREE,
        adjustment=FREE,
        payment=Payment.PAID,
        cancellation=Cancellation.NONE,
        shipment=Shipment.NOTHING,
    )


def _buyer(body: Any) -> Buyer | None:
    who = Who.model_validate(body).who
    return Buyer(name=who) if who else None


def _id(body: Any) -> RemoteOrderId | None:
    return RemoteOrderId(body["no"]) if isinstance(body, Mapping) and "no" in body else None


def _changed_at(body: Any) -> datetime | None:
    return moment(body.get("at")) if isinstance(body, Mapping) else None


READER = OrderReader(_order, _buyer, _id, _changed_at)


def row(no: str, seconds_ago: float = 60, **more: Any) -> dict[str, Any]:
    return {"no": no, "at": (NOW - timedelta(seconds=seconds_ago)).isoformat(), "sku": "LAMP", **more}


# ---- one order ----


def test_an_order_comes_with_its_buyer() -> None:
    read = READER.read(row("1", who="Ada"))
    assert (read.order.id, read.buyer) == ("1", Buyer(name="Ada"))


def test_what_is_odd_about_the_buyer_hides_no_sale_unless_it_is_asked_for_strictly() -> None:
    body = row("1", who=["Ada"])
    read = READER.read(body)
    assert (read.order.id, read.buyer) == ("1", None)
    with pytest.raises(Unmappable) as refused:
        READER.read(body, strict=True)
    assert str(refused.value) == "who"
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("body", "where"), [({"no": "1", "sku": 5}, "at, sku"), (row("1", sku="odd"), "sku"), ("1", "")]
)
def test_an_order_that_cannot_be_understood_names_the_places_alone(body: Any, where: str) -> None:
    with pytest.raises(Unmappable) as refused:
        READER.read(body)
    assert str(refused.value) == where


def test_of_many_the_odd_ones_are_named_and_what_has_no_id_is_none() -> None:
    reads, unreadable = READER.each([row("1"), {"no": "2"}, {"sku": "LAMP"}, row("3", sku="odd"), row("4")])
    assert [one.order.id for one in reads] == ["1", "4"]
    assert unreadable == ["2", "3"]


# ---- polls ----


class Shelf:
    """A list of orders in order of change, newest last; it tells its count, and lies by as many as it is told to."""

    def __init__(self, *rows: dict[str, Any], lie: int = 0) -> None:
        self.rows, self.lie = rows, lie
        self.asked: list[Windows] = []

    def ask(self, windows: Windows) -> CountedRows:
        self.asked.append(windows)
        within = [
            one
            for one in self.rows
            if (at := Windows.since(datetime.fromisoformat(one["at"]), NOW, timedelta(days=9)).start) >= windows.start
            and (windows.end is None or at <= windows.end)
        ]
        page = within[windows.offset : windows.offset + 2]
        more = windows.offset + len(page) < len(within)
        return CountedRows(page, len(within) + self.lie, 2, more)

    def polls(self) -> OrderWindows:
        return OrderWindows("listOrders", timedelta(days=9), READER, self.ask)


def everything(shelf: Shelf) -> list[str]:
    polls, seen, cursor = shelf.polls(), dict[str, None](), None
    while True:
        page = polls.page(NOW - timedelta(hours=1), cursor, NOW)
        seen |= dict.fromkeys([*(one.order.id for one in page.orders), *page.unreadable])
        cursor = page.cursor
        if cursor is None:
            return list(seen)


def test_a_list_that_fits_on_a_page_is_read_in_one_call() -> None:
    shelf = Shelf(row("1", 30), row("2", 20))
    page = shelf.polls().page(NOW - timedelta(hours=1), None, NOW)
    assert ([one.order.id for one in page.orders], page.cursor, page.unreadable) == (["1", "2"], None, ())
    assert [(one.start, one.end, one.offset) for one in shelf.asked] == [(1772362800000, None, 0)]


def test_a_longer_list_is_read_span_by_span_until_every_order_was_shown() -> None:
    shelf = Shelf(*(row(str(n), 60 - n, sku="odd" if n == 3 else "LAMP") for n in range(7)))
    assert sorted(everything(shelf)) == ["0", "1", "2", "3", "4", "5", "6"]


def test_a_torn_page_still_gives_its_orders_and_then_the_poll_ends() -> None:
    polls = Shelf(row("1"), lie=1).polls()
    torn = polls.page(NOW - timedelta(hours=1), None, NOW)
    assert ([one.order.id for one in torn.orders], torn.cursor) == (["1"], "torn:1 rows where 2 are due")
    with pytest.raises(RetryLater) as again:
        polls.page(NOW - timedelta(hours=1), torn.cursor, NOW)
    assert (again.value.problem.code, again.value.detail, again.value.after_s) == (
        "orders_incomplete",
        "listOrders: 1 rows where 2 are due",
        5.0,
    )


def test_no_order_is_asked_for_from_before_the_marketplace_shows_any() -> None:
    shelf = Shelf()
    shelf.polls().page(NOW - timedelta(days=400), None, NOW)
    assert shelf.asked[0].start == Windows.since(NOW - timedelta(days=9), NOW, timedelta(days=9)).start
