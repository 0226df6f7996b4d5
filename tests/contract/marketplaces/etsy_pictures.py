"""The shop's public addresses of pictures, where the tests of Etsy's adapter fetch them: a host beside the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(64) + b"\xff\xd9"
"""What begins and ends as a picture does; nobody looks at it."""
HOST = "images.example"
_IN_CHUNKS = ("Transfer-Encoding", "chunked")
DOWNLOAD = "downloadPicture"
"""What a stage calls the fetching of a picture."""


@dataclass
class WithPictures:
    """A WSGI application that serves pictures at `HOST`, and at all other hosts the simulator's.

    `served` says for a path what is there instead: a content type and a body, or the
    status of a refusal. `fetched` are the paths asked for. Where it does not announce sizes, what is served ends where it ends.
    """

    simulator: Callable[..., Iterable[bytes]]
    served: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    announces: bool = True

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_HOST", "") != HOST:
            return self.simulator(environ, start_response)
        path = environ["PATH_INFO"]
        self.fetched.append(path)
        kind, body = self.served.get(path, ("image/jpeg", JPEG))
        start_response(
            f"{kind} Not now" if kind.isdigit() else "200 OK",
            [("Content-Type", kind), ("Content-Length", str(len(body))) if self.announces else _IN_CHUNKS],
        )
        return [body]
