"""What checking an exchange against any platform's official documents has in common: operations by their addresses, JSON by its
schemas, names of the query, the form of a token call.

A platform's checker is an `OfficialDocuments`; what its documents leave out or get wrong, it says itself.
"""

from __future__ import annotations

import abc
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

METHODS = frozenset({"get", "put", "post", "patch", "delete"})
OUTAGES = frozenset({429, 500, 503})
"""Statuses with which some edge in between answers in HTML."""
_FOR_PEOPLE = frozenset(
    {"description", "example", "examples", "title", "$comment", "x-docgen-enum-table-extension", "xml"}
)
_FORM = "application/x-www-form-urlencoded"

Body = bytes | str | None


class ContractBroken(AssertionError):
    """The exchange is not one that the platform's documents allow; the text says where and why."""


@dataclass(frozen=True)
class Operation:
    """One operation; `body` is its entry in a `document`, with whole parameters. `hosts` are the only ones, where there are any."""

    id: str
    document: str
    method: str
    template: str
    path: re.Pattern[str]
    body: Mapping[str, Any]
    hosts: frozenset[str] = frozenset()

    @classmethod
    def at(
        cls, template: str, method: str, body: Mapping[str, Any], document: str, hosts: Collection[str] = ()
    ) -> Operation:
        """An operation at an address like `/items/{sku}`."""
        parts = re.split(r"(\{[^}]+\})", template)
        pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)
        return cls(body["operationId"], document, method.upper(), template, re.compile(pattern), body, frozenset(hosts))

    def parameters(self, where: str) -> dict[str, Mapping[str, Any]]:
        """The parameters in the `query`, the `header`, the `path` or the `body`, by their names."""
        return {one["name"]: one for one in self.body.get("parameters", ()) if one["in"] == where}

    @property
    def literal(self) -> int:
        """How much of the address is no parameter."""
        return len(re.sub(r"\{[^}]+\}", "", self.template))


class OfficialDocuments(abc.ABC):
    """One platform's documents."""

    @abc.abstractmethod
    def check_exchange(
        self,
        method: str,
        url: str,
        request_headers: Mapping[str, str],
        request_body: Body,
        status: int,
        response_body: Body,
    ) -> str:
        """Returns the operationId of an exchange that keeps the contract; raises `ContractBroken` for any other."""

    def check(self, request: requests.PreparedRequest, response: requests.Response) -> str:
        """`check_exchange` of what `requests` sent and received."""
        headers = {name: text(value) for name, value in request.headers.items()}
        sent = request.body if isinstance(request.body, str | bytes) else None
        return self.check_exchange(
            request.method or "GET", request.url or "", headers, sent, response.status_code, response.content
        )

    def check_response(self, response: requests.Response) -> str:
        """The same for an answer; a session checks itself with `session.hooks["response"].append(...)`."""
        return self.check(response.request, response)


def find(operations: Iterable[Operation], method: str, path: str) -> Operation:
    """The operation of a method and a path, that with the most of its address written out. Raises `ContractBroken`."""
    found = [one for one in operations if one.method == method.upper() and one.path.fullmatch(path)]
    if not found:
        raise ContractBroken(f"no operation {method} {path}")
    return max(found, key=lambda one: one.literal)


def check_query_names(operation: Operation, url: str) -> list[tuple[str, str]]:
    """The query, whose names the operation knows and among which are all that it needs. Raises `ContractBroken`."""
    given = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    names, declared = {name for name, _ in given}, operation.parameters("query")
    if names - set(declared):
        raise ContractBroken(f"{operation.id} has no query {sorted(names - set(declared))}")
    missing = {name for name, parameter in declared.items() if parameter.get("required")} - names
    if missing:
        raise ContractBroken(f"{operation.id} needs query {sorted(missing)}")
    return given


def check_is_json(operation: Operation, headers: Mapping[str, str], body: Body) -> None:
    """Raises `ContractBroken` for a body of another type; names of headers are in lower case."""
    if body and not headers.get("content-type", "").startswith("application/json"):
        raise ContractBroken(f"{operation.id} takes application/json, not {headers.get('content-type')}")


Grants = Mapping[str, tuple[Collection[str], Collection[str]]]
"""By `grant_type`: the fields that its form has, and those that it may have."""


def check_token_form(method: str, headers: Mapping[str, str], body: Body, grants: Grants) -> None:
    """Raises `ContractBroken` for what no token service takes; names of headers are in lower case."""
    if method.upper() != "POST":
        raise ContractBroken("the token service takes POST")
    if not headers.get("content-type", "").startswith(_FORM):
        raise ContractBroken("the token service takes a form")
    form = dict(parse_qsl(text(body or ""), keep_blank_values=True))
    grant = form.pop("grant_type", "")
    if grant not in grants:
        raise ContractBroken(f"the token service knows no grant {grant}")
    required, optional = map(set, grants[grant])
    if not required <= set(form) or set(form) - required - optional:
        raise ContractBroken(f"{grant} takes {sorted(required)} and perhaps {sorted(optional)}, not {sorted(form)}")


def closed(schema: Any) -> Any:
    """The schema without what only people read, its objects closed against unknown names."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {name: closed(part) for name, part in schema.items() if name not in _FOR_PEOPLE}
    if isinstance(schema.get("properties"), dict):
        whole["properties"] = {name: closed(part) for name, part in schema["properties"].items()}
        if schema.get("type") == "object" and "allOf" not in schema:
            whole.setdefault("additionalProperties", False)
    return whole


def validate(validator: Any, value: Any, what: str) -> None:
    """Raises `ContractBroken` with the first thing that a schema does not allow."""
    for error in validator.iter_errors(value):
        where = "/".join(str(step) for step in error.instance_path)
        raise ContractBroken(f"{what} at {where or 'top'}: {error.message[:300]}")


def json_in(what: str, body: bytes | str) -> Any:
    """Raises `ContractBroken`."""
    try:
        return json.loads(body)
    except ValueError as problem:
        raise ContractBroken(f"{what}: not JSON") from problem


def is_json(body: Body) -> bool:
    try:
        json.loads(body or "null")
    except ValueError:
        return False
    return True


def text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
