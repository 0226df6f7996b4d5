"""Unit by unit: whatever was sold is awaited until it was shipped, cancelled or refunded."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.ids import LineId, ParcelId, RemoteId, ShopOrderId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Cancellation, Deed, Order, Payment, Refund, Shipment, Telling, Told
from listbridge.domain.orders.shop_orders import Parcel, ShopOrder
from listbridge.domain.orders.units import Balance, balance, in_words, nothing_to_send
from listbridge.domain.ports import RemoteShipment
from tests.fakes.remote_orders import NOW, order_row, remote_order, sold

MUG, CUP = LineId("line-MUG"), LineId("line-CUP")
NOTHING = Balance({}, {}, {})


def row(*, told: dict[LineId, int] | None = None, **facts: object) -> Order:
    """Two mugs and a cup, and what the marketplace was told about."""
    records = {ParcelId("f1"): Told(Telling.TOLD, NOW, told)} if told else {}
    return order_row(sold("MUG", 2, "20.00"), sold("CUP"), facts=facts, told=records)


def shop(
    *, sent: dict[LineId, int] | None = None, unsent: dict[LineId, int] | None = None, **more: object
) -> ShopOrder:
    sent, unsent = sent or {}, unsent if unsent is not None else {}
    lines = {line: sent.get(line, 0) + unsent.get(line, 0) for line in (MUG, CUP)}
    parcels = (Parcel(ParcelId("f1"), NOW, sent),) if sent else ()
    return replace(
        ShopOrder(ShopOrderId("1"), "#1001", lines=lines, unsent=unsent, parcels=parcels),
        **more,  # type: ignore[arg-type]
    )


def back(amount: str, line: LineId | None = None, currency: str = "EUR") -> Refund:
    return Refund(f"r-{amount}-{line}", Money(Decimal(amount), currency), line)


def test_what_neither_side_has_sent_yet_is_awaited_and_nothing_is_amiss() -> None:
    assert balance(row(), shop(unsent={MUG: 2, CUP: 1})) == Balance({MUG: 2, CUP: 1}, {}, {})


def test_what_was_sent_and_told_is_no_longer_awaited() -> None:
    found = shop(sent={MUG: 1}, unsent={MUG: 1, CUP: 1})
    assert balance(row(told={MUG: 1}), found) == Balance({MUG: 1, CUP: 1}, {}, {})


def test_a_unit_taken_off_in_the_shop_is_abandoned() -> None:
    found = shop(sent={MUG: 1, CUP: 1})
    assert balance(row(told={MUG: 1, CUP: 1}), found) == Balance({MUG: 1}, {MUG: 1}, {})


def test_units_that_the_shop_added_were_not_sold() -> None:
    assert balance(row(), shop(unsent={MUG: 3, CUP: 1})).unsold == {MUG: 1}


@pytest.mark.parametrize(
    "facts",
    [
        {"cancellation": Cancellation.CANCELLED},
        {"payment": Payment.REFUNDED},
        {"refunds": (back("20.00", MUG), back("10.00", CUP))},
        {"shipment": Shipment.SHIPPED},
    ],
)
def test_nothing_is_awaited_of_an_order_that_is_cancelled_paid_back_or_sent(facts: dict[str, object]) -> None:
    found = shop()
    assert balance(row(**facts), found) == NOTHING


@pytest.mark.parametrize(
    ("refund", "left"),
    [
        (back("10.00", MUG), {}),
        (back("9.99", MUG), {MUG: 1}),
        (back("10.00"), {}),  # of the whole order, as much as the unit was worth
        (back("9.99"), {MUG: 1}),
        (back("10.00", MUG, "USD"), {MUG: 1}),
        (back("10.00", CUP), {MUG: 1}),
    ],
)
def test_a_unit_that_the_shop_does_not_send_is_open_until_its_price_was_paid_back(
    refund: Refund, left: dict[LineId, int]
) -> None:
    found = shop(sent={MUG: 1, CUP: 1})
    assert balance(row(told={MUG: 1, CUP: 1}, refunds=(refund,)), found) == Balance(left, left, {})


def test_a_refund_takes_nothing_from_units_that_the_shop_still_sends() -> None:
    found = shop(unsent={MUG: 2, CUP: 1})
    assert balance(row(refunds=(back("10.00", MUG),)), found).awaited == {MUG: 2, CUP: 1}


def test_shipments_that_others_told_of_count() -> None:
    shown = (RemoteShipment(RemoteId("s"), {MUG: 2}), RemoteShipment(RemoteId("t"), None, "T1"))
    assert balance(row(), shop(sent={CUP: 1}), shown).awaited == {CUP: 1}


def test_where_another_tool_tells_the_marketplace_what_the_shop_sent_counts() -> None:
    found = shop(sent={MUG: 2}, unsent={CUP: 1})
    assert balance(row(), found, told_by_others=True).awaited == {CUP: 1}


def test_a_refund_s_or_cancellation_s_record_is_no_parcel() -> None:
    records = {ParcelId("cancelled"): Told(Telling.TOLD, NOW, {MUG: 2}, kind=Deed.CANCEL)}
    assert balance(replace(row(), told=records), shop(unsent={MUG: 2, CUP: 1})).awaited == {MUG: 2, CUP: 1}


def test_a_record_whose_units_are_not_known_counts_for_none() -> None:
    records = {ParcelId("f1"): Told(Telling.TOLD, NOW, None, "T1")}
    assert balance(replace(row(), told=records), shop(unsent={MUG: 2, CUP: 1})).awaited == {MUG: 2, CUP: 1}


def test_of_another_tool_s_order_only_its_end_is_known() -> None:
    theirs = ShopOrder(ShopOrderId("1"), "#1001")
    assert balance(row(), theirs) == Balance({MUG: 2, CUP: 1}, {}, {})
    done = replace(theirs, fulfilled=True)
    assert balance(row(), done) == Balance({MUG: 2, CUP: 1}, {MUG: 2, CUP: 1}, {})
    assert balance(row(), done, told_by_others=True) == NOTHING


@pytest.mark.parametrize(
    ("found", "over"),
    [
        (ShopOrder(ShopOrderId("1"), "#1"), False),
        (ShopOrder(ShopOrderId("1"), "#1", fulfilled=True), True),
        (ShopOrder(ShopOrderId("1"), "#1", lines={MUG: 0}, unsent={MUG: 0}), True),
        (ShopOrder(ShopOrderId("1"), "#1", lines={MUG: 1}, unsent={MUG: 1}), False),
    ],
)
def test_a_shop_order_has_nothing_to_send_when_it_is_sent_or_empty(found: ShopOrder, over: bool) -> None:
    assert nothing_to_send(found) is over


def test_units_are_told_by_sku_or_title_or_line() -> None:
    facts = remote_order(sold("MUG", 2), replace(sold("CUP"), sku=""))  # type: ignore[arg-type]
    assert in_words({MUG: 2, CUP: 1, LineId("x"): 3}, facts) == "1 of A cup, 2 of MUG, 3 of x"


@given(
    quantity=st.integers(1, 50),
    sent=st.integers(0, 50),
    unsent=st.integers(0, 50),
    told=st.integers(0, 50),
    cents=st.integers(0, 6000),
)
def test_every_unit_is_sent_paid_back_or_awaited_and_none_twice(
    quantity: int, sent: int, unsent: int, told: int, cents: int
) -> None:
    price = Decimal(quantity)  # a euro a unit
    paid_back = Decimal(cents) / 100
    refunds = (Refund("r", Money(paid_back, "EUR"), MUG),) if cents else ()
    order = order_row(sold("MUG", quantity, str(price)), facts={"refunds": refunds})
    order = replace(order, told={ParcelId("f1"): Told(Telling.TOLD, NOW, {MUG: told})})
    found = shop(sent={MUG: sent}, unsent={MUG: unsent})
    now = balance(order, found)
    awaited, abandoned = now.awaited.get(MUG, 0), now.abandoned.get(MUG, 0)
    assert 0 <= abandoned <= awaited <= max(0, quantity - told)
    if paid_back >= price:
        assert (awaited, abandoned) == (0, 0)
    else:
        short = max(0, quantity - max(told, sent + unsent))
        assert abandoned == max(0, short - int(paid_back))
        assert awaited == max(0, quantity - told) - (short - abandoned)
    assert now.unsold.get(MUG, 0) == max(0, sent + unsent - quantity)
