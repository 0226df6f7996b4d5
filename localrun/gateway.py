"""A reverse proxy of 127.0.0.1 before the emulated API Gateway.

It gives the API an address that is known before the deployment, which tells it to the functions as their public one.
The same proxy, narrowed to the signed paths, is what `make up PUBLIC_URL=...` puts behind a tunnel.
"""

from __future__ import annotations

import http.client
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ALL_PATHS = re.compile(r"/(v1|webhooks|callbacks)/[^\s]*")
"""What the template routes."""

SIGNED_PATHS = re.compile(r"/(webhooks|callbacks)/[A-Za-z0-9_.~-]+(\?[^\s]*)?")
"""What strangers may reach: one plain segment below a path whose function verifies a signature. No dots that climb,
no encoded slashes, nothing that two parsers could read differently."""

_MAX_BODY_BYTES = 6 * 1024 * 1024  # what Lambda itself accepts
_TIMEOUT_S = 35.0  # API Gateway gives up after 29 s
_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)


class Gateway:
    """One listening proxy. `route_to` must be called before the first request; until then it answers 503."""

    def __init__(
        self, *, port: int = 0, allowed: re.Pattern[str] = ALL_PATHS, bind: str = "127.0.0.1"
    ) -> None:
        self._server = _Server((bind, port), _Forwarder)
        self._server.allowed = allowed
        self._thread = threading.Thread(target=self._server.serve_forever, name="gateway", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def route_to(self, base_url: str) -> None:
        """Forward every allowed path to this base address, path and query unchanged."""
        self._server.target = base_url.rstrip("/")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allowed: re.Pattern[str] = ALL_PATHS
    target: str = ""

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that gave up before our answer is no news; everything else is told as usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Forwarder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 75  # seconds an idle connection is kept
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._upstream: http.client.HTTPConnection | None = None

    def finish(self) -> None:
        if self._upstream is not None:
            self._upstream.close()
        super().finish()

    def _forward(self) -> None:
        if not self.server.allowed.fullmatch(self.path) or ".." in self.path.split("?", 1)[0]:
            self._refuse(404, "Not Found")
            return
        if not self.server.target:
            self._refuse(503, "Starting")
            return
        body = self._read_body()
        if body is None:
            return
        try:
            status, headers, answer = self._ask(body)
        except TimeoutError:
            self._refuse(504, "Endpoint request timed out")
            return
        except (OSError, http.client.HTTPException):
            self._refuse(502, "Bad Gateway")
            return
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP and name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _forward

    def _read_body(self) -> bytes | None:
        """The whole body, or None after having refused it."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            self._refuse(411, "Length Required")
            return None
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if length < 0:
            self._refuse(400, "Bad Request")
            return None
        if length > _MAX_BODY_BYTES:
            self._refuse(413, "Request Too Long")
            return None
        return self.rfile.read(length)

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        target = urlsplit(self.server.target)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        headers["Host"] = target.netloc
        headers["X-Forwarded-For"] = self.client_address[0]
        # A new connection for each request: a kept one may be closed by the other side between two of them, and a
        # delivery that was sent into it could not be repeated without knowing whether it had arrived.
        self._upstream = http.client.HTTPConnection(target.netloc, timeout=_TIMEOUT_S)
        self._upstream.request(self.command, target.path + self.path, body=body or None, headers=headers)
        answer = self._upstream.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    def _refuse(self, status: int, reason: str) -> None:
        answer = f'{{"message":"{reason}"}}'.encode()
        self.close_connection = True
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: an address may carry an OAuth code."""
