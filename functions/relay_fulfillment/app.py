"""Queue `fulfillments` → tell the marketplace what the shop shipped, cancelled or refunded, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from listbridge import bootstrap
from listbridge.domain.work import RelayOrder
from listbridge.services.inbox.queue_batch import side_by_side
from listbridge.services.orders.relay.relay_order import relay_order


@bootstrap.lambda_function(
    bootstrap.deps,
    tables="config variants listings orders coordination activity",
    queues="shop_events revise publish orders fulfillments",
)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Compare the named orders at the same time; the answer names the messages that must come back."""
    deps = bootstrap.deps()

    def compare(messages: Sequence[RelayOrder]) -> None:
        for message in dict.fromkeys(messages):
            relay_order(deps, message)

    return side_by_side(event["Records"], RelayOrder, _order, compare, workers=deps.workers)


def _order(message: RelayOrder) -> str:
    return f"{message.account}#{message.order}"
