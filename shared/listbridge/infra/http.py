"""The one door through which adapters talk to platforms: it judges transport failures and nothing else."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from email.errors import MissingHeaderBodySeparatorDefect
from enum import StrEnum
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError, ProxyError
from urllib3.util import Timeout

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import ObserveMode, OutcomeUnknown, RetryLater
from listbridge.infra.public_addresses import NotPublic, PublicAdapter

if TYPE_CHECKING:
    from listbridge.domain.ports import Budget

_LOG = logging.getLogger("listbridge.http")
MAX_BODY_BYTES = 20_000_000
_CHUNK = 65_536
_REDIRECTS = 5
_CONNECTIONS = 16  # as many write units as one drainer keeps in flight


class Purpose(StrEnum):
    """What a call is for; decides whether observe mode lets it out and what a broken connection means."""

    READ = "read"
    WRITE = "write"
    TOKEN = "token"  # noqa: S105  # a purpose, not a secret
    HOOK = "hook"


class _AnswerUnusable(Exception):
    """The answer's body did not arrive whole, in time and within the limit."""


_NOT_LET_IN = (401,)
_NO_TOKEN = (400, 401, 403)  # RFC 6749 (5.2): a refused grant is 400 or 401


class HttpSession:
    """HTTP for one opened shop or account. Safe to share between threads.

    It never retries and judges no status: whatever the other side answers is returned for the adapter's error table.
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
        self._budget = budget
        self._refused = False
        self._session = requests.Session()
        # A cookie would tie calls of different workers together, and could be a credential that nobody looks after.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = transport or _network(private_hosts)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    @property
    def refused(self) -> bool:
        """The other side has refused our credentials over this session: a 401, or no token for them."""
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
            ObserveMode: a write while observing; nothing left.
            RateLimited: the budget is spent; nothing left.
            RetryLater: never connected (`connection_failed`, `address_not_public`), or no usable answer to anything but a write (`no_answer`).
            OutcomeUnknown: a write may have arrived, but its answer did not (`no_answer`).
        """
        if self._observe and purpose is Purpose.WRITE:
            raise ObserveMode(Problem("observe_mode"), detail=operation)
        if self._budget is not None and purpose is not Purpose.TOKEN:
            self._budget.spend(operation)
        started = time.monotonic()
        try:
            with self._place(purpose, operation):
                response = self._call(
                    method, url, headers=headers, params=params, json=json, data=data, files=files, auth=auth or _no_auth,
                )  # fmt: skip
                if purpose is Purpose.READ:
                    response = self._follow(response, headers, auth or _no_auth)
        except (requests.RequestException, HTTPError, _AnswerUnusable) as error:
            if isinstance(error, ValueError | requests.exceptions.InvalidJSONError):
                raise  # a malformed address, header or body: our own mistake, and nothing left
            self._log(operation, url, started, None, type(error).__name__)
            raise _verdict(error, purpose, operation) from error
        self._log(operation, url, started, response, None)
        refusals = _NO_TOKEN if purpose is Purpose.TOKEN else _NOT_LET_IN
        self._refused = self._refused or response.status_code in refusals
        return response

    def _place(self, purpose: Purpose, operation: str) -> AbstractContextManager[None]:
        if self._budget is None or purpose is Purpose.TOKEN:
            return nullcontext()
        return self._budget.flight(operation)

    def _call(self, method: str, url: str, **what: Any) -> requests.Response:
        deadline = time.monotonic() + self._timeout_s
        # requests hands a urllib3 Timeout on as it is: the only way to bound connecting and reading together.
        response = self._session.request(
            method,
            url,
            timeout=self._timeout,  # type: ignore[arg-type]
            allow_redirects=False,
            stream=True,
            **what,
        )
        try:
            if _cut_in_the_headers(response):
                raise _AnswerUnusable("cut short")
            body = b"".join(_limited(response, deadline))
        finally:
            response.close()
        response._content = body
        response._content_consumed = True  # type: ignore[attr-defined]
        return response

    def _follow(
        self, response: requests.Response, headers: Mapping[str, str] | None, auth: Any
    ) -> requests.Response:
        for _ in range(_REDIRECTS):
            if not response.is_redirect:
                break
            target = requests.compat.urljoin(response.url, response.headers["location"])
            if _origin(target) != _origin(response.url):
                break
            response = self._call("GET", target, headers=headers, auth=auth)
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
    """The id under which the other side's support finds the call, from whichever `…request-id` header it sent."""
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


def _limited(response: requests.Response, deadline: float) -> Iterator[bytes]:
    size = 0
    # Whatever has arrived, not a full chunk: a body that drips would keep the call waiting for one beyond its time.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise _AnswerUnusable("too long")
        if time.monotonic() > deadline:
            raise _AnswerUnusable("too slow")
        yield chunk


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _verdict(error: Exception, purpose: Purpose, operation: str) -> RetryLater | OutcomeUnknown:
    """The error's own text is left out: it holds the whole address, and queries can hold tokens."""
    detail = f"{operation}: {type(error).__name__}"
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
        if isinstance(
            cause, NewConnectionError | ProxyError | ssl.SSLCertVerificationError | ConnectionRefusedError
        ):
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
