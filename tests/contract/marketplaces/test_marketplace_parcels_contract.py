"""What every marketplace promises of parcels: told once, and to be seen afterwards, no matter who told them."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.ids import LineId, ParcelId, RemoteOrderId
from listbridge.domain.orders.orders import Shipment
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected
from simulators.faults import Fault
from tests.contract.marketplaces.orders import MUG, PLATE, parcel
from tests.contract.marketplaces.stages import Stage


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.put_on_sale(MUG, PLATE)
    return stage


def test_a_parcel_is_told_with_its_number_and_is_then_to_be_seen(stage: Stage) -> None:
    order, adapter = stage.buy((MUG, 2)), stage.open()
    told = parcel(adapter, stage, order, tracking="1Z 999-AA1", carrier="UPS")
    id = adapter.ship(order, told, 1)
    [shown] = adapter.shipments(order)
    assert (shown.id, shown.tracking) == (id, adapter.tracking_as_told("1Z 999-AA1"))
    assert shown.lines in (None, dict(told.lines))
    assert adapter.read_order(order).order.shipment is Shipment.SHIPPED


def test_a_parcel_without_a_number_is_told_all_the_same(stage: Stage) -> None:
    order, adapter = stage.buy((MUG, 1)), stage.open()
    id = adapter.ship(order, parcel(adapter, stage, order, tracking="", carrier=""), 1)
    assert [(one.id, one.tracking) for one in adapter.shipments(order)] == [(id, "")]


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_parcel_whose_answer_is_lost_is_looked_for_before_it_is_told_again(stage: Stage, kind: Any) -> None:
    order, adapter = stage.buy((MUG, 1)), stage.open()
    told = parcel(adapter, stage, order, tracking="1Z-999", carrier="UPS")
    stage.add_faults(Fault(stage.ship_operation, kind))
    with pytest.raises(OutcomeUnknown):
        adapter.ship(order, told, 1)
    number = adapter.tracking_as_told("1Z-999")
    if not [one for one in adapter.shipments(order) if one.tracking == number]:
        adapter.ship(order, told, 1)
    assert [one.tracking for one in adapter.shipments(order)] == [number]


def test_two_parcels_of_an_order_are_both_to_be_seen(stage: Stage) -> None:
    order, adapter = stage.buy((MUG, 1), (PLATE, 1)), stage.open()
    mug, plate = adapter.read_order(order).order.lines
    for number, line in enumerate((mug, plate), start=1):
        one = Parcel(ParcelId(f"p{number}"), stage.clock.now(), {line.id: 1}, f"A{number}", "DHL")
        adapter.ship(order, one, number)
    assert [one.tracking for one in adapter.shipments(order)] == ["A1", "A2"]
    assert adapter.read_order(order).order.shipment is Shipment.SHIPPED


def test_a_parcel_that_the_seller_told_by_hand_is_to_be_seen(stage: Stage) -> None:
    order = stage.buy((MUG, 1))
    stage.ship_from_outside(order, "HAND1")
    assert [one.tracking for one in stage.open().shipments(order)] == ["HAND1"]


def test_a_cancelled_order_takes_no_parcel(stage: Stage) -> None:
    order, adapter = stage.buy((MUG, 1)), stage.open()
    told = parcel(adapter, stage, order)
    stage.cancel(order)
    with pytest.raises(Rejected) as refused:
        adapter.ship(order, told, 1)
    assert refused.value.problem.fix
    assert adapter.shipments(order) == ()


def test_a_parcel_of_an_order_that_is_not_there_is_not_found(stage: Stage) -> None:
    missing, adapter = RemoteOrderId("12-34567-89012"), stage.open()
    with pytest.raises(NotFound):
        adapter.ship(missing, Parcel(ParcelId("p1"), stage.clock.now(), {LineId("1"): 1}), 1)
    with pytest.raises(NotFound):
        adapter.shipments(missing)
