"""The simulated Etsy tells a commercial app of orders: signed, again until somebody answers, and perhaps not at all."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from simulators.etsy import DeedRefused
from simulators.faults import Fault
from tests.contract.simulators.etsy_seller import EtsySeller

URL = "https://me.example/hooks/etsy"


@dataclass
class Receiver:
    """Who is posted to. `status` is what it answers."""

    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        assert url == URL
        self.got.append((headers, body))
        return self.status

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["event_type"] for _, body in self.got]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def etsy(receiver: Receiver) -> EtsySeller:
    seller = EtsySeller()
    seller.deeds.seed_listings("anna", ["MUG"], quantity=20)
    seller.simulator.world.webhooks.deliver_with(receiver)
    return seller


def endpoint(etsy: EtsySeller, **more: Any) -> str:
    return str(etsy.deeds.add_webhook(URL, **more)["secret"])


def test_an_event_names_the_order_and_is_signed_by_the_endpoint_s_secret(etsy: EtsySeller, receiver: Receiver) -> None:
    secret = endpoint(etsy)
    order = etsy.deeds.buy("MUG")["receiptId"]
    etsy.simulator.world.webhooks.pump()
    [(headers, body)] = receiver.got
    assert json.loads(body) == {
        "event_type": "order.paid",
        "resource_url": f"https://openapi.etsy.com/v3/application/{etsy.shop}/receipts/{order}",
        "shop_id": str(etsy.told["shopId"]),
    }
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert int(headers["webhook-timestamp"]) == int(etsy.clock.now().timestamp())


def test_an_order_is_told_from_its_payment_to_its_arrival(etsy: EtsySeller, receiver: Receiver) -> None:
    endpoint(etsy)
    order = etsy.deeds.buy("MUG", paid=False)["receiptId"]
    etsy.deeds.pay_order(order)
    etsy.deeds.ship_order(order, tracking="A1")
    etsy.deeds.deliver_order(order)
    etsy.deeds.cancel_order(etsy.deeds.buy("MUG", paid=False)["receiptId"])
    etsy.simulator.world.webhooks.pump()
    assert receiver.events == ["order.paid", "order.shipped", "order.delivered", "order.canceled"]


def test_an_endpoint_is_told_what_it_wants_and_nobody_without_one(etsy: EtsySeller, receiver: Receiver) -> None:
    etsy.deeds.buy("MUG")
    endpoint(etsy, events=["order.canceled"])
    etsy.deeds.cancel_order(etsy.deeds.buy("MUG")["receiptId"])
    etsy.simulator.world.webhooks.pump()
    assert receiver.events == ["order.canceled"]
    with pytest.raises(DeedRefused):
        endpoint(etsy, events=["order.created"])


def test_what_is_not_taken_comes_again_by_etsy_s_schedule_with_a_signature_of_its_time(
    etsy: EtsySeller, receiver: Receiver
) -> None:
    receiver.status = 500
    endpoint(etsy)
    etsy.deeds.buy("MUG")
    webhooks = etsy.simulator.world.webhooks
    webhooks.pump()
    for wait in (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000):
        etsy.clock.advance(wait - 1)
        assert webhooks.pump() == []
        etsy.clock.advance(1)
        assert len(webhooks.pump()) == 1
    etsy.clock.advance(10**6)
    assert webhooks.pump() == []
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({headers["webhook-signature"] for headers, _ in receiver.got}) == 8


@pytest.mark.parametrize(("name", "count"), [("drop", 0), ("duplicate", 2)])
def test_an_event_may_be_lost_or_come_twice(etsy: EtsySeller, receiver: Receiver, name: str, count: int) -> None:
    endpoint(etsy)
    etsy.simulator.faults.add(Fault("webhook:order.paid", "vendor", name=name))
    etsy.deeds.buy("MUG")
    etsy.simulator.world.webhooks.pump()
    assert len(receiver.got) == count
