"""How the floor chain gets in where ours does: tokens, and a subscription."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from benchmarks.pair.outside import SHOP_CONNECTION

_SUBSCRIBE = """mutation ($uri: String!) {
  webhookSubscriptionCreate(topic: INVENTORY_LEVELS_UPDATE, webhookSubscription: { uri: $uri, format: JSON }) {
    userErrors { field message }
  }
}"""


def subscribe(variables: Mapping[str, str], uri: str) -> None:
    """Have the shop deliver changes of stock to this address."""
    answer = requests.post(
        f"{variables['SHOP_URL']}/admin/api/2026-04/graphql.json",
        json={"query": _SUBSCRIBE, "variables": {"uri": uri}},
        headers={"X-Shopify-Access-Token": variables["SHOP_TOKEN"]},
        timeout=10,
    ).json()
    if answer.get("errors") or answer["data"]["webhookSubscriptionCreate"]["userErrors"]:
        raise AssertionError(f"the floor's shop takes no subscription: {answer}")


def shop_token(url: str) -> str:
    """A token for the shop at this address."""
    asked = {**SHOP_CONNECTION["credentials"], "grant_type": "client_credentials"}
    told = requests.post(f"{url}/admin/oauth/access_token", json=asked, timeout=10).json()
    return str(told["access_token"])


def market_token(url: str, credentials: Mapping[str, str]) -> str:
    """A token of this seller for the marketplace at this address."""
    answer: dict[str, Any] = requests.post(
        f"{url}/identity/v1/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": credentials["refresh_token"]},
        auth=(credentials["client_id"], credentials["client_secret"]),
        timeout=10,
    ).json()
    return str(answer["access_token"])
