"""What a person asks for can be followed by the id of the call."""

from __future__ import annotations

from listbridge.domain.trace import Trace
from listbridge.domain.work import Lane
from tests.unit.functions.installation import Installation
from tests.unit.functions.seller import Seller


def test_the_messages_of_a_call_carry_the_gateways_id_of_it(seller: Seller, installation: Installation) -> None:
    answer = installation.call("POST", f"/v1/shops/{seller.shop}/sweep", request="gw-9")
    assert answer.status < 300, answer.text
    (chunk,) = installation.stores.queues.messages(Lane.RECOMPUTE)
    assert chunk.trace == Trace(id="gw-9", reason="request", hops=1, idle=0)
