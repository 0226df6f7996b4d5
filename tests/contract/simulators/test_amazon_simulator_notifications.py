"""Notifications of the simulated Amazon: who may set them up, what goes where, and what is lost or doubled on the way."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from simulators.amazon import AmazonSimulator
from simulators.amazon.queues import into_sqs
from simulators.clock import VirtualClock
from simulators.faults import Fault
from tests.contract.marketplaces.amazon_documents import OFFICIAL
from tests.contract.simulators.amazon_seller import DE, UK, US, AmazonSeller, codes

DESTINATIONS = "/notifications/v1/destinations"
SUBSCRIPTIONS = "/notifications/v1/subscriptions"
QUEUE = "arn:aws:sqs:us-east-1:444455556666:orders"
ORDER_SCHEMA = OFFICIAL / "schemas" / "notifications" / "OrderChangeNotification.json"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> AmazonSeller:
    return AmazonSeller(AmazonSimulator(clock=clock), sites=[UK, DE])


def destination(seller: AmazonSeller, arn: str = QUEUE) -> str:
    body = {"name": "queue", "resourceSpecification": {"sqs": {"arn": arn}}}
    told = seller.call("POST", DESTINATIONS, body, grantless=True).json()
    return str(told["payload"]["destinationId"])


def order(anna: AmazonSeller, **more: Any) -> str:
    return str(anna.simulator.deeds.buy("MUG", by_hand=True, **{"seller": anna.name, **more})["orderId"])


def test_destinations_are_the_applications_and_need_a_grantless_token(anna: AmazonSeller) -> None:
    body = {"name": "queue", "resourceSpecification": {"sqs": {"arn": QUEUE}}}
    assert anna.call("POST", DESTINATIONS, body).status_code == 403
    assert anna.call("GET", DESTINATIONS, grantless=True).json()["payload"] == []
    made = destination(anna)
    listed = anna.call("GET", DESTINATIONS, grantless=True).json()["payload"]
    assert listed == [{"destinationId": made, "name": "queue", "resource": {"sqs": {"arn": QUEUE}}}]
    assert anna.call("GET", f"{DESTINATIONS}/{made}", grantless=True).json()["payload"] == listed[0]


def test_one_queue_is_one_destination(anna: AmazonSeller) -> None:
    destination(anna)
    body = {"name": "again", "resourceSpecification": {"sqs": {"arn": QUEUE}}}
    assert anna.call("POST", DESTINATIONS, body, grantless=True).status_code == 409


def test_subscribing_needs_the_sellers_token(anna: AmazonSeller) -> None:
    body = {"payloadVersion": "1.0", "destinationId": destination(anna)}
    assert anna.call("POST", f"{SUBSCRIPTIONS}/ORDER_CHANGE", body, grantless=True).status_code == 403
    made = anna.call("POST", f"{SUBSCRIPTIONS}/ORDER_CHANGE", body).json()["payload"]
    assert anna.call("GET", f"{SUBSCRIPTIONS}/ORDER_CHANGE").json()["payload"] == made
    path = f"{SUBSCRIPTIONS}/ORDER_CHANGE/{made['subscriptionId']}"
    assert anna.call("GET", path).status_code == 403
    assert anna.call("GET", path, grantless=True).json()["payload"] == made


def test_a_second_subscription_of_one_version_is_a_conflict(anna: AmazonSeller) -> None:
    anna.subscribe("ORDER_CHANGE", "1.0", QUEUE)
    body = {"payloadVersion": "1.0", "destinationId": destination(anna, f"{QUEUE}2")}
    assert codes(anna.call("POST", f"{SUBSCRIPTIONS}/ORDER_CHANGE", body)) == ["Conflict"]


@pytest.mark.parametrize(
    ("kind", "version"),
    [("LISTINGS_ITEM_STATUS_CHANGE", "1.0"), ("ORDER_CHANGE", "2.0"), ("ORDER_STATUS_CHANGE", "1.0")],
    ids=["goes to EventBridge alone", "no such version", "withdrawn"],
)
def test_a_type_that_cannot_go_to_the_queue_is_refused(anna: AmazonSeller, kind: str, version: str) -> None:
    body = {"payloadVersion": version, "destinationId": destination(anna)}
    assert codes(anna.call("POST", f"{SUBSCRIPTIONS}/{kind}", body)) == ["InvalidInput"]
    assert anna.simulator.world.notifications.subscriptions == {}


def test_a_subscription_ends_when_it_is_deleted_and_frees_its_destination(anna: AmazonSeller) -> None:
    made = anna.subscribe("ORDER_CHANGE", "1.0", QUEUE)
    place = anna.call("GET", DESTINATIONS, grantless=True).json()["payload"][0]["destinationId"]
    assert anna.call("DELETE", f"{DESTINATIONS}/{place}", grantless=True).status_code == 409
    assert anna.call("DELETE", f"{SUBSCRIPTIONS}/ORDER_CHANGE/{made}", grantless=True).status_code == 200
    order(anna)
    assert anna.simulator.world.notifications.received() == []
    assert codes(anna.call("GET", f"{SUBSCRIPTIONS}/ORDER_CHANGE")) == ["NotFound"]
    assert anna.call("DELETE", f"{DESTINATIONS}/{place}", grantless=True).status_code == 200


def test_an_order_and_each_of_its_changes_are_told_as_amazons_schema_says(anna: AmazonSeller) -> None:
    anna.subscribe("ORDER_CHANGE", "1.0", QUEUE)
    deeds = anna.simulator.deeds
    placed = order(anna, paid=False)
    deeds.pay_order(placed)
    deeds.request_cancel(placed, reason="WRONG_ADDRESS")
    deeds.cancel_order(placed)
    told = anna.simulator.world.notifications.received("ORDER_CHANGE")
    schema = json.loads(ORDER_SCHEMA.read_text())
    for one in told:
        jsonschema_rs.validate(schema, one)
    changes = [one["Payload"]["OrderChangeNotification"] for one in told]
    assert {one["AmazonOrderId"] for one in changes} == {placed}
    assert [(one["OrderChangeType"], one["Summary"]["OrderStatus"]) for one in changes] == [
        ("OrderStatusChange", "Pending"),
        ("OrderStatusChange", "Unshipped"),
        ("BuyerRequestedChange", "Unshipped"),
        ("OrderStatusChange", "Canceled"),
    ]
    assert changes[0]["Summary"]["DestinationPostalCode"] is None
    assert len({one["NotificationMetadata"]["NotificationId"] for one in told}) == 4
    assert "Robin Buyer" not in json.dumps(told)


def test_a_filter_lets_through_what_it_names(anna: AmazonSeller) -> None:
    anna.subscribe("ORDER_CHANGE", "1.0", QUEUE, orderChangeTypes=["BuyerRequestedChange"], marketplaceIds=[DE])
    here, there = order(anna, site=DE), order(anna, site=UK)
    anna.simulator.deeds.request_cancel(here)
    anna.simulator.deeds.request_cancel(there)
    told = anna.simulator.world.notifications.received()
    assert [one["Payload"]["OrderChangeNotification"]["AmazonOrderId"] for one in told] == [here]


def test_nobody_is_told_of_another_sellers_orders(anna: AmazonSeller) -> None:
    berta = AmazonSeller(anna.simulator, "berta", sites=[US])
    anna.subscribe("ORDER_CHANGE", "1.0", QUEUE)
    order(berta)
    assert anna.simulator.world.notifications.received() == []


def test_a_delivery_is_doubled_lost_or_late_on_demand(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.subscribe("ORDER_CHANGE", "1.0", QUEUE)
    notifications = anna.simulator.world.notifications
    topic = "webhook:ORDER_CHANGE"
    anna.simulator.faults.add(Fault(topic, "vendor", name="duplicate"))
    order(anna)
    first, second = notifications.received()
    assert first == second
    anna.simulator.faults.add(Fault(topic, "vendor", name="drop"))
    order(anna)
    assert len(notifications.received()) == 2
    anna.simulator.faults.add(Fault(topic, "vendor", name="delay", seconds=60))
    order(anna)
    assert len(notifications.received()) == 2
    clock.advance(60)
    assert len(notifications.received()) == 3


def test_a_queue_that_fails_is_tried_again(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.subscribe("ORDER_CHANGE", "1.0", QUEUE)
    anna.simulator.faults.add(Fault("webhook:ORDER_CHANGE", "status", status=503))
    order(anna)
    assert anna.simulator.world.notifications.received() == []
    clock.advance(600)
    assert len(anna.simulator.world.notifications.received()) == 1


@pytest.mark.parametrize(
    ("kind", "version", "schema"),
    [
        ("LISTINGS_ITEM_STATUS_CHANGE", "1.0", "ListingsItemStatusChangeNotification.json"),
        ("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", "1.0", "ListingsItemMfnQuantityChange.json"),
        ("LISTINGS_ITEM_ISSUES_CHANGE", "2023-12-13", "ListingsItemIssuesChangeNotification_2023-12-13.json"),
    ],
)
def test_changes_of_items_are_told_to_event_bridge(
    anna: AmazonSeller, clock: VirtualClock, kind: str, version: str, schema: str
) -> None:
    bridge = {"eventBridge": {"accountId": "444455556666", "region": "eu-central-1"}}
    made = anna.call("POST", DESTINATIONS, {"name": "bus", "resourceSpecification": bridge}, grantless=True).json()
    body = {"payloadVersion": version, "destinationId": made["payload"]["destinationId"]}
    assert anna.call("POST", f"{SUBSCRIPTIONS}/{kind}", body).status_code == 200
    anna.simulator.deeds.seed_listings("anna", ["MUG"], site=DE, quantity=1)
    anna.simulator.deeds.change_quantity("MUG", 0)
    anna.simulator.world.listings.refuse(anna.simulator.world.seller("anna"), "MUG", DE, "CANDLE", [])
    told = anna.simulator.world.notifications.received(kind)
    assert told != []
    rules = json.loads((ORDER_SCHEMA.parent / schema).read_text())
    # one of the schemas names its type otherwise than its own example and the documentation do
    rules["properties"]["NotificationType"] = {"const": kind}
    for one in told:
        jsonschema_rs.validate(rules, one)


class Queues:
    """What stands behind an SQS endpoint: queues by name, with what was sent to them."""

    def __init__(self) -> None:
        self.sent: dict[str, list[str]] = {}
        self.asked: list[dict[str, Any]] = []

    def __call__(self, service: str, **told: Any) -> Queues:
        self.asked.append({"service": service, **told})
        return self

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:
        return {"QueueUrl": f"http://queues/{QueueName}"}

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> dict[str, Any]:
        self.sent.setdefault(QueueUrl, []).append(MessageBody)
        return {"ResponseMetadata": {"HTTPStatusCode": 200}}


def test_notifications_go_into_the_sqs_queue_of_their_destination(anna: AmazonSeller) -> None:
    queues = Queues()
    notifications = anna.simulator.world.notifications
    notifications.queue.deliver_with(into_sqs("http://127.0.0.1:4566", others=notifications.inbox.put, client=queues))
    anna.subscribe("ORDER_CHANGE", "1.0", QUEUE)
    placed, again = order(anna), order(anna)
    assert notifications.received() == []
    bodies = [json.loads(body) for body in queues.sent["http://queues/orders"]]
    assert [one["Payload"]["OrderChangeNotification"]["AmazonOrderId"] for one in bodies] == [placed, again]
    assert [(one["endpoint_url"], one["region_name"]) for one in queues.asked] == [
        ("http://127.0.0.1:4566", "us-east-1")
    ]
