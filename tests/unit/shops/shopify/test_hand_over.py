"""A store of another organisation is connected by its seller's consent: what comes back is signed, and traded once."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from listbridge.domain.ports import Arrival, Handed, Way
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.verdicts import RetryLater, Unauthorized
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.shops.shopify.hand_over import HAND_OVER, signature
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import VirtualClock
from tests.fakes.coordination import FakeCounters
from tests.fakes.grants import NoGrants
from tests.unit.shops.shopify_line import SECRET, Line

WAY = Way("state-1", "https://listbridge.example/callbacks/shopify", "https://listbridge.example/callbacks/done")
TOLD = {"code": "c0de", "host": "aG9zdA", "shop": "demo.myshopify.com", "state": "state-1", "timestamp": "1700000000"}


@pytest.fixture
def connection(line: Line, clock: VirtualClock, budget: FakeBudget) -> Connection:
    return Connection(
        id="shop_1",
        settings={"domain": "demo.myshopify.com"},
        secret={"client_id": "id", "client_secret": SECRET},
        base_url=None,
        session=HttpSession(transport=line, budget=budget),
        budget=budget,
        tokens=TokenCache(),
        clock=clock,
        grants=NoGrants(),
        counters=FakeCounters(),
    )


def signed(**changes: str) -> dict[str, str]:
    """What the browser brings back, changed before it was signed."""
    told = {**TOLD, **changes}
    return {**told, "hmac": signature(told, SECRET)}


def receive(connection: Connection, told: dict[str, str]) -> Handed:
    return HAND_OVER.receive(connection, Arrival("", RawRequest("GET", WAY.redirect, told), {}, WAY))


def test_the_merchant_is_asked_at_his_own_store_for_what_we_need(connection: Connection) -> None:
    begun = HAND_OVER.begin(connection, WAY)
    parts = urlsplit(begun.url)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://demo.myshopify.com/admin/oauth/authorize"
    assert (asked["client_id"], asked["state"], asked["redirect_uri"]) == ("id", "state-1", WAY.redirect)
    assert {"read_products", "write_orders"} <= set(asked["scope"].split(","))
    assert begun.keep == {}


def test_a_signed_code_is_traded_for_a_token_that_lasts(connection: Connection, line: Line) -> None:
    handed = receive(connection, signed())
    assert handed.credentials == {"access_token": "hush-token-1"}
    assert line.granted == [{"client_id": "id", "client_secret": SECRET, "code": "c0de"}]


def test_the_signature_is_that_of_the_sorted_parameters() -> None:
    text = "code=c0de&host=aG9zdA&shop=demo.myshopify.com&state=state-1&timestamp=1700000000"
    assert signature(TOLD, SECRET) == hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    assert signature({**TOLD, "hmac": "x"}, SECRET) == signature(TOLD, SECRET)


def test_what_separates_parameters_cannot_be_smuggled_in() -> None:
    assert signature({"a": "1&b=2"}, SECRET) != signature({"a": "1", "b": "2"}, SECRET)


@pytest.mark.parametrize("changes", [{"shop": "evil.myshopify.com"}, {"code": "other"}, {"hmac": ""}, {"more": "1"}])
def test_what_was_changed_on_the_way_is_not_traded(connection: Connection, line: Line, changes: dict[str, str]) -> None:
    assert receive(connection, {**signed(), **changes}) == Handed(declined=True)
    assert line.granted == []


@pytest.mark.parametrize("changes", [{"shop": "other.myshopify.com"}, {"code": ""}])
def test_another_store_and_a_no_hand_nothing_over(connection: Connection, line: Line, changes: dict[str, str]) -> None:
    assert receive(connection, signed(**changes)).declined is True
    assert line.granted == []


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ((400, {"error": "invalid_request"}, {}), Unauthorized),
        ((503, "later", {}), RetryLater),
        ((200, {"no": "token"}, {}), RetryLater),
    ],
)
def test_a_code_that_is_not_taken_says_so_without_the_secret(
    connection: Connection, line: Line, answer: Any, verdict: type[Exception]
) -> None:
    line.grants = [answer]
    with pytest.raises(verdict) as refused:
        receive(connection, signed())
    assert SECRET not in str(refused.value)
