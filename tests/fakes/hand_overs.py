"""No platform hands anything over."""

from __future__ import annotations

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ports import Arrival, Begun, Handed, Missing, Way


class NoHandOvers:
    """`HandOvers` of a world whose shops and accounts are connected by entering their credentials."""

    def begin(self, connection: Shop | Account, way: Way) -> Begun:
        raise Missing("hand-over", connection.id)

    def receive(self, connection: Shop | Account, arrival: Arrival) -> Handed:
        raise Missing("hand-over", connection.id)


NO_HAND_OVERS = NoHandOvers()
