from __future__ import annotations

import io
import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError
from urllib3.response import HTTPResponse

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import ObserveMode, OutcomeUnknown, RateLimited, RetryLater
from listbridge.infra.calls import http
from listbridge.infra.calls.http import HttpSession, Purpose
from listbridge.infra.calls.streamed_body import StreamLimits

URL = "https://market.example/v1/things?token=abc123"


class Far(BaseAdapter):
    """The other side: answers from a list (an exception is raised), and remembers what arrived."""

    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers) or [(200, {}, b"{}")]
        self.requests: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        self.requests.append(request)
        self.meanwhile()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer
        response = requests.Response()
        response.status_code = status
        response.headers.update(headers)
        response.raw = HTTPResponse(
            body if hasattr(body, "read") else io.BytesIO(body), headers=headers, preload_content=False
        )
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """There is nothing to close."""


class Purse:
    """A budget of so many calls."""

    def __init__(self, calls: int) -> None:
        self.calls = calls
        self.spent: list[str] = []
        self.under_way: list[str] = []

    @contextmanager
    def flight(self, operation: str) -> Iterator[None]:
        if self.under_way:
            raise RateLimited(Problem("budget_spent"))
        self.under_way.append(operation)
        try:
            yield
        finally:
            self.under_way.remove(operation)

    def spend(self, operation: str) -> None:
        if self.calls == 0:
            raise RateLimited(Problem("budget_spent"))
        self.calls -= 1
        self.spent.append(operation)

    def prepay(self, operation: str, calls: int, *, wait_s: float, kept_s: float = 0.0) -> None:
        raise AssertionError("a session never prepays")

    def after_s(self, operation: str, calls: int) -> float:
        raise AssertionError("a session never plans")

    def learn(self, operation: str, **_: Any) -> None:
        raise AssertionError("a session never learns")


def call(session: HttpSession, purpose: Purpose = Purpose.READ, method: str = "GET", **what: Any) -> Any:
    return session.request(method, URL, purpose=purpose, operation="things", **what)


def refused() -> requests.ConnectionError:
    reason = NewConnectionError(None, "refused")  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(None, "/v1", reason))  # type: ignore[arg-type]


def reset() -> requests.ConnectionError:
    return requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")))


def bad_certificate() -> requests.exceptions.SSLError:
    error = requests.exceptions.SSLError("certificate verify failed")
    error.__cause__ = ssl.SSLCertVerificationError(1, "certificate verify failed")
    return error


class BrokenBody(io.RawIOBase):
    """A body that stops in the middle."""

    def read(self, *_: Any) -> bytes:
        raise ProtocolError("IncompleteRead")

    read1 = read

    def close(self) -> None:
        """Stay open: one instance serves several tests."""


@pytest.mark.parametrize("status", [200, 204, 400, 401, 404, 429, 500, 503])
def test_every_status_is_returned_for_the_adapter_to_judge(status: int) -> None:
    far = Far((status, {"X-Thing": "1"}, b'{"a": 1}'))
    response = call(HttpSession(transport=far), Purpose.WRITE, "POST", json={"b": 2})
    assert (response.status_code, response.json(), response.headers["x-thing"]) == (status, {"a": 1}, "1")
    assert far.requests[0].body == b'{"b": 2}'
    assert len(far.requests) == 1


def test_observe_mode_refuses_a_write_before_anything_leaves_and_spends_nothing() -> None:
    far, purse = Far(), Purse(5)
    with pytest.raises(ObserveMode) as refusal:
        call(HttpSession(transport=far, observe=True, budget=purse), Purpose.WRITE, "POST")
    assert refusal.value.problem == Problem("observe_mode")
    assert far.requests == []
    assert purse.spent == []


@pytest.mark.parametrize("purpose", [Purpose.READ, Purpose.TOKEN, Purpose.HOOK])
def test_observe_mode_lets_reads_tokens_and_hooks_pass(purpose: Purpose) -> None:
    far = Far()
    call(HttpSession(transport=far, observe=True), purpose, "POST")
    assert len(far.requests) == 1


def test_a_spent_budget_stops_the_call_before_it_leaves() -> None:
    far, purse = Far(), Purse(1)
    session = HttpSession(transport=far, budget=purse)
    call(session)
    with pytest.raises(RateLimited):
        call(session)
    assert len(far.requests) == 1
    assert purse.spent == ["things"]


def test_a_call_keeps_its_place_until_it_is_over_however_it_ends() -> None:
    purse = Purse(9)
    seen: list[list[str]] = []
    far = Far((200, {}, b"{}"), reset())
    far.meanwhile = lambda: seen.append(list(purse.under_way))
    session = HttpSession(transport=far, budget=purse)
    call(session)
    with pytest.raises(RetryLater):
        call(session)
    assert (seen, purse.under_way) == ([["things"], ["things"]], [])


def test_a_call_without_a_place_does_not_leave() -> None:
    far, purse = Far(), Purse(9)
    with purse.flight("another"), pytest.raises(RateLimited):
        call(HttpSession(transport=far, budget=purse))
    assert far.requests == []


def test_a_token_refresh_costs_no_budget_and_needs_no_place() -> None:
    far, purse = Far(), Purse(0)
    with purse.flight("another"):
        call(HttpSession(transport=far, budget=purse), Purpose.TOKEN, "POST")
    assert len(far.requests) == 1


def test_files_travel_as_parts_of_one_body_beside_the_fields() -> None:
    far = Far()
    call(
        HttpSession(transport=far),
        Purpose.WRITE,
        "POST",
        data={"rank": "1"},
        files={"image": ("mug.jpg", b"\xff\xd8bytes", "image/jpeg")},
    )
    (sent,) = far.requests
    assert sent.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="rank"\r\n\r\n1\r\n' in sent.body
    assert b'filename="mug.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8bytes\r\n' in sent.body


@pytest.mark.parametrize(
    "error", [refused(), requests.ConnectTimeout(), bad_certificate(), requests.exceptions.ProxyError()]
)
@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_call_that_never_connected_may_be_made_again(error: Exception, purpose: Purpose) -> None:
    far = Far(error)
    with pytest.raises(RetryLater) as verdict:
        call(HttpSession(transport=far), purpose, "POST")
    assert verdict.value.problem == Problem("connection_failed")
    assert len(far.requests) == 1


ARRIVED_PERHAPS = [requests.ReadTimeout(), reset(), requests.exceptions.ChunkedEncodingError(), (200, {}, BrokenBody())]


@pytest.mark.parametrize("answer", ARRIVED_PERHAPS)
def test_a_write_without_an_answer_has_an_unknown_outcome_and_is_not_repeated(answer: Any) -> None:
    far = Far(answer)
    with pytest.raises(OutcomeUnknown) as verdict:
        call(HttpSession(transport=far), Purpose.WRITE, "PUT")
    assert verdict.value.problem == Problem("no_answer")
    assert len(far.requests) == 1


@pytest.mark.parametrize("purpose", [Purpose.READ, Purpose.TOKEN, Purpose.HOOK])
@pytest.mark.parametrize("answer", ARRIVED_PERHAPS)
def test_anything_else_without_an_answer_may_be_made_again(answer: Any, purpose: Purpose) -> None:
    with pytest.raises(RetryLater) as verdict:
        call(HttpSession(transport=Far(answer)), purpose)
    assert verdict.value.problem == Problem("no_answer")


def test_a_body_of_another_length_than_announced_is_no_answer() -> None:
    far = Far((200, {"Content-Length": "1048576"}, b"{"))
    with pytest.raises(OutcomeUnknown):
        call(HttpSession(transport=far), Purpose.WRITE, "PUT")


def test_a_body_over_the_limit_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY_BYTES", 100)
    assert call(HttpSession(transport=Far((200, {}, b"x" * 100)))).content == b"x" * 100
    with pytest.raises(RetryLater) as verdict:
        call(HttpSession(transport=Far((200, {}, b"x" * 101))))
    assert verdict.value.problem == Problem("no_answer")


def test_a_read_follows_a_redirect_on_the_same_host() -> None:
    far = Far((302, {"Location": "/v2/things"}, b""), (200, {}, b"[]"))
    response = call(HttpSession(transport=far), headers={"X-Key": "k"})
    assert response.content == b"[]"
    assert [request.url for request in far.requests] == [URL, "https://market.example/v2/things"]


@pytest.mark.parametrize("target", ["https://evil.example/", "http://market.example/", "https://market.example:8443/"])
def test_a_read_takes_no_credentials_to_another_origin(target: str) -> None:
    far = Far((302, {"Location": target}, b""))
    assert call(HttpSession(transport=far), headers={"X-Key": "k"}).status_code == 302
    assert len(far.requests) == 1


def test_an_endless_redirect_ends() -> None:
    far = Far((302, {"Location": "/again"}, b""))
    assert call(HttpSession(transport=far)).status_code == 302
    assert len(far.requests) == 6


@pytest.mark.parametrize("purpose", [Purpose.WRITE, Purpose.TOKEN, Purpose.HOOK])
def test_only_reads_follow_redirects(purpose: Purpose) -> None:
    far = Far((307, {"Location": "/elsewhere"}, b""))
    assert call(HttpSession(transport=far), purpose, "POST").status_code == 307
    assert len(far.requests) == 1


def test_a_stream_asks_for_no_coding_but_the_one_that_it_can_bound() -> None:
    far = Far((200, {"Content-Length": "2"}, b"{}"))
    body = HttpSession(transport=far).stream(
        "GET", URL, purpose=Purpose.READ, operation="things", limits=StreamLimits(total_s=10), headers={"X-Key": "k"}
    )
    assert b"".join(body.chunks()) == b"{}"
    assert (far.requests[0].headers["Accept-Encoding"], far.requests[0].headers["X-Key"]) == ("gzip", "k")


def test_cookies_are_not_kept() -> None:
    far = Far((200, {"Set-Cookie": "session=1; Path=/"}, b""))
    session = HttpSession(transport=far)
    call(session)
    call(session)
    assert "Cookie" not in far.requests[1].headers


def test_our_own_mistake_is_not_a_remote_error() -> None:
    with pytest.raises(requests.exceptions.MissingSchema):
        HttpSession(transport=Far()).request("GET", "market.example", purpose=Purpose.READ, operation="things")


def test_the_log_names_the_call_and_holds_no_query_header_or_body(caplog: pytest.LogCaptureFixture) -> None:
    far = Far((201, {"X-Amzn-RequestId": "r-1"}, b'{"buyer": "Ada"}'))
    with caplog.at_level(logging.INFO, "listbridge.http"):
        call(
            HttpSession(transport=far),
            Purpose.WRITE,
            "POST",
            headers={"Authorization": "Bearer s3cret"},
            json={"n": "Ada"},
        )
    (record,) = caplog.records
    fields = dict(record.fields)  # type: ignore[attr-defined]
    assert fields.pop("duration_ms") >= 0
    assert fields == {"operation": "things", "host": "market.example", "status": 201, "request_id": "r-1"}
    everything = str(record.__dict__)
    assert not any(secret in everything for secret in ("abc123", "s3cret", "Ada"))


def test_an_error_tells_neither_address_nor_query() -> None:
    far = Far(requests.ReadTimeout(f"could not read {URL}"))
    with pytest.raises(OutcomeUnknown) as verdict:
        call(HttpSession(transport=far), Purpose.WRITE, "PUT")
    assert str(verdict.value) == "no_answer: things: ReadTimeout"
