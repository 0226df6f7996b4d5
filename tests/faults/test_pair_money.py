"""Refunds, units that are removed and boxes with several numbers, between the simulators of the first
pair with the real handlers and adapters: the seller hears about it, nothing is sent unasked, and no order is done too
early."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.orders.orders import Deed, ImportState, Payment, Telling
from listbridge.services.desk import messages
from tests.faults.pair_sales import Sales, sales

EIGHT_HOURS = 8 * 3600.0


@pytest.fixture
def s() -> Sales:
    return sales()


def home(s: Sales, sku: str = "A", units: int = 1, **more: Any) -> str:
    """An order that is in the shop, with its stock taken and absorbed."""
    remote = s.buy(sku, units, price="10.00", **more)
    s.run(75)
    assert s.row(remote).absorbed_from is not None
    return remote


def notices(s: Sales, remote: str) -> dict[str, dict[str, str]]:
    return {one.code: dict(one.params) for one in s.row(remote).notices}


def words(s: Sales, remote: str) -> list[str]:
    return [f"{messages.text(one)} {messages.fix_text(one)}" for one in s.row(remote).notices]


def shop_deeds(s: Sales) -> Any:
    return s.p.shopify.deeds


def refund_there(s: Sales, remote: str, **what: Any) -> None:
    s.p.ebay.deeds.refund_order(remote, **what)
    s.run(75)


def refund_in_shop(s: Sales, remote: str, **what: Any) -> None:
    shop_deeds(s).refund(s.one(remote)["id"], **what)
    s.run(75)


# ---- refunded on the marketplace ----


def test_all_money_given_back_before_anything_was_sent_says_do_not_ship(s: Sales) -> None:
    remote = home(s, units=2)
    refund_there(s, remote)
    assert notices(s, remote) == {"refunded_on_marketplace": {"amount": "20.00 USD", "shop_order": "#1001"}}
    assert words(s, remote) == [
        "The marketplace refunded the buyer in full: 20.00 USD. The shop order #1001 is still open. "
        "Do not ship it. Cancel or refund the order in the shop."
    ]
    assert s.row(remote).completed_at is None
    assert s.one(remote)["cancelled_at"] is None
    s.run(EIGHT_HOURS)
    assert list(notices(s, remote)) == ["refunded_on_marketplace"]
    assert (s.row(remote).completed_at, s.told(remote)) == (None, [])


@pytest.mark.parametrize("how", ["cancel", "refund"])
def test_it_is_done_when_the_seller_cancels_or_refunds_it_in_the_shop(s: Sales, how: str) -> None:
    remote = home(s)
    refund_there(s, remote)
    getattr(shop_deeds(s), how)(s.one(remote)["id"], restock=True)
    s.run(75)
    assert (notices(s, remote), s.row(remote).completed_at is not None) == ({}, True)
    assert [one.kind for one in s.row(remote).told.values()] == ([Deed.REFUND] if how == "refund" else [])


def test_all_money_given_back_before_we_saw_the_order_makes_no_shop_order(s: Sales) -> None:
    remote = s.buy("A")
    s.p.ebay.deeds.refund_order(remote)
    s.run(75)
    row = s.row(remote)
    assert (row.state, row.facts.payment, s.made(remote)) == (ImportState.SKIPPED, Payment.REFUNDED, [])
    assert row.reason is not None
    assert row.reason.code == "order_refunded"
    s.in_order()


def two_lines(s: Sales) -> str:
    lines = [{"sku": "A", "quantity": 1, "price": "10.00"}, {"sku": "B", "quantity": 1, "price": "10.00"}]
    remote = str(s.p.ebay.deeds.checkout(lines, marketplace="EBAY_US")["orderId"])
    s.bought.append(remote)
    return remote


def test_a_line_given_back_before_we_saw_the_order_is_neither_created_nor_held(s: Sales) -> None:
    remote = two_lines(s)
    s.p.ebay.deeds.refund_order(remote, line="B")
    s.run(75)
    made = s.one(remote)
    assert [line["sku"] for line in made["line_items"]] == ["A"]
    assert Decimal(made["total_price"]) == Decimal("10.00")
    assert (s.stock("A"), s.stock("B")) == (4, 5)
    assert not [line for line, _ in s.row(remote).reserved if line == s.row(remote).facts.lines[1].id]
    (told,) = [one for one in s.p.world.stores.activity.entries if one.event == "line_left_out"]
    assert (told.params["sku"], told.params["amount"]) == ("B", "10.00 USD")
    s.ship(remote)
    s.run(10)
    assert (s.told(remote), notices(s, remote)) == ([("1Z999", 1)], {})
    assert s.row(remote).completed_at is not None


def test_both_lines_given_back_one_by_one_before_we_saw_the_order_make_no_shop_order(s: Sales) -> None:
    remote = two_lines(s)
    s.p.ebay.deeds.refund_order(remote, line="A")
    s.p.ebay.deeds.refund_order(remote, line="B")
    s.run(75)
    assert (s.row(remote).state, s.made(remote), s.stock("A"), s.stock("B")) == (ImportState.SKIPPED, [], 5, 5)


def test_a_line_given_back_after_creation_is_named_with_its_amount(s: Sales) -> None:
    remote = two_lines(s)
    s.run(75)
    refund_there(s, remote, line="B")
    assert notices(s, remote) == {
        "partly_refunded_on_marketplace": {"amount": "10.00 USD", "lines": "B: 10.00 USD", "shop_order": "#1001"}
    }
    assert s.row(remote).completed_at is None
    refund_in_shop(s, remote, lines={"B": 1}, restock=True)
    assert notices(s, remote) == {}
    s.ship(remote)
    s.run(10)
    assert s.row(remote).completed_at is not None


def test_a_part_given_back_before_we_saw_the_order_is_created_and_named(s: Sales) -> None:
    remote = s.buy("A", 2, price="10.00")
    s.p.ebay.deeds.refund_order(remote, amount="3.00")
    s.run(75)
    assert Decimal(s.one(remote)["total_price"]) == Decimal("20.00")
    assert notices(s, remote)["partly_refunded_on_marketplace"]["amount"] == "3.00 USD"


def test_refunds_of_one_amount_are_each_told_and_the_same_one_is_told_once(s: Sales) -> None:
    remote = home(s, units=3)
    refund_there(s, remote, amount="5.00")
    assert notices(s, remote)["partly_refunded_on_marketplace"]["amount"] == "5.00 USD"
    s.run(EIGHT_HOURS)
    told = [one for one in s.p.world.stores.activity.entries if one.event == "partly_refunded_on_marketplace"]
    assert len(told) == 1
    refund_there(s, remote, amount="5.00")
    assert notices(s, remote)["partly_refunded_on_marketplace"]["amount"] == "10.00 USD"
    assert len(s.row(remote).refunds_noted) == 2


@pytest.mark.parametrize(
    ("refund", "code", "amount"),
    [
        ({"amount": "99.00"}, "refunded_on_marketplace", "99.00 USD"),
        ({"amount": "4.00", "currency": "EUR"}, "partly_refunded_on_marketplace", "4.00 EUR"),
    ],
)
def test_a_refund_above_what_was_paid_or_in_another_currency_is_named_as_it_was_told(
    s: Sales, refund: dict[str, str], code: str, amount: str
) -> None:
    remote = home(s)
    refund_there(s, remote, **refund)
    assert {code: one["amount"] for code, one in notices(s, remote).items()} == {code: amount}
    assert (s.row(remote).completed_at, s.one(remote)["cancelled_at"]) == (None, None)


def test_a_refund_that_failed_is_none(s: Sales) -> None:
    remote = home(s)
    refund_there(s, remote, amount="4.00", failed=True)
    assert (notices(s, remote), s.row(remote).facts.refunds) == ({}, ())


# ---- refunded in the shop ----


def test_money_given_back_in_the_shop_has_to_be_given_back_on_the_marketplace(s: Sales) -> None:
    remote = home(s, units=2)
    refund_in_shop(s, remote, restock=True)
    assert notices(s, remote)["refund_on_marketplace"] == {"amount": "20.00 USD", "shop_order": "#1001"}
    (record,) = s.row(remote).told.values()
    assert (record.kind, record.number, record.state) == (Deed.REFUND, 1, Telling.REFUSED)
    assert str(record.amount) == "20.00 USD"
    assert s.row(remote).completed_at is None
    refund_there(s, remote)
    assert (notices(s, remote), s.row(remote).completed_at is not None) == ({}, True)
    assert [one.state for one in s.row(remote).told.values()] == [Telling.TOLD]


def test_a_part_given_back_in_the_shop_twice_names_what_is_still_missing_there(s: Sales) -> None:
    remote = home(s, units=2)
    refund_in_shop(s, remote, lines={}, amount="3.00")
    refund_there(s, remote, amount="3.00")
    assert notices(s, remote) == {}
    refund_in_shop(s, remote, lines={}, amount="4.00")
    assert notices(s, remote) == {"refund_on_marketplace": {"amount": "4.00 USD", "shop_order": "#1001"}}
    assert [(one.number, str(one.amount)) for one in s.row(remote).told.values()] == [(1, "3.00 USD"), (2, "4.00 USD")]


def test_an_order_cancelled_in_the_shop_is_recorded_with_a_number_until_the_marketplace_cancels(s: Sales) -> None:
    remote = home(s)
    shop_deeds(s).cancel(s.one(remote)["id"])
    s.run(75)
    assert list(notices(s, remote)) == ["cancel_on_marketplace"]
    (record,) = s.row(remote).told.values()
    assert (record.kind, record.number, record.state) == (Deed.CANCEL, 1, Telling.REFUSED)
    s.p.ebay.deeds.cancel_order(remote)
    s.run(75)
    assert (notices(s, remote), s.row(remote).completed_at is not None) == ({}, True)
    assert [one.state for one in s.row(remote).told.values()] == [Telling.TOLD]


# ---- unit by unit ----


@pytest.mark.parametrize("first", ["refund", "ship"])
def test_a_unit_taken_off_in_the_shop_stays_open_on_the_marketplace_until_it_is_paid_back(s: Sales, first: str) -> None:
    remote = home(s, units=2)
    acts = [
        lambda: s.ship(remote, {"A": 1}, "1ZONLYONE"),
        lambda: shop_deeds(s).refund(s.one(remote)["id"], {"A": 1}, restock=True),
    ]
    for act in acts if first == "ship" else reversed(acts):
        act()
        s.run(75)
    assert s.told(remote) == [("1ZONLYONE", 1)]
    assert notices(s, remote)["units_open_on_marketplace"] == {"units": "1 of A", "shop_order": "#1001"}
    assert any(text.startswith("Still open on the marketplace: 1 of A.") for text in words(s, remote))
    s.run(EIGHT_HOURS)
    assert s.row(remote).completed_at is None
    refund_there(s, remote, amount="10.00")
    assert (notices(s, remote), s.row(remote).completed_at is not None) == ({}, True)


def test_a_unit_that_came_back_after_it_was_sent_does_not_hide_one_that_is_still_to_be_sent(s: Sales) -> None:
    remote = home(s, units=2)
    s.ship(remote, {"A": 1}, "1ZONE")
    s.run(10)
    refund_in_shop(s, remote, lines={"A": 1}, restock=True, returned=True)
    refund_there(s, remote, amount="10.00")
    assert s.row(remote).completed_at is None
    s.ship(remote, {"A": 1}, "1ZTWO")
    s.run(10)
    assert s.told(remote) == [("1ZONE", 1), ("1ZTWO", 1)]
    assert s.row(remote).completed_at is not None


def test_a_line_of_the_order_that_the_seller_replaced_in_the_shop_stays_open(s: Sales) -> None:
    remote = two_lines(s)
    s.run(75)
    shop_deeds(s).refund(s.one(remote)["id"], {"B": 1}, amount="0.00")
    s.ship(remote)
    s.run(75)
    assert notices(s, remote) == {"units_open_on_marketplace": {"units": "1 of B", "shop_order": "#1001"}}
    assert s.row(remote).completed_at is None


# ---- several numbers in one parcel ----


def boxes(*numbers: str) -> list[dict[str, str]]:
    return [{"company": "UPS", "number": number} for number in numbers]


def test_both_numbers_of_a_parcel_with_two_units_reach_the_marketplace(s: Sales) -> None:
    remote = home(s, units=2)
    shop_deeds(s).fulfill(s.one(remote)["id"], tracking=boxes("1ZBOXONE", "1ZBOXTWO"))
    s.run(75)
    assert s.told(remote) == [("1ZBOXONE", 1), ("1ZBOXTWO", 1)]
    assert notices(s, remote) == {}
    assert sorted((one.number, one.tracking) for one in s.row(remote).told.values()) == [
        (1, "1ZBOXONE"),
        (2, "1ZBOXTWO"),
    ]
    assert s.row(remote).completed_at is not None


def test_a_number_for_which_there_is_no_unit_is_named(s: Sales) -> None:
    remote = home(s)
    shop_deeds(s).fulfill(s.one(remote)["id"], tracking=boxes("1ZBOXONE", "1ZBOXTWO", "1ZBOXTHREE"))
    s.run(75)
    assert s.told(remote) == [("1ZBOXONE", 1)]
    assert notices(s, remote) == {"tracking_untold": {"tracking": "1ZBOXTWO, 1ZBOXTHREE"}}


def test_a_number_that_is_added_after_the_parcel_was_told_is_named(s: Sales) -> None:
    remote = home(s, units=2)
    parcel = shop_deeds(s).fulfill(s.one(remote)["id"], {"A": 1}, tracking=boxes("1ZBOXONE"))
    s.run(10)
    shop_deeds(s).update_tracking(parcel["fulfillment_id"], tracking=boxes("1ZBOXONE", "1ZBOXTWO"))
    s.run(10)
    assert s.told(remote) == [("1ZBOXONE", 1)]
    assert notices(s, remote) == {"tracking_untold": {"tracking": "1ZBOXTWO"}}


# ---- after it is done ----


def done(s: Sales) -> str:
    """An order whose only parcel was told: most orders are like this within minutes, and stay so."""
    remote = home(s)
    shop_deeds(s).fulfill(s.one(remote)["id"], company="DHL", tracking_number="JD0001")
    s.run(75)
    assert s.row(remote).completed_at is not None
    return remote


def test_money_given_back_on_the_marketplace_after_the_order_was_done_is_told(s: Sales) -> None:
    remote = done(s)
    ended = s.row(remote).completed_at
    refund_there(s, remote)
    assert notices(s, remote) == {"refunded_on_marketplace": {"amount": "10.00 USD", "shop_order": "#1001"}}
    assert s.row(remote).completed_at == ended


def test_money_given_back_in_the_shop_after_the_order_was_done_is_told(s: Sales) -> None:
    remote = done(s)
    refund_in_shop(s, remote, returned=True)
    assert list(notices(s, remote)) == ["refund_on_marketplace"]
    assert notices(s, remote)["refund_on_marketplace"]["amount"] == "10.00 USD"


def test_a_number_that_is_corrected_after_the_order_was_done_is_told(s: Sales) -> None:
    remote = done(s)
    (parcel,) = s.one(remote)["fulfillments"]
    shop_deeds(s).update_tracking(parcel["id"], tracking_number="JD0002")
    s.run(75)
    assert list(notices(s, remote)) == ["tracking_changed"]
