"""A marketplace that signs nothing calls an account's address: the address is secret, a question whether it is ours is answered, and
what it tells means "look again"."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from functions.import_orders import app as import_orders
from functions.webhook_ingest import app as door
from listbridge import bootstrap, registry
from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ports import Delivery, HookKeys, Judged, Judgement
from listbridge.domain.ports.webhooks import FORGED, GENUINE
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import AccountEvent, Hint, HintKind, Lane, PollAccount
from listbridge.infra.webhooks.body import json_object, text_at
from listbridge.services.inbox.look_again import look_again
from listbridge.services.timers.reconcile import resend_unsent
from listbridge.webhook_doors import CachedDoors
from tests.fakes.machine import Context
from tests.unit.functions.installation import ADDRESS, Installation
from tests.unit.functions.seller import Seller


class Telling:
    """Signs nothing, asks whether an address is ours, and tells of orders and of sellers who are gone."""

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        if request.method != "GET":
            return GENUINE
        asked = request.params.get("question", "")
        return Judgement(Judged.PING, {"answer": f"{asked} {keys.token} {request.address}"}) if asked else FORGED

    def parse(self, request: RawRequest) -> Delivery:
        told = json_object(request.body)
        topic = text_at(told, "topic")
        kinds = [kind for kind in (HintKind.ORDER, HintKind.ACCOUNT_GONE) if kind == topic]
        return Delivery(text_at(told, "id"), topic, bool(kinds), tuple(Hint(kind=kind) for kind in kinds))


@pytest.fixture
def telling(monkeypatch: pytest.MonkeyPatch) -> None:
    """eBay, as if it told each account at an address of its own."""
    card = registry.marketplace("ebay")
    capabilities = (card.capabilities - {registry.NOTICES}) | {registry.EVENTS}
    monkeypatch.setattr(registry, "marketplace", lambda slug: replace(card, capabilities=capabilities))
    monkeypatch.setattr(registry, "event_scheme", lambda slug: Telling())


class Events:
    """anna's account, with the address at which the marketplace tells us what changes."""

    def __init__(self, seller: Seller) -> None:
        self.its: Installation = seller.its
        self.account = seller.account
        told = self.its.post(f"/accounts/{self.account}/events", expect=200)
        self.address, self.token = told["address"], told["token"]
        assert told["enter_by_hand"] is True
        stores = self.its.stores
        doors = CachedDoors(stores.configuration, stores.secrets, stores.clock)
        ingest = bootstrap.WebhookIngest(doors, stores.inbox, stores.queues, stores.clock, 65_536)
        bootstrap.use(self.its.deps, ingest)
        self.its.run()

    def call(
        self, method: str = "POST", body: str = "", query: dict[str, str] | None = None, name: str | None = None
    ) -> Any:
        event = {
            "httpMethod": method,
            "pathParameters": {"shop_id": name or f"{self.account}.{self.token}"},
            "headers": {},
            "queryStringParameters": query,
            "body": body,
        }
        return door.handler(event, Context(10_000))

    def tell(self, topic: str, id: str = "n1", name: str | None = None) -> int:
        return int(self.call(body=json.dumps({"topic": topic, "id": id}), name=name)["statusCode"])

    def queued(self) -> list[AccountEvent]:
        return [one for one in self.its.stores.queues.messages(Lane.ORDERS) if isinstance(one, AccountEvent)]

    def polls(self) -> int:
        return sum(isinstance(one, PollAccount) for one in self.its.stores.queues.messages(Lane.ORDERS))

    def stored(self) -> Account:
        return self.its.stores.configuration.get(Account, self.account)


@pytest.fixture
def events(seller: Seller, telling: None) -> Events:
    return Events(seller)


def test_the_address_is_made_once(events: Events) -> None:
    again = events.its.post(f"/accounts/{events.account}/events", expect=200)
    assert (again["address"], again["token"]) == (events.address, events.token)
    assert events.address == f"{ADDRESS}/webhooks/{events.account}.{events.token}"


def test_a_question_is_answered_by_token_and_address(events: Events) -> None:
    answer = events.call("GET", query={"question": "c0de"})
    assert (answer["statusCode"], json.loads(answer["body"])) == (
        200,
        {"answer": f"c0de {events.token} {events.address}"},
    )
    assert events.its.stores.inbox.rows == []


@pytest.mark.parametrize("query", [None, {}, {"question": ""}])
def test_a_get_that_asks_nothing_is_refused(events: Events, query: dict[str, str] | None) -> None:
    assert events.call("GET", query=query)["statusCode"] == 401


def test_a_question_at_another_address_is_refused(events: Events) -> None:
    for name in (events.account, f"{events.account}.guessed", "acc_nobody.x"):
        assert events.call("GET", query={"question": "c0de"}, name=name)["statusCode"] == 401


def test_an_order_that_is_told_comes_through_the_inbox_and_is_asked_for_at_once(events: Events) -> None:
    assert events.tell("order") == 200
    (row,) = events.its.stores.inbox.rows
    assert (row.source, row.delivery, row.of_account, row.state) == (events.account, "n1", True, "queued")
    (message,) = events.queued()
    look_again(events.its.deps, message)
    assert events.its.stores.inbox.rows[0].state == "taken"
    assert events.polls() == 1


def test_a_repeat_of_what_waits_in_the_queue_is_dropped(events: Events) -> None:
    assert [events.tell("order") for _ in range(3)] == [200, 200, 200]
    assert len(events.queued()) == 1


def test_what_was_stored_and_never_queued_is_sent_to_the_lane_of_orders(
    events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as cut:
        cut.setattr(events.its.stores.queues, "send", dies)
        with pytest.raises(bootstrap.FunctionFailed):
            events.tell("order")
    assert events.queued() == []
    events.its.stores.clock.advance(61)
    assert resend_unsent(events.its.deps) == 1
    assert [one.account for one in events.queued()] == [events.account]
    assert events.its.stores.queues.messages(Lane.SHOP_EVENTS) == []


def test_many_orders_of_one_moment_are_one_poll(events: Events) -> None:
    event = AccountEvent(account=events.stored().id, hints=(Hint(kind=HintKind.ORDER),))
    for _ in range(5):
        look_again(events.its.deps, event)
    assert events.polls() == 1


@pytest.mark.parametrize("topic", ["listing", "something_new"])
def test_a_topic_that_tells_us_nothing_is_answered_200_and_not_stored(events: Events, topic: str) -> None:
    assert events.tell(topic) == 200
    assert events.its.stores.inbox.rows == []


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"topic": "order"}'])
def test_a_notice_that_cannot_be_read_is_refused(events: Events, body: str) -> None:
    assert events.call(body=body)["statusCode"] == 400
    assert events.its.stores.inbox.rows == []


def test_a_notice_at_an_address_without_its_token_is_refused(events: Events) -> None:
    assert events.tell("order", name=events.account) == 401
    assert events.its.stores.inbox.rows == []


def test_a_seller_who_took_his_consent_back_is_noticed_at_once_and_one_who_did_not_is_left_alone(
    events: Events,
) -> None:
    gone = AccountEvent(account=events.stored().id, hints=(Hint(kind=HintKind.ACCOUNT_GONE),))
    look_again(events.its.deps, gone)
    assert events.stored().state is ConnectionState.ACTIVE
    events.its.ebay.deeds.revoke_token("anna")
    events.its.deps.marketplaces.opener.tokens._tokens.clear()  # type: ignore[attr-defined]
    look_again(events.its.deps, gone)
    assert events.stored().state is ConnectionState.EXPIRED


def test_the_lane_of_orders_takes_events_beside_polls(events: Events) -> None:
    message = AccountEvent(account=events.stored().id, delivery="n1", hints=(Hint(kind=HintKind.ORDER),))
    record = {"messageId": "m1", "body": message.model_dump_json()}
    assert import_orders.handler({"Records": [record]}, Context(60_000)) == {"batchItemFailures": []}
    assert events.polls() == 1


def test_only_an_admin_learns_the_address(events: Events) -> None:
    answer = events.its.call("POST", f"/v1/accounts/{events.account}/events", groups="operator")
    assert (answer.status, events.token in answer.text) == (403, False)


def test_the_address_of_an_account_that_was_taken_off_is_worth_nothing(events: Events) -> None:
    for path in (
        f"/sales-lists/{events.its.get('/sales-lists')['sales_lists'][0]['id']}",
        f"/accounts/{events.account}",
    ):
        assert events.its.call("DELETE", f"/v1{path}").status == 204
    assert events.tell("order") == 401
    assert f"hooks/{events.account}" not in events.its.stores.secrets.names()
