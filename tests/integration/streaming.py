"""What the tests of streamed bodies share: a session that streams, and answers as they stand on the wire."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited, RetryLater
from listbridge.infra.calls.http import HttpSession, Purpose
from listbridge.infra.calls.streamed_body import StreamedBody, StreamLimits

LIMITS = StreamLimits(total_s=10)
LINES = b'{"id": 1}\n{"id": 2}\n{"id": 3}\n'
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


class Places:
    """A budget that counts the calls, and those under way."""

    def __init__(self, calls: int = 99) -> None:
        self.left = calls
        self.under_way = 0

    def spend(self, operation: str) -> None:
        if self.left == 0:
            raise RateLimited(Problem("budget_spent"))
        self.left -= 1

    @contextmanager
    def flight(self, operation: str) -> Iterator[None]:
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1


def opened(
    url: str, limits: StreamLimits = LIMITS, *, zipped: bool = False, purpose: Purpose = Purpose.READ, **session: Any
) -> StreamedBody:
    return HttpSession(**session).stream(
        "GET", url, purpose=purpose, operation="document", limits=limits, zipped=zipped
    )


def length(body: bytes, head: bytes = b"") -> bytes:
    """An answer that tells its length."""
    return OK + head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def sends(answer: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(answer)


def seen_until_it_broke(body: StreamedBody) -> tuple[list[bytes], RetryLater]:
    """The lines that came, and the error after them."""
    seen: list[bytes] = []
    with body, pytest.raises(RetryLater) as verdict:
        seen.extend(body.lines())
    return seen, verdict.value
