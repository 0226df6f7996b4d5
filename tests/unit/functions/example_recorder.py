"""Hears the calls of an installation and keeps of each operation what was sent and answered, to be shown as an example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from listbridge import bootstrap
from listbridge.admin.openapi import openapi
from tests.unit.functions.installation import SITE, Answer, Installation

Example = dict[str, Any]
"""`body` as it was sent, where there is one, and `answers` by status."""
MASKED = "…"
"""In place of what opens something: an example that shows a secret teaches to paste secrets."""
_SECRET = frozenset({"credentials", "token"})
_UNKNOWN = {"colour": "red"}


@dataclass(frozen=True)
class Call:
    """One call that succeeded, and the route that answered it."""

    method: str
    route: str
    path: str
    body: Any
    answer: Answer


class Recorder:
    """Hears every call of an installation. Of each operation the first success stays, unless a later one is asked for."""

    def __init__(self, its: Installation) -> None:
        self.its = its
        self.calls: dict[str, Call] = {}
        self._asked = False
        self._routes = [
            (method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path)), path, operation["operationId"])
            for path, methods in openapi()["paths"].items()
            for method, operation in methods.items()
        ]
        self._call = its.call
        its.call = self._heard  # type: ignore[method-assign]

    def show(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """A call that the examples are to show; what it answered."""
        self._asked = True
        answer = self.its.call(method, path, body, **more)
        assert 200 <= answer.status < 300, f"{method} {path}: {answer.text}"
        return answer.body

    def broken(self) -> Example:
        """How a call is answered while something of ours is broken."""
        bootstrap.use(replace(self.its.deps, configuration=None))  # type: ignore[arg-type]
        answer = self._call("GET", "/v1/shops")
        bootstrap.use(self.its.deps)
        assert answer.status == 500, answer.text
        return {"answers": {"5XX": answer.body}}

    def examples(self) -> dict[str, Example]:
        """What stayed of each operation, with one refusal of each."""
        return {operation: self._example(call) for operation, call in sorted(self.calls.items())}

    def _heard(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        answer = self._call(method, path, body, **more)
        asked, self._asked = self._asked, False
        if 200 <= answer.status < 300:
            operation, route = self._operation(method, path)
            if asked or operation not in self.calls:
                self.calls[operation] = Call(method, route, path, body, answer)
        return answer

    def _operation(self, method: str, path: str) -> tuple[str, str]:
        [found] = [
            (operation, route)
            for known, pattern, route, operation in self._routes
            if known == method and pattern.fullmatch(path)
        ]
        return found

    def _example(self, call: Call) -> Example:
        refused, answer = self._refused(call), call.answer
        answers = {} if answer.status == 204 else {str(answer.status): _told(answer)}
        answers[str(refused.status) if call.route.startswith("/callbacks") else "4XX"] = _told(refused)
        sent = {"body": call.body} if call.body is not None else {}
        example = {**sent, "answers": answers}
        return dict(_masked(example, frozenset(_secrets(example))))

    def _refused(self, call: Call) -> Answer:
        """The same call as it is refused: with a field or a parameter that nobody knows, or about nothing that there is."""
        if call.route.startswith("/callbacks"):
            return self._call(call.method, call.path, None, query={"state": "used"}, groups=None)
        if call.body is not None:
            answer = self._call(call.method, call.path, {**call.body, **_UNKNOWN})
        elif "{" in call.route:
            answer = self._call(call.method, re.sub(r"{\w+}", "unknown", call.route), query=_query(call))
        else:
            answer = self._call(call.method, call.path, query=_UNKNOWN)
        assert answer.status in (404, 422), f"{call.method} {call.path}: {answer.text}"
        return answer


def _query(call: Call) -> dict[str, str] | None:
    return {"site": SITE} if call.route.endswith(("/choices", "/creation-form")) else None


def _told(answer: Answer) -> Any:
    return answer.text if answer.body is None else answer.body


def _secrets(told: Any, *, inside: bool = False) -> Iterator[str]:
    """Every text that opens something."""
    if isinstance(told, dict):
        for name, one in told.items():
            yield from _secrets(one, inside=inside or name in _SECRET)
    elif isinstance(told, str) and inside:
        yield told


def _masked(told: Any, hidden: frozenset[str]) -> Any:
    """The same without the secrets, in the middle of an address too."""
    if isinstance(told, dict):
        return {name: _masked(one, hidden) for name, one in told.items()}
    if isinstance(told, list):
        return [_masked(one, hidden) for one in told]
    if isinstance(told, str):
        for secret in sorted(hidden, key=len, reverse=True):
            told = told.replace(secret, MASKED)
    return told
