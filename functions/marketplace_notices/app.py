"""HTTP in: `/notices/{slug}`, what a marketplace tells all of its applications → know it by its signature, remember, enqueue, answer.

The only function with the second layer. It reads no secret and calls no platform.
"""

from __future__ import annotations

import json
from typing import Any

from listbridge import bootstrap
from listbridge.services.inbox.ingest_notice import ingest_notice, prove_address

_TEXTS = {
    400: "unparsable request",
    404: "not found",
    412: "signature not proven",
    413: "body too large",
    503: "try again",
}


@bootstrap.lambda_function(bootstrap.notice_ingest, tables="config coordination inbox", queues="orders", holds=False)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Answer one call. An exception becomes a 5xx at the gateway, and the marketplace sends again."""
    notices = bootstrap.notice_ingest()
    marketplace = (event.get("pathParameters") or {}).get("slug") or ""
    request = bootstrap.request_of(event)
    if request.method == "GET":
        receipt = prove_address(marketplace, request, doors=notices.doors)
    else:
        receipt = ingest_notice(
            marketplace,
            request,
            doors=notices.doors,
            keys=notices.keys,
            signatures=notices.signatures,
            inbox=notices.inbox,
            queues=notices.queues,
            clock=notices.clock,
        )
    bootstrap.observe_notice(marketplace, receipt.outcome)
    if receipt.status == 204:
        return {"statusCode": 204, "headers": {}, "body": ""}
    return {
        "statusCode": receipt.status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(dict(receipt.reply or {"message": _TEXTS[receipt.status]})),
    }
