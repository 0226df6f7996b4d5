"""Notifications of the simulated Amazon in a real queue of the emulator, while nobody calls the simulator."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from localrun.emulator import aws_client
from simulators.amazon import AmazonSimulator
from tests.contract.simulators.amazon_seller import US, AmazonSeller
from tests.emulator import EmulatedAws

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]
QUEUE = "amazon-notifications"
ARN = f"arn:aws:sqs:eu-central-1:000000000000:{QUEUE}"
_PATIENCE_S = 30.0


@pytest.fixture
def queue(emulator: EmulatedAws) -> Iterator[tuple[Any, str]]:
    sqs = aws_client("sqs", endpoint_url=emulator.url)
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    yield sqs, url
    sqs.delete_queue(QueueUrl=url)


def test_an_order_and_the_end_of_a_feed_reach_the_queue(emulator: EmulatedAws, queue: tuple[Any, str]) -> None:
    anna = AmazonSeller(AmazonSimulator(), sites=[US])
    anna.simulator.deeds.set_feed_time(0.2)
    for kind, version in (("ORDER_CHANGE", "1.0"), ("FEED_PROCESSING_FINISHED", "2020-09-04")):
        place = _destination(anna)
        anna.call(
            "POST", f"/notifications/v1/subscriptions/{kind}", {"payloadVersion": version, "destinationId": place}
        )
    notifications = anna.simulator.world.notifications
    notifications.start(emulator.url)
    try:
        order_id = anna.simulator.deeds.buy("MUG", by_hand=True)["orderId"]
        feed_id = anna.feed({"messageId": 1, "sku": "MUG", "operationType": "DELETE"})
        bodies = _received(*queue, count=2)
    finally:
        notifications.stop()
    orders = [one["Payload"]["OrderChangeNotification"]["AmazonOrderId"] for one in bodies if "Payload" in one]
    feeds = [one["payload"]["feedProcessingFinishedNotification"]["feedId"] for one in bodies if "payload" in one]
    assert (orders, feeds) == ([order_id], [feed_id])


def _destination(seller: AmazonSeller) -> str:
    """The queue's destination, made once."""
    known = seller.call("GET", "/notifications/v1/destinations", grantless=True).json()["payload"]
    if known:
        return str(known[0]["destinationId"])
    body = {"name": "queue", "resourceSpecification": {"sqs": {"arn": ARN}}}
    made = seller.call("POST", "/notifications/v1/destinations", body, grantless=True).json()["payload"]
    return str(made["destinationId"])


def _received(sqs: Any, url: str, *, count: int) -> list[dict[str, Any]]:
    """So many messages, or what came within the patience."""
    bodies: list[dict[str, Any]] = []
    ends = time.monotonic() + _PATIENCE_S
    while len(bodies) < count and time.monotonic() < ends:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            bodies.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies
