"""The one door through which adapters talk to platforms: it judges transport failures and nothing else."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from email.errors import MissingHeaderBodySeparatorDefect
from enum import StrEnum
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import NewConnectionError, ProxyError
from urllib3.util import Timeout

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import ObserveMode, OutcomeUnknown, RetryLater
from listbridge.infra.calls.public_addresses import NotPublic, PublicAdapter
from listbridge.infra.calls.streamed_body import BROKEN, BodyUnusable, StreamedBody, StreamLimits, pieces_of

if TYPE_CHECKING:
    from listbridge.domain.ports import Budget

_LOG = logging.getLogger("listbridge.http")
MAX_BODY_BYTES = 20_000_000
_CHUNK = 65_536
_OK = 200
_REDIRECTS = 5
_CONNECTIONS = 16  # as many write units as one drainer keeps in flight


class Purpose(StrEnum):
    """What a call is for; decides whether observe mode lets it out and what a broken connection means."""

    READ = "read"
    WRITE = "write"
    TOKEN = "token"  # noqa: S105  # a purpose, not a secret
    HOOK = "hook"


_NOT_LET_IN = (401,)
_NO_TOKEN = (400, 401, 403)  # RFC 6749 (5.2): a refused grant is 400 or 401


class HttpSession:
    """HTTP for one opened shop or account. Safe to share between threads.

    It never retries and judges no status: whatever the platform answers is returned for the adapter's error table.
    `timeout_s` bounds the whole call, name look-up to last byte, because leases are measured against it.
    With `observe` nothing that could change something remote leaves (protocol.md#observe-mode). With a `budget` every call
    but a token refresh draws from it first. Given `private_hosts` it calls public addresses only, and these hosts wherever they
    lead. `transport` replaces the network; tests mount a simulator there.
    """

    def __init__(
        self,
        *,
        timeout_s: float = 8.0,
        connect_timeout_s: float = 3.0,
        observe: bool = False,
        budget: Budget | None = None,
        private_hosts: Collection[str] | None = None,
        transport: BaseAdapter | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._timeout = Timeout(connect=min(connect_timeout_s, timeout_s), total=timeout_s)
        self._observe = observe
        self._kept_back: Callable[[], Problem | None] | None = None
        self._budget = budget
        self._refused = False
        self._session = requests.Session()
        # A cookie would tie calls of different workers together, and could be a credential that nobody looks after.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = transport or _network(private_hosts)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def keep_writes_back(self, reason: Callable[[], Problem | None]) -> None:
        """Ask this before each write: while it gives a reason, none leaves."""
        self._kept_back = reason

    @property
    def refused(self) -> bool:
        """The platform has refused our credentials over this session: a 401, or no token for them."""
        return self._refused

    def request(
        self,
        method: str,
        url: str,
        *,
        purpose: Purpose,
        operation: str,
        headers: Mapping[str, str] | None = None,
        params: Any = None,
        json: Any = None,
        data: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        auth: Any = None,
    ) -> requests.Response:
        """Make one call and return the answer, its body read, whatever its status.

        `files` are sent as parts of a form beside the fields in `data`: by field its file name, bytes and media type.

        A read follows redirects within the same origin only: credentials often travel in headers of a platform's own,
        which nobody would strip on the way to another host. Every other redirect is returned as it is.

        Raises:
            ObserveMode: a write while observing, or while writes are kept back; nothing left.
            RateLimited: the budget is spent; nothing left.
            RetryLater: never connected (`connection_failed`, `address_not_public`), or no usable answer to anything but a write (`no_answer`).
            OutcomeUnknown: a write may have arrived, but its answer did not (`no_answer`).
        """
        self._admit(purpose, operation)
        started = time.monotonic()
        what: dict[str, Any] = {"headers": headers, "auth": auth or _no_auth}
        try:
            with self._place(purpose, operation):
                response = self._call(method, url, params=params, json=json, data=data, files=files, **what)
                if purpose is Purpose.READ:
                    response = self._follow(response, partial(self._call, "GET", **what))
        except BROKEN as error:
            raise self._broken(error, purpose, operation, url, started) from error
        self._answered(response, purpose, operation, url, started)
        return response

    def stream(
        self,
        method: str,
        url: str,
        *,
        purpose: Purpose,
        operation: str,
        limits: StreamLimits,
        zipped: bool = False,
        headers: Mapping[str, str] | None = None,
        params: Any = None,
        json: Any = None,
    ) -> StreamedBody:
        """Make one call whose answer may be too large to hold, and return as soon as its body begins; read it in a `with`.

        The body is streamed of a 200 only. Any other answer comes with its body read whole in `response`, for the adapter to
        judge. `zipped` says that the document is a gzip file, apart from how it travels. `timeout_s` bounds the way to the
        body's begin and each wait for more, `limits` all of it. The call keeps its place in the budget until the body is
        closed, or the place lapses.

        Redirects and errors are as for `request`; those of the body are raised where it is read.
        """
        self._admit(purpose, operation)
        started = time.monotonic()
        # The codings that `pieces_of` can bound.
        what: dict[str, Any] = {"headers": {"Accept-Encoding": "gzip", **(headers or {})}, "auth": _no_auth}
        broken = partial(self._broken, purpose=purpose, operation=operation, url=url, started=started)
        with ExitStack() as held:
            held.enter_context(self._place(purpose, operation))
            try:
                response = self._open(method, url, params=params, json=json, **what)
                if purpose is Purpose.READ:
                    response = self._follow(response, partial(self._open, "GET", **what))
                held.callback(response.close)
                streamed = response.status_code == _OK
                until = started + limits.total_s
                pieces = pieces_of(response, limits, until, zipped=zipped) if streamed else None
            except BROKEN as error:
                raise broken(error) from error
            self._answered(response, purpose, operation, url, started)
            body = StreamedBody(response, pieces, limits, held.pop_all(), broken)
        if not streamed:
            body.close()
        return body

    def _admit(self, purpose: Purpose, operation: str) -> None:
        if purpose is Purpose.WRITE:
            kept_back = self._kept_back() if self._kept_back is not None else None
            if kept_back is not None or self._observe:
                raise ObserveMode(kept_back or Problem("observe_mode"), detail=operation)
        if self._budget is not None and purpose is not Purpose.TOKEN:
            self._budget.spend(operation)

    def _broken(
        self, error: Exception, purpose: Purpose, operation: str, url: str, started: float
    ) -> RetryLater | OutcomeUnknown:
        """What a broken call means. Raises the error where it is our own mistake, a malformed address, header or body:
        nothing left then."""
        if isinstance(error, ValueError | requests.exceptions.InvalidJSONError):
            raise error
        self._log(operation, url, started, None, type(error).__name__)
        return _verdict(error, purpose, operation)

    def _answered(
        self, response: requests.Response, purpose: Purpose, operation: str, url: str, started: float
    ) -> None:
        self._log(operation, url, started, response, None)
        refusals = _NO_TOKEN if purpose is Purpose.TOKEN else _NOT_LET_IN
        self._refused = self._refused or response.status_code in refusals

    def _place(self, purpose: Purpose, operation: str) -> AbstractContextManager[None]:
        if self._budget is None or purpose is Purpose.TOKEN:
            return nullcontext()
        return self._budget.flight(operation)

    def _call(self, method: str, url: str, **what: Any) -> requests.Response:
        deadline = time.monotonic() + self._timeout_s
        return _whole(self._send(method, url, **what), deadline)

    def _open(self, method: str, url: str, **what: Any) -> requests.Response:
        """An answer of which nothing was read, if it is a document; any other one whole."""
        deadline = time.monotonic() + self._timeout_s
        response = self._send(method, url, **what)
        return response if response.status_code == _OK else _whole(response, deadline)

    def _send(self, method: str, url: str, **what: Any) -> requests.Response:
        # requests hands a urllib3 Timeout on as it is: the only way to bound connecting and reading together.
        response = self._session.request(
            method,
            url,
            timeout=self._timeout,  # type: ignore[arg-type]
            allow_redirects=False,
            stream=True,
            **what,
        )
        if _cut_in_the_headers(response):
            response.close()
            raise BodyUnusable("cut short")
        return response

    def _follow(self, response: requests.Response, get: Callable[[str], requests.Response]) -> requests.Response:
        for _ in range(_REDIRECTS):
            if not response.is_redirect:
                break
            target = requests.compat.urljoin(response.url, response.headers["location"])
            if _origin(target) != _origin(response.url):
                break
            response = get(target)
        return response

    def _log(
        self, operation: str, url: str, started: float, response: requests.Response | None, error: str | None
    ) -> None:
        fields: dict[str, Any] = {
            "operation": operation,
            "host": urlsplit(url).hostname,
            "duration_ms": round((time.monotonic() - started) * 1000),
        }
        if response is not None:
            fields["status"] = response.status_code
            fields["request_id"] = request_id(response.headers)
        if error is not None:
            fields["error"] = error
        _LOG.info("remote_call", extra={"fields": fields})


def request_id(headers: Mapping[str, str]) -> str | None:
    """The id under which the platform's support finds the call, from whichever `…request-id` header it sent."""
    for name, value in headers.items():
        if name.lower().endswith(("request-id", "requestid")):
            return value[:128]
    return None


def _network(private_hosts: Collection[str] | None) -> BaseAdapter:
    options: dict[str, Any] = {"pool_maxsize": _CONNECTIONS, "max_retries": 0}
    return HTTPAdapter(**options) if private_hosts is None else PublicAdapter(private_hosts, **options)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stands in for "none": without it `requests` would look for the host in the user's netrc file."""
    return request


def _cut_in_the_headers(response: requests.Response) -> bool:
    """An answer that ends inside its headers looks like one without a body: http.client only notes a defect."""
    original = getattr(response.raw, "_original_response", None)
    defects = getattr(getattr(original, "msg", None), "defects", ())
    return any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in defects)


def _whole(response: requests.Response, deadline: float) -> requests.Response:
    try:
        body = b"".join(_limited(response, deadline))
    finally:
        response.close()
    response._content = body
    response._content_consumed = True  # type: ignore[attr-defined]
    return response


def _limited(response: requests.Response, deadline: float) -> Iterator[bytes]:
    size = 0
    # Whatever has arrived, not a full chunk: a body that drips would keep the call waiting for one beyond its time.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise BodyUnusable("too long")
        if time.monotonic() > deadline:
            raise BodyUnusable("too slow")
        yield chunk


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _verdict(error: Exception, purpose: Purpose, operation: str) -> RetryLater | OutcomeUnknown:
    """The error's own text is left out: it holds the whole address, and queries can hold tokens."""
    what = error if isinstance(error, BodyUnusable) else type(error).__name__
    detail = f"{operation}: {what}"
    if any(isinstance(cause, NotPublic) for cause in _causes(error)):
        return RetryLater(Problem("address_not_public", fix="enter_public_address"), detail=detail)
    if _never_connected(error):
        return RetryLater(Problem("connection_failed"), detail=detail)
    if purpose is Purpose.WRITE:
        return OutcomeUnknown(Problem("no_answer"), detail=detail)
    return RetryLater(Problem("no_answer"), detail=detail)


def _never_connected(error: Exception) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    for cause in _causes(error):
        if isinstance(cause, NewConnectionError | ProxyError | ssl.SSLCertVerificationError | ConnectionRefusedError):
            return True
    return False


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and whatever it wraps: libraries keep the first cause in `reason`, in `args` or as the context."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = [getattr(current, "reason", None), current.__cause__, current.__context__, *current.args]
        waiting += [cause for cause in inner if isinstance(cause, BaseException)]
