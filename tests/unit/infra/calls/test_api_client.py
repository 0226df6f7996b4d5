"""The loop of every adapter's calls, on a platform of four answers."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from pydantic import BaseModel
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, Rejected, RemoteError, RetryLater, Unauthorized
from listbridge.infra.calls.api_client import Answer, ApiClient, Call, CallRefused
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.error_row import Row
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.streamed_body import StreamLimits
from listbridge.infra.calls.tokens import TokenCache
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import START, VirtualClock
from tests.fakes.coordination import FakeCounters
from tests.fakes.grants import NoGrants

READ = Call("GET", "things", "getThings")
LIMITS = StreamLimits(total_s=10)
WRITE = Call("PUT", "things", "putThing", body={"a": 1}, write=True)


class Thing(BaseModel):
    size: int


class Far(BaseAdapter):
    """Answers in order, the last one forever."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        super().__init__()
        self.answers = list(answers)
        self.tokens: list[str] = []
        self.headers: list[Mapping[str, str]] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        self.tokens.append(request.headers["Token"])
        self.headers.append(request.headers)
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        response = requests.Response()
        response.status_code = status
        response.raw = HTTPResponse(
            io.BytesIO(body.encode()), headers={"Content-Length": str(len(body))}, preload_content=False
        )
        response.url = request.url or ""
        return response

    def close(self) -> None:
        """There is nothing to close."""


class Client(ApiClient[Call]):
    UNREADABLE = Row(RetryLater, "unreadable")
    UNKNOWN = Row(OutcomeUnknown, "unreadable")

    def __init__(self, *answers: tuple[int, str], tokens: int = 9) -> None:
        self.far, self.clock, self.left = Far(*answers), VirtualClock(), tokens
        self.budget = FakeBudget(self.clock)
        self.learned: list[Mapping[str, Any] | None] = []
        session = HttpSession(transport=self.far, budget=self.budget)
        super().__init__(
            Connection("a", {}, {}, None, session, self.budget, TokenCache(), self.clock, NoGrants(), FakeCounters())
        )

    def address(self, call: Call) -> str:
        return f"https://far.example/{call.path}"

    def headers(self, call: Call) -> Mapping[str, str]:
        return {"Token": str(self.left)}

    def renew(self, call: Call) -> bool:
        self.left -= 1
        return self.left > 0

    def refusal(self, call: Call, answer: Answer) -> RemoteError | CallRefused | None:
        rows = {401: Row(Unauthorized, "dead"), 429: Row(RateLimited, "limit", after_s=7), 422: Row(Rejected, "no")}
        row = rows.get(answer.status)
        if row is None:
            return None
        verdict = row.error(status=answer.status)
        return CallRefused(verdict, "theirs", answer.body) if answer.status == 422 else verdict

    def learn(self, call: Call, answer: Answer) -> None:
        self.learned.append(answer.body)


def test_a_success_comes_in_its_shape_and_is_learned_from() -> None:
    client = Client((200, '{"size": 3}'))
    assert client.read(READ, Thing) == Thing(size=3)
    assert (client.far.tokens, client.learned, client.budget.spent) == (["9"], [{"size": 3}], {"getThings": 1})


def test_a_refused_token_is_renewed_once_and_the_call_made_again() -> None:
    client = Client((401, "{}"), (200, '{"size": 3}'))
    assert client.read(READ, Thing) == Thing(size=3)
    assert client.far.tokens == ["9", "8"]


@pytest.mark.parametrize(("tokens", "calls"), [(9, 2), (1, 1)])
def test_a_token_that_stays_refused_is_the_seller_s_to_mend(tokens: int, calls: int) -> None:
    client = Client((401, "{}"), tokens=tokens)
    with pytest.raises(Unauthorized):
        client.read(READ, Thing)
    assert (len(client.far.tokens), client.learned) == (calls, [])


def test_a_call_may_have_headers_of_its_own_beside_those_of_all() -> None:
    client = Client((200, '{"size": 1}'))
    client.send(replace(WRITE, headers={"Idempotency-Key": "k-1"}))
    client.send(WRITE)
    assert [sent.get("Idempotency-Key") for sent in client.far.headers] == ["k-1", None]
    assert len(client.far.tokens) == 2


def test_a_spent_limit_is_told_to_the_budget() -> None:
    client = Client((429, "{}"))
    with pytest.raises(RateLimited):
        client.read(READ, Thing)
    [(operation, told)] = client.budget.learned
    assert (operation, told["blocked_until"]) == ("getThings", START + timedelta(seconds=7))


def test_a_refusal_in_their_words_comes_with_them_or_as_its_verdict() -> None:
    client = Client((422, '{"why": "size"}'))
    with pytest.raises(CallRefused) as refused:
        client.ask(READ, Thing)
    assert (refused.value.said, refused.value.body) == ("theirs", {"why": "size"})
    with pytest.raises(Rejected) as verdict:
        client.read(READ, Thing)
    assert verdict.value is not refused.value.verdict
    assert (verdict.value.problem.code, client.budget.learned) == ("no", [])


@pytest.mark.parametrize("body", ["<h1>Sorry</h1>", "[1]", '{"size": "three"}', "{}"])
def test_an_answer_of_another_shape_leaves_a_write_unknown_and_a_read_to_be_repeated(body: str) -> None:
    for call, verdict in ((READ, RetryLater), (WRITE, OutcomeUnknown)):
        with pytest.raises(verdict) as raised:
            Client((200, body)).read(call, Thing)
        assert raised.value.problem.code == "unreadable"
        assert "three" not in raised.value.detail


def test_an_answer_without_a_body_is_enough_for_who_needs_none() -> None:
    answer = Client((204, "")).send(WRITE)
    assert (answer.status, answer.body) == (204, None)


IN_DATA = Call("GET", "things", "getThings", within=("data", "thing"))


def test_a_model_may_describe_a_part_of_the_answer_alone() -> None:
    client = Client((200, '{"data": {"thing": {"size": 3}}, "meta": 1}'))
    assert client.read(IN_DATA, Thing) == Thing(size=3)
    assert client.find(IN_DATA, Thing) == Thing(size=3)


@pytest.mark.parametrize("body", ["{}", '{"data": null}'])
def test_what_is_not_there_is_not_found_and_what_must_be_there_is_unreadable(body: str) -> None:
    assert Client((200, body)).find(IN_DATA, Thing) is None
    with pytest.raises(RetryLater) as raised:
        Client((200, body)).read(IN_DATA, Thing)
    assert raised.value.problem.code == "unreadable"


@pytest.mark.parametrize(
    "body",
    [
        '{"data": []}',
        '{"data": {}}',
        '{"data": {"thing": null}}',
        '{"data": {"thing": {}}}',
        '{"data": {"thing": 0}}',
        "<h1>Sorry</h1>",
    ],
)
def test_a_thing_of_which_the_part_is_lacking_is_unreadable_and_not_absent(body: str) -> None:
    with pytest.raises(RetryLater) as raised:
        Client((200, body)).find(IN_DATA, Thing)
    assert raised.value.problem.code == "unreadable"


class Told(Client):
    """Everything stands in `data`."""

    def told(self, call: Call, answer: Answer) -> Any:
        return (answer.body or {}).get("data")


def test_by_a_success_that_tells_nothing_at_all_nothing_is_absent() -> None:
    call = Call("GET", "things", "getThings", within=("thing",))
    assert Told((200, '{"data": {"thing": null}}')).find(call, Thing) is None
    with pytest.raises(RetryLater) as raised:
        Told((200, '{"data": null}')).find(call, Thing)
    assert raised.value.problem.code == "unreadable"


def test_the_records_of_a_large_answer_come_in_their_shape() -> None:
    client = Client((401, "{}"), (200, '{"size": 3}\n\n{"size": 4, "new": 1}\n'))
    with client.records(READ, Thing, LIMITS) as things:
        assert list(things) == [Thing(size=3), Thing(size=4)]
    assert (client.far.tokens, client.budget.spent) == (["9", "8"], {"getThings": 2})


@pytest.mark.parametrize("line", ['{"size": "three"}', '{"size"', "[3]", "null"])
def test_a_record_of_another_shape_ends_the_answer_and_says_where_it_stands(line: str) -> None:
    seen: list[Thing] = []
    with (
        Client((200, f'{{"size": 3}}\n\n{line}\n{{"size": 4}}\n')).records(READ, Thing, LIMITS) as things,
        pytest.raises(RetryLater) as verdict,
    ):
        seen.extend(things)
    assert (seen, verdict.value.problem.code) == ([Thing(size=3)], "unreadable")
    assert verdict.value.detail.startswith("getThings: line 3")
    assert "three" not in verdict.value.detail


def test_a_large_answer_that_is_refused_is_judged_as_any_other() -> None:
    client = Client((429, "{}"))
    with pytest.raises(RateLimited):
        client.stream(READ, LIMITS)
    assert [operation for operation, _ in client.budget.learned] == ["getThings"]
    with pytest.raises(Rejected) as verdict:
        Client((422, '{"why": "expired"}')).stream(READ, LIMITS)
    assert verdict.value.problem.code == "no"
    with pytest.raises(Unauthorized):
        Client((401, "{}"), tokens=1).stream(READ, LIMITS)


@pytest.mark.parametrize("status", [204, 206])
def test_a_part_of_a_large_answer_is_none_of_it(status: int) -> None:
    with pytest.raises(RetryLater) as verdict:
        Client((status, "")).stream(READ, LIMITS)
    assert (verdict.value.problem.code, verdict.value.detail) == ("unreadable", f"getThings: HTTP {status}")
