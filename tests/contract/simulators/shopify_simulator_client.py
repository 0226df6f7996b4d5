"""A shop with one app on it, in process: what the tests of the Shopify simulator share."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from simulators.clock import VirtualClock
from simulators.door import Transport
from simulators.shopify import ShopifySimulator
from tests.contract.specs import require_specs

ADDRESS = "https://hooks.example.com/webhooks/shop-1"
SUBSCRIBE = """
mutation W($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription { id topic uri }
    userErrors { field message }
  }
}
"""
STOCK = """
mutation S($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id changes { delta quantityAfterChange } }
    userErrors { field code message }
  }
}
"""
QUANTITY = "query Q($id: ID!) { productVariant(id: $id) { inventoryQuantity } }"


@dataclass(slots=True)
class Posted:
    """One webhook as it arrived."""

    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def topic(self) -> str:
        return self.headers["X-Shopify-Topic"]

    @property
    def payload(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told


class Shop:
    """The simulator, a hand-turned clock, the app's session with a token, and the app's inbox (answers `status`)."""

    def __init__(self, **settings: Any) -> None:
        self.clock = VirtualClock()
        self.inbox: list[Posted] = []
        self.status = 200
        self.simulator = ShopifySimulator(clock=self.clock, deliver=self._receive, **settings)
        self.deeds = self.simulator.deeds
        self.session = requests.Session()
        self.session.mount("https://", Transport(self.simulator))
        self.token = ""

    def _receive(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.inbox.append(Posted(url, headers, body))
        return self.status

    def grant(self, **told: str) -> requests.Response:
        asked = {
            "client_id": "demo-client-id",
            "client_secret": "demo-client-secret",
            "grant_type": "client_credentials",
        } | told
        return self.session.post("https://demo.myshopify.com/admin/oauth/access_token", json=asked)

    def post(
        self, document: str, variables: dict[str, Any] | None = None, version: str = "2026-04"
    ) -> requests.Response:
        if not self.token:
            self.token = self.grant().json()["access_token"]
        return self.session.post(
            f"https://demo.myshopify.com/admin/api/{version}/graphql.json",
            json={"query": document, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": self.token},
        )

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        answer: dict[str, Any] = self.post(document, variables).json()
        return answer

    def data(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer that must have no errors."""
        answer = self.ask(document, **variables)
        assert "errors" not in answer, answer["errors"]
        told: dict[str, Any] = answer["data"]
        return told

    def subscribe(self, *topics: str, uri: str = ADDRESS, **wanted: Any) -> list[str]:
        """Subscribe to topics; the ids."""
        made = [self.data(SUBSCRIBE, topic=topic, sub={"uri": uri, **wanted}) for topic in topics]
        return [one["webhookSubscriptionCreate"]["webhookSubscription"]["id"] for one in made]

    def pump(self) -> list[Posted]:
        """Post what is due; what arrived by it."""
        before = len(self.inbox)
        self.simulator.deliveries.pump()
        return self.inbox[before:]

    def shirt(self) -> dict[str, Any]:
        """A product with two sizes and a picture: SKUs SHIRT-S (5 in stock) and SHIRT-M (3)."""
        return self.deeds.add_product(
            title="Linen shirt",
            description_html="<p>Washed linen.</p>",
            tags=["linen", "summer"],
            images=["https://cdn.example.com/shirt.jpg"],
            variants=[
                {"sku": "SHIRT-S", "price": "39.90", "stock": 5, "options": {"Size": "S"}},
                {"sku": "SHIRT-M", "price": "39.90", "stock": 3, "options": {"Size": "M"}},
            ],
        )


def stock_input(shop: Shop, item: int, quantity: int, **more: Any) -> dict[str, Any]:
    one = {
        "inventoryItemId": f"gid://shopify/InventoryItem/{item}",
        "locationId": f"gid://shopify/Location/{shop.simulator.world.first_location}",
        "quantity": quantity,
    } | more
    return {"reason": "correction", "name": "available", "quantities": [one]}


def quantity_of(shop: Shop, variant_id: int) -> int:
    data = shop.data(QUANTITY, id=f"gid://shopify/ProductVariant/{variant_id}")
    quantity: int = data["productVariant"]["inventoryQuantity"]
    return quantity


def reference_documents() -> dict[str, str]:
    """The GraphQL documents of reference/shopify.graphql by name."""
    documents = require_specs().parent / "reference" / "shopify.graphql"
    if not documents.is_file():
        pytest.skip("the project's GraphQL documents are absent: reference/shopify.graphql beside the schemas")
    text = documents.read_text()
    found = re.findall(r"^# (\w+): [^\n]*\n((?:(?!# ).*\n)*)", text, re.MULTILINE)
    return {name: body for name, body in found if body.strip()}


def schema_of(topic: str) -> Path:
    """The official JSON schema of a webhook topic."""
    return require_specs("shopify", "webhooks", "schemas", "2026-04", f"{topic}.json")
