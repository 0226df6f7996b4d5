"""A reverse proxy of 127.0.0.1 before the emulated API Gateway.

It gives the API an address that is known before the deployment, which tells it to the functions as their public one.
The same proxy, narrowed to the signed paths, is what `make up PUBLIC_URL=...` puts behind a tunnel.

waitress reads the requests: it refuses every framing that two parsers could read differently. What goes on is
rewritten, with one length and on a connection of its own, so a body can never be taken for a second request.
"""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from waitress.server import create_server

ALL_PATHS = re.compile(r"/(v1|webhooks|notices|callbacks)/[!$-~]*")
"""What the template routes."""

SIGNED_PATHS = re.compile(r"/(webhooks|notices|callbacks)/[A-Za-z0-9_.~-]+(\?[!$-~]*)?")
"""What strangers may reach: one plain segment below a path whose function verifies a signature. No dots that climb,
no encoded slashes, nothing that two parsers could read differently."""

_MAX_BODY_BYTES = 6 * 1024 * 1024  # what Lambda itself accepts
_TIMEOUT_S = 35.0  # API Gateway gives up after 29 s
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
_OURS = frozenset(("content-length", "expect", "host", "forwarded", "origin"))
"""What the next hop is told by us, or not at all. The emulator takes no call from a web page, and knows one by its `Origin`; here
the functions themselves ask for a token or a signature."""

Start = Callable[[str, list[tuple[str, str]]], Any]


class Gateway:
    """One listening proxy. `route_to` must be called before the first request; until then it answers 503."""

    def __init__(self, *, port: int = 0, allowed: re.Pattern[str] = ALL_PATHS, bind: str = "127.0.0.1") -> None:
        self._forwarder = _Forwarder(allowed)
        self._server = create_server(
            self._forwarder,
            host=bind,
            port=port,
            threads=32,
            ident="",
            channel_timeout=75,
            max_request_body_size=_MAX_BODY_BYTES + 1,
            clear_untrusted_proxy_headers=True,
        )
        self._thread = threading.Thread(target=self._server.run, name="gateway", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def route_to(self, base_url: str) -> None:
        """Forward every allowed path to this base address, path and query unchanged."""
        self._forwarder.target = base_url.rstrip("/")

    def close(self) -> None:
        # An answer that comes in later finds nobody to wake; waitress would write a traceback about it.
        self._server.pull_trigger = _nobody_to_wake
        self._server.close()
        # A caller that keeps its connection open would hold the thread; it ends with the process.
        self._thread.join(timeout=0.5)


def _nobody_to_wake() -> None:
    """What wakes the server's thread once that has ended."""


class _Forwarder:
    """The WSGI application: one request in, one request on, one answer back."""

    def __init__(self, allowed: re.Pattern[str]) -> None:
        self._allowed = allowed
        self.target = ""

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path, method = str(environ["REQUEST_URI"]), str(environ["REQUEST_METHOD"])
        if not self._allowed.fullmatch(path) or ".." in path.split("?", 1)[0]:
            return _refuse(start, "404 Not Found")
        if method not in _METHODS:
            return _refuse(start, "405 Method Not Allowed")
        if not self.target:
            return _refuse(start, "503 Starting")
        try:
            answer, body = self._ask(environ, method, path)
        except TimeoutError:
            return _refuse(start, "504 Endpoint request timed out")
        except (OSError, http.client.HTTPException):
            return _refuse(start, "502 Bad Gateway")
        headers = [
            (name, value)
            for name, value in answer.getheaders()
            if name.lower() not in _HOP_BY_HOP and name.lower() != "content-length"
        ]
        start(f"{answer.status} {answer.reason}", [*headers, ("Content-Length", str(len(body)))])
        return [] if method == "HEAD" else [body]

    def _ask(self, environ: dict[str, Any], method: str, path: str) -> tuple[http.client.HTTPResponse, bytes]:
        target = urlsplit(self.target)
        headers = dict(_forwarded(environ)) | {
            "Host": target.netloc,
            "X-Forwarded-For": str(environ["REMOTE_ADDR"]),
            "Connection": "close",
        }
        # A new connection for each request: a kept one may be closed by the other side between two of them, and a
        # delivery that was sent into it could not be repeated without knowing whether it had arrived.
        upstream = http.client.HTTPConnection(target.netloc, timeout=_TIMEOUT_S)
        try:
            body = environ["wsgi.input"].read()
            upstream.request(method, target.path + path, body=body or None, headers=headers)
            answer = upstream.getresponse()
            return answer, answer.read()
        finally:
            upstream.close()


def _forwarded(environ: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The request's headers without those of this hop: the usual ones, and those that `Connection` names."""
    named = {name.strip().lower() for name in str(environ.get("HTTP_CONNECTION", "")).split(",")}
    if environ.get("CONTENT_TYPE"):
        yield "Content-Type", str(environ["CONTENT_TYPE"])
    for key, value in environ.items():
        name = key.removeprefix("HTTP_").replace("_", "-").lower()
        ours = name in _OURS or name.startswith(("x-forwarded-", "sec-fetch-"))
        if key.startswith("HTTP_") and not ours and name not in _HOP_BY_HOP | named:
            yield name.title(), str(value)


def _refuse(start: Start, status: str) -> list[bytes]:
    answer = f'{{"message":"{status.partition(" ")[2]}"}}'.encode()
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
