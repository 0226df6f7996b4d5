"""Orders with another number, made twice, sold from elsewhere, or observed: the notice's fix ends what it says."""

from __future__ import annotations

import pytest

from listbridge.domain.problem import Problem
from listbridge.services.desk import messages
from listbridge.services.timers.reconcile import Timer, reconcile
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.remedies.order_words import (
    bought,
    compared,
    created,
    handled_outside,
    notice,
    noticed,
    shop_id,
    taken_off,
    why,
)
from tests.unit.remedies.walks import EBAY, SHOPIFY, walks

# ---- another number ----


@walks("replaced_by_order", on=EBAY)
def test_an_order_that_got_another_number_is_looked_at_under_that(desk: OrderDesk) -> None:
    first = desk.buy(paid=False)
    desk.look()
    new = str(desk.its.ebay.deeds.pay_together([first])["orderId"])
    desk.look(120)
    why(desk, first, "replaced_by_order", "")
    assert desk.order(first)["replaced_by"]
    assert created(desk, new)


@walks("lines_in_shop_already", on=EBAY)
@pytest.mark.parametrize("way", ["leave", "export"])
def test_lines_that_the_shop_has_already_are_left_or_exported_anew(desk: OrderDesk, way: str) -> None:
    first = bought(desk, quantity=2)
    desk.its.ebay.world.sellers["anna"].orders[first].data["orderPaymentStatus"] = "PENDING"
    new = str(desk.its.ebay.deeds.pay_together([first])["orderId"])
    desk.look(120)
    notice(desk, new, "lines_in_shop_already", "export_or_handled_outside")
    notice(desk, first, "replaced_by_order", "look_at_replacement")
    if way == "leave":
        assert handled_outside(desk, new) == "skipped"
        assert "lines_in_shop_already" not in noticed(desk, new)
        return
    desk.its.shopify.deeds.cancel(shop_id(desk, first))
    assert desk.export(new).status == 202
    desk.wait(300)
    assert created(desk, new)
    assert "lines_in_shop_already" not in noticed(desk, new)


# ---- twice ----


@walks("twins_in_shop", on=SHOPIFY)
def test_of_two_orders_in_the_shop_one_is_cancelled(desk: OrderDesk) -> None:
    remote = bought(desk)
    made = desk.its.shopify.deeds.import_order_by_other_tool(remote, [{"sku": "MUG", "quantity": 1}])
    desk.wait(300)
    reconcile(desk.its.deps, Timer.ORDERS)
    desk.wait(60)
    notice(desk, remote, "twins_in_shop", "cancel_one_in_shop")
    desk.its.shopify.deeds.cancel(made["order_id"])
    reconcile(desk.its.deps, Timer.ORDERS)
    desk.wait(60)
    assert noticed(desk, remote) == []


# ---- units ----


@walks("units_not_sold_on_marketplace", on=SHOPIFY)
def test_a_shop_order_that_sends_too_many_is_corrected(desk: OrderDesk) -> None:
    remote = bought(desk, quantity=2)
    order = desk.its.ebay.world.sellers["anna"].orders[remote]
    (line,) = order.data["lineItems"]
    line["quantity"] = 1
    order.data["lastModifiedDate"] = desk.its.stores.clock.now().isoformat().replace("+00:00", "Z")
    compared(desk)
    notice(desk, remote, "units_not_sold_on_marketplace", "correct_shop_order")
    desk.its.shopify.deeds.refund(shop_id(desk, remote), lines={"MUG": 1}, amount="0.00")
    compared(desk)
    assert "units_not_sold_on_marketplace" not in noticed(desk, remote)


@walks("tracking_untold", on=SHOPIFY)
def test_a_number_without_a_unit_is_added_there(desk: OrderDesk) -> None:
    remote = bought(desk)
    boxes = [{"company": "UPS", "number": number} for number in ("1ZBOXONE", "1ZBOXTWO")]
    desk.its.shopify.deeds.fulfill(shop_id(desk, remote), tracking=boxes)
    compared(desk)
    notice(desk, remote, "tracking_untold", "add_tracking_there")
    taken_off(desk, remote, "tracking_untold")


# ---- observed ----


@walks("would_tell_parcels", "would_cancel_in_shop")
@pytest.mark.parametrize("code", ["would_tell_parcels", "would_cancel_in_shop"])
def test_what_an_observing_account_would_do_is_done_after_observe_mode(desk: OrderDesk, code: str) -> None:
    remote = bought(desk)
    desk.its.patch(f"/accounts/{desk.account}", {"observe": True})
    desk.its.run()
    if code == "would_tell_parcels":
        desk.its.shopify.deeds.fulfill(shop_id(desk, remote), company="DHL", tracking_number="1")
    else:
        desk.its.ebay.deeds.cancel_order(remote)
    compared(desk)
    notice(desk, remote, code, "leave_observe_mode")
    assert (desk.parcels(remote), desk.shop_order(remote)["cancelled_at"]) == ([], None)
    desk.its.patch(f"/accounts/{desk.account}", {"observe": False})
    desk.its.run()
    desk.look(7 * 3600)
    assert code not in noticed(desk, remote)
    assert desk.parcels(remote) or desk.shop_order(remote)["cancelled_at"]


# ---- the marketplace no longer has it ----


@walks("relay_refused", "ebay_order_gone", on=EBAY)
def test_an_order_that_ebay_does_not_show_is_looked_up_there(desk: OrderDesk) -> None:
    remote = bought(desk)
    orders = desk.its.ebay.world.sellers["anna"].orders
    gone = orders.pop(remote)
    desk.its.shopify.deeds.fulfill(shop_id(desk, remote), company="DHL", tracking_number="1")
    compared(desk)
    told = notice(desk, remote, "relay_refused", "look_on_ebay")
    assert told["params"]["reason"] == "ebay_order_gone"
    orders[remote] = gone
    desk.look(6 * 3600)
    assert (noticed(desk, remote), desk.parcels(remote)) == ([], [("DHL", "1")])


# ---- what an order holds ----


@walks("held_back", "held_in_shop", on=SHOPIFY)
def test_what_an_order_holds_back_is_counted_by_the_shop_once_it_is_there(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    desk.look()
    (told,) = held(desk)
    assert told == messages.text(Problem("held_back", {"quantity": "1", "sku": "MUG"}))
    assert desk.export(remote).status == 202
    desk.wait(30)
    assert held(desk) == [messages.text(Problem("held_in_shop", {"quantity": "1", "sku": "MUG"}))]
    assert (created(desk, remote), desk.shown(), desk.stock()) == (True, 4, 4)


def held(desk: OrderDesk) -> list[str]:
    """What the listing's explanation says of orders."""
    listing = desk.seller.row("MUG")["listing"]["id"]
    return [one["sentence"] for one in desk.its.get(f"/listings/{listing}/explain")["reservations"]]
