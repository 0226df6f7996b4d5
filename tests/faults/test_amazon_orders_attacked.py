"""Orders of Amazon when the outside does its worst: refused reads, lost answers, hints that come late, and whose order it is."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.orders.orders import ImportState
from simulators.faults import Fault
from tests.fakes.world import ACCOUNT
from tests.faults.amazon_region import DE, FR, Region, region

pytestmark = pytest.mark.timeout(900)

HOUR = 3600.0
FRANCE = "A13V1IB3VIYZZH"


def opened(*sites: object, stock: int = 5) -> Region:
    made = region(*sites)  # type: ignore[arg-type]
    made.p.sell("MUG", stock=stock)
    made.listen()
    return made


@pytest.fixture
def r() -> Region:
    return opened()


def bought(r: Region, quantity: int = 2, **more: object) -> RemoteOrderId:
    return RemoteOrderId(r.amazon.deeds.buy("MUG", quantity=quantity, **more)["orderId"])


def states(r: Region) -> dict[str, ImportState]:
    return {row.key.remote: row.state for row in r.p.world.stores.orders.recent(ACCOUNT, None, 1000)[0]}


def show_fba_orders(r: Region) -> None:
    store = r.p.world.stores.configuration
    account = store.get(Account, ACCOUNT)
    store.save(account.model_copy(update={"settings": {**account.settings, "fba_orders": True}}))


def test_reads_that_amazon_slows_down_make_an_order_late_and_lose_none(r: Region) -> None:
    slow = Fault(
        "getOrder", "status", times=5, status=429, body={"errors": [{"code": "QuotaExceeded", "message": "-"}]}
    )
    r.amazon.faults.add(slow)
    orders = [bought(r, 1) for _ in range(3)]
    r.p.run(2 * HOUR)
    assert states(r) == dict.fromkeys(orders, ImportState.CREATED)
    assert (r.stock("MUG"), r.p.shop.stock_of("MUG"), len(r.p.shop.orders())) == (2, 2, 3)
    r.in_step()


@pytest.mark.parametrize("hint", ["lost", "late"])
def test_an_order_that_is_over_before_we_hear_of_it_never_comes_into_the_shop(r: Region, hint: str) -> None:
    """Placed, paid and cancelled while nobody listens: its units stay off sale at Amazon until we put them back."""
    name = {"lost": "drop", "late": "delay"}[hint]
    r.amazon.faults.add(Fault("webhook:ORDER_CHANGE", "vendor", name=name, seconds=600.0, times=10))
    remote = bought(r, paid=False)
    r.amazon.deeds.pay_order(remote)
    r.amazon.deeds.cancel_order(remote, by="MERCHANT")
    r.p.run(12 * HOUR)
    assert r.p.shop.orders() == []
    assert states(r).get(remote, ImportState.SKIPPED) is ImportState.SKIPPED
    assert (r.p.shop.stock_of("MUG"), r.stock("MUG")) == (5, 5)
    r.in_step()


def test_the_word_of_payment_that_overtakes_the_word_of_the_order_creates_it_once(r: Region) -> None:
    r.amazon.faults.add(Fault("webhook:ORDER_CHANGE", "vendor", name="delay", seconds=400.0))
    remote = bought(r, paid=False)
    r.p.run(30)
    r.amazon.deeds.pay_order(remote)
    r.p.run(60)
    assert states(r) == {remote: ImportState.CREATED}
    r.p.run(HOUR)
    assert (states(r), len(r.p.shop.orders()), r.stock("MUG")) == ({remote: ImportState.CREATED}, 1, 3)
    r.in_step()


@pytest.mark.parametrize("shown", [False, True])
def test_an_order_of_amazon_s_warehouse_is_nobody_s_to_ship_though_the_region_does_not_say_whose_it_is(
    r: Region, shown: bool
) -> None:
    """Without FULFILLMENT an order does not say who ships it: taken for the seller's, it would be shipped twice."""
    if shown:
        show_fba_orders(r)
    r.amazon.deeds.refuse_data("eu", ["FULFILLMENT"])
    theirs = r.amazon.deeds.checkout([{"sku": "MUG", "quantity": 2, "by_hand": True}], fulfilled_by="AMAZON")["orderId"]
    ours = bought(r, 1)
    r.p.run(12 * HOUR)
    assert states(r).get(theirs) in (None, ImportState.SKIPPED)
    assert (states(r)[ours], len(r.p.shop.orders())) == (ImportState.CREATED, 1)
    assert (r.p.shop.stock_of("MUG"), r.stock("MUG")) == (4, 4)
    r.amazon.deeds.refuse_data("eu", [])
    r.p.run(12 * HOUR)
    assert states(r).get(theirs) in (None, ImportState.SKIPPED)
    assert (len(r.p.shop.orders()), r.p.shop.stock_of("MUG"), r.stock("MUG")) == (1, 4, 4)
    r.in_step()


def test_a_parcel_whose_answer_was_lost_while_parcels_are_hidden_is_one_parcel_in_the_end(r: Region) -> None:
    remote = bought(r)
    r.p.run(300)
    r.amazon.deeds.refuse_data("eu", ["PACKAGES"])
    r.p.market.add_faults(Fault("confirmShipment", "drop_after"))
    r.p.shop.ship(r.p.shop_order(remote), carrier="DHL", tracking="JJD0001")
    r.p.run(3 * HOUR)
    r.amazon.deeds.refuse_data("eu", [])
    r.p.run(12 * HOUR)
    [package] = r.amazon.world.orders.by_id[remote].packages
    assert (package.tracking, package.reference) == ("JJD0001", "71001")
    assert r.p.tracking(remote) == ["JJD0001"]
    r.in_step()


def test_a_parcel_that_is_told_again_after_every_answer_is_lost_stays_one(r: Region) -> None:
    remote = bought(r)
    r.p.run(300)
    r.p.market.add_faults(Fault("confirmShipment", "drop_before"), Fault("confirmShipment", "drop_after", times=2))
    r.p.shop.ship(r.p.shop_order(remote), carrier="DHL", tracking="JJD0001")
    r.p.run(12 * HOUR)
    [package] = r.amazon.world.orders.by_id[remote].packages
    assert package.tracking == "JJD0001"
    assert r.calls()["confirmShipment"] >= 2
    r.in_step()


def test_two_sites_that_sell_the_last_unit_at_once_are_told_and_the_region_shows_zero() -> None:
    r = opened(DE, FR, stock=1)
    r.also_on(FR, r.p.products["MUG"])
    sent = len(r.quantities("MUG"))
    first = bought(r, 1)
    second = RemoteOrderId(
        r.amazon.deeds.checkout([{"sku": "MUG", "quantity": 1, "by_hand": True}], site=FRANCE)["orderId"]
    )
    r.p.run(2 * HOUR)
    assert set(states(r)) == {first, second}
    assert r.stock("MUG") == 0
    assert set(r.quantities("MUG")[sent:]) <= {0}
    told = {notice.code for remote in (first, second) for notice in r.p.order(remote).notices}
    reasons = {row.reason.code for row in map(r.p.order, (first, second)) if row.reason}
    assert any("oversold" in code or "stock" in code for code in told | reasons), (told, reasons, states(r))


def test_without_the_role_each_order_says_that_its_address_is_kept_back_and_nobody_is_asked_twice_an_hour(
    r: Region,
) -> None:
    r.amazon.deeds.refuse_personal_data()
    [seller] = r.amazon.world.sellers
    r.amazon.deeds.grant_pii(seller, False)
    orders = [bought(r, 1) for _ in range(3)]
    r.p.run(900)
    assert states(r) == dict.fromkeys(orders, ImportState.CREATED)
    assert [[notice.code for notice in r.p.order(one).notices] for one in orders] == [["buyer_untold"]] * 3
    refused = [entry for entry in r.amazon.world.journal if entry.operation == "getOrder" and entry.status == 400]
    assert len(refused) <= 2
    r.in_step()


def test_orders_that_do_not_say_who_fulfils_them_all_come_and_leave_searches_for_the_rest(r: Region) -> None:
    """The index of the search comes minutes later: who asks again and again meanwhile takes the sweep's own calls."""
    r.amazon.deeds.set_order_lag(240)
    r.amazon.deeds.refuse_data("eu", ["FULFILLMENT"])
    before = r.calls()["searchOrders"]
    orders = []
    for _ in range(5):
        orders.append(bought(r, 1))
        r.p.run(60)
    r.p.run(HOUR)
    assert states(r) == dict.fromkeys(orders, ImportState.CREATED)
    assert r.calls()["searchOrders"] - before <= 5 * 5 + 12  # five each, and the sweeps of an hour
    assert (r.stock("MUG"), r.p.shop.stock_of("MUG"), len(r.p.shop.orders())) == (0, 0, 5)
    r.in_step()


def test_a_parcel_of_a_part_and_then_of_the_rest_are_two_and_the_order_is_shipped(r: Region) -> None:
    remote = bought(r, 2)
    r.p.run(300)
    r.amazon.deeds.ship_order(
        remote,
        lines=[{"orderItemId": r.amazon.world.orders.by_id[remote].lines[0].item_id, "quantity": 1}],
        tracking="BY-HAND",
    )
    r.p.run(HOUR)
    r.p.shop.ship(r.p.shop_order(remote), carrier="DHL", tracking="JJD0001")
    r.p.run(12 * HOUR)
    order = r.amazon.world.orders.by_id[remote]
    assert [(one.reference, one.tracking, sum(one.items.values())) for one in order.packages] == [
        ("9000000", "BY-HAND", 1),
        ("71001", "JJD0001", 1),
    ]
    assert order.status == "SHIPPED"
    r.in_step()


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_buyer_who_takes_back_an_order_that_is_not_paid_is_believed_whatever_is_under_way(r: Region, at: str) -> None:
    """The order is paid and cancelled within the minute in which its own read is refused."""
    r.amazon.faults.add(Fault("getOrder", "status", times=2, status=503))
    remote = bought(r, paid=False)
    if at == "after":
        r.p.run(120)
    r.amazon.deeds.cancel_order(remote, by="BUYER")
    r.p.run(HOUR)
    assert states(r) == {remote: ImportState.SKIPPED}
    assert (r.p.shop.orders(), r.stock("MUG"), r.p.shop.stock_of("MUG")) == ([], 5, 5)
    r.in_step()


def test_a_cancellation_that_a_buyer_asks_for_keeps_the_order_waiting_and_its_units_held(r: Region) -> None:
    remote = bought(r, paid=False)
    r.p.run(120)
    r.amazon.deeds.request_cancel(remote)
    r.amazon.deeds.pay_order(remote)
    r.p.run(HOUR)
    order = r.p.order(remote)
    assert (order.state, order.reason.code if order.reason else "") == (ImportState.WAITING, "cancellation_requested")
    assert (r.p.shop.orders(), r.stock("MUG")) == ([], 3)
    r.in_step()


def test_the_door_that_dies_after_every_call_of_an_order_and_its_parcel_doubles_neither(r: Region) -> None:
    for operation in ("getOrder", "searchOrders"):
        r.amazon.faults.add(Fault(operation, "drop_after", times=2), Fault(operation, "status", times=2, status=503))
    remote = bought(r, 2)
    r.p.run(HOUR)
    r.p.market.add_faults(
        Fault("confirmShipment", "status", status=503),
        Fault("confirmShipment", "drop_after"),
        Fault("getOrder", "drop_after", times=2),
        Fault("confirmShipment", "status", status=500),
    )
    r.p.shop.ship(r.p.shop_order(remote), carrier="DHL", tracking="JJD0001")
    r.p.run(24 * HOUR)
    order = r.amazon.world.orders.by_id[remote]
    assert [(one.reference, one.tracking) for one in order.packages] == [("71001", "JJD0001")]
    assert (states(r), len(r.p.shop.orders()), r.stock("MUG")) == ({remote: ImportState.CREATED}, 1, 3)
    r.in_step()


def test_an_order_with_a_product_that_the_shop_lacks_holds_the_others_and_names_it(r: Region) -> None:
    lines = [{"sku": "MUG", "quantity": 1}, {"sku": "FOREIGN", "quantity": 3, "by_hand": True}]
    remote = RemoteOrderId(r.amazon.deeds.checkout(lines)["orderId"])
    r.p.run(HOUR)
    order = r.p.order(remote)
    assert order.reason is not None
    assert (order.state, order.reason.code, order.reason.params) == (
        ImportState.FAILED,
        "products_missing",
        {"skus": "FOREIGN"},
    )
    assert (r.stock("MUG"), r.p.shop.stock_of("MUG"), r.p.shop.orders()) == (4, 5, [])
    r.in_step()


def test_an_order_whose_shipping_nobody_tells_is_not_created_for_the_price_of_its_goods_alone(r: Region) -> None:
    """A region refuses PROCEEDS for hours; no change of the order comes when it tells them again."""
    r.amazon.deeds.refuse_data("eu", ["PROCEEDS"])
    remote = bought(r, 2, shipping="4.90")
    r.p.run(3 * HOUR)
    order = r.p.order(remote)
    assert (order.state, order.reason.code if order.reason else "") == (ImportState.WAITING, "prices_untold")
    assert (r.p.shop.orders(), r.stock("MUG")) == ([], 3)
    r.amazon.deeds.refuse_data("eu", [])
    r.p.run(3 * HOUR)
    order = r.p.order(remote)
    assert (order.state, str(order.facts.total.amount)) == (ImportState.CREATED, "24.90")
    assert (len(r.p.shop.orders()), r.stock("MUG"), r.p.shop.stock_of("MUG")) == (1, 3, 3)
    r.in_step()


def test_an_order_that_stands_in_the_shop_keeps_its_amounts_while_nobody_tells_them(r: Region) -> None:
    remote = bought(r, 2, shipping="4.90")
    r.p.run(300)
    [made] = r.p.shop.orders()
    r.amazon.deeds.refuse_data("eu", ["PROCEEDS"])
    r.amazon.deeds.request_cancel(remote)
    r.p.run(3 * HOUR)
    assert r.p.order(remote).state is ImportState.CREATED
    assert [(one.id, one.total) for one in r.p.shop.orders()] == [(made.id, made.total)]
    assert (r.stock("MUG"), r.p.shop.stock_of("MUG")) == (3, 3)
    r.in_step()
