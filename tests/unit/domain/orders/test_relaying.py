"""Which of the shop's parcels the marketplace knows already, and what of the others is left to tell."""

from __future__ import annotations

from dataclasses import replace

from listbridge.domain.ids import LineId, ParcelId, RemoteId
from listbridge.domain.orders.orders import Telling, Told
from listbridge.domain.orders.relaying import shipment_of, unclaimed, units_to_tell
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import RemoteShipment
from tests.fakes.remote_orders import NOW, order_row, sold

MUG, CUP = LineId("line-MUG"), LineId("line-CUP")
ORDER = order_row(sold("MUG", 3), sold("CUP", 1))


def parcel(tracking: str = "T1", id: str = "f1", **units: int) -> Parcel:
    return Parcel(ParcelId(id), NOW, {LineId(f"line-{sku}"): count for sku, count in units.items()}, tracking)


def shipment(tracking: str = "T1", id: str = "s1", **units: int) -> RemoteShipment:
    return RemoteShipment(RemoteId(id), {LineId(f"line-{sku}"): count for sku, count in units.items()}, tracking)


def told(id: str | None, state: Telling = Telling.TOLD, **units: int) -> Told:
    lines = {LineId(f"line-{sku}"): count for sku, count in units.items()}
    return Told(state=state, at=NOW, lines=lines, shipment=RemoteId(id) if id else None)


def without_spaces(tracking: str) -> str:
    return tracking.replace(" ", "").upper()


def exactly(tracking: str) -> str:
    return tracking


def test_shipments_of_parcels_that_were_told_are_claimed_and_the_others_are_not() -> None:
    mine, strange = shipment("T1", "s1", MUG=1), shipment("T2", "s2", MUG=1)
    order = replace(ORDER, told={ParcelId("f1"): told("s1", MUG=1)})
    assert unclaimed(order, [mine, strange]) == [strange]


def test_a_parcel_whose_telling_is_unknown_or_was_refused_claims_nothing() -> None:
    shown = [shipment("T1", "s1", MUG=1)]
    for state in (Telling.BEGUN, Telling.REFUSED):
        order = replace(ORDER, told={ParcelId("f1"): told("s1", state, MUG=1)})
        assert unclaimed(order, shown) == shown


def test_of_two_shipments_of_one_id_the_one_with_the_same_units_is_claimed() -> None:
    one, two = shipment("T1", "s1", MUG=1), shipment("T1", "s1", MUG=2)
    order = replace(ORDER, told={ParcelId("f1"): told("s1", MUG=2)})
    assert unclaimed(order, [one, two]) == [one]
    order = replace(ORDER, told={ParcelId("f1"): told("s1", CUP=1)})
    assert unclaimed(order, [one, two]) == [two]  # neither is the same: the first stands for it


def test_a_claim_on_a_shipment_that_is_no_longer_shown_takes_no_other() -> None:
    shown = [shipment("T2", "s2", MUG=1)]
    order = replace(ORDER, told={ParcelId("f1"): told("s1", MUG=1)})
    assert unclaimed(order, shown) == shown


def test_a_parcel_is_known_by_its_number_as_the_marketplace_spells_it() -> None:
    shown = [shipment("AB12", "s1", MUG=3)]
    assert shipment_of(parcel("ab 12", MUG=1), shown, without_spaces) == shown[0]
    assert shipment_of(parcel("ab 12", MUG=1), shown, exactly) is None


def test_the_same_number_on_other_lines_is_another_parcel() -> None:
    assert shipment_of(parcel("T1", MUG=1), [shipment("T1", CUP=1)], exactly) is None


def test_a_parcel_without_a_number_is_known_by_its_exact_units_and_no_number() -> None:
    assert shipment_of(parcel("", MUG=2), [shipment("", MUG=2)], exactly) == shipment("", MUG=2)
    assert shipment_of(parcel("", MUG=2), [shipment("", MUG=1)], exactly) is None
    assert shipment_of(parcel("", MUG=2), [shipment("T1", MUG=2)], exactly) is None
    assert shipment_of(parcel("T1", MUG=2), [shipment("", MUG=2)], exactly) is None


def test_a_number_of_spaces_alone_is_no_number() -> None:
    assert shipment_of(parcel("  ", MUG=2), [shipment("", MUG=2)], without_spaces) == shipment("", MUG=2)


def test_all_units_of_a_parcel_are_told_when_nothing_is_shown() -> None:
    assert units_to_tell(ORDER, parcel(MUG=2, CUP=1), []) == {MUG: 2, CUP: 1}


def test_no_more_units_are_told_than_were_sold_and_not_yet_shown() -> None:
    assert units_to_tell(ORDER, parcel(MUG=9), []) == {MUG: 3}
    assert units_to_tell(ORDER, parcel(MUG=2, CUP=1), [shipment(MUG=2)]) == {MUG: 1, CUP: 1}
    shown = [shipment("T1", "s1", MUG=1), shipment("T2", "s2", MUG=1, CUP=1)]
    assert units_to_tell(ORDER, parcel(MUG=2, CUP=1), shown) == {MUG: 1}


def test_lines_that_the_order_does_not_have_and_units_shown_too_often_are_told_nowhere() -> None:
    assert units_to_tell(ORDER, parcel(HAT=1), []) == {}
    assert units_to_tell(ORDER, parcel(MUG=1), [shipment(MUG=5)]) == {}
