"""The proxy of the local run on raw sockets: no framing makes one request two, and no page gets further than a person."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator

import pytest

from localrun.gateway import SIGNED_PATHS, Gateway

SMUGGLED = b"GET /_ministack/health HTTP/1.1\r\nHost: x\r\n\r\n"


class Upstream:
    """What stands behind the proxy: keeps every byte of every connection, and answers each with 200."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/base"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)  # which wakes the thread that accepts
        self._listening.close()
        self._thread.join(timeout=5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                self.received.append(_read_request(connection))
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
                    b"Connection: close\r\n\r\nok"
                )


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return received
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    made = Upstream()
    yield made
    made.close()


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """The proxy as it stands behind a tunnel."""
    made = Gateway(allowed=SIGNED_PATHS)
    yield made
    made.close()


@pytest.fixture
def tunnel(gateway: Gateway, upstream: Upstream) -> Gateway:
    """The proxy before this test's upstream."""
    gateway.route_to(upstream.url)
    return gateway


def spoken(gateway: Gateway, request: bytes) -> bytes:
    """Everything that comes back until the proxy hangs up, or has nothing more to say."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def post(*headers: bytes, body: bytes = b"{}") -> bytes:
    head = b"\r\n".join((b"POST /webhooks/shop_1 HTTP/1.1", b"Host: x", *headers))
    return head + b"\r\n\r\n" + body


def test_a_delivery_goes_on_as_it_came(tunnel: Gateway, upstream: Upstream) -> None:
    answer = spoken(
        tunnel, post(b"Content-Length: 2", b"X-Shopify-Topic: products/update", b"Content-Type: application/json")
    )
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.lower().count(b"set-cookie:") == 2
    assert answer.endswith(b"ok")
    (request,) = upstream.received
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /base/webhooks/shop_1 HTTP/1.1\r\n")
    assert body == b"{}"
    lines = head.lower().split(b"\r\n")
    assert b"x-shopify-topic: products/update" in lines
    assert b"content-type: application/json" in lines
    assert b"x-forwarded-for: 127.0.0.1" in lines


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((b"Content-Length: 0", b"Content-Length: %d" % len(SMUGGLED)), id="two lengths, nothing first"),
        pytest.param((b"Content-Length: %d" % len(SMUGGLED), b"Content-Length: 0"), id="two lengths, nothing last"),
        pytest.param((b"Content-Length: 2", b"Content-Length: 2"), id="the same length twice"),
        pytest.param((b"Content-Length: 0, %d" % len(SMUGGLED),), id="two lengths in one"),
        pytest.param((b"Content-Length: +0",), id="a length with a sign"),
        pytest.param((b"Content-Length: -1",), id="a length below zero"),
        pytest.param((b"Content-Length: 0x10",), id="a length in hexadecimal"),
        pytest.param((b"Content-Length: 1_0",), id="a length with an underscore"),
        pytest.param((b"Content-Length : 0", b"Content-Length: 5"), id="a space before the colon"),
        pytest.param((b"Content-Length:\x0b0",), id="a length after a vertical tab"),
        pytest.param((b"Transfer-Encoding: identity", b"Content-Length: 0"), id="identity"),
        pytest.param((b"Transfer-Encoding: xchunked", b"Content-Length: 0"), id="nearly chunked"),
        pytest.param((b"Transfer-Encoding: chunked, identity", b"Content-Length: 0"), id="chunked and more"),
        pytest.param((b"Transfer-Encoding: \x0bchunked", b"Content-Length: 0"), id="chunked after a vertical tab"),
        pytest.param((b"Transfer-Encoding\n: chunked",), id="a bare line feed"),
        pytest.param((b"Content-Length: 0", b" %d" % len(SMUGGLED)), id="a folded length"),
        pytest.param((b"X: y\rContent-Length: 0",), id="a bare carriage return"),
    ],
)
def test_a_request_whose_end_can_be_read_in_two_ways_is_refused_and_nothing_goes_on(
    tunnel: Gateway, upstream: Upstream, headers: tuple[bytes, ...]
) -> None:
    answer = spoken(tunnel, post(*headers, body=SMUGGLED))
    assert answer.split(b" ", 2)[1] in (b"400", b"501"), answer
    assert answer.count(b"HTTP/1.") == 1
    assert upstream.received == []


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(post(b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED), id="in the body"),
        pytest.param(
            post(b"Transfer-Encoding: chunked", body=b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n"),
            id="in a chunk",
        ),
        pytest.param(
            post(
                b"Transfer-Encoding: chunked",
                b"Content-Length: 4",
                body=b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n",
            ),
            id="in a chunk with a length beside",
        ),
        pytest.param(post(b"Content-Length: 0", body=SMUGGLED), id="after the body"),
        pytest.param(post(b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED), id="after the last chunk"),
        pytest.param(post(b"Content_Length: 44", b"Content-Length: 0", body=SMUGGLED), id="behind an underscore"),
    ],
)
def test_what_a_request_carries_is_never_a_request_of_its_own(
    tunnel: Gateway, upstream: Upstream, request_: bytes
) -> None:
    spoken(tunnel, request_)
    assert len(upstream.received) == 1
    head, _, body = upstream.received[0].partition(b"\r\n\r\n")
    lines = [line.lower() for line in head.split(b"\r\n")]
    assert lines[0] == b"post /base/webhooks/shop_1 http/1.1"
    assert [line for line in lines if line.startswith(b"transfer-encoding")] == []
    assert [line for line in lines if line.startswith(b"content-length")] == [b"content-length: %d" % len(body)]
    assert b"connection: close" in lines
    assert body in (b"", SMUGGLED)


@pytest.mark.parametrize(
    "target",
    [
        b"/v1/health",
        b"http://127.0.0.1/webhooks/shop_1",
        b"//webhooks/a",
        b"/webhooks/a/../../v1/health",
        b"/webhooks/a%2fb",
        b"/webhooks/a#/../../v1/health",
        b"/webhooks/a?b#c",
        b"/notices/../v1/health",
        b"/notices/a/b",
        b"*",
        b"/webhooks/\xc3\xa9",
        b"/_ministack/health",
        b"/restapis/x",
    ],
)
def test_only_the_signed_paths_go_on(tunnel: Gateway, upstream: Upstream, target: bytes) -> None:
    answer = spoken(tunnel, b"POST " + target + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    assert answer.split(b" ", 2)[1] in (b"404", b"400")
    assert upstream.received == []


@pytest.mark.parametrize(
    "line", [b"POST /notices/ebay", b"GET /notices/ebay?challenge_code=c0de", b"GET /callbacks/ebay?code=1&state=2"]
)
def test_what_marketplaces_ask_and_tell_goes_on(tunnel: Gateway, upstream: Upstream, line: bytes) -> None:
    spoken(tunnel, line + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    method, target = line.split(b" ")
    assert [one.split(b"\r\n", 1)[0] for one in upstream.received] == [method + b" /base" + target + b" HTTP/1.1"]


@pytest.mark.parametrize("method", [b"CONNECT", b"TRACE", b"PURGE", b"post"])
def test_other_methods_do_not_go_on(tunnel: Gateway, upstream: Upstream, method: bytes) -> None:
    answer = spoken(tunnel, method + b" /webhooks/shop_1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    assert answer.split(b" ", 2)[1] in (b"400", b"405")
    assert upstream.received == []


def test_headers_of_this_hop_and_of_a_page_do_not_go_on(tunnel: Gateway, upstream: Upstream) -> None:
    spoken(
        tunnel,
        post(
            b"Content-Length: 2",
            b"Connection: close, X-Secret",
            b"X-Secret: 1",
            b"Origin: https://evil.example",
            b"Sec-Fetch-Site: cross-site",
            b"X-Forwarded-For: 6.6.6.6",
            b"X-Forwarded-Host: evil.example",
            b"Forwarded: for=6.6.6.6",
            b"Upgrade: websocket",
            b"Authorization: token",
        ),
    )
    (request,) = upstream.received
    sent = request.lower()
    for word in (b"x-secret", b"evil", b"6.6.6.6", b"sec-fetch", b"upgrade", b"forwarded-host"):
        assert word not in sent
    assert b"authorization: token" in sent


def test_a_body_larger_than_lambda_takes_is_refused(tunnel: Gateway, upstream: Upstream) -> None:
    answer = spoken(tunnel, post(b"Content-Length: %d" % (6 * 1024 * 1024 + 1), body=b"x" * 1000))
    assert answer.split(b" ", 2)[1] == b"413"
    assert upstream.received == []


def test_before_it_is_told_where_to_it_says_that_it_starts() -> None:
    starting = Gateway()
    try:
        assert spoken(starting, b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 503 ")
    finally:
        starting.close()


def test_who_does_not_answer_is_a_bad_gateway(tunnel: Gateway, upstream: Upstream) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    tunnel.route_to(f"http://127.0.0.1:{port}")
    assert spoken(tunnel, post(b"Content-Length: 2")).startswith(b"HTTP/1.1 502 ")


def test_an_answer_that_comes_after_the_closing_leaves_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    closing = Gateway()
    with socket.create_server(("127.0.0.1", 0)) as slow:
        closing.route_to(f"http://127.0.0.1:{slow.getsockname()[1]}")
        with socket.create_connection(("127.0.0.1", closing.port), timeout=10) as caller:
            caller.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            asked, _ = slow.accept()
            with asked:
                _read_request(asked)
                closing.close()
                asked.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            closing._server.task_dispatcher.shutdown()  # comes back when the thread of the late answer has ended
    # waitress also warns of a queue that a slow machine serves late.
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []
