"""What Shopify may say when we subscribe."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.verdicts import Rejected
from listbridge.shops.shopify.webhooks import WANTED
from tests.unit.shops.shopify_line import Line, ok


def test_one_topic_that_shopify_refuses_keeps_no_other_from_being_subscribed(line: Line, open_with: Any):
    page = {"webhookSubscriptions": {"nodes": [], "pageInfo": {"hasNextPage": False}}}
    message = "This app is not approved to subscribe to webhook topics containing protected customer data."
    refusal = {"webhookSubscription": None, "userErrors": [{"field": ["topic"], "message": message}]}
    made = {"webhookSubscription": {"id": "gid://shopify/WebhookSubscription/1"}, "userErrors": []}
    order = ok({"webhookSubscriptionCreate": refusal})
    other = ok({"webhookSubscriptionCreate": made})
    line.answers = [ok(page), *[order if topic.startswith("orders/") else other for topic in WANTED], ok(page)]
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


@pytest.mark.parametrize("field", [["webhookSubscription", "callbackUrl"], ["webhookSubscription", "uri"]])
def test_a_refused_address_is_told_at_once_and_what_leads_elsewhere_stays(line: Line, open_with: Any, field: list[str]):
    old = "https://old.example/webhooks/shop_1"
    nodes = [{"id": "gid://shopify/WebhookSubscription/1", "topic": "PRODUCTS_UPDATE", "uri": old}]
    words = "Address cannot be a Shopify or an internal domain"
    refusal = {"webhookSubscription": None, "userErrors": [{"field": field, "message": words}]}
    line.answers = [
        ok({"webhookSubscriptions": {"nodes": nodes, "pageInfo": {"hasNextPage": False}}}),
        ok({"webhookSubscriptionCreate": refusal}),
    ]
    with pytest.raises(Rejected) as refused:
        open_with().ensure_webhooks("https://10.0.0.7/webhooks/shop_1")
    problem = refused.value.problem
    assert (problem.code, problem.fix) == ("shopify_address_refused", "set_reachable_address")
    assert dict(problem.params) == {"address": "10.0.0.7", "words": words}
    assert len(line.asked) == 2


def test_a_topic_that_is_refused_here_is_still_heard_where_it_was(line: Line, open_with: Any):
    old, new = "https://old.example/webhooks/shop_1", "https://new.example/webhooks/shop_1"
    page = {"hasNextPage": False}
    nodes = [
        {"id": f"gid://shopify/WebhookSubscription/{place}", "topic": topic.replace("/", "_").upper(), "uri": old}
        for place, topic in enumerate(WANTED)
    ]
    made = ok({"webhookSubscriptionCreate": {"webhookSubscription": {"id": "gid://x/9"}, "userErrors": []}})
    no = ok({"webhookSubscriptionCreate": {"userErrors": [{"field": ["topic"], "message": "not approved"}]}})
    gone = ok({"webhookSubscriptionDelete": {"deletedWebhookSubscriptionId": "gid://x/1", "userErrors": []}})
    line.answers = [
        ok({"webhookSubscriptions": {"nodes": nodes, "pageInfo": page}}),
        *[no if topic == "orders/create" else made for topic in WANTED],
        *[gone] * (len(WANTED) - 1),
        ok({"webhookSubscriptions": {"nodes": nodes[:1], "pageInfo": page}}),
    ]
    with pytest.raises(Rejected, match="shopify_webhook_refused"):
        open_with().ensure_webhooks(new)
    deleted = {one["variables"]["id"] for one in line.asked if "Unsubscribe" in one["query"]}
    kept = f"gid://shopify/WebhookSubscription/{WANTED.index('orders/create')}"
    assert kept not in deleted
    assert len(deleted) == len(WANTED) - 1
