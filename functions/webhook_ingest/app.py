"""HTTP in: `/webhooks/{shop_id}`, a shop's or an account's → judge, remember, enqueue, answer. Queue `marketplace-events`: likewise."""

from __future__ import annotations

import json
from typing import Any

from listbridge import bootstrap
from listbridge.services.inbox.ingest_message import ingest_messages
from listbridge.services.inbox.ingest_webhook import ingest_webhook

_TEXTS = {200: "ok", 400: "unparsable body", 401: "unauthorized", 413: "body too large"}


@bootstrap.lambda_function(
    bootstrap.webhook_ingest, tables="config inbox", queues="shop_events orders", more="max_webhook_bytes", holds=False
)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Answer one delivery. An exception becomes a 5xx at the gateway, and the sender sends again."""
    ingest = bootstrap.webhook_ingest()
    if "Records" in event:
        return ingest_messages(
            event["Records"], doors=ingest.doors, inbox=ingest.inbox, queues=ingest.queues, clock=ingest.clock
        )
    name = (event.get("pathParameters") or {}).get("shop_id") or ""
    receipt = ingest_webhook(
        name,
        bootstrap.request_of(event),
        doors=ingest.doors,
        inbox=ingest.inbox,
        queues=ingest.queues,
        clock=ingest.clock,
        max_bytes=ingest.max_bytes,
    )
    bootstrap.observe_webhook(name.partition(".")[0], receipt.outcome)
    return {
        "statusCode": receipt.status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(dict(receipt.reply or {"message": _TEXTS[receipt.status]})),
    }
