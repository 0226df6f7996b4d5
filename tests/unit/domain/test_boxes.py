"""A fulfilment with several tracking numbers, as one parcel for each number that there is a unit for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.ids import LineId, ParcelId, RemoteId
from listbridge.domain.orders.orders import Telling, Told
from listbridge.domain.orders.relaying import boxes, shipment_of, units_to_tell
from listbridge.domain.orders.shop_orders import Parcel, Tracking
from listbridge.domain.ports import RemoteShipment
from tests.fakes.remote_orders import NOW, order_row, sold

MUG, CUP = LineId("line-MUG"), LineId("line-CUP")


def parcel(lines: dict[LineId, int], *further: str, tracking: str = "T1") -> Parcel:
    return Parcel(ParcelId("f1"), NOW, lines, tracking, "DHL", tuple(Tracking(one, "UPS") for one in further))


def dealt(one: Parcel) -> list[tuple[str, str, str, dict[LineId, int]]]:
    return [(box.id, box.tracking, box.carrier, dict(box.lines)) for box in boxes(one)]


def test_a_parcel_with_one_number_is_one_box() -> None:
    assert boxes(parcel({MUG: 2})) == (parcel({MUG: 2}),)


def test_units_of_one_line_are_dealt_out_over_the_numbers_the_first_getting_the_more() -> None:
    assert dealt(parcel({MUG: 5}, "T2", "T3")) == [
        ("f1", "T1", "DHL", {MUG: 2}),
        ("f1/2", "T2", "UPS", {MUG: 2}),
        ("f1/3", "T3", "UPS", {MUG: 1}),
    ]


def test_numbers_beyond_the_units_are_boxes_without_units() -> None:
    assert dealt(parcel({MUG: 1}, "T2")) == [("f1", "T1", "DHL", {MUG: 1}), ("f1/2", "T2", "UPS", {})]


def test_of_several_lines_nobody_knows_what_is_in_which_box() -> None:
    assert dealt(parcel({MUG: 1, CUP: 1}, "T2")) == [("f1", "T1", "DHL", {MUG: 1, CUP: 1}), ("f1/2", "T2", "UPS", {})]


@pytest.mark.parametrize("further", [("T1",), ("",), ("T2", "T2")])
def test_a_number_that_is_empty_or_there_already_makes_no_box(further: tuple[str, ...]) -> None:
    assert [box.tracking for box in boxes(parcel({MUG: 9}, *further))] == ["T1", *({"T2"} & {*further})]


@given(units=st.integers(1, 99), numbers=st.integers(0, 9))
def test_no_unit_is_lost_or_told_twice_and_each_number_is_a_box(units: int, numbers: int) -> None:
    made = boxes(parcel({MUG: units}, *(f"N{one}" for one in range(numbers))))
    assert sum(box.lines.get(MUG, 0) for box in made) == units
    assert len({box.id for box in made}) == len({box.tracking for box in made}) == numbers + 1
    assert all(box.lines == {} or min(box.lines.values()) > 0 for box in made)


# ---- shipments whose units the marketplace does not tell ----


def test_a_shipment_of_unknown_units_is_known_again_by_its_number_alone() -> None:
    shown = [RemoteShipment(RemoteId("s1"), None, "T2"), RemoteShipment(RemoteId("s2"), None, "T1")]
    assert shipment_of(parcel({MUG: 1}), shown, str) == shown[1]
    assert shipment_of(parcel({MUG: 1}, tracking=""), shown, str) is None


def test_beside_shipments_of_unknown_units_what_was_told_says_what_is_left() -> None:
    shown = [RemoteShipment(RemoteId("s1"), None, "T1")]
    order = order_row(sold("MUG", 3), told={ParcelId("f0"): Told(Telling.TOLD, NOW, {MUG: 1}, "T1")})
    assert units_to_tell(order, parcel({MUG: 3}), shown) == {MUG: 2}
