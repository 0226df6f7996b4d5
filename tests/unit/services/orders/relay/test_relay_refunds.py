"""Refunds on one side only: said once for each refund, and no longer than it is true."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.ids import LineId, ParcelId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Deed, Order, Payment, Refund, Telling
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unauthorized
from listbridge.domain.work import Lane
from listbridge.services.orders.dismiss_notice import dismiss_notice
from listbridge.services.orders.export_order import leave_order
from listbridge.services.refusal import Refused
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import SHOP, sold
from tests.unit.services.orders.relay.test_tell_parcels import shown

MUG, CUP = LineId("line-MUG"), LineId("line-CUP")


@pytest.fixture
def world() -> OrderWorld:
    """An order for two mugs and a cup, 34.90 with the way, that is in the shop; nothing queued."""
    world = OrderWorld()
    world.stock_up("MUG", "CUP")
    world.in_shop(sold("MUG", 2, "20.00"), sold("CUP"))
    for lane in Lane:
        world.queued(lane)
    return world


def back(amount: str, line: LineId | None = None, *, id: str = "r1", currency: str = "EUR") -> Refund:
    return Refund(id, Money(Decimal(amount), currency), line)


def there(world: OrderWorld, *refunds: Refund, payment: Payment = Payment.PARTLY_REFUNDED) -> Order:
    """The marketplace shows these refunds."""
    world.later(seconds=1)
    world.change("12-1", refunds=refunds, payment=payment)
    world.take_in()
    return world.do_relay()


def dismiss(world: OrderWorld, code: str) -> None:
    dismiss_notice(world.deps, world.row().key, code, "anna")


def params(order: Order) -> dict[str, Any]:
    return {one.code: dict(one.params) for one in order.notices}


# ---- the marketplace refunded ----


def test_a_part_given_back_is_named_with_its_lines(world: OrderWorld) -> None:
    order = there(world, back("10.00", CUP), back("2.50", id="r2"))
    assert order.notices == (
        Problem(
            "partly_refunded_on_marketplace",
            {"amount": "12.50 EUR", "lines": "CUP: 10.00 EUR", "shop_order": "#1001"},
            "refund_in_shop",
        ),
    )
    assert (order.completed_at, order.refunds_noted) == (None, {"r1", "r2"})


def test_amounts_of_several_currencies_are_not_added(world: OrderWorld) -> None:
    order = there(world, back("10.00"), back("3.00", id="r2", currency="USD"))
    assert params(order)["partly_refunded_on_marketplace"]["amount"] == "10.00 EUR + 3.00 USD"


def test_everything_given_back_without_an_amount_names_the_total(world: OrderWorld) -> None:
    order = there(world, payment=Payment.REFUNDED)
    assert order.notices == (
        Problem("refunded_on_marketplace", {"amount": "34.90 EUR", "shop_order": "#1001"}, "do_not_ship"),
    )


def test_a_part_given_back_without_an_amount_says_that_nobody_knows_how_much(world: OrderWorld) -> None:
    order = there(world)
    assert order.notices == (Problem("refund_amount_unknown", {"shop_order": "#1001"}, "look_on_marketplace"),)
    world.refund("1.00")
    assert "refund_amount_unknown" not in params(world.do_relay())


def test_where_goods_are_out_already_the_fix_says_so(world: OrderWorld) -> None:
    world.send("T1", MUG=1)
    order = there(world, payment=Payment.REFUNDED)
    assert order.notices[0].fix == "goods_are_out"


def test_the_same_refund_is_told_once_and_a_dismissed_notice_stays_away(world: OrderWorld) -> None:
    there(world, back("10.00"))
    dismiss(world, "partly_refunded_on_marketplace")
    for _ in range(3):
        assert world.do_relay().notices == ()
    assert world.events().count("partly_refunded_on_marketplace") == 1


def test_another_refund_of_the_same_amount_brings_the_notice_back_with_both(world: OrderWorld) -> None:
    there(world, back("10.00"))
    dismiss(world, "partly_refunded_on_marketplace")
    order = there(world, back("10.00"), back("10.00", id="r2"))
    assert params(order)["partly_refunded_on_marketplace"]["amount"] == "20.00 EUR"


def test_the_notice_goes_when_the_shop_gave_back_as_much(world: OrderWorld) -> None:
    there(world, back("10.00"))
    world.refund("4.00", id="s1")
    assert list(params(world.do_relay())) == ["partly_refunded_on_marketplace"]
    world.refund("6.00", id="s2")
    assert world.do_relay().notices == ()


def test_a_refund_that_the_marketplace_takes_back_takes_its_notice_along(world: OrderWorld) -> None:
    there(world, back("10.00"))
    assert there(world, payment=Payment.PAID).notices == ()


def test_a_line_given_back_and_taken_off_in_the_shop_needs_nothing_more(world: OrderWorld) -> None:
    world.refund("0.00", CUP=1)
    assert there(world, back("10.00", CUP)).notices == ()


def test_what_a_line_got_back_above_its_price_is_still_to_be_given_back_in_the_shop(world: OrderWorld) -> None:
    world.refund("0.00", CUP=1)
    order = there(world, back("13.00", CUP))
    assert params(order)["partly_refunded_on_marketplace"]["amount"] == "13.00 EUR"


def test_nothing_is_cancelled_or_paid_by_us(world: OrderWorld) -> None:
    there(world, payment=Payment.REFUNDED)
    assert world.here.count("cancel_order") == 0
    assert world.there.count("ship") == 0


def test_an_order_that_is_given_back_and_sent_all_the_same_is_told_and_done(world: OrderWorld) -> None:
    there(world, payment=Payment.REFUNDED)
    world.send("T1", MUG=2, CUP=1)
    order = world.do_relay()
    assert [parcel.tracking for _, parcel in world.market.book.told] == ["T1"]
    assert order.completed_at is not None


def test_an_order_given_back_and_cancelled_in_the_shop_is_done_without_a_cancellation_there(world: OrderWorld) -> None:
    there(world, payment=Payment.REFUNDED)
    world.shop.book.cancel(world.shop_order.shown.id)
    order = world.do_relay()
    assert (order.notices, order.told, order.completed_at) == ((), {}, world.now)


# ---- the shop refunded ----


def test_a_refund_of_the_shop_is_recorded_once_with_a_number_and_named(world: OrderWorld) -> None:
    world.refund("5.00", id="s1")
    for _ in range(3):
        order = world.do_relay()
    notice = Problem("refund_on_marketplace", {"amount": "5.00 EUR", "shop_order": "#1001"}, "refund_on_marketplace")
    assert order.notices == (notice,)
    assert world.events().count("refund_on_marketplace") == 1
    record = order.told[ParcelId("refund:s1")]
    assert (record.kind, record.number, record.state, record.amount, record.problem) == (
        Deed.REFUND,
        1,
        Telling.REFUSED,
        Money(Decimal("5.00"), "EUR"),
        notice,
    )
    assert order.completed_at is None


def test_a_dismissed_notice_of_a_refund_comes_back_with_the_next_refund_only(world: OrderWorld) -> None:
    world.refund("5.00", id="s1")
    world.do_relay()
    dismiss(world, "refund_on_marketplace")
    assert world.do_relay().notices == ()
    world.refund("5.00", id="s2")
    order = world.do_relay()
    assert params(order) == {"refund_on_marketplace": {"amount": "10.00 EUR", "shop_order": "#1001"}}
    assert [one.number for one in order.told.values()] == [1, 2]


def test_a_refund_that_the_marketplace_made_first_is_told_already(world: OrderWorld) -> None:
    there(world, back("5.00"))
    world.refund("5.00", id="s1")
    order = world.do_relay()
    assert (order.notices, order.told[ParcelId("refund:s1")].state) == ((), Telling.TOLD)


def test_a_refund_there_in_another_currency_does_not_count(world: OrderWorld) -> None:
    world.refund("5.00", id="s1")
    order = there(world, back("5.00", currency="USD"))
    assert params(order)["refund_on_marketplace"]["amount"] == "5.00 EUR"


# ---- units ----


def test_units_that_the_shop_took_off_are_open_until_they_are_paid_back(world: OrderWorld) -> None:
    world.refund("10.00", MUG=1)
    order = world.do_relay()
    assert order.notices == (
        Problem("refund_on_marketplace", {"amount": "10.00 EUR", "shop_order": "#1001"}, "refund_on_marketplace"),
        Problem("units_open_on_marketplace", {"units": "1 of MUG", "shop_order": "#1001"}, "send_or_refund_units"),
    )
    world.send("T1", MUG=1, CUP=1)
    assert world.do_relay().completed_at is None
    order = there(world, back("10.00", MUG))
    assert (order.notices, order.completed_at is not None) == ((), True)


def test_what_the_seller_settled_in_another_way_ends_when_they_say_so(world: OrderWorld) -> None:
    world.refund("0.00", MUG=1)
    world.send("T1", MUG=1, CUP=1)
    assert world.do_relay().completed_at is None
    order = leave_order(world.deps, world.row().key, "anna")
    assert (order.notices, order.handled_outside_by, order.completed_at) == ((), "anna", world.now)
    assert "order_handled_outside" in world.events()


def test_an_order_that_the_shop_still_sends_whole_cannot_be_said_to_be_handled_outside(world: OrderWorld) -> None:
    with pytest.raises(Refused):
        leave_order(world.deps, world.row().key, "anna")
    assert (world.row().handled_outside_by, world.row().completed_at) == ("", None)


def test_a_marketplace_that_refuses_our_credentials_while_units_are_counted_expires_and_the_shop_does_not(
    world: OrderWorld,
) -> None:
    world.refund("0.00", MUG=1)
    world.there.refuse("shipments", Unauthorized(Problem("token_revoked")))
    order = world.do_relay()
    assert world.account.state is ConnectionState.EXPIRED
    assert world.stores.configuration.get(Shop, SHOP).state is ConnectionState.ACTIVE
    assert list(params(order)) == ["units_open_on_marketplace"]


def test_units_sent_on_the_marketplace_by_hand_are_not_open(world: OrderWorld) -> None:
    world.refund("0.00", MUG=1)
    shown(world, "HAND", MUG=1)
    world.send("T1", MUG=1, CUP=1)
    order = world.do_relay()
    assert (order.notices, order.completed_at is not None) == ((), True)


def test_more_units_in_the_shop_than_were_sold_are_named_and_only_the_sold_ones_told(world: OrderWorld) -> None:
    world.shop.book.edit(world.shop_order.shown.id, {MUG: 4, CUP: 1})
    order = world.do_relay()
    assert params(order) == {"units_not_sold_on_marketplace": {"units": "2 of MUG", "shop_order": "#1001"}}
    world.send("T1", MUG=4, CUP=1)
    order = world.do_relay()
    assert [dict(parcel.lines) for _, parcel in world.market.book.told] == [{MUG: 2, CUP: 1}]
    assert order.completed_at is not None


def test_a_line_that_the_marketplace_doubled_or_swapped_is_open_there(world: OrderWorld) -> None:
    world.later(seconds=1)
    world.change("12-1", lines=(sold("MUG", 4, "40.00"), sold("JUG")))
    world.take_in()
    order = world.do_relay()
    assert params(order) == {
        "units_open_on_marketplace": {"units": "1 of JUG, 2 of MUG", "shop_order": "#1001"},
        "units_not_sold_on_marketplace": {"units": "1 of line-CUP", "shop_order": "#1001"},
    }
    world.send("T1", MUG=2, CUP=1)
    assert world.do_relay().completed_at is None


def test_an_order_of_another_tool_is_done_only_when_the_marketplace_knows_it_is_sent() -> None:
    world = OrderWorld()
    world.stock_up("MUG")
    world.made_elsewhere("12-1")
    world.in_shop()
    world.shop.book.fulfil(world.shop_order.shown.id)
    order = world.do_relay()
    assert (list(params(order)), order.completed_at) == (["units_open_on_marketplace"], None)
    shown(world, "HAND", MUG=1)
    order = world.do_relay()
    assert (order.notices, order.completed_at is not None) == ((), True)
