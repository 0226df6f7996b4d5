"""Etsy calls: signed by a secret that Etsy makes and a person brings, refused until then, and no more than a hint."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.webhook_ingest import app as door
from listbridge import bootstrap
from listbridge.domain.work import AccountEvent, Hint, HintKind, Lane
from listbridge.webhook_doors import CachedDoors
from simulators.etsy import EtsySimulator
from simulators.etsy.orders.webhooks import signature
from tests.fakes.machine import Context
from tests.unit.functions.installation import ADDRESS, Installation

OTHER = "whsec_" + base64.b64encode(b"another endpoint's secret").decode()


@dataclass
class Call:
    """What Etsy posted, and what our door answered."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    status: int


class Etsy:
    """anna's shop at Etsy, connected, with the address at which Etsy tells of orders."""

    def __init__(self) -> None:
        self.its = Installation()
        stores = self.its.stores
        self.clock = stores.clock
        self.etsy = EtsySimulator(clock=self.clock, deliver=self.post)
        self.its.doors.marketplaces["etsy.com"] = self.etsy
        anna = self.etsy.deeds.add_seller("anna", currency="EUR", country="DE")
        self.etsy.deeds.seed_listings("anna", ["MUG"], quantity=20)
        credentials = {
            "keystring": self.etsy.keystring,
            "shared_secret": self.etsy.shared_secret,
            "refresh_token": anna["refreshToken"],
        }
        self.account = self.its.connect_account(
            self.its.connect_shop(), marketplace="etsy", sites=["ETSY"], credentials=credentials
        )
        told = self.its.post(f"/accounts/{self.account}/events", expect=200)
        self.address = told["address"]
        assert (told["enter_by_hand"], told["needs_secret"]) == (True, True)
        doors = CachedDoors(stores.configuration, stores.secrets, self.clock)
        bootstrap.use(self.its.deps, bootstrap.WebhookIngest(doors, stores.inbox, stores.queues, self.clock, 65_536))
        self.calls: list[Call] = []
        self.its.run()

    def bring(self, secret: str, expect: int = 200) -> Any:
        answer = self.its.call("POST", f"/v1/accounts/{self.account}/events", {"signing_secret": secret})
        assert answer.status == expect, answer.text
        assert secret not in answer.text
        return answer.body

    def register(self) -> None:
        """The address is entered at Etsy, and Etsy's secret here."""
        told = self.bring(self.etsy.deeds.add_webhook(self.address)["secret"])
        assert (told["address"], told["needs_secret"]) == (self.address, False)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        event = {
            "httpMethod": "POST",
            "pathParameters": {"shop_id": urlsplit(url).path.rsplit("/", 1)[-1]},
            "headers": dict(headers),
            "body": body.decode(),
        }
        status = int(door.handler(event, Context(10_000))["statusCode"])
        self.calls.append(Call(url, headers, body, status))
        return status

    def sell(self) -> Call:
        """Somebody buys, and Etsy tells it."""
        self.etsy.deeds.buy("MUG", seller="anna")
        self.etsy.world.webhooks.pump()
        return self.calls[-1]

    def queued(self) -> list[AccountEvent]:
        return [one for one in self.its.stores.queues.messages(Lane.ORDERS) if isinstance(one, AccountEvent)]

    def nothing_came_of_it(self) -> bool:
        return (self.queued(), self.its.stores.inbox.rows) == ([], [])


@pytest.fixture
def etsy() -> Etsy:
    return Etsy()


@pytest.fixture
def told(etsy: Etsy) -> Etsy:
    etsy.register()
    return etsy


def test_nothing_is_taken_before_the_secret_is_brought(etsy: Etsy) -> None:
    etsy.etsy.deeds.add_webhook(etsy.address)
    assert etsy.sell().status == 401
    assert etsy.nothing_came_of_it()


def test_an_order_that_is_told_is_polled_for_and_not_believed(told: Etsy) -> None:
    assert told.sell().status == 200
    assert [one.hints for one in told.queued()] == [(Hint(kind=HintKind.ORDER),)]
    told.its.run()
    [order] = told.its.stores.orders.recent(told.account, None, 10)[0]
    [receipt] = told.etsy.world.receipts
    assert order.key.remote == str(receipt)


def test_a_secret_that_is_brought_after_a_refusal_is_used_from_the_next_call_on(etsy: Etsy) -> None:
    secret = etsy.etsy.deeds.add_webhook(etsy.address)["secret"]
    assert etsy.sell().status == 401
    etsy.bring(secret)
    etsy.clock.advance(61)  # the door reads a secret again once a minute at most
    etsy.etsy.world.webhooks.pump()
    assert etsy.calls[-1].status == 200
    assert len(etsy.queued()) == 1


def test_a_call_that_is_sent_again_is_taken_once(told: Etsy) -> None:
    call = told.sell()
    assert [told.post(call.url, call.headers, call.body) for _ in range(3)] == [200, 200, 200]
    assert len(told.queued()) == 1


def test_a_call_that_was_overheard_is_refused_five_minutes_later(told: Etsy) -> None:
    call = told.sell()
    rows = len(told.its.stores.inbox.rows)
    told.clock.advance(301)
    assert told.post(call.url, call.headers, call.body) == 401
    assert (len(told.queued()), len(told.its.stores.inbox.rows)) == (1, rows)


@pytest.mark.parametrize(("ahead", "status"), [(-300, 200), (-301, 401), (300, 200), (301, 401)])
def test_a_signature_counts_for_five_minutes_around_its_time(told: Etsy, ahead: int, status: int) -> None:
    call, id, time = told.sell(), "msg_new", str(int(told.clock.now().timestamp()) + ahead)
    [endpoint] = told.etsy.world.webhooks.endpoints.values()
    headers = {"webhook-id": id, "webhook-timestamp": time}
    signed = {**headers, "webhook-signature": signature(endpoint.secret, id, time, call.body)}
    assert told.post(call.url, signed, call.body) == status
    assert len(told.queued()) == (2 if status == 200 else 1)


def test_another_time_under_the_same_signature_is_refused(told: Etsy) -> None:
    call = told.sell()
    told.clock.advance(600)
    now = str(int(told.clock.now().timestamp()))
    assert told.post(call.url, {**call.headers, "webhook-timestamp": now}, call.body) == 401
    assert len(told.queued()) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,AAAA v1,BBBB"},
        {"webhook-signature": "💥"},
        {"webhook-id": ""},
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "²"},
    ],
    ids=str,
)
def test_a_forged_call_is_refused(told: Etsy, changed: dict[str, str]) -> None:
    call = told.sell()
    told.its.run()
    stored, queued = list(told.its.stores.inbox.rows), told.queued()
    assert told.post(call.url, {**call.headers, **changed}, call.body) == 401
    assert (told.its.stores.inbox.rows, told.queued()) == (stored, queued)


def test_another_body_under_the_same_signature_is_refused(told: Etsy) -> None:
    call = told.sell()
    body = json.dumps({**json.loads(call.body), "event_type": "order.canceled"}).encode()
    assert told.post(call.url, call.headers, body) == 401
    assert len(told.queued()) == 1


def test_a_signature_of_our_own_secret_or_of_none_is_refused(told: Etsy) -> None:
    """What we make for platforms that let us choose proves nothing here, nor does the key that everybody knows."""
    call = told.sell()
    ours = told.its.stores.secrets.get(f"hooks/{told.account}")["secret"]
    for key in (ours.encode(), b"", base64.b64decode(OTHER.removeprefix("whsec_"))):
        said = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
        forged = f"v1,{base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()}"
        assert told.post(call.url, {**call.headers, "webhook-signature": forged}, call.body) == 401
    assert len(told.queued()) == 1


def test_a_genuine_call_at_another_address_is_refused(told: Etsy) -> None:
    call = told.sell()
    for name in (told.account, f"{told.account}.guessed"):
        assert told.post(f"{ADDRESS}/webhooks/{name}", call.headers, call.body) == 401
    assert len(told.queued()) == 1


def test_while_a_secret_is_changed_a_call_has_two_signatures(told: Etsy) -> None:
    call = told.sell()
    told.its.stores.inbox.rows.clear()
    both = f"v1,{base64.b64encode(bytes(32)).decode()} {call.headers['webhook-signature']}"
    assert told.post(call.url, {**call.headers, "webhook-signature": both}, call.body) == 200


def test_what_tells_us_nothing_is_answered_and_not_stored(told: Etsy) -> None:
    told.sell()
    rows = len(told.its.stores.inbox.rows)
    [receipt] = told.etsy.world.receipts
    told.etsy.deeds.ship_order(receipt, tracking="A1")
    told.etsy.deeds.deliver_order(receipt)
    told.etsy.world.webhooks.pump()
    assert [call.status for call in told.calls] == [200, 200, 200]
    assert len(told.its.stores.inbox.rows) == rows + 1  # that it was shipped; that it arrived changes nothing here


@pytest.mark.parametrize("secret", ["whsec_", "whsec_AAAA", "whsec_not base64!", "secret", OTHER[6:]])
def test_what_is_no_secret_of_etsys_is_refused_by_name(etsy: Etsy, secret: str) -> None:
    answer = etsy.its.call("POST", f"/v1/accounts/{etsy.account}/events", {"signing_secret": secret})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["signing_secret"])
    assert etsy.its.post(f"/accounts/{etsy.account}/events", expect=200)["needs_secret"] is True


def test_a_marketplace_that_makes_no_secret_takes_none(etsy: Etsy) -> None:
    shop = etsy.its.get("/shops")["shops"][0]["id"]
    account = etsy.its.connect_account(shop)
    answer = etsy.its.call("POST", f"/v1/accounts/{account}/events", {"signing_secret": OTHER})
    assert answer.status == 422
    assert etsy.its.post(f"/accounts/{account}/events", expect=200)["needs_secret"] is False


def test_an_account_that_was_taken_off_forgets_the_secret(told: Etsy) -> None:
    assert told.its.call("DELETE", f"/v1/accounts/{told.account}").status == 204
    assert f"hooks/{told.account}" not in told.its.stores.secrets.names()
    told.clock.advance(61)  # the door remembers an account for a minute
    assert told.sell().status == 401
    assert told.nothing_came_of_it()
