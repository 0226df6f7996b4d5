"""Shopify in the figures: a genuine delivery, the shop in this process, and how the floor gets in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from simulators.clock import VirtualClock
from simulators.shopify import ShopifySimulator
from simulators.shopify.stand_in import StandIn

_ROOT = Path(__file__).resolve().parents[2]
_SECRET = "bench-client-secret"  # noqa: S105  # of a shop that exists nowhere
_SUBSCRIBE = """mutation ($uri: String!) {
  webhookSubscriptionCreate(topic: INVENTORY_LEVELS_UPDATE, webhookSubscription: { uri: $uri, format: JSON }) {
    userErrors { field message }
  }
}"""

TOPIC = "inventory_levels/update"
ID_HEADER = "X-Shopify-Webhook-Id"
BODY = (_ROOT / "tests" / "data" / "shopify" / "inventory_levels_update.json").read_bytes()
CREDENTIALS: Mapping[str, str] = {"client_id": "bench", "client_secret": _SECRET}


def delivery(id: str, shop: str) -> dict[str, Any]:
    sample = json.loads((_ROOT / "events/webhook_ingest/inventory_levels_update.json").read_text())
    digest = hmac.new(_SECRET.encode(), BODY, hashlib.sha256).digest()
    told = {"X-Shopify-Topic": TOPIC, ID_HEADER: id, "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode()}
    return {
        **sample,
        "body": BODY.decode(),
        "pathParameters": {"shop_id": shop},
        "headers": {**sample["headers"], **told},
    }


def in_process(clock: VirtualClock) -> ShopifySimulator:
    return ShopifySimulator(clock=clock)


def variant_id(id: object) -> str:
    return f"gid://shopify/ProductVariant/{id}"


def limits_told(limits: Mapping[str, Any]) -> dict[str, object]:
    return {"shop_plan": limits["plan"], "shop_points_per_second": limits["restore_rate"]}


def token(url: str) -> str:
    asked = {**StandIn(url).connection()["credentials"], "grant_type": "client_credentials"}
    told = requests.post(f"{url}/admin/oauth/access_token", json=asked, timeout=10).json()
    return str(told["access_token"])


def subscribe(url: str, token: str, uri: str) -> None:
    answer = requests.post(
        f"{url}/admin/api/2026-04/graphql.json",
        json={"query": _SUBSCRIBE, "variables": {"uri": uri}},
        headers={"X-Shopify-Access-Token": token},
        timeout=10,
    ).json()
    if answer.get("errors") or answer["data"]["webhookSubscriptionCreate"]["userErrors"]:
        raise AssertionError(f"the floor's shop takes no subscription: {answer}")
