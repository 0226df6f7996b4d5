"""What Shopify may say when we subscribe."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.verdicts import (
    Rejected,
)
from listbridge.shops.shopify.webhooks import WANTED
from tests.unit.shops.shopify_line import Line, ok


def test_one_topic_that_shopify_refuses_keeps_no_other_from_being_subscribed(line: Line, open_with: Any):
    page = {"webhookSubscriptions": {"nodes": [], "pageInfo": {"hasNextPage": False}}}
    message = "This app is not approved to subscribe to webhook topics containing protected customer data."
    refusal = {"webhookSubscription": None, "userErrors": [{"field": ["topic"], "message": message}]}
    made = {"webhookSubscription": {"id": "gid://shopify/WebhookSubscription/1"}, "userErrors": []}
    order = ok({"webhookSubscriptionCreate": refusal})
    other = ok({"webhookSubscriptionCreate": made})
    line.answers = [
        ok(page),
        *[order if topic.startswith("orders/") else other for topic in WANTED],
        ok(page),
    ]
    with pytest.raises(Rejected) as refused:
        open_with().ensure_webhooks("https://hooks.example/webhooks/shop_1")
    params = dict(refused.value.problem.params)
    assert params == {"topics": "orders/create, orders/cancelled", "reason": message}
    asked = [one["variables"]["topic"] for one in line.asked if "topic" in one["variables"]]
    assert len(asked) == len(WANTED)


def test_a_topic_that_another_worker_subscribed_to_meanwhile_is_no_failure(line: Line, open_with: Any):
    url = "https://hooks.example/webhooks/shop_1"
    empty = {"webhookSubscriptions": {"nodes": [], "pageInfo": {"hasNextPage": False}}}
    taken = {"webhookSubscription": None, "userErrors": [{"field": None, "message": "already been taken"}]}
    nodes = [{"id": "gid://x/1", "topic": topic.replace("/", "_").upper(), "uri": url} for topic in WANTED]
    full = {"webhookSubscriptions": {"nodes": nodes, "pageInfo": {"hasNextPage": False}}}
    line.answers = [ok(empty), *[ok({"webhookSubscriptionCreate": taken})] * len(WANTED), ok(full)]
    assert open_with().ensure_webhooks(url).created == WANTED
