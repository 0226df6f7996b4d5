"""An order's row as code before this one wrote it, and as code before this one can read it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

from listbridge.domain.ids import LineId, ParcelId, RemoteId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Deed, Order, Refund, Telling, Told
from listbridge.domain.orders.relaying import recorded
from listbridge.infra.storage.documents import Json
from tests.fakes.remote_orders import NOW, order_row

ORDERS: Json[Order] = Json(Order, apart={"rev"})
MUG = LineId("line-MUG")
F1, REFUND = ParcelId("f1"), ParcelId("refund:7")
PARCEL = Told(Telling.TOLD, NOW, {MUG: 1}, "T1", "DHL", RemoteId("s1"))


def written_before() -> str:
    """A row with a parcel, without any of the fields that came with refunds and numbers."""
    document = json.loads(ORDERS.write(order_row(told={F1: PARCEL})))
    for name in ("left_out", "refunds_noted"):
        del document[name]
    del document["facts"]["refunds"]
    for name in ("kind", "number", "amount"):
        del document["told"]["f1"][name]
    return json.dumps(document)


def test_a_row_from_before_refunds_and_numbers_is_read_as_a_parcel_without_a_number() -> None:
    row = ORDERS.read(written_before())
    assert row.told == {F1: PARCEL}
    assert (row.told[F1].kind, row.told[F1].number, row.told[F1].amount) == (Deed.SHIP, 0, None)
    assert (row.facts.refunds, row.left_out, row.refunds_noted) == ((), frozenset(), frozenset())


def test_the_first_number_after_rows_without_one_counts_these() -> None:
    row = recorded(ORDERS.read(written_before()), ParcelId("f2"), PARCEL)
    assert [one.number for one in row.told.values()] == [0, 2]


def test_a_record_keeps_its_number_whatever_becomes_of_it() -> None:
    row = recorded(order_row(), F1, replace(PARCEL, state=Telling.BEGUN))
    row = recorded(row, ParcelId("f2"), PARCEL)
    row = recorded(row, F1, PARCEL)
    assert {id: one.number for id, one in row.told.items()} == {"f1": 1, "f2": 2}


def test_a_row_with_a_refund_a_parcel_of_unknown_units_and_a_line_left_out_reads_as_it_was_written() -> None:
    euros = Money(Decimal("4.90"), "EUR")
    row = order_row(
        facts={"refunds": (Refund("r1", euros, MUG, NOW), Refund("r2", euros))},
        told={
            F1: replace(PARCEL, lines=None, number=1),
            REFUND: Told(Telling.REFUSED, NOW, {}, kind=Deed.REFUND, number=2, amount=euros),
        },
        left_out=frozenset({MUG}),
        refunds_noted=frozenset({"r1"}),
    )
    assert ORDERS.read(ORDERS.write(row)) == row


def test_no_record_has_a_state_that_code_from_before_cannot_read() -> None:
    assert {one.value for one in Telling} == {"begun", "told", "refused"}
