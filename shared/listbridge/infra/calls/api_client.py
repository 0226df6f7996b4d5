"""The loop that every call of an adapter goes through.

A living token, the call, our verdict on the answer, what the answer says of the platform's limits, and its shape. An adapter
says only what is its platform's own: addresses, headers, and what an answer means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError
from requests import Response

from listbridge.domain.verdicts import RateLimited, RemoteError
from listbridge.infra.calls.answers import json_object, part_at, places, waiting, with_living_token
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.error_row import Row
from listbridge.infra.calls.http import Purpose, request_id
from listbridge.infra.calls.streamed_body import StreamedBody, StreamLimits
from listbridge.infra.calls.tokens import AccessTokens

_STREAMED, _UNAUTHORIZED, _LIMITED, _CONFLICT, _BROKEN = 200, 401, 429, 409, 500
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `operation` is its name in the budgets; `write` says that it changes something, so that no answer is no
    proof; `hook` that it is about our own address there, which observing does not forbid. `within` is where in a success the part
    stands that the call's model describes."""

    method: str
    path: str
    operation: str
    params: Mapping[str, Any] | None = None
    body: Any = None
    write: bool = False
    hook: bool = False
    within: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of this call alone, beside those of all: a key that makes a write happen once."""
    form: Mapping[str, str] | None = None
    """Fields of a form, where the platform takes one in the place of a JSON `body`."""
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    """Parts of that form: by field its file name, bytes and media type."""

    @property
    def purpose(self) -> Purpose:
        if self.write:
            return Purpose.WRITE
        return Purpose.HOOK if self.hook else Purpose.READ


C = TypeVar("C", bound=Call)


def path_of(*parts: str) -> str:
    """A path of these parts, each one segment of it: what stands in an id must not become a path's."""
    return "/".join(quote(part, safe="") for part in parts)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` is its JSON object, None for anything else."""

    response: Response
    body: Mapping[str, Any] | None
    request: str | None = field(default=None)
    """The platform's own id of the call."""

    @property
    def status(self) -> int:
        return self.response.status_code


class CallRefused(Exception):
    """The platform refused a call in its own words: `said` is what it said, `verdict` what that means when nobody knows
    better, `body` the whole answer."""

    def __init__(self, verdict: RemoteError, said: Any, body: Any) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict
        self.said = said
        self.body = body


class ApiClient(Generic[C]):
    """HTTP for one shop or account. Safe to share between threads."""

    UNREADABLE: ClassVar[Row]
    """For an answer that cannot be read, where nothing was to be changed."""
    UNKNOWN: ClassVar[Row]
    """For the same, where something may have been."""
    LIMITED: ClassVar[Row]
    """For status 429."""
    REFUSED: ClassVar[Row]
    """For a refusal that no table knows."""
    BY_CODE: ClassVar[Mapping[str, Row]] = {}
    """By the platform's own code (`code_of`)."""
    BY_STATUS: ClassVar[Mapping[int, Row]] = {}
    """By HTTP status, where the code says nothing."""

    HOST: ClassVar[str] = ""
    """Where the platform answers, unless the connection says otherwise."""

    def __init__(self, connection: Connection, access: AccessTokens | None = None) -> None:
        self.connection = connection
        self.base = connection.host(self.HOST)
        self.access = access

    def address(self, call: C) -> str:
        """Where the call goes."""
        return f"{self.base}/{call.path}"

    def headers(self, call: C) -> Mapping[str, str]:
        """Its headers, with the token. Raises RemoteError when there is none."""
        return {} if self.access is None else {"Authorization": f"Bearer {self.access.token()}"}

    def renew(self, call: C) -> bool:
        """Give up the token that this thread called with; whether there is a way to another. There is none for a key that does
        not end."""
        return self.access is not None and self.access.renew()

    def token_refused(self, response: Response) -> bool:
        """Whether an answer refuses the token: then the call is made once more with another."""
        return response.status_code == _UNAUTHORIZED

    def code_of(self, body: Mapping[str, Any]) -> str:
        """The platform's own name of a refusal."""
        return str(body.get("code", ""))

    def words_of(self, body: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
        """Its message for a person, and what fills our own text."""
        return "", {}

    def refusal(self, call: C, answer: Answer) -> RemoteError | CallRefused | None:
        """What an answer means that is no success: by the platform's own code, else by its status. None for a success.

        A page instead of a refusal comes from some server at the edge: the call never reached the platform, unless its status
        says that it may have.
        """
        status, body = answer.status, answer.body
        if 200 <= status < 300:
            return None
        if status == _LIMITED:
            return self._limited(call, answer)
        if body is None or status >= _BROKEN:
            lost = call.write and (status >= _BROKEN or status == _CONFLICT)
            row = self.UNKNOWN if lost else self.UNREADABLE
            return row.error(detail=f"{call.operation}: HTTP {status}", status=status, request=answer.request)
        code, (message, params) = self.code_of(body), self.words_of(body)
        row = self.BY_CODE.get(code) or self.BY_STATUS.get(status) or self.REFUSED
        detail = f"{call.operation}: {code or status}"
        verdict = row.error(message, params=params, detail=detail, status=status, request=answer.request)
        return CallRefused(verdict, code, body)

    def _limited(self, call: C, answer: Answer) -> RemoteError:
        limited = self.LIMITED.error(detail=call.operation, status=answer.status, request=answer.request)
        return waiting(limited, answer.response)

    def learn(self, call: C, answer: Answer) -> None:
        """Take in what a success says of the platform's limits."""

    def spent(self, call: C, limited: RateLimited) -> None:
        """Tell the budget how long to stay away after a refusal."""
        if limited.status == _LIMITED:
            until = limited.until or self.connection.clock.now() + timedelta(seconds=limited.after_s)
            self.connection.budget.learn(call.operation, blocked_until=until)

    def read(self, call: C, model: type[M]) -> M:
        """The answer in the model's shape. Raises RemoteError."""
        try:
            return self.ask(call, model)
        except CallRefused as refused:
            raise refused.verdict from None

    def object(self, call: C) -> Mapping[str, Any]:
        """The answer's JSON object, for who reads it by hand. Raises RemoteError."""
        try:
            return self.send(call).body or {}
        except CallRefused as refused:
            raise refused.verdict from None

    def ask(self, call: C, model: type[M]) -> M:
        """As `read`, but raises CallRefused where the platform says so, for callers that know what some refusals mean."""
        answer = self.send(call)
        return self._shaped(call, answer, self.told(call, answer), model)

    def find(self, call: C, model: type[M]) -> M | None:
        """As `ask`; None where the answer has nothing, or a null, under the first name that the call is `within`: the thing is
        not there."""
        answer = self.send(call)
        told = self.told(call, answer)
        if isinstance(told, Mapping) and told.get(call.within[0]) is None:
            return None
        return self._shaped(call, answer, told, model)

    def told(self, call: C, answer: Answer) -> Any:
        """The part of a success in which a call is `within` something."""
        return answer.body or {}

    def _shaped(self, call: C, answer: Answer, told: Any, model: type[M]) -> M:
        try:
            return model.model_validate(part_at(told, call.within))
        except ValidationError as error:
            raise self.unreadable(call, answer, places(error)) from None

    def send(self, call: C) -> Answer:
        """One call, repeated once with a fresh token when the token was refused. Raises as `ask` does."""
        response = with_living_token(lambda: self._once(call), lambda: self.renew(call), self.token_refused)
        answer = Answer(response, json_object(response), request_id(response.headers))
        refusal = self._judged(call, answer)
        if refusal is not None:
            raise refusal
        if response.content and answer.body is None:
            raise self.unreadable(call, answer, "not a JSON object")
        self.learn(call, answer)
        return answer

    def stream(self, call: C, limits: StreamLimits, *, zipped: bool = False) -> StreamedBody:
        """An answer too large to hold, to be read in a `with`; `zipped` where the document is a gzip file.

        Of a stream nothing is learned about limits. Raises RemoteError here as `read` does, and then where it is read.
        """
        body = with_living_token(
            lambda: self._streamed(call, limits, zipped),
            lambda: self.renew(call),
            lambda body: self.token_refused(body.response),
        )
        if body.status_code == _STREAMED:
            return body
        answer = Answer(body.response, json_object(body.response), request_id(body.response.headers))
        refusal = self._judged(call, answer) or self.unreadable(call, answer, f"HTTP {answer.status}")
        raise refusal.verdict if isinstance(refusal, CallRefused) else refusal

    @contextmanager
    def records(self, call: C, model: type[M], limits: StreamLimits, *, zipped: bool = False) -> Iterator[Iterator[M]]:
        """The records of a large answer in JSON lines, each in the model's shape as it arrives. Empty lines are passed over.

        Raises as `stream` does, for a record of another shape as well. Records before an error are a part of the document.
        """
        with self.stream(call, limits, zipped=zipped) as body:
            yield self._records(call, body, model)

    def token_answer(self, call: C, **what: Any) -> Mapping[str, Any]:
        """What a token was granted with: `json`, `data` or `auth` as the platform wants them. It draws on no budget, and is
        judged like any other call. Raises RemoteError."""
        response = self.connection.session.request(
            call.method, self.address(call), purpose=Purpose.TOKEN, operation=call.operation, **what
        )
        answer = Answer(response, json_object(response), request_id(response.headers))
        refusal = self._judged(call, answer)
        if refusal is not None:
            raise refusal.verdict if isinstance(refusal, CallRefused) else refusal
        if answer.body is None:
            raise self.unreadable(call, answer, "not a JSON object")
        return answer.body

    def unreadable(self, call: C, answer: Answer, what: str) -> RemoteError:
        """The verdict on an answer that is not what it should be: a write may have been done."""
        row = self.UNKNOWN if call.write else self.UNREADABLE
        return row.error(detail=f"{call.operation}: {what}", status=answer.status, request=answer.request)

    def _judged(self, call: C, answer: Answer) -> RemoteError | CallRefused | None:
        """The refusal, its limit told to the budget."""
        refusal = self.refusal(call, answer)
        verdict = refusal.verdict if isinstance(refusal, CallRefused) else refusal
        if isinstance(verdict, RateLimited):
            self.spent(call, verdict)
        return refusal

    def _records(self, call: C, body: StreamedBody, model: type[M]) -> Iterator[M]:
        for number, line in enumerate(body.lines(), 1):
            if not line.strip():
                continue
            try:
                record = model.model_validate_json(line)
            except ValidationError as error:
                answer = Answer(body.response, None, request_id(body.response.headers))
                raise self.unreadable(call, answer, f"line {number}: {places(error)}") from None
            yield record

    def _streamed(self, call: C, limits: StreamLimits, zipped: bool) -> StreamedBody:
        return self.connection.session.stream(
            call.method,
            self.address(call),
            purpose=call.purpose,
            operation=call.operation,
            limits=limits,
            zipped=zipped,
            headers={**self.headers(call), **call.headers},
            params=call.params,
            json=call.body,
        )

    def _once(self, call: C) -> Response:
        return self.connection.session.request(
            call.method,
            self.address(call),
            purpose=call.purpose,
            operation=call.operation,
            headers={"Accept": "application/json", **self.headers(call), **call.headers},
            params=call.params,
            json=call.body,
            data=call.form,
            files=call.files,
        )
