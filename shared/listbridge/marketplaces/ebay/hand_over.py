"""The seller's consent in their browser: they come back with a code."""

from __future__ import annotations

from listbridge.domain.ports import Arrival, Begun, Handed, Way
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.oauth import code_in
from listbridge.marketplaces.ebay.auth import authorize_url, consented


class EbayHandOver:
    """See `infra.calls.hand_over.HandOver`. eBay leads the seller to the RuName's address, which is registered with the app."""

    def begin(self, connection: Connection, way: Way) -> Begun:
        return Begun(authorize_url(connection, way.state))

    def receive(self, connection: Connection, arrival: Arrival) -> Handed:
        code = code_in(arrival.request.params)
        return Handed(credentials=consented(connection, code)) if code else Handed(declined=True)


HAND_OVER = EbayHandOver()
