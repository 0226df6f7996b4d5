"""What comes through Amazon's queue is a hint: lost, doubled, out of order, or made up, it changes nothing but the time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.webhook_ingest.app import handler
from listbridge.domain.configuration import Account
from listbridge.domain.orders.orders import ImportState
from simulators.faults import Fault
from tests.fakes.machine import Context
from tests.fakes.world import ACCOUNT
from tests.faults.amazon_region import PATCH, TEN, Region, region

pytestmark = pytest.mark.timeout(900)
HOUR = 3600.0
STRANGER = "A0STRANGER99"


@pytest.fixture
def r() -> Region:
    made = region()
    made.p.sell("MUG", stock=30)
    made.listen()
    return made


def seller_of(r: Region) -> str:
    return r.p.world.stores.configuration.get(Account, ACCOUNT).remote_name


def told(kind: str, payload: Any, id: str = "n-1") -> bytes:
    small = kind == "FEED_PROCESSING_FINISHED"
    body = {
        "notificationVersion": "1.0",
        "notificationType": kind,
        "payloadVersion": "1.0",
        "eventTime": "2026-11-01T12:00:00Z",
        "payload": payload,
        "notificationMetadata": {"notificationId": id, "publishTime": "2026-11-01T12:00:00Z"},
    }
    if not small:
        metadata = {name[0].upper() + name[1:]: value for name, value in body["notificationMetadata"].items()}
        body = {name[0].upper() + name[1:]: value for name, value in body.items()} | {"NotificationMetadata": metadata}
    return json.dumps(body).encode()


def order_change(seller: str, order: object, **more: Any) -> bytes:
    notification = {"SellerId": seller, "AmazonOrderId": order, "NotificationLevel": "OrderLevel", **more}
    return told("ORDER_CHANGE", {"OrderChangeNotification": notification})


def arrives(body: bytes) -> list[Any]:
    """What the queue's function leaves to be sent again."""
    record = {"messageId": "1", "receiptHandle": "r", "body": body.decode()}
    failures: list[Any] = handler({"Records": [record]}, Context(10_000))["batchItemFailures"]
    return failures


def states(r: Region) -> dict[str, ImportState]:
    return {row.key.remote: row.state for row in r.p.world.stores.orders.recent(ACCOUNT, None, 1000)[0]}


@pytest.mark.parametrize("others", ["duplicate", "reorder", "delay"])
def test_half_of_the_notifications_lost_and_the_rest_doubled_late_or_out_of_order_make_each_order_once(
    r: Region, others: str
) -> None:
    for n in range(40):
        name = "drop" if n % 2 else others
        r.amazon.faults.add(Fault("webhook:ORDER_CHANGE", "vendor", name=name, seconds=300.0))
    orders = []
    for n in range(6):
        orders.append(r.amazon.deeds.buy("MUG", quantity=1, paid=n % 3 != 0)["orderId"])
        r.p.run(40)
    r.amazon.deeds.pay_order(orders[0])
    r.amazon.deeds.cancel_order(orders[3], by="BUYER")
    r.p.run(12 * HOUR)
    created = {order for order, state in states(r).items() if state is ImportState.CREATED}
    assert created == set(orders) - {orders[3]}
    assert (len(r.p.shop.orders()), r.p.shop.stock_of("MUG"), r.stock("MUG")) == (5, 25, 25)
    r.in_step()


def test_one_notification_a_hundred_times_is_one_look(r: Region) -> None:
    order = r.amazon.deeds.buy("MUG", quantity=1)["orderId"]
    r.p.run(60)
    before = r.calls()["getOrder"]
    for _ in range(100):
        assert arrives(order_change(seller_of(r), order)) == []
    r.p.run(60)
    assert r.calls()["getOrder"] - before <= 1
    assert (states(r), len(r.p.shop.orders())) == ({order: ImportState.CREATED}, 1)


@pytest.mark.parametrize(
    "order", ["404-0000000-0000000", "../../../feeds/2021-06-30/feeds", "%2e%2e", "x" * 5_000, "💥"]
)
def test_an_order_that_does_not_exist_is_none(r: Region, order: str) -> None:
    assert arrives(order_change(seller_of(r), order)) == []
    r.p.run(2 * HOUR)
    assert (states(r), r.p.shop.orders(), r.p.shop.stock_of("MUG"), r.stock("MUG")) == ({}, [], 30, 30)
    r.in_step()


def test_the_order_of_another_seller_is_not_ours_whoever_says_so(r: Region) -> None:
    berta = r.amazon.deeds.add_seller("berta", sites=["A1PA6795UKMFR9"])
    r.amazon.deeds.seed_listings("berta", ["MUG"])
    theirs = r.amazon.deeds.checkout([{"sku": "MUG", "quantity": 2}], seller="berta")["orderId"]
    before = r.calls()["getOrder"]
    assert arrives(order_change(berta["sellerId"], theirs)) == []
    r.p.run(600)
    assert r.calls()["getOrder"] == before
    assert arrives(order_change(seller_of(r), theirs)) == []
    r.p.run(2 * HOUR)
    assert (states(r), r.p.shop.orders(), r.p.shop.stock_of("MUG")) == ({}, [], 30)
    r.in_step()


def test_numbers_and_states_in_a_notification_are_not_believed(r: Region) -> None:
    key = r.p.key("MUG")
    seller = seller_of(r)
    lies = [
        told("LISTINGS_ITEM_STATUS_CHANGE", {"SellerId": seller, "Sku": "MUG", "Status": [], "Asin": "B0"}, "n-2"),
        told(
            "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
            {"SellerId": seller, "Sku": "MUG", "FulfillmentAvailability": []},
            "n-3",
        ),
        told(
            "FEED_PROCESSING_FINISHED",
            {"feedProcessingFinishedNotification": {"sellerId": seller, "feedId": "1"}},
            "n-4",
        ),
        order_change(seller, "404-0000000-0000000", Summary={"OrderStatus": "Canceled", "FulfillmentType": "MFN"}),
    ]
    writes = r.calls()[PATCH]
    for lie in lies:
        assert arrives(lie) == []
    r.p.run(HOUR)
    assert (r.shown("MUG"), r.p.world.row(key).accepted.quantity, r.calls()[PATCH]) == ((30, TEN), 30, writes)
    r.in_step()


def test_a_feed_that_is_said_to_be_finished_is_asked_and_not_believed(r: Region) -> None:
    keys = r.seed(70)
    r.amazon.deeds.set_feed_time(1_200)
    for key in keys:
        r.p.shop.set_stock(key.sku, 15)
    r.p.run(30)
    [feed] = r.amazon.world.feeds.by_id
    finished = {"sellerId": seller_of(r), "feedId": feed, "processingStatus": "DONE", "resultFeedDocumentId": "mine"}
    assert arrives(told("FEED_PROCESSING_FINISHED", {"feedProcessingFinishedNotification": finished}, "n-5")) == []
    r.p.run(120)
    assert {r.p.world.row(key).accepted.quantity for key in keys} == {None}
    r.p.run(HOUR)
    assert {r.p.world.row(key).accepted.quantity for key in keys} == {15}
    assert {r.stock(key.sku) for key in keys} == {15}


@pytest.mark.parametrize("body", ["", "[]", "null", "{", '"x"', "{}", '{"NotificationType": 1}', "\x00"])
def test_junk_in_the_queue_calls_nobody(r: Region, body: str) -> None:
    before = r.calls()
    arrives(body.encode())
    r.p.world.deliver_all()
    assert r.calls() == before


def test_a_seller_who_is_not_connected_is_nobody_s(r: Region) -> None:
    before = r.calls()
    assert arrives(order_change(STRANGER, "404-0000000-0000000")) == []
    r.p.world.deliver_all()
    assert r.calls() == before
