"""The two order lanes: what a schedule and a batch of messages set going."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.import_orders import app as import_orders
from functions.relay_fulfillment import app as relay_fulfillment
from listbridge import bootstrap
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import AccountId, RemoteOrderId, ShopId
from listbridge.domain.work import ImportOrder, Lane, Message, PollAccount, RelayOrder
from tests.contract.repositories.rows import order, order_key
from tests.fakes.clock import START
from tests.unit.functions.installation import SITE, Installation


class Context:
    """Lambda's, with a minute left."""

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@pytest.fixture
def ours() -> Iterator[Installation]:
    yield Installation()
    bootstrap.use(None)


def connect(ours: Installation) -> AccountId:
    """A shop and an account of it, both active and without credentials: no platform that is asked can answer."""
    save = ours.stores.configuration.save
    save(Shop(id=ShopId("shp_1"), name="Shop", platform="shopify", currency="EUR"))
    account = AccountId("acc_1")
    save(Account(id=account, name="A", marketplace="ebay", shop=ShopId("shp_1"), sites=(SITE,)))
    return account


def event(*messages: Message | str) -> dict[str, Any]:
    bodies = [one if isinstance(one, str) else one.model_dump_json() for one in messages]
    return {"Records": [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]}


def failed(answer: dict[str, Any]) -> list[str]:
    return [row["itemIdentifier"] for row in answer["batchItemFailures"]]


def test_the_tick_queues_the_accounts_that_are_due_once(ours: Installation) -> None:
    account = connect(ours)
    assert import_orders.handler({"tick": "accounts"}, Context()) == {"tick": "accounts", "queued": 1}
    [message] = ours.stores.queues.messages(Lane.ORDERS)
    state = ours.stores.polls.find(account)
    assert state is not None
    assert message == PollAccount(account=account, claim=state.claim, until=START + timedelta(seconds=60))
    assert state.next_poll_at == START + timedelta(seconds=120)
    assert import_orders.handler({"tick": "accounts"}, Context()) == {"tick": "accounts", "queued": 0}


def test_messages_about_what_is_gone_are_done(ours: Installation) -> None:
    messages = [
        PollAccount(account=AccountId("gone"), claim="x"),
        ImportOrder(account=AccountId("gone"), order=RemoteOrderId("1")),
    ]
    assert failed(import_orders.handler(event(*messages), Context())) == []
    relay = RelayOrder(account=AccountId("gone"), order=RemoteOrderId("1"))
    assert failed(relay_fulfillment.handler(event(relay, relay), Context())) == []
    assert ours.stores.orders.find(order_key("gone")) is None


def test_an_unreadable_message_comes_back_alone(ours: Installation) -> None:
    gone = ImportOrder(account=AccountId("gone"), order=RemoteOrderId("1"))
    assert failed(import_orders.handler(event(gone, "{", gone), Context())) == ["1"]
    relay = RelayOrder(account=AccountId("gone"), order=RemoteOrderId("1"))
    assert failed(relay_fulfillment.handler(event("nonsense", relay), Context())) == ["0"]


def test_an_order_that_cannot_be_read_comes_back_and_others_do_not(ours: Installation) -> None:
    """The account has no credentials, so that an order that only its message knows of cannot be taken in now."""
    account = connect(ours)
    gone = ImportOrder(account=AccountId("gone"), order=RemoteOrderId("1"))
    unread = ImportOrder(account=account, order=RemoteOrderId("12-34567-89012"))
    assert failed(import_orders.handler(event(gone, unread), Context())) == ["1"]
    assert ours.stores.orders.get_many([order_key("1", "12-34567-89012")]) == {}


def test_what_two_messages_say_alike_is_done_once(ours: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[object, Message]] = []
    monkeypatch.setattr(relay_fulfillment, "relay_order", lambda deps, message: done.append((deps, message)))
    monkeypatch.setattr(import_orders, "import_order", lambda deps, message: done.append((deps, message)))
    for handler, kind in [(relay_fulfillment.handler, RelayOrder), (import_orders.handler, ImportOrder)]:
        message = kind(account=AccountId("a"), order=RemoteOrderId("1"))
        assert failed(handler(event(message, message), Context())) == []
        assert done == [(ours.deps, message)]
        done.clear()


def test_a_known_order_whose_account_is_gone_stays_as_it_is(ours: Installation) -> None:
    row = ours.stores.orders.save(order(order_key("1")))
    message = ImportOrder(account=row.key.account, order=row.key.remote)
    assert failed(import_orders.handler(event(message), Context())) == []
    assert ours.stores.orders.find(row.key) == row
