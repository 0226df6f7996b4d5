"""A token endpoint's answers: a token, an error with a name, or neither."""

from __future__ import annotations

import io
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited, RemoteError, RetryLater, Unauthorized
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.error_row import Row
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.oauth import Lasting, TokenEndpoint, TokenResponse, ask_at, code_in, exchange
from listbridge.infra.calls.tokens import TokenCache
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import START, VirtualClock
from tests.fakes.coordination import FakeCounters
from tests.fakes.grants import NoGrants

ENDPOINT = TokenEndpoint(
    "https://far.example/token",
    by_error={"invalid_grant": Row(Unauthorized, "consent_gone", "ask_again")},
    by_status={401: Row(Unauthorized, "keys_wrong"), 429: Row(RateLimited, "too_fast", after_s=7.0)},
    otherwise=Row(RetryLater, "closed"),
    unreadable=Row(RetryLater, "gibberish"),
)


class Far(BaseAdapter):
    """Answers once, and keeps what it was asked."""

    def __init__(self, status: int, body: str, **headers: str) -> None:
        super().__init__()
        self.answer = (status, body)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        self.asked.append(request)
        response = requests.Response()
        response.status_code = self.answer[0]
        response.raw = HTTPResponse(io.BytesIO(self.answer[1].encode()), preload_content=False)
        response.headers.update(self.headers)
        response.url = request.url or ""
        return response

    def close(self) -> None:
        """There is nothing to close."""


def connected(far: Far) -> tuple[Connection, FakeBudget]:
    clock = VirtualClock()
    budget = FakeBudget(clock)
    session = HttpSession(transport=far, budget=budget)
    return Connection("a", {}, {}, None, session, budget, TokenCache(), clock, NoGrants(), FakeCounters()), budget


def granted(status: int, body: str) -> TokenResponse:
    return ENDPOINT.ask(connected(Far(status, body))[0], TokenResponse, data={"grant_type": "x"})


def test_a_grant_is_asked_for_with_a_form_and_draws_on_no_budget() -> None:
    far = Far(200, '{"access_token": "t", "expires_in": 60, "refresh_token": "r", "scope": "all"}')
    connection, budget = connected(far)
    got = ENDPOINT.ask(connection, TokenResponse, data={"grant_type": "refresh_token"}, auth=("id", "secret"))
    assert got == TokenResponse(access_token="t", expires_in=60, refresh_token="r")
    [asked] = far.asked
    assert (asked.method, asked.url) == ("POST", "https://far.example/token")
    assert parse_qs(str(asked.body)) == {"grant_type": ["refresh_token"]}
    assert asked.headers["Authorization"] == "Basic aWQ6c2VjcmV0"
    assert budget.spent == {}


def test_a_tokens_life_counts_from_the_question() -> None:
    token = TokenResponse(access_token="t", expires_in=60).token(START)
    assert (token.access_token, token.expires_at) == ("t", START + timedelta(seconds=60))


def test_a_token_that_does_not_end_needs_no_end() -> None:
    got = ENDPOINT.ask(connected(Far(200, '{"access_token": "t"}'))[0], Lasting, json={})
    assert got == Lasting(access_token="t")


@pytest.mark.parametrize(
    ("status", "body", "verdict", "code"),
    [
        (400, '{"error": "invalid_grant"}', Unauthorized, "consent_gone"),
        (401, '{"error": "invalid_grant"}', Unauthorized, "consent_gone"),
        (401, '{"error": "else"}', Unauthorized, "keys_wrong"),
        (401, "<html>", Unauthorized, "keys_wrong"),
        (429, "{}", RateLimited, "too_fast"),
        (400, '{"error": "else"}', RetryLater, "closed"),
        (400, '{"error": ["invalid_grant"]}', RetryLater, "closed"),
        (503, "", RetryLater, "closed"),
    ],
)
def test_a_refusal_is_judged_by_its_name_then_by_its_status(
    status: int, body: str, verdict: type[RemoteError], code: str
) -> None:
    with pytest.raises(RemoteError) as refused:
        granted(status, body)
    assert (type(refused.value), refused.value.problem.code) == (verdict, code)
    assert (refused.value.status, refused.value.detail) == (status, f"token: HTTP {status}")


def test_a_spent_limit_lasts_as_long_as_it_says() -> None:
    connection, _ = connected(Far(429, "{}", Retry_After="40"))
    with pytest.raises(RateLimited) as limited:
        ENDPOINT.ask(connection, TokenResponse, data={})
    assert limited.value.after_s == 40.0


def test_a_spent_limit_that_says_no_time_lasts_as_long_as_its_row_says() -> None:
    connection, _ = connected(Far(429, "{}"))
    with pytest.raises(RateLimited) as limited:
        ENDPOINT.ask(connection, TokenResponse, data={})
    assert limited.value.after_s == 7.0


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "<html>",
        '{"access_token": "secret-word"}',
        '{"access_token": "", "expires_in": 60}',
        '{"access_token": "secret-word", "expires_in": 0}',
    ],
)
def test_a_success_without_a_living_token_is_unreadable_and_tells_no_token(body: str) -> None:
    with pytest.raises(RetryLater) as refused:
        granted(200, body)
    assert refused.value.problem.code == "gibberish"
    assert refused.value.__cause__ is None
    assert "secret-word" not in str(refused.value)


def by_page(response: requests.Response) -> RemoteError | None:
    """A platform that refuses with a page instead of a name."""
    return None if response.ok else Unauthorized(Problem("turned_away", {"page": response.text}))


def test_a_platform_that_refuses_in_a_way_of_its_own_judges_the_whole_answer() -> None:
    connection, budget = connected(far := Far(400, "<h1>No</h1>"))
    with pytest.raises(Unauthorized) as refused:
        ask_at("https://odd.example/key", connection, Lasting, by_page, Row(RetryLater, "gibberish"), json={"a": "b"})
    assert refused.value.problem == Problem("turned_away", {"page": "<h1>No</h1>"})
    assert (far.asked[0].url, far.asked[0].body) == ("https://odd.example/key", b'{"a": "b"}')
    assert budget.spent == {}


def test_no_refresh_token_may_be_written_as_null_too() -> None:
    assert (
        TokenResponse.model_validate({"access_token": "t", "expires_in": 60, "refresh_token": None}).refresh_token == ""
    )


def test_a_token_is_not_in_its_repr() -> None:
    assert repr(TokenResponse(access_token="secret-word", expires_in=60, refresh_token="hidden")) == (
        "TokenResponse(expires_in=60, refresh_token_expires_in=None)"
    )


@pytest.mark.parametrize(
    ("ends_in", "kept"),
    [
        (None, {"refresh_token": "r"}),
        (90, {"refresh_token": "r", "refresh_token_expires_at": (START + timedelta(seconds=90)).isoformat()}),
    ],
)
def test_a_consent_leaves_what_it_is_renewed_with_and_when_that_ends(ends_in: int | None, kept: dict[str, str]) -> None:
    got = TokenResponse(access_token="t", expires_in=60, refresh_token="r", refresh_token_expires_in=ends_in)
    assert got.kept(START) == kept


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"code": "c"}, "c"),
        ({"code": "c" * 4000}, "c" * 4000),
        ({"code": "c" * 4001}, ""),
        ({"code": ""}, ""),
        ({"error": "access_denied"}, ""),
    ],
)
def test_a_consent_comes_back_with_a_code_or_was_declined(params: dict[str, str], code: str) -> None:
    assert code_in(params) == code


def test_a_platform_may_call_its_code_otherwise() -> None:
    assert code_in({"code": "other", "grant_code": "c"}, "grant_code") == "c"


def traded(far: Far, **more: str) -> dict[str, str]:
    connection, _ = connected(far)
    refused = Row(Unauthorized, "no_refresh_token")
    return exchange(
        connection,
        lambda form: ENDPOINT.ask(connection, TokenResponse, data=dict(form)),
        "c",
        "https://us.example/back",
        refused,
        **more,
    )


def test_a_code_is_traded_for_what_a_consent_leaves() -> None:
    far = Far(200, '{"access_token": "t", "expires_in": 60, "refresh_token": "r", "refresh_token_expires_in": 90}')
    assert traded(far, code_verifier="v") == {
        "refresh_token": "r",
        "refresh_token_expires_at": (START + timedelta(seconds=90)).isoformat(),
    }
    assert parse_qs(str(far.asked[0].body)) == {
        "grant_type": ["authorization_code"],
        "code": ["c"],
        "redirect_uri": ["https://us.example/back"],
        "code_verifier": ["v"],
    }


def test_a_code_that_brings_no_refresh_token_is_refused() -> None:
    with pytest.raises(Unauthorized) as refused:
        traded(Far(200, '{"access_token": "t", "expires_in": 60}'))
    assert (refused.value.problem.code, refused.value.detail) == ("no_refresh_token", "no refresh token for the code")
