"""Orders that wait, failed, or have a notice: the fix that is named is done, and the order goes on to its end."""

from __future__ import annotations

import pytest

from simulators.faults import Fault
from tests.unit.functions.installation import SITE, Installation
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.remedies.order_words import bought, compared, created, handled_outside, notice, noticed, shop_id, why
from tests.unit.remedies.walks import EBAY, SHOPIFY, named, refusal, walks

# ---- what keeps an order from the shop ----


@walks("automatic_creation_off", "needs_decision")
def test_an_order_that_waits_for_a_decision_is_exported(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    desk.look()
    why(desk, remote, "automatic_creation_off", "export_order")
    desk.its.stores.clock.advance(25 * 3600)
    desk.wait(120)
    notice(desk, remote, "needs_decision", "export_or_handled_outside")
    assert desk.export(remote).status == 202
    desk.wait(30)
    assert (created(desk, remote), noticed(desk, remote)) == (True, [])


@walks("before_connection", on=EBAY)
def test_an_order_from_before_the_connection_is_exported(installation: Installation) -> None:
    installation.ebay.deeds.seed_listings("anna", ["OLD"], marketplace=SITE, quantity=3, price="9.00")
    remote = str(installation.ebay.deeds.buy("OLD", seller="anna", marketplace=SITE)["orderId"])
    installation.stores.clock.advance(3600)
    desk = OrderDesk(installation)
    installation.add_product("OLD", stock=3)
    installation.post(f"/shops/{desk.shop}/sweep", expect=202)
    desk.look()
    why(desk, remote, "before_connection", "export_order")
    assert desk.export(remote).status == 202
    desk.wait(60)
    assert created(desk, remote)


@walks("account_observes")
def test_an_order_of_an_account_that_observed_is_created_after_observe_mode_and_export(desk: OrderDesk) -> None:
    desk.its.patch(f"/accounts/{desk.account}", {"observe": True})
    desk.its.run()
    remote = desk.buy()
    desk.look()
    why(desk, remote, "account_observes", "leave_and_export")
    desk.its.patch(f"/accounts/{desk.account}", {"observe": False})
    desk.its.run()
    assert desk.export(remote).status == 202
    desk.wait(30)
    assert created(desk, remote)


@walks("awaiting_payment", "payment_failed", on=EBAY)
def test_an_unpaid_order_is_created_when_the_money_comes(desk: OrderDesk) -> None:
    remote = desk.buy(paid=False)
    desk.look()
    why(desk, remote, "awaiting_payment", "")
    desk.its.ebay.deeds.fail_payment(remote)
    desk.look(120)
    why(desk, remote, "payment_failed", "")
    desk.its.ebay.deeds.pay_order(remote)
    desk.look(120)
    assert created(desk, remote)


@walks("unpaid_expired", on=EBAY)
def test_an_order_that_nobody_paid_lets_go_of_its_stock(desk: OrderDesk) -> None:
    remote = desk.buy(paid=False)
    desk.look()
    assert desk.shown() == 4
    desk.its.stores.clock.advance(40 * 86_400)
    desk.look(300)
    why(desk, remote, "unpaid_expired", "")
    assert (desk.shop_orders(remote), desk.shown()) == ([], 5)


@walks("cancellation_requested", on=EBAY)
@pytest.mark.parametrize("answer", ["agree", "decline", "export"])
def test_a_cancellation_that_was_asked_for_is_answered(desk: OrderDesk, answer: str) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    desk.its.ebay.deeds.request_cancel(remote)
    desk.look()
    desk.switch(create_orders=True)
    why(desk, remote, "cancellation_requested", "answer_cancellation")
    if answer == "agree":
        desk.its.ebay.deeds.cancel_order(remote)
        desk.look(120)
        why(desk, remote, "order_cancelled", "")
        assert desk.shop_orders(remote) == []
        return
    if answer == "decline":
        desk.its.ebay.deeds.refuse_cancel(remote)
        desk.look(120)
        why(desk, remote, "automatic_creation_off", "export_order")
    assert desk.export(remote).status == 202
    desk.wait(30)
    assert created(desk, remote)


@walks("products_missing", on=SHOPIFY)
@pytest.mark.parametrize("choose", [False, True])
def test_a_product_gets_the_sku_or_is_chosen_for_the_line(desk: OrderDesk, choose: bool) -> None:
    desk.its.ebay.deeds.seed_listings("anna", ["SCARF"], marketplace=SITE, quantity=3, price="49.00")
    remote = desk.buy("SCARF")
    desk.look()
    why(desk, remote, "products_missing", "add_sku_or_choose_product")
    if choose:
        choose_product(desk, remote, desk.product)
    else:
        desk.its.add_product("SCARF", stock=3)
    desk.wait(3700)
    assert created(desk, remote)


def choose_product(desk: OrderDesk, remote: str, product: str) -> None:
    row = desk.order(remote)
    (line,) = row["lines"]
    variant = next(v for v in desk.its.shopify.world.live.variants.values() if str(v.product_id) == product)
    path = f"/v1/orders/{row['id']}/lines/{line['id']}/product"
    body = {"product": product, "variant": str(variant.id)}
    assert desk.its.call("PUT", path, body, groups="operator").status == 200


@walks("sku_not_unique", on=SHOPIFY)
def test_of_several_products_with_the_sku_one_is_chosen(desk: OrderDesk) -> None:
    desk.its.ebay.deeds.seed_listings("anna", ["TWICE"], marketplace=SITE, quantity=3, price="9.00")
    first, _ = desk.its.add_product("TWICE"), desk.its.add_product("TWICE")
    remote = desk.buy("TWICE")
    desk.look()
    why(desk, remote, "sku_not_unique", "choose_product_for_line")
    choose_product(desk, remote, first)
    desk.wait(60)
    assert created(desk, remote)


@walks("variant_gone", on=SHOPIFY)
def test_a_line_whose_variant_the_shop_no_longer_has_gets_another(desk: OrderDesk) -> None:
    refused = {"field": ["order", "lineItems", "0", "variantId"], "code": "INVALID", "message": "does not exist"}
    desk.its.shopify.faults.add(Fault("orderCreate", "vendor", name="user_error", body=refused))
    remote = desk.buy()
    desk.look(5)
    why(desk, remote, "variant_gone", "choose_product_for_line")
    choose_product(desk, remote, desk.its.add_product("CUP", stock=3))
    desk.wait(60)
    assert created(desk, remote)


@walks("handled_outside")
def test_an_order_handled_outside_can_still_be_exported(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    desk.look()
    assert handled_outside(desk, remote) == "skipped"
    why(desk, remote, "handled_outside", "")
    assert desk.export(remote).status == 202
    desk.wait(30)
    assert created(desk, remote)


@walks("order_cancelled", "order_refunded", "order_not_exportable", on=EBAY)
@pytest.mark.parametrize(("deed", "code"), [("cancel_order", "order_cancelled"), ("refund_order", "order_refunded")])
def test_what_is_over_is_not_created_and_needs_nothing(desk: OrderDesk, deed: str, code: str) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    getattr(desk.its.ebay.deeds, deed)(remote)
    desk.look(1200)
    why(desk, remote, code, "")
    named(desk.export(remote).body["problem"], "order_not_exportable", "")
    assert (desk.shop_orders(remote), desk.shown()) == ([], 5)


@walks("order_in_shop")
def test_an_order_in_the_shop_is_opened_there(desk: OrderDesk) -> None:
    remote = bought(desk)
    named(desk.export(remote).body["problem"], "order_in_shop", "open_in_shop")
    assert desk.order(remote)["shop_order"]["id"] == str(shop_id(desk, remote))


# ---- created, and something is not right ----


@walks("oversold", on=SHOPIFY)
@pytest.mark.parametrize("way", ["restock", "cancel"])
def test_an_oversold_order_is_cancelled_on_the_marketplace_or_restocked(desk: OrderDesk, way: str) -> None:
    remote = desk.buy(quantity=5)
    desk.its.shopify.deeds.set_stock(3, None, sku="MUG")
    desk.look(120)
    notice(desk, remote, "oversold", "decide_oversold")
    if way == "restock":
        desk.its.shopify.deeds.set_stock(9, None, sku="MUG")
    else:
        desk.its.ebay.deeds.cancel_order(remote)
    desk.look(3700)
    assert "oversold" not in noticed(desk, remote)


@walks("cancel_on_marketplace", on=SHOPIFY)
def test_what_was_cancelled_in_the_shop_is_cancelled_on_the_marketplace(desk: OrderDesk) -> None:
    remote = bought(desk)
    desk.its.shopify.deeds.cancel(shop_id(desk, remote))
    compared(desk)
    notice(desk, remote, "cancel_on_marketplace", "cancel_on_marketplace")
    desk.its.ebay.deeds.cancel_order(remote)
    compared(desk)
    assert (noticed(desk, remote), desk.order(remote)["completed_at"] is not None) == ([], True)


@walks("cannot_cancel_in_shop", on=SHOPIFY)
def test_what_the_shop_does_not_let_us_cancel_is_cancelled_there_by_hand(desk: OrderDesk) -> None:
    remote = bought(desk)
    refused = {"field": None, "code": "INVALID", "message": "Cannot cancel."}
    desk.its.shopify.faults.add(Fault("orderCancel", "vendor", name="user_error", body=refused))
    desk.its.ebay.deeds.cancel_order(remote)
    desk.look(60)
    notice(desk, remote, "cannot_cancel_in_shop", "cancel_in_shop")
    desk.its.shopify.deeds.cancel(shop_id(desk, remote))
    compared(desk)
    assert (noticed(desk, remote), desk.order(remote)["completed_at"] is not None) == ([], True)


def test_a_cancelled_order_whose_goods_are_out_is_settled_with_the_buyer(desk: OrderDesk) -> None:
    remote = bought(desk)
    desk.its.shopify.deeds.fulfill(shop_id(desk, remote), company="DHL", tracking_number="1")
    desk.its.ebay.deeds.cancel_order(remote)
    desk.look(60)
    notice(desk, remote, "cannot_cancel_in_shop", "goods_are_out")
    desk.its.shopify.deeds.refund(shop_id(desk, remote))
    compared(desk)
    assert noticed(desk, remote) == []


@walks("shipped_on_marketplace", on=EBAY)
def test_what_was_sent_on_the_marketplace_is_marked_as_sent_in_the_shop(desk: OrderDesk) -> None:
    remote = bought(desk)
    desk.its.ebay.deeds.ship_order(remote, carrier="DHL", tracking="1")
    compared(desk)
    notice(desk, remote, "shipped_on_marketplace", "fulfil_in_shop")
    desk.its.shopify.deeds.fulfill(shop_id(desk, remote))
    compared(desk)
    assert (noticed(desk, remote), desk.order(remote)["completed_at"] is not None) == ([], True)


@walks("refunded_on_marketplace", "partly_refunded_on_marketplace", on=EBAY)
@pytest.mark.parametrize(
    ("amount", "code", "fix"),
    [(None, "refunded_on_marketplace", "do_not_ship"), ("3.00", "partly_refunded_on_marketplace", "refund_in_shop")],
)
def test_money_given_back_on_the_marketplace_is_given_back_in_the_shop(
    desk: OrderDesk, amount: str | None, code: str, fix: str
) -> None:
    remote = bought(desk)
    desk.its.ebay.deeds.refund_order(remote, amount=amount)
    compared(desk)
    notice(desk, remote, code, fix)
    if amount is None:
        desk.its.shopify.deeds.cancel(shop_id(desk, remote))
    else:
        desk.its.shopify.deeds.refund(shop_id(desk, remote), lines={}, amount=amount)
    compared(desk)
    assert noticed(desk, remote) == []


@walks("refund_on_marketplace", on=SHOPIFY)
def test_money_given_back_in_the_shop_is_given_back_on_the_marketplace(desk: OrderDesk) -> None:
    remote = bought(desk)
    desk.its.shopify.deeds.refund(shop_id(desk, remote), lines={}, amount="3.00")
    compared(desk)
    notice(desk, remote, "refund_on_marketplace", "refund_on_marketplace")
    desk.its.ebay.deeds.refund_order(remote, amount="3.00")
    compared(desk)
    assert noticed(desk, remote) == []


@walks("shop_order_gone", on=SHOPIFY)
def test_an_order_whose_shop_order_was_deleted_ends_when_it_is_said_to_be_handled_outside(desk: OrderDesk) -> None:
    remote = bought(desk)
    desk.its.shopify.deeds.cancel(shop_id(desk, remote))
    delete_shop_order(desk, remote)
    compared(desk)
    notice(desk, remote, "shop_order_gone", "settle_and_leave")
    handled_outside(desk, remote)
    assert (noticed(desk, remote), desk.order(remote)["completed_at"] is not None) == ([], True)


def delete_shop_order(desk: OrderDesk, remote: str) -> None:
    world = desk.its.shopify.world
    world.tables.orders.drop(shop_id(desk, remote), world.now())


@walks("units_open_on_marketplace", on=SHOPIFY)
@pytest.mark.parametrize("way", ["send", "refund", "leave"])
def test_units_that_the_marketplace_waits_for_are_sent_refunded_or_settled(desk: OrderDesk, way: str) -> None:
    remote = bought(desk, quantity=2)
    desk.its.shopify.deeds.refund(shop_id(desk, remote), lines={"MUG": 1})
    desk.its.shopify.deeds.fulfill(shop_id(desk, remote), company="DHL", tracking_number="1")
    compared(desk)
    notice(desk, remote, "units_open_on_marketplace", "send_or_refund_units")
    if way == "send":
        desk.its.ebay.deeds.ship_order(remote, carrier="DHL", tracking="2")
    elif way == "refund":
        desk.its.ebay.deeds.refund_order(remote, line="MUG", amount="12.50")
    else:
        handled_outside(desk, remote)
    compared(desk)
    assert "units_open_on_marketplace" not in noticed(desk, remote)
    assert desk.order(remote)["completed_at"] is not None


# ---- the marketplace's orders cannot be read ----


@walks("orders_unread", "orders_wait")
def test_orders_that_could_not_be_read_are_read_again_and_what_waits_is_decided(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    desk.look()
    desk.its.ebay.faults.add(Fault("getOrders", "status", status=500, times=40))
    desk.look(900)
    told = {one["problem"]["code"]: one["problem"] for one in desk.its.get("/health")["concerns"]}
    named(told["orders_unread"], "orders_unread", "look_at_account")
    named(told["orders_wait"], "orders_wait", "look_at_orders")
    desk.its.ebay.faults.clear()
    desk.look(900)
    assert desk.export(remote).status == 202
    desk.wait(30)
    codes = [one["problem"]["code"] for one in desk.its.get("/health")["concerns"]]
    assert ("orders_unread" in codes, "orders_wait" in codes) == (False, False)
    assert created(desk, remote)


@walks("order_being_created")
def test_an_order_that_is_being_created_is_exported_in_a_minute(desk: OrderDesk) -> None:
    desk.its.shopify.faults.add(Fault("orderCreate", "drop_before"))
    remote = desk.buy()
    desk.look(5)
    path = f"/orders/{desk.order(remote)['id']}/export"
    named(refusal(desk.its, "POST", path, groups="operator"), "order_being_created", "repeat_later")
    desk.wait(900)
    assert created(desk, remote)
