"""The loop that every call of an adapter goes through.

A living token, the call, our verdict on the answer, what the answer says of the platform's limits, and its shape. An adapter
says only what is its platform's own: addresses, headers, and what an answer means.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from requests import Response

from listbridge.domain.verdicts import RateLimited, RemoteError
from listbridge.infra.answers import json_object, places, with_living_token
from listbridge.infra.connection import Connection
from listbridge.infra.error_row import Row
from listbridge.infra.http import Purpose, request_id

_LIMITED = 429
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `operation` is its name in the budgets; `write` says that it changes something, so that no answer is no
    proof; `hook` that it is about our own address there, which observing does not forbid."""

    method: str
    path: str
    operation: str
    params: Mapping[str, Any] | None = None
    body: Any = None
    write: bool = False
    hook: bool = False

    @property
    def purpose(self) -> Purpose:
        if self.write:
            return Purpose.WRITE
        return Purpose.HOOK if self.hook else Purpose.READ


C = TypeVar("C", bound=Call)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` is its JSON object, None for anything else."""

    response: Response
    body: Mapping[str, Any] | None
    request: str | None = field(default=None)
    """The other side's own id of the call."""

    @property
    def status(self) -> int:
        return self.response.status_code


class Refused(Exception):
    """The other side refused a call in its own words: `said` is what it said, `verdict` what that means when nobody knows
    better, `body` the whole answer."""

    def __init__(self, verdict: RemoteError, said: Any, body: Any) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict
        self.said = said
        self.body = body


class ApiClient(abc.ABC, Generic[C]):
    """HTTP for one shop or account. Safe to share between threads."""

    UNREADABLE: ClassVar[Row]
    """For an answer that cannot be read, where nothing was to be changed."""
    UNKNOWN: ClassVar[Row]
    """For the same, where something may have been."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @abc.abstractmethod
    def address(self, call: C) -> str:
        """Where the call goes."""

    @abc.abstractmethod
    def headers(self, call: C) -> Mapping[str, str]:
        """Its headers, with the token. Raises RemoteError when there is none."""

    @abc.abstractmethod
    def refusal(self, call: C, answer: Answer) -> RemoteError | Refused | None:
        """What an answer means that is no success: `Refused` where some callers know more of it. None for a success."""

    @abc.abstractmethod
    def renew(self, call: C) -> bool:
        """Drop the token that was refused; whether there is a way to another."""

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
        except Refused as refused:
            raise refused.verdict from None

    def ask(self, call: C, model: type[M]) -> M:
        """As `read`, but raises Refused where the platform says so, for callers that know what some refusals mean."""
        answer = self.send(call)
        try:
            return model.model_validate(self.told(call, answer))
        except ValidationError as error:
            raise self.unreadable(call, answer, places(error)) from None

    def told(self, call: C, answer: Answer) -> Any:
        """The part of a success that the call's model describes."""
        return answer.body or {}

    def send(self, call: C) -> Answer:
        """One call, repeated once with a fresh token when the token was refused. Raises as `ask` does."""
        response = with_living_token(lambda: self._once(call), lambda: self.renew(call))
        answer = Answer(response, json_object(response), request_id(response.headers))
        refusal = self.refusal(call, answer)
        verdict = refusal.verdict if isinstance(refusal, Refused) else refusal
        if isinstance(verdict, RateLimited):
            self.spent(call, verdict)
        if refusal is not None:
            raise refusal
        if response.content and answer.body is None:
            raise self.unreadable(call, answer, "not a JSON object")
        self.learn(call, answer)
        return answer

    def unreadable(self, call: C, answer: Answer, what: str) -> RemoteError:
        """The verdict on an answer that is not what it should be: a write may have been done."""
        row = self.UNKNOWN if call.write else self.UNREADABLE
        return row.error(detail=f"{call.operation}: {what}", status=answer.status, request=answer.request)

    def _once(self, call: C) -> Response:
        return self.connection.session.request(
            call.method,
            self.address(call),
            purpose=call.purpose,
            operation=call.operation,
            headers={"Accept": "application/json", **self.headers(call)},
            params=call.params,
            json=call.body,
        )
