"""The HTTP session against real sockets: what breaks where, and what it then means."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RetryLater
from listbridge.infra.calls.http import HttpSession, Purpose
from tests.integration.one_server import Start, one_server


@pytest.fixture
def served() -> Iterator[Start]:
    with one_server() as start:
        yield start


def write(session: HttpSession, url: str) -> None:
    session.request("PUT", url, purpose=Purpose.WRITE, operation="things", json={})


def test_a_port_that_nobody_listens_on_was_never_connected() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/"
        with pytest.raises(RetryLater) as verdict:
            write(HttpSession(), url)
    assert verdict.value.problem == Problem("connection_failed")


def test_a_name_that_nobody_has_was_never_connected() -> None:
    with pytest.raises(RetryLater) as verdict:
        write(HttpSession(), "http://nobody.invalid/")
    assert verdict.value.problem == Problem("connection_failed")


@pytest.mark.parametrize(
    "sent",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", b"nonsense\r\n\r\n"],
)
def test_a_connection_that_breaks_after_sending_leaves_a_write_unknown(served: Start, sent: bytes) -> None:
    url = served(lambda connection: connection.sendall(sent))
    with pytest.raises(OutcomeUnknown) as verdict:
        write(HttpSession(), url)
    assert verdict.value.problem == Problem("no_answer")


def test_a_server_that_never_answers_is_given_up_in_time(served: Start) -> None:
    over = threading.Event()
    url = served(lambda connection: over.wait(5) and None)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        write(HttpSession(timeout_s=0.3), url)
    over.set()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("begun", "drop"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"Transfer-Encoding: chunked\r\n\r\nffff\r\n", b"x"),
        (b"Content-Length: 1000\r\n\r\n", b"x"),
        (b"Connection: close\r\n\r\n", b"x"),
    ],
)
def test_a_server_that_drips_is_given_up_in_time(served: Start, begun: bytes, drop: bytes) -> None:
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + begun)
        with contextlib.suppress(OSError):
            while not over.wait(0.05):
                connection.sendall(drop)

    url = served(drip)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        write(HttpSession(timeout_s=0.4), url)
    over.set()
    assert time.monotonic() - began < 2


def test_an_answer_is_read_whole(served: Start) -> None:
    url = served(lambda connection: connection.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"))
    response = HttpSession().request("GET", url, purpose=Purpose.READ, operation="things")
    assert (response.status_code, response.text) == (503, "busy")
