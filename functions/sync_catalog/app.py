"""Queue `shop-events` → re-read the shop → ledger → mark what must move."""

from __future__ import annotations

from functools import partial
from typing import Any

from listbridge import bootstrap
from listbridge.domain.work import ShopEvent
from listbridge.services.inbox.queue_batch import together
from listbridge.services.inbox.sync_catalog import sync_catalog


@bootstrap.lambda_function(
    bootstrap.deps,
    tables="config variants listings orders coordination inbox activity",
    queues="shop_events recompute revise publish orders fulfillments",
)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Handle a batch of shop events, collapsed; the answer names the messages that must come back."""
    return together(event["Records"], ShopEvent, partial(sync_catalog, bootstrap.deps()))
