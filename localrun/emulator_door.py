"""Runs in the emulator's own environment: MiniStack behind a door that no web page gets through.

MiniStack has no authentication, runs uploaded code, and answers every origin with `Access-Control-Allow-Origin: *`: any page
in the browser of a person who runs `make up` could work it. So calls that a browser makes for a page are refused, by
`Origin`, by `Sec-Fetch-Site`, and on this machine's own address by a `Host` that names another (a page that has its own
name resolved to 127.0.0.1). It is started as a file, because that environment knows nothing of this package.
"""

from __future__ import annotations

import importlib
import ipaddress
import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Any, Send], Awaitable[None]]

_REFUSAL = b'{"message":"The emulator takes no calls from web pages."}'


def behind_door(app: App, *, local_only: bool) -> App:
    """The ASGI application without the calls that a web page can make. `local_only`: it listens on 127.0.0.1 alone."""

    async def door(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not _of_a_page(scope.get("headers", ()), local_only):
            await app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": _REFUSAL})

    return door


def _of_a_page(headers: Iterable[tuple[bytes, bytes]], local_only: bool) -> bool:
    for raw, value in headers:
        name = raw.lower()
        if name == b"origin" or (name == b"sec-fetch-site" and value.strip().lower() != b"none"):
            return True
        if name == b"host" and local_only and not _is_this_machine(value.decode("latin-1")):
            return True
    return False


def _is_this_machine(host: str) -> bool:
    name = host.strip().lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.rpartition(":")[0] or name
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def main() -> None:
    """Start the emulator as its own command would, with the door before it."""
    ministack: Any = importlib.import_module("ministack.app")
    ministack.app = behind_door(ministack.app, local_only=os.environ.get("BIND_HOST") == "127.0.0.1")
    ministack.main()


if __name__ == "__main__":
    main()
