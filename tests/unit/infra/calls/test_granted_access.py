"""Access that is granted again with a refresh token which changes at each use, in the loop of every adapter's calls."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, Rejected, RetryLater, Unauthorized
from listbridge.infra.calls.api_client import ApiClient, Call
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.error_row import Row
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import GrantedAccess, TokenCache
from tests.fakes.budget import FakeBudget
from tests.fakes.coordination import FakeCounters
from tests.fakes.grants import StoredGrants
from tests.fakes.rotating import DEAD, SECRET, RotatingPlatform
from tests.fakes.stores import Stores

READ = Call("GET", "things", "getThings")


class Far(BaseAdapter):
    """Answers every caller with a living token."""

    def __init__(self, platform: RotatingPlatform) -> None:
        super().__init__()
        self.platform = platform
        self.tokens: list[str] = []

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        self.tokens.append(str(request.headers["Authorization"]).removeprefix("Bearer "))
        response = requests.Response()
        response.status_code = 204 if self.platform.takes(self.tokens[-1]) else 401
        response.url = request.url or ""
        response.raw = HTTPResponse(io.BytesIO(), preload_content=False)
        return response

    def close(self) -> None:
        """There is nothing to close."""


class Client(ApiClient[Call]):
    HOST = "https://far.example"
    UNREADABLE, UNKNOWN = Row(RetryLater, "unreadable"), Row(OutcomeUnknown, "unreadable")
    LIMITED, REFUSED = Row(RateLimited, "limited"), Row(Rejected, "refused")
    BY_STATUS: ClassVar = {401: Row(Unauthorized, "dead")}


@pytest.fixture
def platform() -> RotatingPlatform:
    made = RotatingPlatform(Stores())
    made.stores.secrets.put(SECRET, made.consent())
    return made


@pytest.fixture
def far(platform: RotatingPlatform) -> Far:
    return Far(platform)


@pytest.fixture
def client(platform: RotatingPlatform, far: Far) -> Client:
    clock = platform.stores.clock
    budget, grants = FakeBudget(clock), platform.worker()
    session = HttpSession(transport=far, budget=budget)
    connection = Connection("a", {}, {}, None, session, budget, TokenCache(), clock, grants, FakeCounters())
    return Client(connection, GrantedAccess(grants, platform.renew))


def test_calls_go_out_with_one_granted_token(platform: RotatingPlatform, far: Far, client: Client) -> None:
    for _ in range(3):
        client.send(READ)
    assert (far.tokens, platform.renewals) == (["access-2"] * 3, 1)


def test_a_token_that_died_before_its_time_is_followed_by_the_next(
    platform: RotatingPlatform, far: Far, client: Client
) -> None:
    client.send(READ)
    platform.ends("access-2")
    client.send(READ)
    assert (far.tokens, platform.renewals) == (["access-2", "access-2", "access-3"], 2)


def test_whoever_was_refused_with_an_old_token_does_not_give_up_the_new_one(
    platform: RotatingPlatform, far: Far, client: Client
) -> None:
    client.send(READ)
    platform.ends("access-2")
    with ThreadPoolExecutor(1) as another:
        another.submit(client.send, READ).result()
    assert client.renew(READ) is True
    client.send(READ)
    assert (far.tokens[-1], platform.renewals) == ("access-3", 2)


def test_access_that_the_seller_took_back_is_dead(platform: RotatingPlatform, client: Client) -> None:
    client.send(READ)
    platform.consent()
    with pytest.raises(Unauthorized) as dead:
        client.send(READ)
    assert (dead.value.problem, platform.renewals) == (DEAD, 1)


def test_what_one_connection_renewed_the_next_one_is_opened_with(platform: RotatingPlatform) -> None:
    stored = StoredGrants(platform.stores.clock, platform.consent())
    first = GrantedAccess(stored.opened(stored.secret()), platform.renew).token()
    assert GrantedAccess(stored.opened(stored.secret()), platform.renew).token() == first
    assert (platform.renewals, platform.takes(first)) == (1, True)
