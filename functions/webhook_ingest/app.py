"""HTTP in: `POST /webhooks/{shop_id}` → verify, remember, enqueue, answer."""

from __future__ import annotations

import base64
import json
from typing import Any

from listbridge import bootstrap
from listbridge.domain.ids import ShopId
from listbridge.services.ingest_webhook import ingest_webhook

_TEXTS = {200: "ok", 400: "unparsable body", 401: "unauthorized", 413: "body too large"}


@bootstrap.lambda_function(bootstrap.webhook_ingest)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Answer one delivery. An exception becomes a 5xx at the gateway, and the shop sends again."""
    ingest = bootstrap.webhook_ingest()
    text = event.get("body") or ""
    # Half a surrogate pair is nothing that anybody can have signed, but nothing to fail over either.
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode("utf-8", "surrogatepass")
    headers = {name.lower(): value or "" for name, value in (event.get("headers") or {}).items()}
    shop = ShopId((event.get("pathParameters") or {}).get("shop_id") or "")
    receipt = ingest_webhook(
        shop, body, headers, doors=ingest.doors, inbox=ingest.inbox, queues=ingest.queues, clock=ingest.clock,
        max_bytes=ingest.max_bytes,
    )  # fmt: skip
    bootstrap.observe_webhook(shop, receipt.outcome)
    return {
        "statusCode": receipt.status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"message": _TEXTS[receipt.status]}),
    }
