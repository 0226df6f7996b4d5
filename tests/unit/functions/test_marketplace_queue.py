"""A marketplace sends to our queue: the same inbox, the same "look again", and what nobody can read stops no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.webhook_ingest.app import handler
from listbridge import bootstrap, registry
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, ShopId
from listbridge.domain.ports import Delivery, Missing
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint, HintKind, Lane
from listbridge.webhook_doors import CachedDoors
from tests.fakes.machine import Context
from tests.fakes.stores import Stores


class Sends:
    """Names the seller in each message; what it calls an order is one."""

    def addressee(self, body: bytes) -> str:
        told = json.loads(body)
        return str(told.get("SellerId", "")) if "NotificationType" in told else ""

    def parse(self, request: RawRequest) -> Delivery:
        told = json.loads(request.body)
        known = told["NotificationType"] == "ORDER_CHANGE"
        hints = (Hint(kind=HintKind.ORDER),) if known else ()
        return Delivery(told["NotificationId"], told["NotificationType"], known, hints)


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> Stores:
    def scheme(slug: str) -> Sends:
        if slug != "sends":
            raise Missing("queue events", slug)
        return Sends()

    monkeypatch.setattr(registry, "slugs", lambda room: ("quiet", "sends"))
    monkeypatch.setattr(registry, "queue_scheme", scheme)
    made = Stores()
    for id, marketplace in (("acc_1", "sends"), ("acc_2", "quiet")):
        account = Account(id=AccountId(id), name=id, marketplace=marketplace, shop=ShopId("shop_1"), remote_name="A1")
        made.configuration.save(account)
    doors = CachedDoors(made.configuration, made.secrets, made.clock)
    bootstrap.use(None, bootstrap.WebhookIngest(doors, made.inbox, made.queues, made.clock, 65_536))
    return made


def message(type: str = "ORDER_CHANGE", id: str = "n1", seller: str = "A1") -> str:
    return json.dumps({"NotificationType": type, "NotificationId": id, "SellerId": seller})


def sent(*bodies: str) -> list[str]:
    """Hand a batch to the door's function; the messages that come back, by their place."""
    records: list[dict[str, Any]] = [
        {"messageId": str(number), "receiptHandle": "r", "body": body} for number, body in enumerate(bodies)
    ]
    answer = handler({"Records": records}, Context(10_000))
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def told(stores: Stores) -> list[tuple[str, str]]:
    """Account and delivery of each event in the lane of orders."""
    return [(one.account, one.delivery) for one in stores.queues.messages(Lane.ORDERS)]  # type: ignore[union-attr]


def test_an_order_that_changed_comes_through_the_inbox_to_its_account(stores: Stores) -> None:
    assert sent(message()) == []
    (row,) = stores.inbox.rows
    assert (row.source, row.delivery, row.of_account, row.state) == ("acc_1", "n1", True, "queued")
    assert told(stores) == [("acc_1", "n1")]


def test_a_message_that_comes_twice_is_told_once(stores: Stores) -> None:
    assert sent(message(), message()) == []
    assert told(stores) == [("acc_1", "n1")]


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '{"something": "else"}', '{"NotificationType": "X", "SellerId": "A1"}']
)
def test_what_nobody_can_read_comes_back_alone(stores: Stores, body: str) -> None:
    assert sent(message(id="n1"), body, message(id="n2")) == ["1"]
    assert told(stores) == [("acc_1", "n1"), ("acc_1", "n2")]


def test_a_seller_who_is_not_connected_is_nobodys_business(stores: Stores) -> None:
    assert sent(message(seller="B2")) == []
    assert (stores.inbox.rows, told(stores)) == ([], [])


def test_a_topic_that_tells_us_nothing_is_let_go(stores: Stores) -> None:
    assert sent(message("PRICING_HEALTH")) == []
    assert (stores.inbox.rows, told(stores)) == ([], [])


def test_a_message_whose_row_was_stored_and_never_queued_comes_back(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as cut:
        cut.setattr(stores.queues, "send", dies)
        assert sent(message()) == ["0"]
    assert sent(message()) == []
    assert told(stores) == [("acc_1", "n1")]


def test_a_seller_who_was_connected_a_minute_ago_is_known(stores: Stores) -> None:
    sent(message())
    account = stores.configuration.get(Account, "acc_1")
    stores.configuration.save(account.model_copy(update={"id": AccountId("acc_3"), "remote_name": "C3", "rev": 0}))
    stores.clock.advance(61)
    assert sent(message(id="n3", seller="C3")) == []
    assert told(stores)[-1] == ("acc_3", "n3")
