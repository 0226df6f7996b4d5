"""What Shopify posts: headers, signature and the retries of its webhooks.

Facts (Shopify's "Verify webhook deliveries", "Updates to webhook retry mechanism", "Ignore duplicates",
read 2026-11-23): base64 HMAC-SHA256 of the raw body with the app's client secret; 5 s to answer with 2xx; 8 retries
within 4 hours, exponential, with the original payload to the original address; a subscription made by API is removed
after 8 failures in a row. Order is not guaranteed and duplicates happen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from datetime import datetime
from typing import Any

from simulators.faults import FaultPlan
from simulators.kit.deliveries import Deliver, Delivery, DeliveryQueue, Retries
from simulators.kit.pace import Pace
from simulators.shopify.limits import Limits
from simulators.shopify.subscriptions import Subscription, Subscriptions


def sign(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Webhooks(DeliveryQueue):
    """The shop's deliveries: one for each subscription to a topic."""

    def __init__(
        self, pace: Pace, subscriptions: Subscriptions, faults: FaultPlan, limits: Limits, deliver: Deliver | None
    ) -> None:
        retries = Retries(limits.webhook_retries, limits.webhook_retry_window_s, limits.webhook_failures_before_removal)
        super().__init__(pace, subscriptions, faults, retries, deliver)
        self._subscriptions = subscriptions

    def emit(self, topic: str, payload: dict[str, Any], *, shop: str, secret: str, version: str, at: datetime) -> str:
        """Queue the payload for everyone who subscribed to the topic; the id of the event, which all of them share."""
        event_id = str(uuid.uuid4())
        for subscription in self._subscriptions.wanting(topic):
            body = _body(payload, subscription)
            webhook_id = str(uuid.uuid4())
            headers = {
                "Content-Type": "application/json",
                "X-Shopify-Topic": topic,
                "X-Shopify-Hmac-SHA256": sign(body, secret),
                "X-Shopify-Shop-Domain": shop,
                "X-Shopify-API-Version": version,
                "X-Shopify-Webhook-Id": webhook_id,
                "X-Shopify-Event-Id": event_id,
                "X-Shopify-Triggered-At": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            }
            if subscription.name:
                headers["X-Shopify-Name"] = subscription.name
            self.enqueue(
                Delivery(webhook_id, event_id, topic, str(subscription.id), subscription.uri, headers, body, at)
            )
        return event_id


def _body(payload: dict[str, Any], subscription: Subscription) -> bytes:
    wanted = subscription.include_fields
    shown = {key: value for key, value in payload.items() if key in wanted} if wanted else payload
    return json.dumps(shown, separators=(",", ":"), ensure_ascii=False).encode()
