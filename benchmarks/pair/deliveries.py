"""A genuine delivery of the shop, for the figure of the webhooks' door."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from benchmarks import stage

TOPIC = "inventory_levels/update"
ID_HEADER = "X-Shopify-Webhook-Id"
BODY = (stage.ROOT / "tests" / "data" / "shopify" / "inventory_levels_update.json").read_bytes()
CREDENTIALS = {"client_id": "bench", "client_secret": "bench-client-secret"}
"""Of a shop that exists nowhere."""


def delivery(id: str) -> dict[str, Any]:
    """A delivery as API Gateway hands it on, signed with the shop's secret."""
    sample = json.loads((stage.ROOT / "events/webhook_ingest/inventory_levels_update.json").read_text())
    digest = hmac.new(CREDENTIALS["client_secret"].encode(), BODY, hashlib.sha256).digest()
    told = {
        "X-Shopify-Topic": TOPIC,
        ID_HEADER: id,
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
    }
    return {
        **sample,
        "body": BODY.decode(),
        "pathParameters": {"shop_id": stage.SHOP},
        "headers": {**sample["headers"], **told},
    }
