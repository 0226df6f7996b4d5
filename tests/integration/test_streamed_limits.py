"""Large answers over real sockets: how much is read, for how long, and that a reader that leaves releases
everything."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import ObserveMode, RateLimited, RetryLater
from listbridge.infra.calls.http import HttpSession, Purpose
from listbridge.infra.calls.streamed_body import StreamedBody, StreamLimits
from tests.integration.one_server import Start, one_server
from tests.integration.streaming import (
    CHUNKED,
    LIMITS,
    LINES,
    OK,
    Places,
    chunk,
    length,
    opened,
    seen_until_it_broke,
    sends,
)


@pytest.fixture
def served() -> Iterator[Start]:
    with one_server() as start:
        yield start


# ---- limits ----


def test_a_body_as_long_as_its_limit_is_read_and_a_longer_one_is_not(served: Start) -> None:
    url = served(sends(length(LINES)))
    with opened(url, StreamLimits(total_s=10, whole_bytes=30)) as body:
        assert len(list(body.lines())) == 3
    _, verdict = seen_until_it_broke(opened(url, StreamLimits(total_s=10, whole_bytes=29)))
    assert str(verdict) == "no_answer: document: too long"


@pytest.mark.parametrize("ended", [b"\n", b"", b"\n1234\n"])
def test_a_line_as_long_as_its_limit_is_read_and_a_longer_one_is_not(served: Start, ended: bytes) -> None:
    url = served(sends(length(b"1234\n12345" + ended)))
    with opened(url, StreamLimits(total_s=10, line_bytes=5)) as body:
        assert list(body.lines())[:2] == [b"1234", b"12345"]
    seen, verdict = seen_until_it_broke(opened(url, StreamLimits(total_s=10, line_bytes=4)))
    assert (seen, str(verdict)) == ([b"1234"], "no_answer: document: a line is too long")


def test_an_endless_line_is_given_up_before_it_fills_the_memory(served: Start) -> None:
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.sendall(CHUNKED)
        with contextlib.suppress(OSError):
            while not over.is_set():
                connection.sendall(chunk(b"x" * 60_000))

    limits = StreamLimits(total_s=10, line_bytes=200_000)
    seen, verdict = seen_until_it_broke(opened(served(serve), limits))
    over.set()
    assert (seen, str(verdict)) == ([], "no_answer: document: a line is too long")


def test_a_body_that_comes_too_slowly_is_given_up_though_each_piece_comes_in_time(served: Start) -> None:
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 1000\r\n\r\n")
        with contextlib.suppress(OSError):
            while not over.wait(0.05):
                connection.sendall(b"x\n")

    began = time.monotonic()
    seen, verdict = seen_until_it_broke(opened(served(drip), StreamLimits(total_s=0.5)))
    over.set()
    assert str(verdict) == "no_answer: document: too slow"
    assert 3 < len(seen) < 12
    assert 0.5 < time.monotonic() - began < 2


def test_a_server_that_falls_silent_is_given_up_after_the_session_s_time_out(served: Start) -> None:
    over = threading.Event()

    def fall_silent(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 1000\r\n\r\nfirst\n")
        over.wait(5)

    began = time.monotonic()
    seen, verdict = seen_until_it_broke(opened(served(fall_silent), timeout_s=0.3))
    over.set()
    assert (seen, verdict.problem) == ([b"first"], Problem("no_answer"))
    assert time.monotonic() - began < 2


def test_a_body_may_take_longer_than_a_call(served: Start) -> None:
    def slowly(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 6\r\n\r\n")
        for piece in (b"1\n", b"2\n", b"3\n"):
            time.sleep(0.2)
            connection.sendall(piece)

    with opened(served(slowly), timeout_s=0.4) as body:
        assert list(body.lines()) == [b"1", b"2", b"3"]


# ---- every way out ----


@contextmanager
def hung_up(served: Start) -> Iterator[str]:
    """The address of an endless body; at the end of the block the reader has hung up."""
    gone = threading.Event()

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(CHUNKED + chunk(LINES))
            while connection.recv(1):
                pass
        gone.set()

    yield served(serve)
    assert gone.wait(2)


def leave_early(body: StreamedBody) -> None:
    with body:
        next(body.lines())


def leave_unread(body: StreamedBody) -> None:
    with body:
        pass


def leave_by_an_error(body: StreamedBody) -> None:
    with body, contextlib.suppress(KeyError):
        for line in body.lines():
            raise KeyError(line)
    with contextlib.suppress(KeyError), body:
        raise KeyError


def leave_by_its_limit(body: StreamedBody) -> None:
    with contextlib.suppress(RetryLater):
        list(body.lines())


@pytest.mark.parametrize("leave", [leave_early, leave_unread, leave_by_an_error, leave_by_its_limit])
def test_whoever_leaves_lets_go_of_the_connection_and_its_place(
    served: Start, leave: Callable[[StreamedBody], None]
) -> None:
    places = Places()
    with hung_up(served) as url:
        body = opened(url, StreamLimits(total_s=10, line_bytes=5), budget=places, timeout_s=0.3)
        if leave is not leave_by_its_limit:
            body.close()
            body = opened(url, budget=places)
        assert places.under_way == 1
        leave(body)
        assert places.under_way == 0


def test_a_body_that_was_read_leaves_its_place_at_its_end(served: Start) -> None:
    places = Places()
    body = opened(served(sends(length(LINES))), budget=places)
    assert (len(list(body.lines())), places.under_way) == (3, 0)


def test_a_body_is_read_once_and_not_after_it_was_closed(served: Start) -> None:
    url = served(sends(length(LINES)))
    with opened(url) as body:
        list(body.chunks())
        with pytest.raises(RuntimeError, match="read once"):
            body.lines()
    with opened(url) as body:
        lines = body.lines()
        with pytest.raises(RuntimeError, match="read once"):
            body.chunks()
        assert len(list(lines)) == 3
    with opened(url) as unread:
        pass
    with pytest.raises(RuntimeError, match="read once"):
        unread.chunks()


def test_a_body_that_is_closed_while_it_is_read_does_not_look_complete(served: Start) -> None:
    with hung_up(served) as url:
        body = opened(url)
        lines = body.lines()
        next(lines)
        body.close()
        with pytest.raises(RuntimeError, match="closed while it was read"):
            next(lines)


# ---- the call ----


@pytest.mark.parametrize("status", [204, 206, 302, 403, 404, 503])
def test_any_other_status_comes_with_its_body_for_the_adapter_to_judge(served: Start, status: int) -> None:
    places = Places()
    text = b"" if status == 204 else b"expired"
    url = served(sends(b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n\r\n" % (status, len(text)) + text))
    body = opened(url, budget=places)
    assert (body.status_code, body.response.content, places.under_way) == (status, text, 0)
    with pytest.raises(RuntimeError):
        body.lines()


def test_a_redirect_within_the_origin_is_followed(served: Start) -> None:
    answers = [b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n", length(LINES)]

    def serve(connection: socket.socket) -> None:
        connection.sendall(answers.pop(0))

    with opened(served(serve)) as body:
        assert len(list(body.lines())) == 3


def test_a_401_is_remembered_as_a_refusal_of_the_credentials(served: Start) -> None:
    session = HttpSession()
    url = served(sends(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"))
    session.stream("GET", url, purpose=Purpose.READ, operation="document", limits=LIMITS)
    assert session.refused


def test_what_may_not_leave_does_not_leave(served: Start) -> None:
    came: list[int] = []
    url = served(lambda _: came.append(1))
    with pytest.raises(RateLimited):
        opened(url, budget=Places(0))
    with pytest.raises(ObserveMode):
        opened(url, purpose=Purpose.WRITE, observe=True)
    assert came == []


def test_a_port_that_nobody_listens_on_was_never_connected() -> None:
    places = Places()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        with pytest.raises(RetryLater) as verdict:
            opened(f"http://127.0.0.1:{probe.getsockname()[1]}/", budget=places)
    assert (verdict.value.problem, places.under_way) == (Problem("connection_failed"), 0)
