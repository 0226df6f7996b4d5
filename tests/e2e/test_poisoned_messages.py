"""A message that nobody can handle ends in its lane's dead letters, alone
(promises.md#p1, promises.md#p6, promises.md#p11)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from localrun.scoreboard import until
from localrun.system import LANES, LocalSystem
from tests.e2e.merchant import Merchant

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system"), pytest.mark.timeout(300)]


@pytest.fixture
def impatient_queues(local_system: LocalSystem) -> Iterator[LocalSystem]:
    """The template's queues, but a message is given up when it comes back: a minute after its first failure.

    Their visibility time-outs stay: a good message that takes long on a busy machine must not come back meanwhile.
    """
    sqs = local_system.emulator.client("sqs")
    before: dict[str, dict[str, str]] = {}
    for prefix in LANES.values():
        url = local_system.outputs[f"{prefix}QueueUrl"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
        before[url] = told["Attributes"]
        redrive = {**json.loads(told["Attributes"]["RedrivePolicy"]), "maxReceiveCount": 1}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(redrive)})
    yield local_system
    for url, attributes in before.items():
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    for prefix in LANES.values():
        sqs.purge_queue(QueueUrl=local_system.outputs[f"{prefix}DeadLettersUrl"])


def _dead(system: LocalSystem, lane: str) -> list[str]:
    """The bodies of a lane's dead letters."""
    url = system.outputs[f"{LANES[lane]}DeadLettersUrl"]
    found: Any = system.emulator.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return sorted(message["Body"] for message in found.get("Messages", []))


def _poisons(mark: str) -> dict[str, list[str]]:
    """By lane: what no lane knows, and where orders go by, what looks like work on one."""
    poisons = {lane: [json.dumps({"kind": "nonsense", "mark": mark})] for lane in LANES}
    poisons["orders"].append(json.dumps({"kind": "import_order", "account": [mark]}))
    poisons["fulfillments"].append(json.dumps({"kind": "relay_order", "account": mark, "order": None}))
    return {lane: sorted(bodies) for lane, bodies in poisons.items()}


def test_in_every_lane_the_poison_is_given_up_alone_and_all_others_have_their_effect(
    impatient_queues: LocalSystem, merchant: Merchant
) -> None:
    """Poison of two kinds waits out one and the same minute: each further test of it would wait another."""
    system, mark = impatient_queues, uuid.uuid4().hex
    sqs = system.emulator.client("sqs")
    poisons = _poisons(mark)
    sku, ordered = merchant.sell("AMONG"), merchant.sell("ORDERED")
    for lane, bodies in poisons.items():
        for body in bodies:
            sqs.send_message(QueueUrl=system.outputs[f"{LANES[lane]}QueueUrl"], MessageBody=body)
    merchant.shop.do("set_stock", sku=sku, available=2)  # shop-events and revise
    merchant.shown(sku, 2)
    new = merchant.sell("NEW")  # recompute and publish
    assert merchant.quantity(new) == 7
    remote = merchant.buy(ordered)  # orders
    merchant.look()
    merchant.becomes(remote, "created")
    merchant.shop.do("fulfill", order_id=merchant.shop_order(remote)["id"], company="DHL", tracking_number="ALIVE1")
    merchant.told_of(remote, "ALIVE1")  # fulfillments
    for lane, bodies in poisons.items():
        until(lambda lane=lane, bodies=bodies: _dead(system, lane) == bodies, f"dead in {lane}", within_s=100)
    until(
        lambda: all(
            depth.waiting == depth.in_flight == 0
            for lane, depth in system.queue_depths().items()
            if lane != "orders"  # where the accounts' next polls wait for their time
        ),
        "every lane empty again",
        within_s=20,
    )
    dead = {lane: depth.dead for lane, depth in system.queue_depths().items()}
    assert dead == {lane: len(bodies) for lane, bodies in poisons.items()}
    assert mark not in merchant.street.logs()
    assert len(merchant.shop_orders(remote)) == len(merchant.parcels(remote)) == 1


def test_a_dead_letter_that_is_moved_back_has_its_effect(impatient_queues: LocalSystem, merchant: Merchant) -> None:
    """Moved by hand, for the emulator has no `start-message-move-task`."""
    system = impatient_queues
    sqs = system.emulator.client("sqs")
    sku = merchant.sell("REPLAYED")
    merchant.unheard("set_stock", sku=sku, available=4)
    event = {
        "kind": "shop_event",
        "shop": merchant.street.shop_id,
        "hints": [{"kind": "product", "id": merchant.row(sku)["product"]}],
    }
    dead, lane = system.outputs["ShopEventsDeadLettersUrl"], system.outputs["ShopEventsQueueUrl"]
    sqs.send_message(QueueUrl=dead, MessageBody=json.dumps(event))
    [letter] = sqs.receive_message(QueueUrl=dead)["Messages"]
    assert merchant.quantity(sku) == 7
    sqs.send_message(QueueUrl=lane, MessageBody=letter["Body"])
    sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])
    merchant.shown(sku, 4)
    assert system.queue_depths()["shop-events"].dead == 0
