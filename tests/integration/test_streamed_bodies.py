"""Large answers over real sockets: read while they arrive, decoded on the way, and whole or not at all."""

from __future__ import annotations

import gzip
import socket
import threading
import tracemalloc
from collections.abc import Iterator

import pytest

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RetryLater
from listbridge.infra.calls.http import Purpose
from listbridge.infra.calls.streamed_body import StreamLimits
from tests.integration.one_server import Start, one_server
from tests.integration.streaming import CHUNKED, LINES, OK, Places, chunk, length, opened, seen_until_it_broke, sends


@pytest.fixture
def served() -> Iterator[Start]:
    with one_server() as start:
        yield start


# ---- what arrives ----


@pytest.mark.parametrize(
    ("sent", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\r\nb", [b"a", b"b"]),
        (b"\n\na\n", [b"", b"", b"a"]),
        (b"a\rb\xe2\x80\xa8c\n", [b"a\rb\xe2\x80\xa8c"]),
    ],
)
def test_a_line_ends_with_its_line_feed_and_the_last_one_with_the_body(
    served: Start, sent: bytes, lines: list[bytes]
) -> None:
    with opened(served(sends(length(sent)))) as body:
        assert list(body.lines()) == lines


def test_a_line_may_arrive_in_many_pieces(served: Start) -> None:
    answer = CHUNKED + b"".join(chunk(bytes([one])) for one in LINES) + b"0\r\n\r\n"
    with opened(served(sends(answer))) as body:
        assert list(body.lines()) == [b'{"id": 1}', b'{"id": 2}', b'{"id": 3}']


def test_a_line_is_told_before_the_next_one_was_sent(served: Start) -> None:
    told = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.sendall(CHUNKED + chunk(b"first\n"))
        connection.sendall(chunk(b"second\n" if told.wait(5) else b"too late\n") + b"0\r\n\r\n")

    with opened(served(serve)) as body:
        lines = body.lines()
        assert next(lines) == b"first"
        told.set()
        assert list(lines) == [b"second"]


def test_a_large_body_is_never_in_memory(served: Start) -> None:
    line = b"x" * 999 + b"\n"

    def serve(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 30000000\r\n\r\n")
        for _ in range(300):
            connection.sendall(line * 100)

    with opened(served(serve)) as body:
        tracemalloc.start()
        assert sum(len(one) for one in body.lines()) == 30_000 * 999
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 2_000_000


# ---- gzip ----


def test_a_document_in_gzip_is_decoded_on_the_way(served: Start) -> None:
    with opened(served(sends(length(gzip.compress(LINES)))), zipped=True) as body:
        assert b"".join(body.chunks()) == LINES


def test_a_document_that_travels_in_gzip_is_decoded_unasked(served: Start) -> None:
    answer = length(gzip.compress(LINES), b"Content-Encoding: gzip\r\n")
    with opened(served(sends(answer))) as body:
        assert b"".join(body.chunks()) == LINES


def test_a_gzip_document_that_travels_in_gzip_is_decoded_twice(served: Start) -> None:
    answer = length(gzip.compress(gzip.compress(LINES)), b"Content-Encoding: gzip\r\n")
    with opened(served(sends(answer)), zipped=True) as body:
        assert b"".join(body.chunks()) == LINES


def test_a_gzip_document_of_several_members_is_all_of_them(served: Start) -> None:
    zipped = gzip.compress(LINES[:10]) + gzip.compress(b"") + gzip.compress(LINES[10:])
    answer = CHUNKED + b"".join(chunk(bytes([one])) for one in zipped) + b"0\r\n\r\n"
    with opened(served(sends(answer)), zipped=True) as body:
        assert b"".join(body.chunks()) == LINES


def test_what_is_packed_into_few_bytes_comes_in_pieces(served: Start) -> None:
    zipped = gzip.compress(b"\0" * 50_000_000)
    assert len(zipped) < 60_000
    with opened(served(sends(length(zipped))), zipped=True) as body:
        tracemalloc.start()
        sizes = [len(piece) for piece in body.chunks()]
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (sum(sizes), max(sizes)) == (50_000_000, 65_536)
    assert most < 1_000_000


@pytest.mark.parametrize("layers", [1, 2])
def test_what_is_packed_into_few_bytes_is_bounded_as_it_is_decoded(served: Start, layers: int) -> None:
    zipped = b"\0" * 50_000_000
    for _ in range(layers):
        zipped = gzip.compress(zipped)
    answer = length(zipped, b"Content-Encoding: gzip\r\n" if layers == 2 else b"")
    limits = StreamLimits(total_s=10, whole_bytes=1_000_000)
    seen: list[bytes] = []
    with opened(served(sends(answer)), limits, zipped=True) as body, pytest.raises(RetryLater) as verdict:
        seen.extend(body.chunks())
    assert str(verdict.value) == "no_answer: document: too long"
    assert 900_000 < sum(len(piece) for piece in seen) <= 1_000_000


# ---- a cut is not the end ----

ZIPPED = gzip.compress(LINES)
CUT = {
    "before the told length": (OK + b"Content-Length: 40\r\n\r\n" + LINES, False),
    "within a chunk": (CHUNKED + b"40\r\n" + LINES, False),
    "between two chunks": (CHUNKED + chunk(LINES), False),
    "within the next chunk's length": (CHUNKED + chunk(LINES) + b"1", False),
    "within gzip, of a whole answer": (length(ZIPPED[:-1]), True),
    "before gzip": (length(b""), True),
    "after gzip": (length(ZIPPED + b"\0\0"), True),
    "in gzip's checksum": (length(ZIPPED[:-8] + b"\0" * 8), True),
    "what is no gzip": (length(LINES), True),
}


@pytest.mark.parametrize("place", CUT)
def test_a_body_that_is_cut_is_an_error_and_not_an_end(served: Start, place: str) -> None:
    answer, zipped = CUT[place]
    places = Places()
    seen, verdict = seen_until_it_broke(opened(served(sends(answer)), zipped=zipped, budget=places))
    assert seen in ([], [b'{"id": 1}', b'{"id": 2}', b'{"id": 3}'])
    assert verdict.problem == Problem("no_answer")
    assert places.under_way == 0


@pytest.mark.parametrize(
    "head",
    [
        b"\r\n",
        b"Connection: close\r\n\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        b"Content-Length: some\r\n\r\n",
        b"Content-Encoding: br\r\nContent-Length: 30\r\n\r\n",
        b"Content-Le",
    ],
)
def test_a_body_whose_end_cannot_be_told_is_not_begun(served: Start, head: bytes) -> None:
    places = Places()
    with pytest.raises(RetryLater) as verdict:
        opened(served(sends(OK + head + LINES)), budget=places)
    assert verdict.value.problem == Problem("no_answer")
    assert places.under_way == 0


def test_a_cut_answer_to_a_write_leaves_its_outcome_unknown(served: Start) -> None:
    url = served(sends(OK + b"Content-Length: 40\r\n\r\n" + LINES))
    with opened(url, purpose=Purpose.WRITE) as body, pytest.raises(OutcomeUnknown):
        list(body.chunks())
