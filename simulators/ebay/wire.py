"""What one call looks like from the inside: the parsed request, the answer, and the table row that serves it."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from simulators.ebay.errors import EbayError, not_serializable

if TYPE_CHECKING:
    from simulators.ebay.state import Seller
    from simulators.ebay.world import World
    from simulators.faults import Fault

Json = Any


@dataclass(slots=True)
class Reply:
    """An answer: a JSON body, or a text with its content type, or nothing (`body=None`)."""

    status: int
    body: Json = None
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
        if self.body is None:
            return b""
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(slots=True)
class Call:
    """A request on its way through the simulator. `path` is still percent-encoded; `origin` is scheme and host."""

    method: str
    path: str
    query_string: str
    body: bytes
    headers: dict[str, str]
    origin: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None  # what this call must suffer
    well_shaped: bool = False  # set once the body has passed the gateway's type check
    _seller: Seller | None = None
    _parsed: Json = None
    _query: dict[str, str] | None = None

    @classmethod
    def of(cls, environ: dict[str, Any]) -> Call:
        """Read a WSGI environment; the raw path keeps a `%2F` inside a SKU apart from a slash."""
        raw = environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ.get("PATH_INFO", "/")
        if "://" in raw.partition("?")[0]:
            raw = "/" + raw.split("://", 1)[1].partition("/")[2]
        length = environ.get("CONTENT_LENGTH") or "0"
        body = environ["wsgi.input"].read(int(length)) if length.isdigit() and length != "0" else b""
        headers = {
            key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key[:5] == "HTTP_"
        }
        headers["content-type"] = environ.get("CONTENT_TYPE", "") or ""
        origin = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', 'localhost')}"
        path, query = raw.partition("?")[0] or "/", environ.get("QUERY_STRING", "")
        return cls(environ["REQUEST_METHOD"], path, query, body, headers, origin)

    @property
    def seller(self) -> Seller:
        """The seller whose token came with the call. Raises 403 (1100) for an application token."""
        if self._seller is None:
            raise EbayError(1100, "Insufficient permissions to fulfill the request.", status=403)
        return self._seller

    @seller.setter
    def seller(self, seller: Seller | None) -> None:
        self._seller = seller

    @property
    def seller_name(self) -> str:
        return self._seller.username if self._seller else ""

    @property
    def query(self) -> dict[str, str]:
        if self._query is None:
            self._query = dict(parse_qsl(self.query_string, keep_blank_values=True))
        return self._query

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises 400 (2004) for anything else."""
        if self._parsed is None:
            try:
                self._parsed = json.loads(self.body)
            except (ValueError, UnicodeDecodeError):
                raise EbayError(2004, parameters={"reason": "The request body is not JSON"}) from None
        if not isinstance(self._parsed, dict):
            raise not_serializable("body")
        return self._parsed

    def json_or_none(self) -> dict[str, Any] | None:
        """The body as a JSON object, or None where it is absent or something else: for the journal."""
        try:
            return self.json() if self.body else None
        except EbayError:
            return None


Handler = Callable[["World", Call], Reply]
Touches = Callable[["World", Call], Iterable[Hashable]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of eBay's documents: operationId, API, method, path template, scopes (any of them opens it).

    `touches` names the records that the call works on: a second call on one of them while the first is in flight
    is refused with 25025. `language` marks the writes that need a Content-Language header.
    """

    id: str
    api: str
    method: str
    path: str
    scopes: tuple[str, ...]
    handle: Handler
    touches: Touches | None = None
    language: bool = False


class Router:
    """Finds the operation of a method and a raw path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._by_shape: dict[tuple[str, int], list[tuple[Operation, tuple[str, ...]]]] = {}
        for operation in operations:
            segments = tuple(operation.path.split("/"))
            self._by_shape.setdefault((operation.method, len(segments)), []).append((operation, segments))
        for rows in self._by_shape.values():  # literal segments win over parameters
            rows.sort(key=lambda row: sum(segment.startswith("{") for segment in row[1]))

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation and its decoded path parameters, or None."""
        given = path.split("/")
        for operation, segments in self._by_shape.get((method, len(given)), ()):
            parameters: dict[str, str] = {}
            for want, got in zip(segments, given, strict=True):
                if want.startswith("{"):
                    if not got:
                        break
                    parameters[want[1:-1]] = unquote(got)
                elif want != got:
                    break
            else:
                return operation, parameters
        return None
