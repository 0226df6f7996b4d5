"""An order that a shop shows in lines of its own, told in the marketplace's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from listbridge.domain.ids import LineId, ParcelId, ShopOrderId
from listbridge.domain.orders.orders import Refund
from listbridge.domain.orders.shop_orders import Parcel, ShopOrder, Tracking
from listbridge.domain.orders.shown_orders import ShownLine, ShownParcel, shop_order, sum_of
from tests.fakes.order_drafts import money

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
A, B = LineId("A"), LineId("B")


def line(id: str, of: LineId | None, left: int, unsent: int | None = None) -> ShownLine:
    return ShownLine(id, of, left, left if unsent is None else unsent)


def parcel(*packed: tuple[str, int], taken_back: bool = False, tracking: tuple[Tracking, ...] = ()) -> ShownParcel:
    return ShownParcel(ParcelId("p"), AT, packed, tracking, taken_back)


def shown(*lines: ShownLine, parcels: tuple[ShownParcel, ...] = (), **told: Any) -> ShopOrder:
    return shop_order(ShopOrderId("5"), "#5", lines, parcels, **{"cancelled_at": None} | told)


def test_an_order_that_nobody_touched_is_all_still_to_be_sent():
    assert shown(line("1", A, 2), line("2", B, 1)) == ShopOrder(
        ShopOrderId("5"), "#5", lines={A: 2, B: 1}, unsent={A: 2, B: 1}
    )


def test_several_lines_of_the_shop_may_be_one_of_the_marketplace_and_some_are_nobodys():
    read = shown(line("1", A, 2), line("2", A, 1), line("3", None, 5), parcels=(parcel(("1", 2), ("2", 1), ("3", 5)),))
    assert (read.lines, read.unsent) == ({A: 3}, {A: 3})
    assert read.parcels == (Parcel(ParcelId("p"), AT, {A: 3}),)


@pytest.mark.parametrize(("left", "counted", "unsent"), [(2, 2, 2), (2, 1, 1), (1, 2, 1), (0, 1, 0), (1, -1, 0)])
def test_no_more_is_unsent_than_is_left_on_the_order(left: int, counted: int, unsent: int):
    read = shown(line("1", A, left, counted), fulfilled=False)
    assert (read.lines, read.unsent) == ({A: left}, {A: unsent})


@pytest.mark.parametrize("told", [{"fulfilled": True}, {"cancelled_at": AT, "fulfilled": False}, {"cancelled_at": AT}])
def test_an_order_that_is_over_sends_nothing_more_whatever_its_lines_say(told: dict[str, Any]):
    read = shown(line("1", A, 2), **told)
    assert (read.lines, read.unsent) == ({A: 2}, {A: 0})


@pytest.mark.parametrize(
    ("lines", "cancelled_at", "fulfilled"),
    [
        ((line("1", A, 2, 0),), None, True),
        ((line("1", A, 2, 1),), None, False),
        ((line("1", A, 2, 0), line("2", None, 1)), None, False),
        ((line("1", A, 2, 0),), AT, False),
    ],
)
def test_where_the_shop_says_nothing_of_the_whole_order_its_lines_tell_whether_all_is_sent(
    lines: tuple[ShownLine, ...], cancelled_at: datetime | None, fulfilled: bool
):
    assert shown(*lines, cancelled_at=cancelled_at).fulfilled is fulfilled


def test_a_parcel_that_was_taken_back_is_told_by_its_id_alone():
    read = shown(line("1", A, 1), parcels=(parcel(("1", 1), taken_back=True),))
    assert (read.parcels, read.cancelled_parcels) == ((), (ParcelId("p"),))


def test_a_parcel_with_nothing_of_the_marketplaces_is_none():
    read = shown(line("1", A, 1), line("2", None, 1), parcels=(parcel(("2", 1), ("1", 0), ("9", 1)),))
    assert (read.parcels, read.cancelled_parcels) == ((), ())


@pytest.mark.parametrize(
    ("tracking", "first", "further"),
    [
        ((), ("", ""), ()),
        ((Tracking("", "DHL"),), ("", "DHL"), ()),
        ((Tracking("", "UPS"), Tracking("J1", "DHL"), Tracking("J2")), ("J1", "DHL"), (Tracking("J2"),)),
        ((Tracking("", "UPS"), Tracking("", "DHL")), ("", "UPS"), ()),
    ],
)
def test_the_first_number_is_the_parcels_own_and_the_others_are_told_beside_it(
    tracking: tuple[Tracking, ...], first: tuple[str, str], further: tuple[Tracking, ...]
):
    (sent,) = shown(line("1", A, 1), parcels=(parcel(("1", 1), tracking=tracking),)).parcels
    assert ((sent.tracking, sent.carrier), sent.further) == (first, further)


def test_refunds_of_nothing_are_none_and_so_is_what_they_come_to():
    back, nothing = Refund("r", money("4.50"), at=AT), Refund("s", money("0.00"), at=AT)
    read = shown(line("1", A, 1), refunds=[back, nothing], refunded=money("4.50"))
    assert (read.refunds, read.refunded) == ((back,), money("4.50"))
    read = shown(line("1", A, 1), refunds=[nothing], refunded=money("0.00"))
    assert (read.refunds, read.refunded) == ((), None)


def test_what_refunds_come_to_is_their_sum_in_their_currency():
    assert sum_of([Refund("r", money("4.50")), Refund("s", money("0.55"))]) == money("5.05")
    assert sum_of([]) is None
