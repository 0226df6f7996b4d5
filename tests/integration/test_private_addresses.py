"""A host that leads into a private network is not called, whatever its name says; over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater
from listbridge.infra.calls.http import HttpSession, Purpose

PRIVATE = Problem("address_not_public", fix="enter_public_address")


@dataclass
class Inside:
    """Something that listens on this machine only, and notes who knocks."""

    listener: socket.socket
    knocks: list[bytes] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self.knocks.append(connection.recv(65_536))
                if self.knocks[-1]:
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")


@pytest.fixture
def inside() -> Iterator[Inside]:
    made = Inside(socket.create_server(("127.0.0.1", 0)))
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    yield made
    made.listener.shutdown(socket.SHUT_RDWR)
    made.listener.close()
    thread.join(timeout=5)


def read(url: str, *private_hosts: str) -> requests.Response:
    session = HttpSession(private_hosts=private_hosts)
    return session.request("GET", url, purpose=Purpose.READ, operation="things")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_it_is_not_even_knocked_at(inside: Inside, host: str) -> None:
    with pytest.raises(RetryLater) as refused:
        read(f"http://{host}:{inside.port}/")
    assert (refused.value.problem, inside.knocks) == (PRIVATE, [])


def test_nor_over_tls(inside: Inside) -> None:
    with pytest.raises(RetryLater) as refused:
        read(f"https://localhost:{inside.port}/")
    assert (refused.value.problem, inside.knocks) == (PRIVATE, [])


def test_a_name_that_leads_elsewhere_by_the_time_of_the_call_gets_no_byte(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebound(host: str, port: int, *rest: Any, **named: Any) -> Any:
        asked.append(host)
        return real("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with pytest.raises(RetryLater) as refused:
        read(f"http://shop.example:{inside.port}/")
    assert refused.value.problem == PRIVATE
    assert len(asked) == 2
    assert [knock for knock in inside.knocks if knock] == []


def test_a_host_that_the_operator_named_is_called_wherever_it_is(inside: Inside) -> None:
    assert read(f"http://127.0.0.1:{inside.port}/", "127.0.0.1").text == "ok"


def test_a_name_that_leads_nowhere_was_never_connected() -> None:
    with pytest.raises(RetryLater) as refused:
        read("http://nobody.invalid/")
    assert refused.value.problem == Problem("connection_failed")
