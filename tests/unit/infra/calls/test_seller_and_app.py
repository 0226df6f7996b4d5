"""The tokens of a seller who consented to an app, and of the app itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from listbridge.domain.verdicts import Unauthorized
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.error_row import Row
from listbridge.infra.calls.oauth import TokenResponse
from listbridge.infra.calls.seller_and_app import SellerAndApp
from listbridge.infra.calls.tokens import TokenCache
from tests.fakes.clock import VirtualClock
from tests.fakes.coordination import FakeCounters
from tests.fakes.grants import NoGrants

MISSING = Row(Unauthorized, "consent_missing", "ask_again")


class Entered(BaseModel, frozen=True):
    client_id: str = "id"
    client_secret: SecretStr = SecretStr("hush")
    refresh_token: SecretStr = SecretStr("r1")


class Endpoint:
    """Gives a new token at each question, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []

    def __call__(self, form: Any) -> TokenResponse:
        self.asked.append(dict(form))
        return TokenResponse(access_token=f"t{len(self.asked)}", expires_in=3600)


def connected() -> Connection:
    unused: Any = None
    return Connection("a", {}, {}, None, unused, unused, TokenCache(), VirtualClock(), NoGrants(), FakeCounters())


def opened(connection: Connection, endpoint: Endpoint, keys: Entered | None = None) -> SellerAndApp:
    return SellerAndApp(connection, "far:id", keys or Entered(), endpoint, scope="alone", unconsented=MISSING)


def test_the_seller_and_the_app_have_a_token_each_and_each_is_asked_for_once() -> None:
    endpoint = Endpoint()
    tokens = opened(connected(), endpoint)
    assert [tokens.token("seller"), tokens.token("app"), tokens.token("seller"), tokens.token("app")] == [
        "t1",
        "t2",
        "t1",
        "t2",
    ]
    assert endpoint.asked == [
        {"grant_type": "refresh_token", "refresh_token": "r1"},
        {"grant_type": "client_credentials", "scope": "alone"},
    ]


def test_two_sellers_of_an_app_share_its_token_and_not_their_own() -> None:
    connection, endpoint = connected(), Endpoint()
    one = opened(connection, endpoint)
    other = opened(replace(connection, id="b"), endpoint, Entered(refresh_token=SecretStr("r2")))
    assert [one.token("app"), other.token("app")] == ["t1", "t1"]
    assert [one.token("seller"), other.token("seller")] == ["t2", "t3"]


def test_a_refused_token_is_not_used_again_and_the_others_are() -> None:
    endpoint = Endpoint()
    tokens = opened(connected(), endpoint)
    tokens.token("app"), tokens.token("seller")
    assert tokens.renew("seller")
    assert [tokens.token("seller"), tokens.token("app")] == ["t3", "t1"]


def test_without_a_consent_the_app_alone_can_call_and_nobody_is_asked() -> None:
    endpoint = Endpoint()
    tokens = opened(connected(), endpoint, Entered(refresh_token=SecretStr("")))
    with pytest.raises(Unauthorized) as refused:
        tokens.token("seller")
    assert (refused.value.problem.code, refused.value.problem.fix) == ("consent_missing", "ask_again")
    assert endpoint.asked == []
    assert tokens.token("app") == "t1"
