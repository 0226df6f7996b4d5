"""The seller's consent in their browser: they come back with a code, which is worth nothing without our verifier (PKCE)."""

from __future__ import annotations

from listbridge.domain.ports import Arrival, Begun, Handed, Way
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.oauth import code_in
from listbridge.marketplaces.etsy.auth import authorize_url, consented, verifier


class EtsyHandOver:
    """See `infra.calls.hand_over.HandOver`."""

    def begin(self, connection: Connection, way: Way) -> Begun:
        keep = {"verifier": verifier(), "redirect": way.redirect}
        return Begun(authorize_url(connection, way.state, way.redirect, keep["verifier"]), keep)

    def receive(self, connection: Connection, arrival: Arrival) -> Handed:
        code, keep = code_in(arrival.request.params), arrival.keep
        if not code or not keep.get("verifier"):
            return Handed(declined=True)
        return Handed(credentials=consented(connection, code, keep.get("redirect", ""), keep["verifier"]))


HAND_OVER = EtsyHandOver()
