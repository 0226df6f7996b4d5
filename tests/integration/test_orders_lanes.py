"""Orders on real queues and tables: polled, held, created once, absorbed, and told back to the marketplace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from functions.import_orders.app import handler as import_orders
from listbridge.domain.work import Lane
from tests.integration.installation import SELLER, Installation
from tests.integration.lanes import Invocation
from tests.integration.order_desk import OrderDesk

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]

BUYER = {
    "username": "quasten_oz",
    "name": "Ottilie Quastenberg",
    "email": "ottilie.quastenberg@example.org",
    "phone": "+49 30 5550123",
    "line1": "Ahornallee 77",
    "city": "Quakenbrück",
}
PRIVATE = ("Quastenberg", "ottilie.quastenberg", "5550123", "Ahornallee", "Quakenbr", "quasten_oz")


@pytest.fixture
def desk(connected: Installation) -> OrderDesk:
    return OrderDesk(connected)


# ---- in ----


def test_an_order_is_held_at_once_created_once_and_absorbed(connected: Installation, desk: OrderDesk) -> None:
    its = connected
    mug = its.sell("MUG")
    remote = desk.buy("MUG", 2, delivery_cost="4.90")
    assert not desk.known(remote)
    desk.look()

    assert its.lanes.step(Lane.ORDERS) == []  # the poll
    assert (desk.state(remote), desk.shop_orders(remote)) == ("ready", [])
    assert [(one.quantity, one.absorbed_from) for one in desk.held(mug)] == [(2, None)]
    assert its.explain("MUG")["quantity"]["computed"] == 5
    assert desk.buyer(remote) is not None

    assert its.lanes.step(Lane.ORDERS) == []  # the import
    made = desk.shop_order(remote)
    assert (made["total_price"], made["currency"], made["financial_status"]) == ("29.90", "EUR", "paid")
    assert [(line["sku"], line["quantity"]) for line in made["line_items"]] == [("MUG", 2)]
    assert (desk.state(remote), desk.stock("MUG")) == ("created", 5)
    assert [(one.quantity, one.absorbed_from) for one in desk.held(mug)] == [(2, None)]

    its.deliver()
    desk.absorb(remote)
    [held] = desk.held(mug)
    assert held.absorbed_from == desk.row(remote).absorbed_from is not None
    assert its.explain("MUG")["quantity"]["computed"] == 5
    assert its.on_sale() == {"MUG": (5, "12.50")}
    sent = [quantity for call in its.revisions("MUG") for quantity in call]
    assert set(sent) <= {5}  # eBay counted its own listing down: nothing else is ever sent, and never more
    assert len(desk.shop_orders(remote)) == 1
    assert desk.log(remote)[:2] == ["order_seen", "order_created"]


def test_another_sellers_listing_follows_before_the_shop_knows(connected: Installation, desk: OrderDesk) -> None:
    its = connected
    mug = its.sell("MUG", stock=2)
    outlet = desk.second_seller("ben")
    desk.put_on_sale(outlet, mug)
    assert desk.on_sale("ben") == {"MUG": 2}
    remote = desk.buy("MUG", 2)
    desk.look()
    assert its.lanes.step(Lane.ORDERS) == []
    its.lanes.drain(Lane.REVISE)
    assert (desk.on_sale("ben"), desk.shop_orders(remote), desk.stock("MUG")) == ({"MUG": 0}, [], 2)
    its.lanes.run()
    its.deliver()
    desk.absorb(remote)
    assert (desk.on_sale("ben"), desk.stock("MUG"), its.on_sale()) == ({"MUG": 0}, 0, {"MUG": (0, "12.50")})
    assert len(desk.shop_orders(remote)) == 1


def test_an_order_that_is_known_costs_nothing_when_it_is_polled_again(connected: Installation, desk: OrderDesk) -> None:
    its = connected
    its.sell("MUG")
    remote = desk.absorbed("MUG")
    its.lanes.run()
    before, log = desk.row(remote), desk.log(remote)
    for _ in range(3):
        desk.poll()
    assert (desk.row(remote), desk.log(remote)) == (before, log)
    assert (len(desk.shop_orders(remote)), desk.stock("MUG")) == (1, 6)


def test_a_check_asks_for_orders_though_it_may_not_ask_who_the_seller_is(
    connected: Installation, desk: OrderDesk
) -> None:
    its = connected
    its.sell("MUG")
    remote = desk.buy("MUG")
    answer = None
    while answer is None or answer.status == 200:
        its.lanes.purge()
        answer = its.call("POST", f"/accounts/{its.account}/check")
    assert answer.body["problem"]["params"]["budget"] == "identity"
    its.lanes.run()
    assert desk.state(remote) == "created"


def test_the_schedule_queues_an_account_once_however_often_it_fires(connected: Installation, desk: OrderDesk) -> None:
    its = connected
    its.sell("MUG")
    its.lanes.purge()  # the next poll is lost
    remote = desk.buy("MUG")
    its.deps.polls.make_due(its.account_id, its.deps.clock.now())
    assert desk.tick() == 1
    assert desk.tick() == 0
    assert its.lanes.depth(Lane.ORDERS) == 1
    its.lanes.run()
    assert desk.state(remote) == "created"
    assert len(desk.shop_orders(remote)) == 1


def test_an_order_whose_message_was_lost_is_brought_up_by_the_schedule(
    connected: Installation, desk: OrderDesk
) -> None:
    its = connected
    mug = its.sell("MUG")
    remote = desk.buy("MUG")
    desk.look()
    assert its.lanes.step(Lane.ORDERS) == []
    its.lanes.purge()
    assert (desk.state(remote), len(desk.held(mug))) == ("ready", 1)
    assert desk.tick() == 0  # its time has not come
    its.pass_time(3600)
    assert desk.tick() == 2  # the order, and the account's next poll
    its.lanes.run()
    assert (desk.state(remote), desk.row(remote).reason) == ("created", None)
    assert len(desk.shop_orders(remote)) == 1


def test_two_messages_for_one_order_at_once_make_one_shop_order(connected: Installation, desk: OrderDesk) -> None:
    its = connected
    its.sell("MUG")
    remote = desk.buy("MUG")
    desk.look()
    assert its.lanes.step(Lane.ORDERS) == []
    its.lanes.purge()
    together = Barrier(4)

    def work(number: int) -> dict[str, Any]:
        record = {"messageId": str(number), "body": desk.import_message(remote)}
        together.wait(timeout=10)
        return import_orders({"Records": [record]}, Invocation())

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(work, range(4)))
    assert answers == [{"batchItemFailures": []}] * 4
    assert (desk.state(remote), len(desk.shop_orders(remote)), desk.stock("MUG")) == ("created", 1, 6)


def test_a_poll_that_two_workers_do_at_once_takes_each_order_in_once(connected: Installation, desk: OrderDesk) -> None:
    its = connected
    mug = its.sell("MUG")
    bought = [desk.buy("MUG") for _ in range(3)]
    desk.look()
    message = its.deps.polls.find(its.account_id)
    assert message is not None
    poll = f'{{"kind": "poll_account", "account": "{its.account}", "claim": "{message.claim}"}}'
    its.lanes.purge()
    together = Barrier(2)

    def work(number: int) -> dict[str, Any]:
        together.wait(timeout=10)
        return import_orders({"Records": [{"messageId": str(number), "body": poll}]}, Invocation())

    with ThreadPoolExecutor(max_workers=2) as pool:
        assert list(pool.map(work, range(2))) == [{"batchItemFailures": []}] * 2
    assert [one.quantity for one in desk.held(mug)] == [1, 1, 1]
    assert its.explain("MUG")["quantity"]["computed"] == 4
    its.lanes.run()
    assert [len(desk.shop_orders(remote)) for remote in bought] == [1, 1, 1]
    assert desk.stock("MUG") == 4


def test_an_order_for_a_sku_that_the_shop_lacks_fails_and_comes_in_when_it_appears(
    connected: Installation, desk: OrderDesk
) -> None:
    its = connected
    its.sell("MUG")
    remote = desk.buy("SCARF", by_hand=True, price="49.00")
    desk.look()
    its.lanes.run()
    assert (desk.state(remote), desk.why(remote)) == ("failed", "products_missing")
    assert desk.shop_orders(remote) == []
    scarf = its.add_product("SCARF", title="Scarf", price="49.00", stock=1)
    its.deliver()
    assert desk.state(remote) == "created"
    assert (desk.shop_order(remote)["total_price"], desk.stock("SCARF")) == ("49.00", 0)
    assert [one.quantity for one in desk.held(scarf)] == [1]


def test_with_automatic_creation_off_an_order_waits_and_holds_its_stock(
    connected: Installation, desk: OrderDesk
) -> None:
    its = connected
    mug = its.sell("MUG")
    its.ask("PATCH", f"/accounts/{its.account}", {"create_orders": False}, expect=202)
    remote = desk.buy("MUG", 3)
    desk.look()
    its.lanes.run()
    assert (desk.state(remote), desk.why(remote)) == ("waiting", "automatic_creation_off")
    assert (desk.shop_orders(remote), desk.stock("MUG")) == ([], 7)
    assert [one.quantity for one in desk.held(mug)] == [3]
    assert its.on_sale() == {"MUG": (4, "12.50")}


# ---- out ----


def test_each_parcel_of_the_shop_is_told_once_and_the_order_is_then_done(
    connected: Installation, desk: OrderDesk
) -> None:
    its = connected
    mug = its.sell("MUG")
    remote = desk.absorbed("MUG", 3)
    order = desk.shop_order(remote)["id"]
    its.shopify.deeds.fulfill(order, lines={"MUG": 1}, company="DHL", tracking_number="00340434161094000001")
    its.deliver()
    assert desk.parcels(remote) == [("DHL", "00340434161094000001", [1])]
    assert desk.row(remote).completed_at is None
    its.shopify.deeds.fulfill(order, company="DHL", tracking_number="00340434161094000002")
    its.deliver()
    its.shopify.deliveries.again(times=2)
    its.deliver()
    its.lanes.send(Lane.FULFILLMENTS, desk.relay_message(remote), desk.relay_message(remote))
    its.lanes.run()
    assert [(number, units) for _, number, units in desk.parcels(remote)] == [
        ("00340434161094000001", [1]),
        ("00340434161094000002", [2]),
    ]
    assert desk.calls("createShippingFulfillment") == 2
    row = desk.row(remote)
    assert (row.completed_at is not None, row.unsettled, desk.held(mug)) == (True, False, [])
    assert (desk.stock("MUG"), its.on_sale()) == (4, {"MUG": (4, "12.50")})
    assert desk.log(remote).count("parcel_told") == 2


def _goes_up_after_the_orders(its: Installation) -> None:
    """The listing shows fewer than was accepted: nothing is raised before eBay's list of orders cannot lag behind that."""
    assert its.explain("MUG")["quantity"]["computed"] == 7
    assert its.on_sale() == {"MUG": (5, "12.50")}


def test_an_order_cancelled_on_the_marketplace_is_cancelled_in_the_shop_and_its_stock_is_back(
    connected: Installation, desk: OrderDesk
) -> None:
    its = connected
    mug = its.sell("MUG")
    remote = desk.absorbed("MUG", 2)
    its.ebay.deeds.cancel_order(remote)
    desk.look()
    its.lanes.run()
    assert desk.shop_order(remote)["cancelled_at"] is not None
    its.deliver()
    assert desk.row(remote).completed_at is not None
    assert (desk.stock("MUG"), desk.held(mug)) == (7, [])
    _goes_up_after_the_orders(its)


def test_an_order_cancelled_before_it_was_created_lets_go_of_its_stock(
    connected: Installation, desk: OrderDesk
) -> None:
    its = connected
    mug = its.sell("MUG")
    remote = desk.buy("MUG", 2)
    desk.look()
    assert its.lanes.step(Lane.ORDERS) == []
    assert len(desk.held(mug)) == 1
    its.ebay.deeds.cancel_order(remote)  # between the list and the create
    its.lanes.run()
    assert (desk.state(remote), desk.why(remote)) == ("skipped", "order_cancelled")
    assert (desk.shop_orders(remote), desk.held(mug), desk.stock("MUG")) == ([], [], 7)
    _goes_up_after_the_orders(its)


def test_an_order_cancelled_in_the_shop_is_the_sellers_to_cancel_on_the_marketplace(
    connected: Installation, desk: OrderDesk
) -> None:
    its = connected
    its.sell("MUG")
    remote = desk.absorbed("MUG")
    its.shopify.deeds.cancel(desk.shop_order(remote)["id"])
    its.deliver()
    assert desk.notices(remote) == ["cancel_on_marketplace"]
    assert desk.parcels(remote) == []
    assert its.ebay.world.sellers[SELLER].orders[remote].data["cancelStatus"]["cancelState"] == "NONE_REQUESTED"


# ---- trouble ----


def test_a_poisoned_message_of_an_order_lane_comes_back_alone(connected: Installation, desk: OrderDesk) -> None:
    its = connected
    its.sell("MUG")
    poison = '{"kind": "import_order", "account": 7, "order": ["no text"]}'
    its.lanes.send(Lane.ORDERS, poison)
    remote = desk.buy("MUG")
    desk.look()
    assert its.lanes.run() == [poison]
    assert desk.state(remote) == "created"
    poison = '{"kind": "relay_order", "order": null}'
    its.shopify.deeds.fulfill(desk.shop_order(remote)["id"], company="DHL", tracking_number="7")
    its.lanes.send(Lane.FULFILLMENTS, poison)
    assert its.shopify.deliveries.pump()
    assert its.lanes.run() == [poison]
    assert [number for _, number, _ in desk.parcels(remote)] == ["7"]


def test_each_order_lane_gives_back_only_the_message_that_it_cannot_read(installation: Installation) -> None:
    its = installation
    its.connect()
    its.lanes.purge()
    good = {
        Lane.ORDERS: '{"kind": "import_order", "account": "gone", "order": "1"}',
        Lane.FULFILLMENTS: '{"kind": "relay_order", "account": "gone", "order": "1"}',
    }
    for lane, body in good.items():
        its.lanes.send(lane, "{", body, "[]")
        assert sorted(its.lanes.drain(lane)) == ["[]", "{"]
        assert its.lanes.depth(lane) == 2


# ---- buyers ----


def test_a_buyers_data_stand_in_the_buyers_table_and_nowhere_else(
    connected: Installation, desk: OrderDesk, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    its = connected
    its.sell("MUG")
    with caplog.at_level("DEBUG"):
        good = desk.absorbed("MUG", buyer=BUYER, tax_id="DE-Q-4711", notes="ring at Quastenberg")
        its.shopify.deeds.fulfill(desk.shop_order(good)["id"], company="DHL", tracking_number="8")
        its.deliver()
        failing = desk.buy("NOWHERE", by_hand=True, buyer=BUYER)
        desk.look()
        its.lanes.run()
    assert (desk.state(failing), len(desk.parcels(good))) == ("failed", 1)
    made = desk.shop_order(good)
    assert made["shipping_address"]["last_name"] == "Quastenberg"
    assert made["shipping_address"]["address1"] == "Ahornallee 77"

    tables = desk.tables()
    assert all(text in tables["buyers"] for text in PRIVATE if text not in ("Quakenbr", "quasten_oz"))
    told = str([its.ask("GET", path) for path in ("/activity", "/health", "/jobs")])
    sent = "\n".join(its.lanes.bodies)
    assert good in sent
    logged = capsys.readouterr()
    for text in (*PRIVATE, "DE-Q-4711"):
        assert [name for name, rows in tables.items() if text in rows and name != "buyers"] == []
        assert text not in told
        assert text not in sent
        assert text not in logged.out + logged.err + caplog.text
