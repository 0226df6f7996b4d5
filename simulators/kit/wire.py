"""What one call looks like from the inside: the request, its answer, and the table of addresses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from simulators.faults import Fault

HTML = "text/html; charset=utf-8"
_DEEPEST = 100  # lists and objects within each other; far below what Python can walk through


@dataclass(slots=True)
class Reply:
    """An answer: a JSON body, or a text or bytes with their content type, or nothing (`body=None`)."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    _bytes: bytes | None = None

    def freeze(self) -> Reply:
        """Write the body out now: it may hold records that another call changes as soon as the lock is free."""
        self._bytes = self.encoded()
        return self

    def encoded(self) -> bytes:
        if self._bytes is not None:
            return self._bytes
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, separators=(",", ":"), ensure_ascii=False).encode()


def json_of(body: bytes) -> Any:
    """What a body says as JSON in UTF-8.

    Raises ValueError for one that is none, or empty, and for what no answer and no journal could repeat: numbers without
    end, half of a surrogate pair, more than a hundred lists and objects within each other.
    """
    try:
        told = json.loads(body.decode("utf-8-sig"), parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if body.count(b"[") + body.count(b"{") > _DEEPEST and _deeper(told):
        raise ValueError("nested too deeply")
    if b"\\ud" in body.lower():  # an escape: raw ones have not passed as UTF-8
        json.dumps(told, ensure_ascii=False).encode()
    return told


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text} is no number of JSON")
    return number


def _deeper(told: Any) -> bool:
    level = [told]
    for _ in range(_DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return any(isinstance(one, dict | list) for one in level)


@dataclass(frozen=True, slots=True)
class Route:
    """One row of a platform's documents. `path` is a template, `/orders/{id}`; `id` names it in faults and journal."""

    id: str
    method: str
    path: str
    handle: Callable[..., Reply]


class Router:
    """Finds the route of a method and a raw path. `operations` are the names of all."""

    def __init__(self, routes: Iterable[Route]) -> None:
        routes = tuple(routes)
        self.operations = tuple(route.id for route in routes)
        self._by_shape: dict[tuple[str, int], list[tuple[Route, tuple[str, ...]]]] = {}
        for route in routes:
            segments = tuple(route.path.split("/"))
            self._by_shape.setdefault((route.method, len(segments)), []).append((route, segments))
        for rows in self._by_shape.values():  # literal segments win over parameters
            rows.sort(key=lambda row: sum(segment.startswith("{") for segment in row[1]))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and its decoded path parameters, or None. A parameter is never empty."""
        given = path.split("/")
        for route, segments in self._by_shape.get((method, len(given)), ()):
            parameters: dict[str, str] = {}
            for want, got in zip(segments, given, strict=True):
                if want.startswith("{") and got:
                    parameters[want[1:-1]] = unquote(got)
                elif want != got:
                    break
            else:
                return route, parameters
        return None


@dataclass(slots=True)
class Call:
    """A request on its way through a simulator. A platform adds what it learns of the caller.

    `path` is still percent-encoded: a `%2F` inside a SKU is no slash. Names of headers are in lower case.
    `route` is set once it is found. `always` are headers that every answer to this call has, a refusal too. What is put on `ends` is done when the call
    has left its last stage.
    """

    method: str
    path: str
    query_string: str
    body: bytes
    headers: dict[str, str]
    origin: str
    at: datetime
    operation: str = ""
    route: Route = field(init=False, repr=False)
    parameters: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    latency_s: float = 0.0
    reply: Reply | None = None
    always: dict[str, str] = field(default_factory=dict)
    ends: ExitStack = field(default_factory=ExitStack)
    _query: dict[str, str] | None = None
    _parsed: Any = None

    @classmethod
    def of(cls, environ: dict[str, Any], at: datetime) -> Self:
        """Read a WSGI environment."""
        raw = environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ.get("PATH_INFO", "/")
        if not raw.startswith("/") and "://" in raw:  # the whole address, as proxies are asked
            raw = "/" + raw.split("://", 1)[1].partition("/")[2]
        length = environ.get("CONTENT_LENGTH") or "0"
        body = environ["wsgi.input"].read(int(length)) if length.isdigit() and length != "0" else b""
        headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key[:5] == "HTTP_"}
        headers["content-type"] = environ.get("CONTENT_TYPE", "") or ""
        origin = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', 'localhost')}"
        path, query = raw.partition("?")[0] or "/", environ.get("QUERY_STRING", "")
        return cls(environ["REQUEST_METHOD"], path, query, body, headers, origin, at)

    @property
    def query(self) -> dict[str, str]:
        """The last value of each parameter."""
        if self._query is None:
            self._query = dict(parse_qsl(self.query_string, keep_blank_values=True))
        return self._query

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def json(self) -> Any:
        """The body as JSON. Raises ValueError, as `json_of` does."""
        if self._parsed is None:
            self._parsed = json_of(self.body)
        return self._parsed

    def json_or_none(self) -> dict[str, Any] | None:
        """The body as a JSON object, or None where it is absent or something else: for the journal."""
        try:
            parsed = Call.json(self) if self.body else None
        except ValueError:
            return None
        return parsed if isinstance(parsed, dict) else None

    @property
    def is_json(self) -> bool:
        kind = self.headers["content-type"].partition(";")[0].strip().lower()
        return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))

    @property
    def vendor_fault(self) -> str:
        """The name of the platform's own fault that this call suffers, or nothing."""
        return self.fault.name if self.fault is not None and self.fault.kind == "vendor" else ""
