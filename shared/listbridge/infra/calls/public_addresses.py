"""Connections to public addresses only: a shop's host is typed by a person, and may lead into the network that we run in.

The address is judged, not the name, and of the very connection that the call goes over: a name may lead elsewhere by the
time it is looked up again. Each redirect makes a connection of its own, or uses one that was judged.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 within IPv6 (RFC 6052, section 2.1)."""


class NotPublic(NewConnectionError):
    """The host leads to an address of a private network, or of this machine; nothing was sent."""


class PublicAdapter(HTTPAdapter):
    """Requests' own transport, which calls public addresses only, and the hosts that are `excepted`.

    What goes through a proxy is left to the proxy.
    """

    def __init__(self, excepted: Collection[str] = (), **options: Any) -> None:
        self._excepted = frozenset(excepted)
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """As requests makes it, with connections that look where they lead."""
        super().init_poolmanager(*args, **options)
        excepted = self._excepted

        class Plain(_Judged, HTTPConnection):
            hosts = excepted

        class Secure(_Judged, HTTPSConnection):
            hosts = excepted

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def is_public(address: str) -> bool:
    """Whether an IP address can be reached from anywhere; false for what is no address at all."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        within = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if within is None and ip in _NAT64:
            within = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if within is not None:
            return within.is_global and not within.is_multicast
    return ip.is_global and not ip.is_multicast


class _Judged:
    """A connection that is made only where every address of the host is public, and kept only if its own is."""

    hosts: frozenset[str] = frozenset()

    def _new_conn(self) -> socket.socket:
        host, port = self.host, self.port  # type: ignore[attr-defined]
        if host.strip("[]") in self.hosts:
            return super()._new_conn()  # type: ignore[misc, no-any-return]
        # Before anything knocks there: whether a port of a private network answers is nobody's to know.
        if not all(is_public(one) for one in _addresses(host, port)):
            raise NotPublic(self, "the host leads to a private address")  # type: ignore[arg-type]
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        if not is_public(made.getpeername()[0]):
            made.close()
            raise NotPublic(self, "the host leads to a private address by now")  # type: ignore[arg-type]
        return made


def _addresses(host: str, port: int) -> list[str]:
    """What the host's name leads to; nothing where it leads nowhere, which the connection itself tells."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(address[0]) for *_, address in found]
