"""What an adapter offers whose platform hands credentials over: a module `hand_over` with a `HAND_OVER` of this shape."""

from __future__ import annotations

from typing import Protocol

from listbridge.domain.ports import Arrival, Begun, Handed, Way
from listbridge.infra.calls.connection import Connection


class HandOver(Protocol):
    """One platform's hand-over: pure but for the calls that it makes over the connection.

    The connection holds the settings and whatever credentials were entered before; those that are handed over are not
    among them yet. Until they are, the platform's `Credentials` are valid without them, and its adapter raises Unauthorized.
    """

    def begin(self, connection: Connection, way: Way) -> Begun:
        """Raises RemoteError."""

    def receive(self, connection: Connection, arrival: Arrival) -> Handed:
        """Check the request, signature included, and trade what it brings. Raises RemoteError."""
