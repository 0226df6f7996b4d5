"""The two doors of a simulator: in process for tests, over HTTP for the local run."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import WSGITask
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from types import TracebackType

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ConnectionDropped(Exception):
    """Raised inside a simulator to break the connection: the caller never sees an answer.

    Raised after the state has changed it plays "timed out after success"; before, "never arrived".
    """


class Transport(BaseAdapter):
    """A `requests` transport that calls a simulator in process: `session.mount("https://", Transport(app))`."""

    def __init__(self, app: WsgiApp) -> None:
        super().__init__()
        self._app = app

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **_: Any
    ) -> requests.Response:
        environ = _environ(request)
        try:
            chunks, status, headers = run_wsgi_app(self._app, environ, buffered=True)
        except ConnectionDropped as dropped:
            raise requests.ReadTimeout(str(dropped), request=request) from dropped
        response = requests.Response()
        response.status_code = int(status.split(" ", 1)[0])
        response.reason = status.partition(" ")[2]
        response.headers.update(dict(headers))
        content = b"".join(chunks)
        length = {"Content-Length": str(len(content))}
        response.raw = HTTPResponse(io.BytesIO(content), headers=length, preload_content=False)
        response.url = request.url or ""
        response.request = request
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        return response

    def close(self) -> None:
        """Nothing to close: there is no socket."""


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    """What a WSGI server makes of a request (PEP 3333), with the whole address as `REQUEST_URI`."""
    body = request.body or b""
    sent = body.encode() if isinstance(body, str) else bytes(body)
    url = urlsplit(request.url or "")
    target = url.path + (f"?{url.query}" if url.query else "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method or "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path).encode().decode("latin-1"),
        "QUERY_STRING": url.query,
        "REQUEST_URI": target,
        "RAW_URI": target,
        "SERVER_NAME": url.hostname or "",
        "SERVER_PORT": str(url.port or (443 if url.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": url.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(sent),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = text
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(sent))
    return environ


class HttpDoor:
    """A simulator on a port of 127.0.0.1, until closed. Use as a context manager or call `close`."""

    def __init__(self, app: WsgiApp, *, port: int = 0, threads: int = 32) -> None:
        self._server = create_server(
            app,
            host="127.0.0.1",
            port=port,
            threads=threads,
            clear_untrusted_proxy_headers=True,
            # A caller that hangs up is no fault, and needs no traceback in the log.
            log_socket_errors=False,
        )
        self._server.channel_class = _Channel
        self.port: int = int(self._server.effective_port)
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.run, name=f"simulator:{self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.close()
        self._thread.join(timeout=5)

    def __enter__(self) -> HttpDoor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Task(WSGITask):  # type: ignore[misc]  # waitress tells no types
    """One call on a port. A dropped one ends in a hang-up without a byte: a caller that looks at the status and never at
    the body must not take it for answered."""

    def execute(self) -> None:
        try:
            super().execute()
        except ConnectionDropped:
            self.wrote_header = True  # else the server answers in our place
            self.close_on_finish = True


class _Channel(HTTPChannel):  # type: ignore[misc]  # likewise
    task_class = _Task
