"""The seller's consent in their browser: they come back with a code and the seller's id."""

from __future__ import annotations

import re

from listbridge.domain.ports import Arrival, Begun, Handed, Way
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.oauth import code_in
from listbridge.marketplaces.amazon.auth import authorize_url, consented

_SELLER = re.compile(r"[A-Z0-9]{5,30}")


class AmazonHandOver:
    """See `infra.calls.hand_over.HandOver`."""

    def begin(self, connection: Connection, way: Way) -> Begun:
        return Begun(authorize_url(connection, way.state, way.redirect), {"redirect": way.redirect})

    def receive(self, connection: Connection, arrival: Arrival) -> Handed:
        """Who consented is named by the browser that came back, and proven by the calls that follow: Amazon refuses a seller's
        id that is not the token's."""
        params = arrival.request.params
        code, seller = code_in(params, "spapi_oauth_code"), params.get("selling_partner_id", "")
        if not code or _SELLER.fullmatch(seller) is None:
            return Handed(declined=True)
        credentials = consented(connection, code, arrival.keep.get("redirect", ""))
        return Handed(credentials=credentials, settings={"seller_id": seller})


HAND_OVER = AmazonHandOver()
